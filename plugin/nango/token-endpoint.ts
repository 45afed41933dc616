/**
 * Calls ROLLER's token endpoint directly, where Nango's response does not contain ROLLER's. The token is discarded.
 */
import { request, type Dispatcher } from 'undici'
import type { NangoClient } from './client.ts'
import { isRecord } from '../util/is-record.ts'

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

/** Upper bound of Retry-After. Seconds. */
const MAX_RETRY_AFTER = 15 * 60
const MAX_BODY = 64 * 1024
/** Short, because a caller is waiting, and only the reason of a failure is at stake. Milliseconds. */
const MAX_WAIT = 5_000

export class TokenEndpoint {
  readonly #options: TokenEndpointOptions

  constructor (options: TokenEndpointOptions) {
    this.#options = options
  }

  /** @returns null when no response arrived */
  requestToken ({ clientId, clientSecret }: Credentials): Promise<TokenResponse | null> {
    return this.#post({ client_id: clientId, client_secret: clientSecret })
  }

  /** Tests whether the endpoint responds: without credentials, to stay clear of ROLLER's limits. */
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
 * The Client ID and Client Secret of a connection, where the key may read them and Nango returns them. After a failed refresh Nango
 * no longer returns them, so they are read first.
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
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Math.min(MAX_RETRY_AFTER, Number(value)) : undefined
}
