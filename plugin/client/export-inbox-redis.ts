import type { RedisLike } from '../redis/client.ts'
import { readFileSync } from 'node:fs'
import { EXPORT_ENTRIES_MAX, EXPORT_KEPT_MS, readPart, type ExportInbox, type ExportEntry, type ExportKey } from './export-inbox.ts'
import { digest, loadScript, RedisScript, type RedisScriptOptions } from '../redis/script.ts'
import { InboxSubscribers } from './inbox-subscribers.ts'

export interface RedisExportInboxOptions extends RedisScriptOptions {
  /** Separates Nango environments and integrations in one Redis. Only its hash is stored. */
  readonly scope: string
}

const script = loadScript(readFileSync(new URL('./export-inbox.lua', import.meta.url), 'utf8'))

/** The inbox of all replicas. Throws RedisUnavailable: an entry that was not stored is not acknowledged, and ROLLER sends it again. */
export class RedisExportInbox implements ExportInbox {
  readonly shared = true
  readonly #script: RedisScript
  readonly #scope: string
  readonly #watchers = new InboxSubscribers()

  constructor (client: RedisLike, { scope, ...options }: RedisExportInboxOptions) {
    this.#script = new RedisScript(client, script, options)
    this.#scope = scope
  }

  async put (key: ExportKey, entry: ExportEntry): Promise<void> {
    await this.#script.run([this.#name(key)], ['put', JSON.stringify(entry), String(EXPORT_ENTRIES_MAX), String(EXPORT_KEPT_MS)])
    this.#watchers.notify(key)
  }

  async read (key: ExportKey): Promise<readonly ExportEntry[]> {
    const list = await this.#script.run([this.#name(key)], ['read'])
    return Array.isArray(list) ? list.flatMap((text) => decode(text)) : []
  }

  subscribe (key: ExportKey, onPut: () => void): () => void { return this.#watchers.subscribe(key, onPut) }

  /** The braces put all keys of one connection into one slot of a Redis Cluster. */
  #name ({ connectionId, exportType }: ExportKey): string {
    return `roller:inbox:{${digest(this.#scope, connectionId)}}:${digest(exportType)}`
  }
}

/** Entries that `put` did not write, as by a later version, are skipped. */
function decode (text: unknown): ExportEntry[] {
  try {
    const entry = JSON.parse(String(text)) as { kind?: unknown, order?: unknown, part?: unknown } // checked below
    const { kind, order } = entry
    if ((kind === 'ordered' || kind === 'withdrawn') && typeof order === 'string') return [{ kind, order }]
    const part = entry.kind === 'message' ? readPart(entry.part) : null
    return part === null ? [] : [{ kind: 'message', part }]
  } catch {
    return []
  }
}
