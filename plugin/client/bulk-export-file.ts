/** A file of a bulk export, fetched when its stream is first read. */
import { Readable } from 'node:stream'
import { request, type Dispatcher } from 'undici'
import { sleep, type Clock } from '../util/clock.ts'
import { isRollerError, RollerError } from '../errors.ts'
import { BULK_EXPORT_HOSTS, addressFault } from './bulk-export-hosts.ts'

export interface FileSource {
  /** A separate pool: files are on other hosts, and their URL is sufficient to read them. */
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly timeouts: { readonly headers: number, readonly idle: number }
  /** For a ROLLER on loopback, whose files are on loopback too. */
  readonly allowLoopback: boolean
  /** Default: ROLLER's hosts. */
  readonly hosts?: readonly string[] | undefined
}

/** Delays between attempts in milliseconds, while nothing has been read. */
const RETRIES: readonly number[] = [1_000, 5_000]

/** @param what identifies the file in errors; its URL grants access, so errors never contain it */
export function fileStream (source: FileSource, url: string, what: string, signal: AbortSignal | undefined): Readable {
  return Readable.from(download(source, url, what, signal), { objectMode: false })
}

async function * download (source: FileSource, url: string, what: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const fault = addressFault(url, { hosts: source.hosts ?? BULK_EXPORT_HOSTS, allowLoopback: source.allowLoopback })
  if (fault !== null) throw notFetched(`${what} ${fault}.`)
  for (let tries = 0; ; tries++) {
    const delay = RETRIES[tries]
    try {
      const body = await open(source, url, what, signal)
      // undici fails if the body is shorter than its Content-Length.
      yield * body
      return
    } catch (error) {
      signal?.throwIfAborted()
      if (isRollerError(error)) throw error
      if (!(error instanceof TryAgain) || delay === undefined) throw failed(`${what} could not be fetched (${reasonOf(error)}).`, error)
    }
    await sleep(source.clock, delay, signal)
  }
}

/** True while nothing of the file was read. */
class TryAgain extends Error {
  override readonly name = 'TryAgain'
}

async function open (
  { dispatcher, timeouts }: FileSource, url: string, what: string, signal: AbortSignal | undefined
): Promise<AsyncIterable<Buffer>> {
  // undici does not follow redirects: the signature of the URL is valid for this address only.
  const response = await request(url, {
    dispatcher, headersTimeout: timeouts.headers, bodyTimeout: timeouts.idle, ...(signal !== undefined && { signal })
  }).catch((error: unknown) => { throw new TryAgain(reasonOf(error), { cause: error }) })
  const { statusCode, body } = response
  if (statusCode === 200) return body
  body.on('error', () => {}).destroy() // the body is not needed
  if (statusCode >= 500) throw new TryAgain(`status ${statusCode}`)
  throw failed(`${what} was answered with ${statusCode}. ROLLER's links to files end after 5 days.`)
}

/** Retrying would fail again: only the operator can change the setting. */
function notFetched (detail: string): RollerError {
  return new RollerError('ROLLER_ERR_UNREACHABLE', {
    detail, hint: 'Add the host to the option bulkExportHosts if ROLLER serves the files of this venue there.'
  })
}

function failed (detail: string, cause?: unknown): RollerError {
  return new RollerError('ROLLER_ERR_UNREACHABLE', {
    detail,
    hint: 'Fetch the files again with bulkExport({ …, resume: true }), which orders no export and costs nothing.',
    cause
  })
}

/** undici's messages contain no address. */
function reasonOf (error: unknown): string {
  if (error instanceof TryAgain) return error.message
  const { code, name } = error as { readonly code?: unknown, readonly name?: unknown } // network errors of undici and Node.js have a code
  return typeof code === 'string' ? code : String(name)
}
