export interface ConnectivityOptions {
  readonly now: () => number
  /** At most one attempt to come back in this time. */
  readonly retryMs: number
  readonly onDown: () => void
  readonly onUp: () => void
  /** @throws when the store does not reply */
  readonly probe: () => Promise<void>
}

/** A failed attempt counts this much longer than `retryMs`: it may itself take that long. */
const PROBE_MS = 500

/** Whether the shared store replies. Each change is reported once, and at most one probe runs at a time. */
export class Connectivity {
  /** Counts the changes: a reply to a request of one epoch is not valid in the next. */
  epoch = 0
  down = false
  /** When it came back, by `now`. */
  upAt = -Infinity
  readonly #options: ConnectivityOptions
  #triedAt = -Infinity
  /** When the last attempt began that failed. */
  #failedAt = -Infinity
  #probing: Promise<void> | null = null

  constructor (options: ConnectivityOptions) {
    this.#options = options
  }

  /** However long this replica had no calls, the store cannot have been back for longer than this without being noticed. */
  get unnoticedMs (): number { return this.#options.retryMs + PROBE_MS }

  markDown (): void {
    if (this.down) return
    this.down = true
    this.epoch++
    this.#triedAt = this.#failedAt = this.#options.now()
    this.#options.onDown()
  }

  /**
   * Tries in the background when it is time to. A replica that had no calls for a while waits for the result instead: the others may
   * have had the store back for long.
   */
  async reconnect (): Promise<void> {
    const { now, retryMs, probe } = this.#options
    if (this.down && this.#probing === null && now() - this.#triedAt >= retryMs) {
      const triedAt = this.#triedAt = now()
      this.#probing = probe().then(() => this.#found(), () => { this.#failedAt = triedAt }).finally(() => { this.#probing = null })
    }
    if (this.#probing !== null && now() - this.#failedAt > this.unnoticedMs) await this.#probing
  }

  #found (): void {
    this.down = false
    this.epoch++
    this.upAt = this.#options.now()
    this.#options.onUp()
  }
}
