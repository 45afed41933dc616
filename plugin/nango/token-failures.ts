/**
 * When Nango gets no token for a connection, its error is the same for deleted credentials and for an unavailable token endpoint. So the
 * cause is determined once for each failure and cached while Nango repeats the error without a new attempt.
 */
import { LRUCache } from 'lru-cache'
import { atMost } from '../util/at-most.ts'
import type { Clock } from '../util/clock.ts'
import { isRollerError, type RollerError } from '../errors.ts'
import type { NangoClient } from './client.ts'
import { failureOf, noToken } from './no-token.ts'
import { readCredentials, type TokenResponse, type TokenEndpoint } from './token-endpoint.ts'
import { isRecord } from '../util/is-record.ts'

type Refresh = (connectionId: string) => Promise<void>
type Reason = ReturnType<typeof failureOf>

export interface TokenFailuresOptions {
  readonly nango: NangoClient
  readonly tokenEndpoint: TokenEndpoint
  readonly clock: Clock
}

/** Nango's back-off after a failed refresh in milliseconds. */
const REMEMBERED_FOR = 30_000
/** How long one request to the token endpoint serves all connections, in milliseconds. */
const PROBE_AGAIN_AFTER = 10_000

export class TokenFailures {
  readonly #options: TokenFailuresOptions
  readonly #known = new LRUCache<string, { readonly reason: Reason, readonly until: number }>(atMost(10_000))
  #probe: { readonly response: Promise<TokenResponse | null>, readonly until: number } | null = null

  constructor (options: TokenFailuresOptions) {
    this.#options = options
  }

  /**
   * @param refresh makes Nango fetch a new token
   * @returns the result of `refresh`; rejects with ROLLER_ERR_CREDENTIALS_REJECTED only if ROLLER rejects the credentials. They are read
   *   before: after a failed refresh Nango no longer returns them.
   */
  explained (refresh: Refresh): Refresh {
    const { nango, tokenEndpoint } = this.#options
    return async (connectionId) => {
      const credentials = await readCredentials(nango, connectionId)
      try {
        await refresh(connectionId)
      } catch (error) {
        if (!isUnexplained(error)) throw error
        const response = credentials === null ? null : await tokenEndpoint.requestToken(credentials)
        throw this.#remember(connectionId, failureOf(response), error, response?.retryAfter)
      }
    }
  }

  /** The error to throw instead of the error of a call. */
  async explain (error: unknown, connectionId: string): Promise<unknown> {
    if (!isUnexplained(error)) return error
    const known = this.#known.get(connectionId)
    if (known !== undefined && known.until > this.#options.clock.now()) return withReason(known.reason, error)
    // The credentials can no longer be read. If the endpoint responds normally, it rejected them.
    return this.#remember(connectionId, failureOf(await this.#probeEndpoint()), error)
  }

  #remember (connectionId: string, reason: Reason, error: RollerError, retryAfter?: number): RollerError {
    this.#known.set(connectionId, { reason, until: this.#options.clock.now() + REMEMBERED_FOR })
    return withReason(reason, error, retryAfter)
  }

  #probeEndpoint (): Promise<TokenResponse | null> {
    const { clock, tokenEndpoint } = this.#options
    const now = clock.now()
    if (this.#probe === null || this.#probe.until <= now) this.#probe = { response: tokenEndpoint.probe(), until: now + PROBE_AGAIN_AFTER }
    return this.#probe.response
  }
}

function withReason (reason: Reason, error: RollerError, retryAfter = error.retryAfter): RollerError {
  if (reason === 'rejected') return error
  return noToken(reason, { upstream: error.upstream, retryAfter })
}

/** Nango's codes for a token that it did not get. After days of failures it returns another code, which is trusted. */
const UNEXPLAINED: ReadonlySet<unknown> = new Set(['invalid_credentials', 'server_error', 'connection_refresh_backoff'])

function isUnexplained (error: unknown): error is RollerError {
  if (!isRollerError(error) || error.code !== 'ROLLER_ERR_CREDENTIALS_REJECTED') return false
  const body = error.upstream?.body
  return isRecord(body) && isRecord(body.error) && UNEXPLAINED.has(body.error.code)
}
