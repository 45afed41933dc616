import type { RedisLike } from '../redis/client.ts'
import { EXPORT_ENTRIES_MAX, EXPORT_KEPT_MS, readPart, type ExportInbox, type ExportEntry, type ExportKey } from './export-inbox.ts'
import { digest, RedisScript, type RedisScriptOptions } from '../redis/script.ts'
import { Watchers } from './watchers.ts'

export interface RedisExportInboxOptions extends RedisScriptOptions {
  /** Tells the Nango environment and the integration from others in the same Redis. Only a hash of it leaves the process. */
  readonly scope: string
}

const LUA = `
-- KEYS[1]  a list, the oldest first
-- ARGV     put, entry, longest list, life in milliseconds | read
if ARGV[1] == 'put' then
  redis.call('RPUSH', KEYS[1], ARGV[2])
  redis.call('LTRIM', KEYS[1], -tonumber(ARGV[3]), -1)
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return 1
end
return redis.call('LRANGE', KEYS[1], 0, -1)
`

/** The inbox of all replicas. Throws RedisAway: what is not kept was not taken, and ROLLER sends it again. */
export class RedisExportInbox implements ExportInbox {
  readonly shared = true
  readonly #script: RedisScript
  readonly #scope: string
  readonly #watchers = new Watchers()

  constructor (client: RedisLike, { scope, ...options }: RedisExportInboxOptions) {
    this.#script = new RedisScript(client, LUA, options)
    this.#scope = scope
  }

  async put (key: ExportKey, entry: ExportEntry): Promise<void> {
    await this.#script.run([this.#name(key)], ['put', JSON.stringify(entry), String(EXPORT_ENTRIES_MAX), String(EXPORT_KEPT_MS)])
    this.#watchers.tell(key)
  }

  async read (key: ExportKey): Promise<readonly ExportEntry[]> {
    const list = await this.#script.run([this.#name(key)], ['read'])
    return Array.isArray(list) ? list.flatMap((text) => decode(text)) : []
  }

  watch (key: ExportKey, onPut: () => void): () => void { return this.#watchers.watch(key, onPut) }

  /** The braces put what belongs to one connection into one slot of a Redis Cluster. */
  #name ({ connectionId, exportType }: ExportKey): string { return `roller:inbox:{${digest(this.#scope, connectionId)}}:${digest(exportType)}` }
}

/** Anything else than what `put` wrote, as by a later version, is left out. */
function decode (text: unknown): ExportEntry[] {
  try {
    const entry = JSON.parse(String(text)) as { kind?: unknown, order?: unknown, part?: unknown } // looked at below
    if ((entry.kind === 'ordered' || entry.kind === 'withdrawn') && typeof entry.order === 'string') return [{ kind: entry.kind, order: entry.order }]
    const part = entry.kind === 'message' ? readPart(entry.part) : null
    return part === null ? [] : [{ kind: 'message', part }]
  } catch {
    return []
  }
}
