interface Timer { readonly at: number, readonly callback: () => void }

/** A clock that moves only by `advance`. Pass it to `startSandbox({ clock })` and to the option `clock` of fastify-roller. */
export class ManualClock {
  #now: number
  readonly #timers = new Set<Timer>()

  /** @param start epoch milliseconds; the venues' sessions are generated around this day */
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
    // All timers come from setTimeout above.
    this.#timers.delete(timer as Timer)
  }

  /** Advances the clock by `ms` milliseconds and runs the timers that are due, in order. */
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
