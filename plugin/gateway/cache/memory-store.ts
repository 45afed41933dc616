import { LRUCache } from 'lru-cache'
import type { Clock } from '../../util/clock.ts'
import type { CacheStore, Found, CacheKey, StoredResponse } from './store.ts'

interface Entry {
  readonly answer: StoredResponse
  readonly generation: string
  readonly storedAt: number
  readonly ttlMs: number
}

/** What an entry takes beside its bytes, roughly. */
const ENTRY_OVERHEAD = 512
/** A connection beyond these loses what is kept of it, nothing more. */
const MAX_CONNECTIONS = 10_000

/** Answers of one process, the least used of which make room for new ones. */
export class MemoryCacheStore implements CacheStore {
  readonly #clock: Clock
  readonly #entries: LRUCache<string, Entry>
  /** By connection, then by resource. One that is missing is made anew, and never equals an older one: losing one loses no write. */
  readonly #generations = new LRUCache<string, Map<string, string>>({ max: MAX_CONNECTIONS })
  #count = 0

  /** @param maxBytes of all entries together */
  constructor (maxBytes: number, clock: Clock) {
    this.#clock = clock
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ answer }, key) => answer.body.length + JSON.stringify(answer.headers).length + key.length + ENTRY_OVERHEAD
    })
  }

  find (key: CacheKey, fresh: boolean): Found {
    const generation = this.#generation(key)
    if (fresh) return { hit: null, generation }
    const name = nameOf(key)
    const entry = this.#entries.get(name)
    if (entry === undefined) return { hit: null, generation }
    const ageMs = this.#clock.now() - entry.storedAt
    if (entry.generation === generation && ageMs < entry.ttlMs) return { hit: { answer: entry.answer, ageMs }, generation }
    this.#entries.delete(name)
    return { hit: null, generation }
  }

  keep (key: CacheKey, generation: string, answer: StoredResponse, ttlMs: number): boolean {
    if (this.#generations.get(key.connectionId)?.get(key.resource) !== generation) return false
    // A small body is often a piece of a much larger buffer, which would be kept along with it and not be counted.
    const body = Buffer.allocUnsafeSlow(answer.body.length)
    answer.body.copy(body)
    const name = nameOf(key)
    const { status, headers } = answer
    this.#entries.set(name, { answer: { status, headers, body }, generation, storedAt: this.#clock.now(), ttlMs })
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
