import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { RedisLike } from '../redis/client.ts'
import { digest, loadScript, RedisScript, type RedisScriptOptions } from '../redis/script.ts'
import { LEASE_MS, REMEMBERED_MS, type Claim, type EventKey, type DedupeStore } from './dedupe-store.ts'

export interface RedisDedupeStoreOptions extends RedisScriptOptions {
  /** Separates Nango environments and integrations in one Redis. Only its hash is stored. */
  readonly scope: string
}

const script = loadScript(readFileSync(new URL('./dedupe.lua', import.meta.url), 'utf8'))

/** The handled events of all replicas. Throws RedisUnavailable. */
export class RedisDedupeStore implements DedupeStore {
  readonly #script: RedisScript
  readonly #scope: string
  readonly #me = randomUUID()

  constructor (client: RedisLike, { scope, ...options }: RedisDedupeStoreOptions) {
    this.#script = new RedisScript(client, script, options)
    this.#scope = scope
  }

  async claim (key: EventKey): Promise<Claim> {
    const response = await this.#run(key, ['claim', this.#me, String(LEASE_MS)])
    return response === 'new' || response === 'done' ? response : 'busy'
  }

  async done (key: EventKey): Promise<void> { await this.#run(key, ['done', String(REMEMBERED_MS)]) }

  async release (key: EventKey): Promise<void> { await this.#run(key, ['release', this.#me]) }

  /** The braces put all keys of one connection into one slot of a Redis Cluster. */
  async #run ({ connectionId, id }: EventKey, args: readonly string[]): Promise<unknown> {
    return await this.#script.run([`roller:seen:{${digest(this.#scope, connectionId)}}:${digest(id)}`], args)
  }
}
