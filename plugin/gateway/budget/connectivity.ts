export interface ConnectivityOptions {
  readonly now: () => number
  /** At most one attempt to come back in this time. */
  readonly retryMs: number
  readonly onAway: () => void
  readonly onBack: () => void
}

/** Whether the shared store answers. Each change is told once, and at most one probe is under way. */
export class Connectivity {
  /** Counts the changes: what was asked under one number must not be believed under the next. */
  epoch = 0
  away = false
  /** When the store came back, by `now`. */
  backAt = -Infinity
  readonly #options: ConnectivityOptions
  #triedAt = -Infinity
  #probing = false

  constructor (options: ConnectivityOptions) {
    this.#options = options
  }

  lost (): void {
    if (this.away) return
    this.away = true
    this.epoch++
    this.#triedAt = this.#options.now()
    this.#options.onAway()
  }

  /** Tries in the background when it is time to; nobody waits for it. */
  tryAgain (probe: () => Promise<void>): void {
    const now = this.#options.now()
    if (!this.away || this.#probing || now - this.#triedAt < this.#options.retryMs) return
    this.#triedAt = now
    this.#probing = true
    probe().then(() => this.#found(), () => {}).finally(() => { this.#probing = false })
  }

  #found (): void {
    this.away = false
    this.epoch++
    this.backAt = this.#options.now()
    this.#options.onBack()
  }
}
