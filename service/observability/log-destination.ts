/** The destination of log lines: standard output, written asynchronously in batches, with a bounded buffer. */
import { pino } from 'pino'

interface Destination {
  readonly write: (line: string) => void
  /** Pino calls it after a fatal line. */
  readonly flushSync: () => void
}

const BATCH_BYTES = 4096
const FLUSH_INTERVAL = 100
/** Upper bound of the buffer while nothing reads. Lines beyond it are dropped and counted. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024
/** Attempts, 100 ms apart, of the final write before the process ends. */
const MAX_LAST_TRIES = 20

let destination: Destination | null = null

/** One for each process, created on first use. */
export function logDestination (): Destination {
  destination ??= open()
  return destination
}

function open (): Destination {
  process.stdout.on('error', () => {}) // this access makes a pipe non-blocking: no thread of Node's pool waits for a reader
  let tries = 0
  let lost = 0
  const opened = pino.destination({
    dest: 1,
    minLength: BATCH_BYTES,
    maxLength: MAX_WAITING_BYTES,
    periodicFlush: FLUSH_INTERVAL,
    sync: false,
    // Asynchronous writes are retried anyway; a synchronous flush blocks the event loop, so its attempts are limited.
    retryEAGAIN: () => {
      if (tries++ === 0) setImmediate(() => { tries = 0 })
      return tries <= MAX_LAST_TRIES
    }
  })
  opened.on('drop', () => { lost++ })
  opened.on('drain', () => {
    if (lost === 0) return
    const msg = 'log lines were dropped, because nothing read them'
    opened.write(`${JSON.stringify({ level: pino.levels.values['warn'], time: Date.now(), lost, msg })}\n`)
    lost = 0
  })
  // A full disk or a closed pipe must not stop the service. Lines are buffered up to the limit.
  let failing = false
  let reported = false
  opened.on('write', (written: number) => { if (written > 0) failing = false })
  opened.on('error', ({ code }: NodeJS.ErrnoException) => {
    failing = true
    if (reported || code === 'EPIPE') return
    reported = true
    process.stderr.write(`The log cannot be written (${code ?? ''}): lines are lost from now on.\n`)
  })
  const flushSync = (): void => { if (!failing) opened.flushSync() } // it would retry forever on a full disk
  process.prependOnceListener('exit', () => { // before pino's own handler, which throws if the pipe is blocked
    try {
      flushSync()
    } catch {} finally {
      opened.destroy()
    }
  })
  return { write: (line) => { opened.write(line) }, flushSync }
}
