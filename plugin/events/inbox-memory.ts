import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import { INBOX_MAX, INBOX_MS, type Inbox, type InboxEntry, type InboxKey } from './inbox.ts'
import { nameOf, Watchers } from './watchers.ts'

/** Connections times export types with something in them; the least used go first. */
const MAX_KEYS = 1_000

/** The inbox of one process. A restart empties it. */
export class MemoryInbox implements Inbox {
  readonly shared = false
  readonly #clock: Clock
  readonly #entries = new LRUCache<string, { readonly list: InboxEntry[], until: number }>({ max: MAX_KEYS })
  readonly #watchers = new Watchers()

  constructor (clock: Clock) {
    this.#clock = clock
  }

  put (key: InboxKey, entry: InboxEntry): void {
    const kept = this.#find(key) ?? { list: [], until: 0 }
    kept.list.push(entry)
    if (kept.list.length > INBOX_MAX) kept.list.shift()
    kept.until = this.#clock.now() + INBOX_MS
    this.#entries.set(nameOf(key), kept)
    this.#watchers.tell(key)
  }

  read (key: InboxKey): readonly InboxEntry[] { return [...this.#find(key)?.list ?? []] }

  watch (key: InboxKey, onPut: () => void): () => void { return this.#watchers.watch(key, onPut) }

  #find (key: InboxKey): { readonly list: InboxEntry[], until: number } | undefined {
    const kept = this.#entries.get(nameOf(key))
    return kept !== undefined && this.#clock.now() < kept.until ? kept : undefined
  }
}
