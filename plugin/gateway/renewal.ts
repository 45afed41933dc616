/**
 * The single forced token refresh after a 401. However many calls get the 401, one refresh is made, all wait for it, and each is sent again
 * once. After a failed refresh none is tried for 30 s, as in Nango itself: one failed force_refresh puts even a valid token into its
 * back-off.
 */
import { LRUCache } from 'lru-cache'
import { sleep, type Clock } from '../util/clock.ts'
import { isRollerError, RollerError } from '../errors.ts'
import type { LockState, RefreshLock, RefreshResult } from './refresh-lock.ts'

const BACKOFF_MS = 30_000
/** How often, and how long at most, a replica waits for another's refresh. */
const POLL_MS = 100
const MAX_POLLS = 250
/** Consecutive requests to the lock without a reply; each times out after half a second. */
const MAX_UNANSWERED = 3

interface Renewal {
  pending: Promise<void> | null
  renewedAt: number
  failure: { readonly error: RollerError, readonly until: number } | null
  /** When this replica last refreshed without the lock. */
  aloneAt: number
}

/** How a transport gets a new token. */
export interface TokenRenewer {
  /** Requests a new token. Resolves only if it differs from the one that ROLLER rejected. */
  renew (connectionId: string): Promise<void>
  /** Another replica refreshed the token. */
  adoptRenewed? (connectionId: string): Promise<void>
}

export class Renewals {
  readonly #renewer: TokenRenewer
  readonly #clock: Clock
  readonly #known = new LRUCache<string, Renewal>({ max: 10_000 })

  readonly #lock: RefreshLock | null

  /** @param lock shared by all replicas; null for a single one */
  constructor (renewer: TokenRenewer, clock: Clock, lock: RefreshLock | null = null) {
    this.#renewer = renewer
    this.#clock = clock
    this.#lock = lock
  }

  /**
   * Makes sure that the connection's token is newer than `sentAt`.
   * @param sentAt when the call with the 401 was sent; a token renewed since then needs no refresh
   * @throws RollerError if there is no new token
   */
  async renew (connectionId: string, sentAt: number): Promise<void> {
    let renewal = this.#known.get(connectionId)
    if (renewal === undefined) {
      renewal = { pending: null, renewedAt: -Infinity, failure: null, aloneAt: -Infinity }
      this.#known.set(connectionId, renewal)
    }
    if (renewal.renewedAt >= sentAt) return
    const now = this.#clock.now()
    if (renewal.failure !== null && renewal.failure.until > now) {
      throw withRetryAfter(renewal.failure.error, (renewal.failure.until - now) / 1000)
    }
    renewal.pending ??= this.#start(connectionId, renewal, sentAt)
    await renewal.pending
  }

  /**
   * A call was sent again with the new token, and ROLLER returned 401 again. Unless the token was renewed once more since, the token is not
   * the cause: another refresh would mean one refresh for each call, and ROLLER suspends credentials after too many token requests. So no
   * replica refreshes for a while, as after a failed refresh. This applies to the connection, not to the path: the affected paths are not
   * known.
   * @param sentAt when the call was sent again
   * @returns false if a newer token exists, so that the call may continue
   */
  async rejected (connectionId: string, sentAt: number, error: RollerError): Promise<boolean> {
    const renewal = this.#known.get(connectionId)
    const now = this.#clock.now()
    if (renewal === undefined) return true
    if (renewal.renewedAt > sentAt) return false
    if (renewal.failure !== null && renewal.failure.until > now) return true
    renewal.failure = { error, until: now + BACKOFF_MS }
    await this.#lock?.release(connectionId, 'failed', BACKOFF_MS).catch(() => {}) // then each replica detects it for itself
    return true
  }

  async #start (connectionId: string, renewal: Renewal, sentAt: number): Promise<void> {
    try {
      const state = await this.#acquire(connectionId, sentAt, renewal)
      if (state.kind === 'failed') {
        const retryAfter = Math.min(state.forMs, BACKOFF_MS) / 1000
        throw new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: FAILED_ELSEWHERE, retryAfter })
      }
      if (state.kind === 'acquired') await this.#renewAndRelease(connectionId)
      else await this.#renewer.adoptRenewed?.(connectionId)
      renewal.renewedAt = this.#clock.now()
      renewal.failure = null
    } catch (error) {
      if (isRejection(error)) {
        const restMs = Math.min((error.retryAfter ?? Infinity) * 1000, BACKOFF_MS)
        renewal.failure = { error, until: this.#clock.now() + restMs }
      }
      throw error
    } finally {
      renewal.pending = null
    }
  }

  async #renewAndRelease (connectionId: string): Promise<void> {
    let result: RefreshResult = 'unknown'
    try {
      await this.#renewer.renew(connectionId)
      result = 'renewed'
    } catch (error) {
      if (isRejection(error)) result = 'failed'
      throw error
    } finally {
      await this.#lock?.release(connectionId, result, BACKOFF_MS).catch(() => {}) // the lock expires by itself
    }
  }

  /**
   * Acquires the lock. A request without a reply is repeated, since the lock stores its owner. Without any reply the replica refreshes for
   * itself, and not again for a while: however slow Redis is, that is one refresh of a connection for each replica in 30 s.
   */
  async #acquire (connectionId: string, sentAt: number, renewal: Renewal): Promise<Exclude<LockState, { kind: 'held' }>> {
    if (this.#lock === null) return { kind: 'acquired' }
    for (let polls = 0, unanswered = 0; polls < MAX_POLLS && unanswered < MAX_UNANSWERED; polls++) {
      const state = await this.#lock.acquire(connectionId, this.#clock.now() - sentAt).catch(() => null)
      if (state === null) {
        unanswered++
        continue
      }
      if (state.kind !== 'held') return state
      unanswered = 0
      await sleep(this.#clock, POLL_MS)
    }
    const restMs = renewal.aloneAt + BACKOFF_MS - this.#clock.now()
    if (restMs > 0) return { kind: 'failed', forMs: restMs }
    renewal.aloneAt = this.#clock.now()
    return { kind: 'acquired' }
  }
}

const FAILED_ELSEWHERE = 'ROLLER answered 401, and a moment ago gave Nango no new token.'

/** A failing token endpoint needs a pause before the next request too. */
function isRejection (error: unknown): error is RollerError {
  return isRollerError(error) && (error.code === 'ROLLER_ERR_CREDENTIALS_REJECTED' || error.code === 'ROLLER_ERR_TOKEN_UNAVAILABLE')
}

function withRetryAfter (error: RollerError, seconds: number): RollerError {
  const { code, detail, hint, layer, upstream } = error
  return new RollerError(code, { detail, hint, layer, upstream, retryAfter: seconds })
}
