import type { Claim, EventKey, DedupeStore } from './dedupe-store.ts'

export interface SharedDedupeStoreOptions {
  /** This replica's own memory. */
  readonly local: DedupeStore
  /** That of all replicas; it may fail. */
  readonly shared: DedupeStore
  /** Told once when the shared one fails, and again only after it has worked in between. */
  readonly onRedisDown: () => void
}

/**
 * A replica asks itself first, and then the others. Without them it goes on alone: an event that two replicas get at that time is
 * handled by both, which handlers have to bear anyway, while refusing events would not be better than losing them.
 */
export class SharedDedupeStore implements DedupeStore {
  readonly #options: SharedDedupeStoreOptions
  #away = false

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
      this.#away = false
      return result
    } catch {
      if (!this.#away) this.#options.onRedisDown()
      this.#away = true
      return undefined
    }
  }
}
