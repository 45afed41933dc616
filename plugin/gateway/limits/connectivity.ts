export interface ConnectivityOptions {
  readonly now: () => number
  /** Minimum interval between two probes, in milliseconds. */
  readonly retryMs: number
  /** @param at by `now` */
  readonly onDown: (at: number) => void
  readonly onUp: () => void
  /** @throws if the store does not reply */
  readonly probe: () => Promise<void>
}

/** A failed probe counts this many milliseconds more than `retryMs`, because it may itself take that long. */
const PROBE_MS = 500

/** Whether the shared store replies. Each change is reported once, and at most one probe runs at a time. */
export class Connectivity {
  /** Counts the changes: a reply to a request of one epoch is not valid in the next. */
  epoch = 0
  down = false
  /** When it replied again, by `now`. */
  upAt = -Infinity
  readonly #options: ConnectivityOptions
  #triedAt = -Infinity
  /** When the last failed probe began. */
  #failedAt = -Infinity
  #probing: Promise<void> | null = null

  constructor (options: ConnectivityOptions) {
    this.#options = options
  }

  /** Upper bound of the time since the store recovered without being noticed, however long this replica had no calls. */
  get unnoticedMs (): number { return this.#options.retryMs + PROBE_MS }

  /** Only while it is up: a failure of an earlier epoch is none of this one. */
  markDown (): void {
    this.down = true
    this.epoch++
    this.#triedAt = this.#failedAt = this.#options.now()
    this.#options.onDown(this.#triedAt)
  }

  /** It was down unnoticed, until `upAt`. */
  noteOutage (upAt: number): void {
    this.epoch++
    this.upAt = upAt
    this.#options.onDown(upAt)
    this.#options.onUp()
  }

  /**
   * Probes in the background if one is due. A replica that had no calls for a while waits for the result instead: other replicas may have
   * been using the store for long.
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
