import type { Clock } from '../../clock.ts'

/** Two answers of one window tell its end to the second. */
const SAME_WINDOW_MS = 1500

/**
 * How much of Nango's limit is left in its present window. Its answers say so, but an answer is old when it is read: calls have left since,
 * and other users of the account (its syncs, calls made before the limit was known) are in no log of ours. So every call that leaves is
 * taken off what was last said, and whatever is under way counts as not yet seen by Nango.
 */
export class AccountLeft {
  readonly #clock: Clock
  #underWay = 0
  #left = Infinity
  #endsAt = -Infinity

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /** A call leaves. False when it may not. */
  leave (): boolean {
    if (this.closedFor > 0) return false
    this.#underWay++
    this.#left--
    return true
  }

  /** It was answered, or it never will be. */
  arrive (): void { this.#underWay-- }

  /** What an answer says. */
  learn (remaining: number, endsInMs: number): void {
    const endsAt = this.#clock.now() + endsInMs
    const left = remaining - this.#underWay
    // Answers overtake each other: within a window the least that was said counts, and of two windows the later.
    if (Math.abs(endsAt - this.#endsAt) <= SAME_WINDOW_MS) this.#left = Math.min(this.#left, left)
    else if (endsAt > this.#endsAt) {
      this.#left = left
      this.#endsAt = endsAt
    }
  }

  /** Milliseconds for which no call may leave. */
  get closedFor (): number {
    return this.#left > 0 ? 0 : Math.max(0, this.#endsAt - this.#clock.now())
  }
}
