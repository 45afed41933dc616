import type { Claim, EventKey, DedupeStore } from './dedupe-store.ts'

export interface SharedDedupeStoreOptions {
  /** This replica's own memory. */
  readonly local: DedupeStore
  /** The store of all replicas; it may fail. */
  readonly shared: DedupeStore
  /** Called once when the shared store fails, and again only after it has recovered. */
  readonly onRedisDown: () => void
}

/**
 * Checks the local store first, then the shared one. Without the shared one it continues locally: an event that two replicas get at that
 * time is handled by both, for which handlers must be idempotent anyway, whereas rejecting events could lose them.
 */
export class SharedDedupeStore implements DedupeStore {
  readonly #options: SharedDedupeStoreOptions
  #isDown = false

  constructor (options: SharedDedupeStoreOptions) {
    this.#options = options
  }

  async claim (key: EventKey): Promise<Claim> {
    const { local, shared } = this.#options
    const own = await local.claim(key)
    if (own !== 'new') return own
    const claim = await this.#try(() => shared.claim(key)) ?? 'new'
    if (claim === 'done') await local.done(key)
    if (claim === 'busy') await local.release(key)
    return claim
  }

  async done (key: EventKey): Promise<void> {
    await this.#options.local.done(key)
    await this.#try(() => this.#options.shared.done(key))
  }

  async release (key: EventKey): Promise<void> {
    await this.#options.local.release(key)
    await this.#try(() => this.#options.shared.release(key))
  }

  async #try<T> (work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      const result = await work()
      this.#isDown = false
      return result
    } catch {
      if (!this.#isDown) this.#options.onRedisDown()
      this.#isDown = true
      return undefined
    }
  }
}
