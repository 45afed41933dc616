import type { Clock } from '../../util/clock.ts'
import type { RateLimitState } from '../../util/rate-limit-state.ts'
import type { LimitStore, Window } from './store.ts'

/**
 * A call sent at most this many milliseconds after it got its lease is punctual: the windows are longer than ROLLER's by more than that.
 */
const PUNCTUAL_MS = 50

/** The keys of a call's windows. */
export interface LeaseParts {
  readonly store: LimitStore
  readonly clock: Clock
  readonly tag: string
  readonly windows: readonly Window[]
  readonly slot: number
  /** What is left of the upstream's own quota, if known. */
  readonly quotaLeft: number | null
  /** The version of the connection news that replicas share. */
  readonly newsVersion: number | null
  readonly waitedMs: number
  /** What is left of the rate limit now. */
  readonly rateLimit: RateLimitState
}

/** The rate limiter's permission for one call, until the call is sent. */
export class Lease {
  readonly #parts: LeaseParts
  readonly #givenAt: number
  #slot: number
  #renewing: Promise<void> | undefined

  constructor (parts: LeaseParts) {
    this.#parts = parts
    this.#slot = parts.slot
    this.#givenAt = parts.clock.now()
  }

  get slot (): number { return this.#slot }
  get quotaLeft (): number | null { return this.#parts.quotaLeft }
  get newsVersion (): number | null { return this.#parts.newsVersion }
  get rateLimit (): RateLimitState { return this.#parts.rateLimit }
  /** How long the call was queued. */
  get waitedMs (): number { return this.#parts.waitedMs }

  /**
   * Marks the call as sent; it has its token and its socket. ROLLER counts arrivals, so a delayed call is renewed: it counts from now on,
   * and its old slot stays until the store has moved it, well within the window.
   * @returns false if the lease is older than a window, so that its slot may be reused: then the call must not be sent
   */
  markSent (): boolean {
    const { clock, windows } = this.#parts
    const heldMs = clock.now() - this.#givenAt
    if (heldMs <= PUNCTUAL_MS) return true
    if (windows.some(({ windowMs }) => heldMs >= windowMs)) return false
    // An unavailable store has a fallback, and the call does not wait for it.
    this.#renewing = this.#renew().catch(() => {})
    return true
  }

  async #renew (): Promise<void> {
    const { store, tag, windows } = this.#parts
    this.#slot = await store.renew(tag, windows, this.#slot)
  }

  /** Nothing of the call was sent, so it does not count. */
  async refund (): Promise<void> {
    await this.#renewing // until then the slot has its old name
    await this.#parts.store.refund(this.#parts.tag, this.#parts.windows, this.#slot)
  }

  /** ROLLER rejected the export: its slot for six hours is free. The request itself was counted, so its other slots stay used. */
  async refundExport (): Promise<void> {
    await this.#renewing
    await this.#parts.store.refund(this.#parts.tag, this.#parts.windows.slice(0, 1), this.#slot)
  }
}
