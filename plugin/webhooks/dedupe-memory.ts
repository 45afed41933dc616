import { LRUCache } from 'lru-cache'
import { atMost } from '../util/at-most.ts'
import type { Clock } from '../util/clock.ts'
import { LEASE_MS, REMEMBERED_MS, type Claim, type EventKey, type DedupeStore } from './dedupe-store.ts'

/** At most some 20 MB. For a venue with more events in 5 days, the oldest repeats are handled twice. */
const MAX_EVENTS = 100_000

/** The handled events of one process. */
export class MemoryDedupeStore implements DedupeStore {
  readonly #clock: Clock
  readonly #events: LRUCache<string, { readonly state: 'busy' | 'done', readonly until: number }>

  constructor (clock: Clock, maxEvents = MAX_EVENTS) {
    this.#clock = clock
    this.#events = new LRUCache(atMost(maxEvents))
  }

  claim (key: EventKey): Claim {
    const name = nameOf(key)
    const known = this.#events.get(name)
    if (known !== undefined && this.#clock.now() < known.until) return known.state
    this.#events.set(name, { state: 'busy', until: this.#clock.now() + LEASE_MS })
    return 'new'
  }

  done (key: EventKey): void {
    this.#events.set(nameOf(key), { state: 'done', until: this.#clock.now() + REMEMBERED_MS })
  }

  release (key: EventKey): void {
    if (this.#events.peek(nameOf(key))?.state === 'busy') this.#events.delete(nameOf(key))
  }
}

function nameOf ({ connectionId, id }: EventKey): string { return `${connectionId}\0${id}` }
