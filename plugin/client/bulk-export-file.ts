/** A file of a bulk export, fetched when its stream is first read. */
import { Readable } from 'node:stream'
import { request, type Dispatcher } from 'undici'
import { sleep, type Clock } from '../util/clock.ts'
import { isRollerError, RollerError } from '../errors.ts'
import { BULK_EXPORT_HOSTS, refusedAddress } from './bulk-export-hosts.ts'

export interface FileSource {
  /** Knows neither Nango nor ROLLER's API: files lie elsewhere, and open by their address alone. */
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly timeouts: { readonly headers: number, readonly idle: number }
  /** For a ROLLER on this machine, whose files are here too. */
  readonly allowLoopback: boolean
  /** ROLLER's own when not given. */
  readonly hosts?: readonly string[] | undefined
}

/** Waits between tries, while nothing has been read. Milliseconds. */
const RETRIES: readonly number[] = [1_000, 5_000]

/** @param what says in errors which file it is; its address opens it, so that stays out of them */
export function fileStream (source: FileSource, url: string, what: string, signal: AbortSignal | undefined): Readable {
  return Readable.from(download(source, url, what, signal), { objectMode: false })
}

async function * download (source: FileSource, url: string, what: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const refused = refusedAddress(url, { hosts: source.hosts ?? BULK_EXPORT_HOSTS, allowLoopback: source.allowLoopback })
  if (refused !== null) throw notFetched(`${what} ${refused}.`)
  for (let tries = 0; ; tries++) {
    const delay = RETRIES[tries]
    try {
      const body = await open(source, url, what, signal)
      // undici ends an answer that is shorter than it said with an error.
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

/** Nothing of the file was read yet. */
class TryAgain extends Error {
  override readonly name = 'TryAgain'
}

async function open (
  { dispatcher, timeouts }: FileSource, url: string, what: string, signal: AbortSignal | undefined
): Promise<AsyncIterable<Buffer>> {
  // undici follows no redirects by itself: what the address was signed for is there, or nowhere.
  const answer = await request(url, {
    dispatcher, headersTimeout: timeouts.headers, bodyTimeout: timeouts.idle, ...(signal !== undefined && { signal })
  }).catch((error: unknown) => { throw new TryAgain(reasonOf(error), { cause: error }) })
  const { statusCode, body } = answer
  if (statusCode === 200) return body
  body.on('error', () => {}).destroy() // of no interest
  if (statusCode >= 500) throw new TryAgain(`status ${statusCode}`)
  throw failed(`${what} was answered with ${statusCode}. ROLLER's links to files end after 5 days.`)
}

/** The same again would be refused again: only the operator can change it. */
function notFetched (detail: string): RollerError {
  return new RollerError('ROLLER_ERR_UNREACHABLE', {
    detail, hint: 'Add the host to the option bulkExportHosts if ROLLER serves the files of this venue there.'
  })
}

function failed (detail: string, cause?: unknown): RollerError {
  return new RollerError('ROLLER_ERR_UNREACHABLE', {
    detail,
    hint: 'Fetch the files again with bulkExport({ …, resume: true }), which orders no export and costs nothing.',
    ...(cause !== undefined && { cause })
  })
}

/** undici's messages name no address. */
function reasonOf (error: unknown): string {
  if (error instanceof TryAgain) return error.message
  const { code, name } = error as { readonly code?: unknown, readonly name?: unknown } // undici's and Node's network errors have a code
  return typeof code === 'string' ? code : String(name)
}
