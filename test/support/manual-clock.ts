/** Time that passes only when a test says so; timers fire in their order. */
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

  clearTimeout (timer: unknown): void { this.#timers.delete(timer as never) } // ours

  /** How many timers are set. */
  get waiting (): number { return this.#timers.size }

  /** For how long each of them still waits. */
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

/** For code whose timers must fire though the test does not wait for them: its time is manual, its timers are real. */
export class SteppedClock extends ManualClock {
  override setTimeout (callback: () => void, ms: number): unknown { return systemClock.setTimeout(callback, ms) }
  override clearTimeout (timer: unknown): void { systemClock.clearTimeout(timer) }
}
