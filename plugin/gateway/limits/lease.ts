import type { Clock } from '../../util/clock.ts'
import type { LimitStore, Window } from './store.ts'

/** A call that leaves no later than this after it got its place is punctual: the windows are kept longer than ROLLER's by more than that. */
export const PUNCTUAL_MS = 50

/** Where the windows of a call are kept. */
export interface LeaseParts {
  readonly store: LimitStore
  readonly clock: Clock
  readonly tag: string
  readonly windows: readonly Window[]
  readonly slot: number
  /** What the meter showed then, where there is one. */
  readonly left: number | null
  /** The version of what replicas have told each other, as the lease was given. */
  readonly news: number | null
  readonly waitedMs: number
}

/** A call's place in its budgets, from when it was given until the call has left. */
export class Lease {
  readonly #kept: LeaseParts
  readonly #givenAt: number
  #slot: number

  constructor (kept: LeaseParts) {
    this.#kept = kept
    this.#slot = kept.slot
    this.#givenAt = kept.clock.now()
  }

  get slot (): number { return this.#slot }
  get left (): number | null { return this.#kept.left }
  get news (): number | null { return this.#kept.news }
  /** How long the call stood in line. */
  get waitedMs (): number { return this.#kept.waitedMs }

  /**
   * The call leaves now: it has its token and its socket. ROLLER counts arrivals, so a call that was held up counts from now on; its old place
   * stands until the store has heard of it, which is well within the window.
   * @returns false when the place is older than a window and may be somebody else's by now: then the call must not leave
   */
  leave (): boolean {
    const { clock, store, tag, windows } = this.#kept
    const heldMs = clock.now() - this.#givenAt
    if (heldMs <= PUNCTUAL_MS) return true
    if (windows.some(({ windowMs }) => heldMs >= windowMs)) return false
    const slot = this.#slot
    const moved = async (): Promise<void> => { this.#slot = await store.renew(tag, windows, slot) }
    // A store that is away has its own way of counting; nobody waits for it.
    moved().catch(() => {})
    return true
  }

  /** Nothing of the call was sent, so nobody has counted it. */
  async refund (): Promise<void> {
    await this.#kept.store.refund(this.#kept.tag, this.#kept.windows, this.#slot)
  }

  /** ROLLER did not take the export: its one place in six hours is free. The request itself was counted, so its other places stay spent. */
  async refundExport (): Promise<void> {
    await this.#kept.store.refund(this.#kept.tag, this.#kept.windows.slice(0, 1), this.#slot)
  }
}
