/**
 * ROLLER's token endpoint, asked by the gateway itself: only where Nango's answer does not say what ROLLER's was. The token is thrown away.
 */
import { request, type Dispatcher } from 'undici'
import { isRecord, type NangoClient } from './client.ts'

export interface TokenEndpointOptions {
  /** Base URL of the environment. */
  readonly url: string
  readonly dispatcher: Dispatcher
  /** Milliseconds. */
  readonly timeoutMs: number
}

export interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
}

export interface TokenResponse {
  readonly status: number
  /** Seconds, bounded. */
  readonly retryAfter: number | undefined
}

/** No header keeps a venue waiting for longer. Seconds. */
const MAX_RETRY_AFTER = 15 * 60
const MAX_BODY = 64 * 1024
/** Somebody waits for the answer, and this is only the reason of another failure. Milliseconds. */
const MAX_WAIT = 5_000

export class TokenEndpoint {
  readonly #options: TokenEndpointOptions

  constructor (options: TokenEndpointOptions) {
    this.#options = options
  }

  /** @returns null when no answer came */
  requestToken ({ clientId, clientSecret }: Credentials): Promise<TokenResponse | null> {
    return this.#post({ client_id: clientId, client_secret: clientSecret })
  }

  /** Whether it answers at all: without credentials, so that none come near ROLLER's limits. */
  probe (): Promise<TokenResponse | null> { return this.#post({}) }

  async #post (content: Readonly<Record<string, string>>): Promise<TokenResponse | null> {
    const { url, dispatcher, timeoutMs } = this.#options
    try {
      const { statusCode, headers, body } = await request(`${url}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(content),
        dispatcher,
        signal: AbortSignal.timeout(Math.min(timeoutMs, MAX_WAIT))
      })
      await body.dump({ limit: MAX_BODY })
      return { status: statusCode, retryAfter: secondsOf(headers['retry-after']) }
    } catch {
      return null
    }
  }
}

/**
 * The Client ID and Client Secret of a connection, where the key may read them and Nango gives them. After a refresh has failed Nango gives
 * them no more, so they are read before.
 */
export async function readCredentials (nango: NangoClient, connectionId: string): Promise<Credentials | null> {
  try {
    const raw: unknown = await nango.call((sdk) => sdk.getConnection(nango.integrationId, encodeURIComponent(connectionId)))
    const { client_id: clientId, client_secret: clientSecret } = isRecord(raw) && isRecord(raw.credentials) ? raw.credentials : {}
    return typeof clientId === 'string' && typeof clientSecret === 'string' ? { clientId, clientSecret } : null
  } catch {
    return null
  }
}

function secondsOf (value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Math.min(MAX_RETRY_AFTER, Math.max(1, Number(value))) : undefined
}
