export interface ConnectivityOptions {
  readonly now: () => number
  /** At most one attempt to come back in this time. */
  readonly retryMs: number
  readonly onAway: () => void
  readonly onBack: () => void
  /** @throws when the store does not answer */
  readonly probe: () => Promise<void>
}

/** A failed attempt says this much longer than `retryMs` that the store is away: it may itself take that long. */
const PROBE_MS = 500

/** Whether the shared store answers. Each change is told once, and at most one probe is under way. */
export class Connectivity {
  /** Counts the changes: what was asked under one number must not be believed under the next. */
  epoch = 0
  away = false
  /** When it came back, by `now`. */
  backAt = -Infinity
  readonly #options: ConnectivityOptions
  #triedAt = -Infinity
  /** When the last attempt began that failed. */
  #failedAt = -Infinity
  #probing: Promise<void> | null = null

  constructor (options: ConnectivityOptions) {
    this.#options = options
  }

  /** However long nobody has asked here, the store cannot have been back for longer than this without being noticed. */
  get unnoticedMs (): number { return this.#options.retryMs + PROBE_MS }

  lost (): void {
    if (this.away) return
    this.away = true
    this.epoch++
    this.#triedAt = this.#failedAt = this.#options.now()
    this.#options.onAway()
  }

  /**
   * Tries in the background when it is time to. A replica that nobody has called for a while waits for the answer instead: the others may have
   * had the store back for long.
   */
  async tryAgain (): Promise<void> {
    const { now, retryMs, probe } = this.#options
    if (this.away && this.#probing === null && now() - this.#triedAt >= retryMs) {
      const triedAt = this.#triedAt = now()
      this.#probing = probe().then(() => this.#found(), () => { this.#failedAt = triedAt }).finally(() => { this.#probing = null })
    }
    if (this.#probing !== null && now() - this.#failedAt > this.unnoticedMs) await this.#probing
  }

  #found (): void {
    this.away = false
    this.epoch++
    this.backAt = this.#options.now()
    this.#options.onBack()
  }
}
