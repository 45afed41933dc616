/** Time that passes only when it is told to, and whoever waits wakes in its sequence. */
import type { Clock } from '#plugin/util/clock.js'

export class ManualClock implements Clock {
  #now = 1_000
  #timers = new Set<{ readonly at: number, readonly callback: () => void }>()

  now (): number { return this.#now }

  setTimeout (callback: () => void, ms: number): unknown {
    const timer = { at: this.#now + ms, callback }
    this.#timers.add(timer)
    return timer
  }

  clearTimeout (timer: unknown): void { this.#timers.delete(timer as never) } // ours

  /** How many wait. */
  get waiting (): number { return this.#timers.size }

  /** For how long they still do. */
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
