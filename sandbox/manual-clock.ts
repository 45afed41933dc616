interface Timer { readonly at: number, readonly callback: () => void }

/** Time that passes only by `advance`. Fits `startSandbox({ clock })` and the option `clock` of fastify-roller. */
export class ManualClock {
  #now: number
  readonly #timers = new Set<Timer>()

  /** @param start epoch milliseconds; venues have their sessions around this day */
  constructor (start = Date.now()) {
    this.#now = start
  }

  now = (): number => this.#now

  setTimeout (callback: () => void, ms: number): unknown {
    const timer = { at: this.#now + ms, callback }
    this.#timers.add(timer)
    return timer
  }

  clearTimeout (timer: unknown): void {
    // Only setTimeout above makes timers.
    this.#timers.delete(timer as Timer)
  }

  /** Moves the time on, and runs the timers that are due, in their order. */
  advance (ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.callback()
    }
    this.#now = end
  }
}
