/** Where log lines go: to standard output, those of a few milliseconds in one write. */

/** A write to the system costs as much as making the line. Milliseconds. */
const GATHER_MS = 10
/** Nothing is held back beyond this. Characters. */
const GATHER_MAX = 64 * 1024
/** What waits for a reader that has stopped reading, in memory. Bytes. */
const UNREAD_MAX = 8 * 1024 * 1024

class LogStream {
  #lines = ''
  #timer: NodeJS.Timeout | null = null
  /** Lines that were lost since a reader had time last. */
  #lost = 0

  write (line: string): void {
    this.#lines += line
    if (this.#lines.length > GATHER_MAX) return this.flushSync()
    this.#timer ??= setTimeout(() => this.flushSync(), GATHER_MS).unref()
  }

  /** Pino calls it after a fatal line. */
  flushSync (): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const lines = this.#lines
    this.#lines = ''
    if (lines === '') return
    if (process.stdout.writableLength > UNREAD_MAX) {
      this.#lost += lines.split('\n').length - 1
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
