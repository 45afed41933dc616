/**
 * The one forced token refresh after a 401. However many calls meet the 401, one refresh is made, all wait for it, and each is sent again once.
 * A refresh that failed closes the way for 30 s, as Nango itself does: one failed force_refresh puts even a valid token into its back-off.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import { isRollerError, RollerError } from '../errors.ts'

const BACKOFF_MS = 30_000

interface Renewal {
  pending: Promise<void> | null
  renewedAt: number
  failure: { readonly error: RollerError, readonly until: number } | null
}

export class Renewals {
  readonly #refresh: (connectionId: string) => Promise<void>
  readonly #clock: Clock
  readonly #known = new LRUCache<string, Renewal>({ max: 10_000 })

  constructor (refresh: (connectionId: string) => Promise<void>, clock: Clock) {
    this.#refresh = refresh
    this.#clock = clock
  }

  /**
   * Makes sure that the connection's token is newer than `sentAt`.
   * @param sentAt when the call that met the 401 was sent; a token renewed since then needs no other refresh
   * @throws RollerError when there is no new token
   */
  async renew (connectionId: string, sentAt: number): Promise<void> {
    let renewal = this.#known.get(connectionId)
    if (renewal === undefined) {
      renewal = { pending: null, renewedAt: -Infinity, failure: null }
      this.#known.set(connectionId, renewal)
    }
    if (renewal.renewedAt >= sentAt) return
    const now = this.#clock.now()
    if (renewal.failure !== null && renewal.failure.until > now) {
      throw withRetryAfter(renewal.failure.error, (renewal.failure.until - now) / 1000)
    }
    renewal.pending ??= this.#start(connectionId, renewal)
    await renewal.pending
  }

  async #start (connectionId: string, renewal: Renewal): Promise<void> {
    try {
      await this.#refresh(connectionId)
      renewal.renewedAt = this.#clock.now()
      renewal.failure = null
    } catch (error) {
      if (isRollerError(error) && error.code === 'ROLLER_ERR_CREDENTIALS_REJECTED') {
        renewal.failure = { error, until: this.#clock.now() + BACKOFF_MS }
      }
      throw error
    } finally {
      renewal.pending = null
    }
  }
}

function withRetryAfter (error: RollerError, seconds: number): RollerError {
  return new RollerError(error.code, {
    detail: error.detail, hint: error.hint, retryAfter: seconds, ...(error.upstream !== undefined && { upstream: error.upstream })
  })
}
