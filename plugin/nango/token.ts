/**
 * The one place where a credential is read from Nango, for the direct transport alone. Nango answers with client id, client secret and all that
 * ROLLER's token endpoint said; only the token and its end leave this file. Not a method of Connections, which the host's own code holds.
 */
import { RollerError } from '../errors.ts'
import { isRecord, type NangoClient, type NangoRefusal } from './client.ts'
import { refusedRefresh } from './connections.ts'

export interface AccessToken {
  readonly token: string
  /** Milliseconds since 1970. Null where Nango does not know it. */
  readonly expiresAt: number | null
  /** Where Nango keeps it, with what is known of its venue. */
  readonly row: unknown
}

/** Nango refuses for 30 s after a refresh failed. */
const REFRESH_BACKOFF_SECONDS = 30

/**
 * Reads a connection's token. On the way Nango renews one that has less than 15 minutes left.
 * @param force makes Nango fetch a new one from ROLLER, whatever the old one's end
 * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN, ROLLER_ERR_CREDENTIALS_REJECTED, or what else became of the call to Nango
 */
export async function readToken (nango: NangoClient, connectionId: string, force: boolean): Promise<AccessToken> {
  return await nango.call(
    async (sdk) => pickToken(await sdk.getConnection(nango.integrationId, encodeURIComponent(connectionId), force)),
    (refusal) => missingScope(refusal) ?? (force ? refusedRefresh(refusal) : refusedRead(refusal))
  )
}

function pickToken (raw: unknown): AccessToken {
  const credentials = isRecord(raw) && isRecord(raw.credentials) ? raw.credentials : {}
  // Not an error to Nango: a key that may read connections, but no credentials, gets an empty object.
  if (Object.keys(credentials).length === 0) throw noRight()
  const { token, expires_at: expiresAt } = credentials
  // Visible ASCII: anything else is no token, and could not stand in a header.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new RollerError('ROLLER_ERR_NANGO_REJECTED', {
      detail: 'Nango\'s credentials of this connection hold no token.',
      hint: 'The operator must act: NANGO_INTEGRATION_ID must name an integration that was made with the provider roller.'
    })
  }
  const end = typeof expiresAt === 'string' ? Date.parse(expiresAt) : NaN
  return { token, expiresAt: Number.isNaN(end) ? null : end, row: raw }
}

function missingScope ({ status, code }: NangoRefusal): RollerError | undefined {
  return code === 'forbidden' ? noRight({ status, body: { error: { code } } }) : undefined
}

function noRight (upstream?: RollerError['upstream']): RollerError {
  return new RollerError('ROLLER_ERR_NANGO_REJECTED', {
    detail: 'The Nango key may not read credentials, and the direct transport takes the token from them.',
    hint: 'The operator must act: tick the scope environment:connections:read_credentials of this key in Nango, or go back to the transport nango, ' +
      'which does not need it for its calls.',
    ...(upstream !== undefined && { upstream })
  })
}

const REFUSED_CODES: ReadonlySet<string> = new Set(['invalid_credentials', 'connection_refresh_backoff', 'connection_refresh_exhausted'])

function refusedRead ({ status, code }: NangoRefusal): RollerError | undefined {
  if (!REFUSED_CODES.has(code)) return undefined
  return new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', {
    detail: 'Nango could not get a token from ROLLER for this connection.',
    upstream: { status, body: { error: { code } } },
    // 424: it had failed a moment ago, and Nango did not ask again.
    ...(status === 424 && { retryAfter: REFRESH_BACKOFF_SECONDS })
  })
}
