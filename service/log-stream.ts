/** Where log lines go: to standard output, those of a few milliseconds in one write. */

/** A write to the system costs as much as making the line. Milliseconds. */
const GATHER_MS = 10
/** Nothing is held back beyond this. Characters. */
const GATHER_MAX = 64 * 1024

class LogStream {
  #lines = ''
  #timer: NodeJS.Timeout | null = null

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
    try {
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
