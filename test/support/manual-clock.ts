/** A clock that moves only when a test advances it; timers fire in order. */
import { systemClock, type Clock } from '#plugin/util/clock.js'

export class ManualClock implements Clock {
  #now: number
  readonly #timers = new Set<{ readonly at: number, readonly callback: () => void }>()

  constructor (now = 1_000) { this.#now = now }

  now (): number { return this.#now }

  setTimeout (callback: () => void, ms: number): unknown {
    const timer = { at: this.#now + ms, callback }
    this.#timers.add(timer)
    return timer
  }

  clearTimeout (timer: unknown): void { this.#timers.delete(timer as never) } // created above

  /** Number of active timers. */
  get waiting (): number { return this.#timers.size }

  /** Remaining times of all timers. */
  get waits (): number[] { return [...this.#timers].map(({ at }) => at - this.#now) }

  advance (ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > end) break
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.callback()
    }
    this.#now = end
  }
}

/** For code whose timers must fire without a waiting test: the time is manual, the timers are real. */
export class SteppedClock extends ManualClock {
  override setTimeout (callback: () => void, ms: number): unknown { return systemClock.setTimeout(callback, ms) }
  override clearTimeout (timer: unknown): void { systemClock.clearTimeout(timer) }
}
