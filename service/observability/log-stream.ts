/** Where log lines go: to standard output, those of a few milliseconds in one write. */

/** A write to the system costs as much as making the line. Milliseconds. */
const GATHER_MS = 10
/** Nothing is held back beyond this. Bytes. */
const GATHER_MAX = 64 * 1024
/** At most, for a character in UTF-8. */
const BYTES_OF_A_CHARACTER = 3
/** What waits for a reader that has stopped reading, in memory. Bytes. */
const UNREAD_MAX = 8 * 1024 * 1024

class LogStream {
  /** Lines as bytes: as text they would be hundreds of small pieces, which the garbage collector copies while they wait. */
  readonly #gathered = Buffer.allocUnsafeSlow(GATHER_MAX)
  #size = 0
  #timer: NodeJS.Timeout | null = null
  /** Lines that were lost since a reader had time last. */
  #lost = 0

  write (line: string): void {
    const most = line.length * BYTES_OF_A_CHARACTER
    if (most > GATHER_MAX - this.#size) this.flushSync()
    if (most > GATHER_MAX) return this.#pass(Buffer.from(line))
    this.#size += this.#gathered.write(line, this.#size)
    this.#timer ??= setTimeout(() => this.flushSync(), GATHER_MS).unref()
  }

  /** Pino calls it after a fatal line. */
  flushSync (): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#size === 0) return
    // A copy: what waits for a reader must hold no more memory than its own length, which is what the bound counts.
    const lines = Buffer.from(this.#gathered.subarray(0, this.#size))
    this.#size = 0
    this.#pass(lines)
  }

  #pass (lines: Buffer): void {
    if (process.stdout.writableLength > UNREAD_MAX) {
      for (let at = lines.indexOf(NEWLINE); at !== -1; at = lines.indexOf(NEWLINE, at + 1)) this.#lost++
      return
    }
    try {
      if (this.#lost > 0) process.stdout.write(`${JSON.stringify({ level: 40, time: Date.now(), lost: this.#lost, msg: 'lines of the log are lost: nobody read them' })}\n`)
      this.#lost = 0
      process.stdout.write(lines)
    } catch (error) { // a file's write fails where it is called
      dropped(error as NodeJS.ErrnoException) // node:fs throws these
    }
  }
}

const NEWLINE = 0x0a

/** A full disk, or a reader that has gone, is no reason to stop serving: the lines are lost, and that is said once where it may still be heard. */
function dropped (error: NodeJS.ErrnoException): void {
  if (!LOST.has(error.code)) throw error
  if (said || error.code === 'EPIPE') return
  said = true
  process.stderr.write(`The log cannot be written (${error.code ?? ''}): lines are lost from now on.\n`)
}
const LOST: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ENOSPC', 'EDQUOT', 'EIO', 'EFBIG'])
let said = false

/** The process has one standard output. */
export const logStream = new LogStream()

// A process that ends, also by an error, has said everything first: on a POSIX system the write waits until it is done.
process.once('exit', () => logStream.flushSync())
process.stdout.on('error', dropped)
