/**
 * The one forced token refresh after a 401. However many calls meet the 401, one refresh is made, all wait for it, and each is sent again once.
 * A refresh that failed closes the way for 30 s, as Nango itself does: one failed force_refresh puts even a valid token into its back-off.
 */
import { LRUCache } from 'lru-cache'
import { sleep, type Clock } from '../clock.ts'
import { isRollerError, RollerError } from '../errors.ts'
import type { RenewalBoard, Turn } from './renewal-board.ts'

const BACKOFF_MS = 30_000
/** How often, and how long at most, a replica looks whether another has finished its refresh. */
const POLL_MS = 100
const MAX_POLLS = 250
/** Questions in a row that the board may leave unanswered; each ends after half a second. */
const MAX_UNANSWERED = 3

interface Renewal {
  pending: Promise<void> | null
  renewedAt: number
  failure: { readonly error: RollerError, readonly until: number } | null
  /** When this replica last refreshed without knowing of the others. */
  aloneAt: number
}

export class Renewals {
  readonly #refresh: (connectionId: string) => Promise<void>
  readonly #clock: Clock
  readonly #known = new LRUCache<string, Renewal>({ max: 10_000 })

  readonly #board: RenewalBoard | null

  /** @param board where replicas agree; null for a single one */
  constructor (refresh: (connectionId: string) => Promise<void>, clock: Clock, board: RenewalBoard | null = null) {
    this.#refresh = refresh
    this.#clock = clock
    this.#board = board
  }

  /**
   * Makes sure that the connection's token is newer than `sentAt`.
   * @param sentAt when the call that met the 401 was sent; a token renewed since then needs no other refresh
   * @throws RollerError when there is no new token
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
   * A call was sent again with the new token, and ROLLER said 401 all the same: it is not the token. A new one for every such call would be one
   * refresh a call, and ROLLER suspends credentials whose owner asks for tokens too often. So there is none for a while, as after a refresh
   * that failed, on any replica. It is the connection that rests, not the path: nobody can tell which paths are meant.
   */
  async inVain (connectionId: string, error: RollerError): Promise<void> {
    const renewal = this.#known.get(connectionId)
    const now = this.#clock.now()
    if (renewal === undefined || (renewal.failure !== null && renewal.failure.until > now)) return
    renewal.failure = { error, until: now + BACKOFF_MS }
    await this.#board?.done(connectionId, 'failed', BACKOFF_MS).catch(() => {}) // then each replica finds out for itself
  }

  async #start (connectionId: string, renewal: Renewal, sentAt: number): Promise<void> {
    try {
      const turn = await this.#turn(connectionId, sentAt, renewal)
      if (turn.kind === 'failed') throw new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: FAILED_ELSEWHERE, retryAfter: turn.forMs / 1000 })
      if (turn.kind === 'refresh') await this.#refreshAndTell(connectionId)
      renewal.renewedAt = this.#clock.now()
      renewal.failure = null
    } catch (error) {
      if (isRejection(error)) renewal.failure = { error, until: this.#clock.now() + (error.retryAfter ?? BACKOFF_MS / 1000) * 1000 }
      throw error
    } finally {
      renewal.pending = null
    }
  }

  async #refreshAndTell (connectionId: string): Promise<void> {
    let result: 'renewed' | 'failed' | 'unknown' = 'unknown'
    try {
      await this.#refresh(connectionId)
      result = 'renewed'
    } catch (error) {
      if (isRejection(error)) result = 'failed'
      throw error
    } finally {
      await this.#board?.done(connectionId, result, BACKOFF_MS).catch(() => {}) // the lease ends by itself
    }
  }

  /**
   * Asks the board until this replica knows what to do. A board that does not answer is asked again: it knows who asks, and who was to refresh
   * is still the one. Without any answer the replica refreshes for itself, and not again for a while: however slow Redis is, that is one refresh
   * of a connection for each replica in 30 s.
   */
  async #turn (connectionId: string, sentAt: number, renewal: Renewal): Promise<Turn> {
    if (this.#board === null) return { kind: 'refresh' }
    for (let polls = 0, unanswered = 0; polls < MAX_POLLS && unanswered < MAX_UNANSWERED; polls++) {
      const turn = await this.#board.ask(connectionId, this.#clock.now() - sentAt).catch(() => null)
      if (turn === null) {
        unanswered++
        continue
      }
      if (turn.kind !== 'wait') return turn
      unanswered = 0
      await sleep(this.#clock, POLL_MS)
    }
    const restMs = renewal.aloneAt + BACKOFF_MS - this.#clock.now()
    if (restMs > 0) return { kind: 'failed', forMs: restMs }
    renewal.aloneAt = this.#clock.now()
    return { kind: 'refresh' }
  }
}

const FAILED_ELSEWHERE = 'ROLLER answered 401, and a moment ago gave Nango no new token.'

/** Also a token endpoint in trouble needs a pause before it is asked again. */
function isRejection (error: unknown): error is RollerError {
  return isRollerError(error) && (error.code === 'ROLLER_ERR_CREDENTIALS_REJECTED' || error.code === 'ROLLER_ERR_TOKEN_UNAVAILABLE')
}

function withRetryAfter (error: RollerError, seconds: number): RollerError {
  return new RollerError(error.code, {
    detail: error.detail, hint: error.hint, layer: error.layer, retryAfter: seconds, ...(error.upstream !== undefined && { upstream: error.upstream })
  })
}
