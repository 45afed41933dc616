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
    if (lines !== '') process.stdout.write(lines)
  }
}

/** The process has one standard output. */
export const logStream = new LogStream()

// A process that ends, also by an error, has said everything first: on a POSIX system the write waits until it is done.
process.once('exit', () => logStream.flushSync())
// Whoever read the log has gone. That is no reason to stop serving.
process.stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code !== 'EPIPE') throw error })
