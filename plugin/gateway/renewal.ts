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

interface Renewal {
  pending: Promise<void> | null
  renewedAt: number
  failure: { readonly error: RollerError, readonly until: number } | null
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
      renewal = { pending: null, renewedAt: -Infinity, failure: null }
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

  async #start (connectionId: string, renewal: Renewal, sentAt: number): Promise<void> {
    try {
      const turn = await this.#turn(connectionId, sentAt)
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

  /** Asks the board until this replica knows what to do. Without an answer it refreshes for itself. */
  async #turn (connectionId: string, sentAt: number): Promise<Turn> {
    const alone: Turn = { kind: 'refresh' }
    if (this.#board === null) return alone
    for (let polls = 0; polls < MAX_POLLS; polls++) {
      const turn = await this.#board.ask(connectionId, this.#clock.now() - sentAt).catch(() => alone)
      if (turn.kind !== 'wait') return turn
      await sleep(this.#clock, POLL_MS)
    }
    return alone
  }
}

const FAILED_ELSEWHERE = 'ROLLER answered 401, and a moment ago gave Nango no new token.'

function isRejection (error: unknown): error is RollerError {
  return isRollerError(error) && error.code === 'ROLLER_ERR_CREDENTIALS_REJECTED'
}

function withRetryAfter (error: RollerError, seconds: number): RollerError {
  return new RollerError(error.code, {
    detail: error.detail, hint: error.hint, retryAfter: seconds, ...(error.upstream !== undefined && { upstream: error.upstream })
  })
}
