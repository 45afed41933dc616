import { LRUCache } from 'lru-cache'
import type { Clock } from '../util/clock.ts'
import { EXPORT_ENTRIES_MAX, EXPORT_KEPT_MS, type ExportInbox, type ExportEntry, type ExportKey } from './export-inbox.ts'
import { nameOf, InboxSubscribers } from './inbox-subscribers.ts'

/** Maximum number of connections times export types; the least recently used are dropped first. */
const MAX_KEYS = 1_000

/** Total characters of the URLs, in one list and in all: some 10,000 and 40,000 files. */
const MAX_LIST_SIZE = 16 * 1024 * 1024
const MAX_SIZE = 64 * 1024 * 1024

interface Kept {
  readonly list: ExportEntry[]
  readonly size: number
  readonly until: number
}

/** The inbox of one process, empty after a restart. */
export class MemoryExportInbox implements ExportInbox {
  readonly shared = false
  readonly #clock: Clock
  readonly #entries = new LRUCache<string, Kept>({ max: MAX_KEYS, maxSize: MAX_SIZE, sizeCalculation: ({ size }) => size + 1 })
  readonly #watchers = new InboxSubscribers()

  constructor (clock: Clock) {
    this.#clock = clock
  }

  put (key: ExportKey, entry: ExportEntry): void {
    const { list, size: before }: Pick<Kept, 'list' | 'size'> = this.#find(key) ?? { list: [], size: 0 }
    list.push(entry)
    let size = before + sizeOf(entry)
    // the newest alone is below both
    while (list.length > EXPORT_ENTRIES_MAX || size > MAX_LIST_SIZE) size -= sizeOf(list.shift() as ExportEntry)
    // A new array: the cache does not recompute the size of a value that it already holds.
    this.#entries.set(nameOf(key), { list, size, until: this.#clock.now() + EXPORT_KEPT_MS })
    this.#watchers.notify(key)
  }

  read (key: ExportKey): readonly ExportEntry[] { return [...this.#find(key)?.list ?? []] }

  subscribe (key: ExportKey, onPut: () => void): () => void { return this.#watchers.subscribe(key, onPut) }

  #find (key: ExportKey): Kept | undefined {
    const kept = this.#entries.get(nameOf(key))
    return kept !== undefined && this.#clock.now() < kept.until ? kept : undefined
  }
}

function sizeOf (entry: ExportEntry): number {
  return entry.kind === 'message' ? entry.part.urls.reduce((size, url) => size + url.length, 0) : 0
}
