import { LRUCache } from 'lru-cache'
import type { Clock } from '../../util/clock.ts'
import type { CacheStore, Found, CacheKey, StoredResponse } from './store.ts'

interface Entry {
  readonly response: StoredResponse
  readonly generation: string
  readonly storedAt: number
  readonly ttlMs: number
}

/** Approximate size of an entry without its bytes. */
const ENTRY_OVERHEAD = 512
/** Maximum number of connections; beyond it the cache of a connection is dropped. */
const MAX_CONNECTIONS = 10_000

/** The cache of one process; the least recently used responses are evicted. */
export class MemoryCacheStore implements CacheStore {
  readonly #clock: Clock
  readonly #entries: LRUCache<string, Entry>
  /** By connection, then by resource. A missing generation is created again and never equals an older one, so losing one loses no write. */
  readonly #generations = new LRUCache<string, Map<string, string>>({ max: MAX_CONNECTIONS })
  #count = 0

  /** @param maxBytes of all entries together */
  constructor (maxBytes: number, clock: Clock) {
    this.#clock = clock
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ response }, key) => response.body.length + JSON.stringify(response.headers).length + key.length + ENTRY_OVERHEAD
    })
  }

  find (key: CacheKey, fresh: boolean): Found {
    const generation = this.#generation(key)
    if (fresh) return { hit: null, generation }
    const name = nameOf(key)
    const entry = this.#entries.get(name)
    if (entry === undefined) return { hit: null, generation }
    const ageMs = this.#clock.now() - entry.storedAt
    if (entry.generation === generation && ageMs < entry.ttlMs) return { hit: { response: entry.response, ageMs }, generation }
    this.#entries.delete(name)
    return { hit: null, generation }
  }

  keep (key: CacheKey, generation: string, response: StoredResponse, ttlMs: number): boolean {
    if (this.#generations.get(key.connectionId)?.get(key.resource) !== generation) return false
    // A small body is often a slice of a much larger buffer, which would be kept with it without being counted.
    const body = Buffer.allocUnsafeSlow(response.body.length)
    response.body.copy(body)
    const name = nameOf(key)
    const { status, headers } = response
    this.#entries.set(name, { response: { status, headers, body }, generation, storedAt: this.#clock.now(), ttlMs })
    return this.#entries.has(name)
  }

  invalidate (connectionId: string, resources: readonly string[] | null): void {
    if (resources === null) this.#generations.delete(connectionId)
    else for (const resource of resources) this.#generations.get(connectionId)?.delete(resource)
  }

  #generation ({ connectionId, resource }: CacheKey): string {
    let generations = this.#generations.get(connectionId)
    if (generations === undefined) this.#generations.set(connectionId, generations = new Map())
    let generation = generations.get(resource)
    if (generation === undefined) generations.set(resource, generation = String(++this.#count))
    return generation
  }
}

function nameOf ({ connectionId, key }: CacheKey): string { return `${connectionId}\0${key}` }
