/**
 * The only file that reads credentials from Nango. Nango returns the client id, the client secret and ROLLER's whole token response; only
 * the token and its expiry leave this file, for the direct transport. Not a method of Connections, which host code can use.
 */
import type { Clock } from '../util/clock.ts'
import { isRollerError, RollerError } from '../errors.ts'
import type { NangoClient, NangoErrorResponse } from './client.ts'
import { fingerprint, untilNew } from './new-token.ts'
import { isNangoFailure, nangoFailure } from './no-token.ts'
import { isRecord } from '../util/is-record.ts'

export interface AccessToken {
  readonly token: string
  /** Epoch milliseconds; null if Nango does not have it. */
  readonly expiresAt: number | null
  /** The connection in Nango, with the state of its venue. */
  readonly row: unknown
}

/** Nango rejects refreshes for 30 s after a failed one. */
const REFRESH_BACKOFF_SECONDS = 30

/**
 * Reads a connection's token. Nango refreshes a token that expires in less than 15 minutes.
 * @param force makes Nango fetch a new one from ROLLER, whatever the expiry of the old one
 * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN, ROLLER_ERR_CREDENTIALS_REJECTED, or the error of the call to Nango
 */
export async function readToken (nango: NangoClient, connectionId: string, force: boolean): Promise<AccessToken> {
  return await nango.call(
    async (sdk) => pickToken(await sdk.getConnection(nango.integrationId, encodeURIComponent(connectionId), force)),
    (errorResponse) => missingScope(errorResponse) ?? (force ? refreshError(errorResponse) : readError(errorResponse))
  )
}

/**
 * Forces a token refresh for the transport `nango`, which never receives a token: a digest of Nango's token is compared before and after.
 * @param onRow gets each row that was read: it shows whether the new token belongs to other credentials
 * @throws RollerError ROLLER_ERR_CREDENTIALS_REJECTED if ROLLER issues none, ROLLER_ERR_UNREACHABLE if Nango sent no request to ROLLER
 */
export async function renewToken (
  nango: NangoClient, connectionId: string, clock: Clock, onRow: (row: unknown, asOf: number) => void
): Promise<void> {
  const read = async (force: boolean): Promise<string | null> => {
    const asOf = clock.now()
    const id = encodeURIComponent(connectionId)
    const raw: unknown = await nango.call((sdk) => sdk.getConnection(nango.integrationId, id, force), refreshError)
    onRow(raw, asOf)
    return compared(raw)
  }
  const before = await read(false).catch((error: unknown) => {
    // Nango has no token to return, or is in its back-off, in which no check is running that could be joined.
    if (isRollerError(error) && error.code === 'ROLLER_ERR_CREDENTIALS_REJECTED') return null
    throw error
  })
  await untilNew(() => read(true), (after) => after === null || after !== before, clock)
}

/** Null if the key may not read credentials; such a key cannot force a refresh either. */
function compared (raw: unknown): string | null {
  const credentials = isRecord(raw) && isRecord(raw.credentials) ? raw.credentials : {}
  const { token, expires_at: expiresAt } = credentials
  if (typeof token !== 'string' && typeof expiresAt !== 'string') return null
  return fingerprint({ token: typeof token === 'string' ? token : '', expiresAt: endOf(expiresAt) })
}

function pickToken (raw: unknown): AccessToken {
  const credentials = isRecord(raw) && isRecord(raw.credentials) ? raw.credentials : {}
  // Nango returns an empty object, not an error, to a key that may read connections but not credentials.
  if (Object.keys(credentials).length === 0) throw noRight()
  const { token, expires_at: expiresAt } = credentials
  // Visible ASCII: anything else is not a token and is invalid in a header.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new RollerError('ROLLER_ERR_NANGO_REJECTED', {
      detail: 'The credentials of this connection in Nango contain no token.',
      hint: 'The operator must set NANGO_INTEGRATION_ID to an integration with the provider roller.'
    })
  }
  return { token, expiresAt: endOf(expiresAt), row: raw }
}

function endOf (expiresAt: unknown): number | null {
  const end = typeof expiresAt === 'string' ? Date.parse(expiresAt) : NaN
  return Number.isNaN(end) ? null : end
}

function missingScope ({ status, code }: NangoErrorResponse): RollerError | undefined {
  return code === 'forbidden' ? noRight({ status, body: { error: { code } } }) : undefined
}

function noRight (upstream?: RollerError['upstream']): RollerError {
  return new RollerError('ROLLER_ERR_NANGO_REJECTED', {
    detail: 'The Nango key may not read credentials, which contain the token for the transport direct.',
    hint: 'The operator must add the scope environment:connections:read_credentials to this key in Nango, ' +
      'or use the transport nango, ' +
      'which does not need it for its calls.',
    upstream
  })
}

const NO_NEW_TOKEN = 'ROLLER returned 401 and issued no new token to Nango.'
const REJECTED_CODES: ReadonlySet<string> = new Set(['invalid_credentials', 'connection_refresh_backoff', 'connection_refresh_exhausted'])

function readError ({ status, code }: NangoErrorResponse): RollerError | undefined {
  if (!REJECTED_CODES.has(code)) return undefined
  return new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', {
    detail: 'Nango received no token from ROLLER for this connection.',
    upstream: { status, body: { error: { code } } },
    // 424: a refresh failed recently, and Nango did not retry.
    retryAfter: status === 424 ? REFRESH_BACKOFF_SECONDS : undefined
  })
}

/** The error for a forced refresh that returned no new token. */
function refreshError ({ status, code, message }: NangoErrorResponse): RollerError | undefined {
  const upstream = { status, body: { error: { code } } }
  switch (code) {
    case 'invalid_credentials':
      if (isNangoFailure(message)) return nangoFailure(upstream)
      return new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: NO_NEW_TOKEN, upstream })
    case 'connection_refresh_exhausted':
      return new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: NO_NEW_TOKEN, upstream })
    case 'connection_refresh_backoff':
      return new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', {
        detail: NO_NEW_TOKEN, upstream, retryAfter: REFRESH_BACKOFF_SECONDS
      })
    case 'forbidden':
      return new RollerError('ROLLER_ERR_NANGO_REJECTED', {
        detail: 'ROLLER returned 401 and the token could not be renewed: ' +
          'the Nango key lacks the scope environment:connections:read_credentials.',
        upstream
      })
    default:
      return undefined
  }
}
