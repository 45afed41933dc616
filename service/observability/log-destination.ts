/** Where log lines go: standard output, written in the background, several lines at a time, with a bound on what waits for a reader. */
import { pino } from 'pino'

interface Destination {
  readonly write: (line: string) => void
  /** Pino calls it after a fatal line. */
  readonly flushSync: () => void
}

const BATCH_BYTES = 4096
const FLUSH_INTERVAL = 100
/** What waits for a reader that has stopped reading. Lines beyond it are lost and counted. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024
/** Tries, 100 ms apart, of a write that has to happen before the process ends. */
const MAX_LAST_TRIES = 20

let destination: Destination | null = null

/** One for the process, made at its first use. */
export function logDestination (): Destination {
  destination ??= open()
  return destination
}

function open (): Destination {
  process.stdout.on('error', () => {}) // asked for, it makes a pipe non-blocking: no thread of Node's pool waits for a reader
  let tries = 0
  let lost = 0
  const opened = pino.destination({
    dest: 1,
    minLength: BATCH_BYTES,
    maxLength: MAX_WAITING_BYTES,
    periodicFlush: FLUSH_INTERVAL,
    sync: false,
    // In the background there is always another try; a synchronous flush blocks the event loop, so that its tries add up.
    retryEAGAIN: () => {
      if (tries++ === 0) setImmediate(() => { tries = 0 })
      return tries <= MAX_LAST_TRIES
    }
  })
  opened.on('drop', () => { lost++ })
  opened.on('drain', () => {
    if (lost === 0) return
    const msg = 'lines of the log are lost: nobody read them'
    opened.write(`${JSON.stringify({ level: pino.levels.values['warn'], time: Date.now(), lost, msg })}\n`)
    lost = 0
  })
  // A full disk, or a reader that has gone, is no reason to stop serving. The lines wait, as many as fit.
  let failing = false
  let reported = false
  opened.on('write', (written: number) => { if (written > 0) failing = false })
  opened.on('error', ({ code }: NodeJS.ErrnoException) => {
    failing = true
    if (reported || code === 'EPIPE') return
    reported = true
    process.stderr.write(`The log cannot be written (${code ?? ''}): lines are lost from now on.\n`)
  })
  const flushSync = (): void => { if (!failing) opened.flushSync() } // on a full disk it would try for ever
  process.prependOnceListener('exit', () => { // before pino's own, which throws where a reader has stopped
    try {
      flushSync()
    } catch {} finally {
      opened.destroy()
    }
  })
  return { write: (line) => { opened.write(line) }, flushSync }
}
