import { LRUCache } from 'lru-cache'
import type { Clock } from '../util/clock.ts'
import { INBOX_MAX, INBOX_MS, type Inbox, type InboxEntry, type InboxKey } from './export-inbox.ts'
import { nameOf, Watchers } from './watchers.ts'

/** Connections times export types with something in them; the least used go first. */
const MAX_KEYS = 1_000

/** Characters of addresses, of one list and of all: some 10,000 and 40,000 files. */
const MAX_LIST_SIZE = 16 * 1024 * 1024
const MAX_SIZE = 64 * 1024 * 1024

interface Kept {
  readonly list: InboxEntry[]
  readonly size: number
  readonly until: number
}

/** The inbox of one process. A restart empties it. */
export class MemoryInbox implements Inbox {
  readonly shared = false
  readonly #clock: Clock
  readonly #entries = new LRUCache<string, Kept>({ max: MAX_KEYS, maxSize: MAX_SIZE, sizeCalculation: ({ size }) => size + 1 })
  readonly #watchers = new Watchers()

  constructor (clock: Clock) {
    this.#clock = clock
  }

  put (key: InboxKey, entry: InboxEntry): void {
    const { list, size: before }: Pick<Kept, 'list' | 'size'> = this.#find(key) ?? { list: [], size: 0 }
    list.push(entry)
    let size = before + sizeOf(entry)
    while (list.length > INBOX_MAX || size > MAX_LIST_SIZE) size -= sizeOf(list.shift() as InboxEntry) // the newest alone is below both
    // Made anew: the cache does not weigh again what it holds already.
    this.#entries.set(nameOf(key), { list, size, until: this.#clock.now() + INBOX_MS })
    this.#watchers.tell(key)
  }

  read (key: InboxKey): readonly InboxEntry[] { return [...this.#find(key)?.list ?? []] }

  watch (key: InboxKey, onPut: () => void): () => void { return this.#watchers.watch(key, onPut) }

  #find (key: InboxKey): Kept | undefined {
    const kept = this.#entries.get(nameOf(key))
    return kept !== undefined && this.#clock.now() < kept.until ? kept : undefined
  }
}

function sizeOf (entry: InboxEntry): number {
  return entry.kind === 'message' ? entry.part.urls.reduce((size, url) => size + url.length, 0) : 0
}
