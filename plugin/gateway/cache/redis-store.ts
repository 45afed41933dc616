import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../util/clock.ts'
import type { RedisLike } from '../../redis/client.ts'
import { digest, loadScript, RedisScript } from '../../redis/script.ts'
import { NOTHING, type CacheStore, type Found, type CacheKey, type StoredResponse } from './store.ts'

export interface RedisCacheStoreOptions {
  /** Separates Nango environments and integrations in one Redis. Only its hash is stored. */
  readonly scope: string
  readonly clock: Clock
  /** Every operation ends within this time. */
  readonly timeoutMs?: number
}

const script = loadScript(readFileSync(new URL('./cache.lua', import.meta.url), 'utf8'))
/** A call does not wait longer for a response that it can also get from ROLLER. */
const TIMEOUT_MS = 250
/** Longer than the lifetime of any response. */
const GENERATIONS_MS = String(25 * 3_600_000)
const MAX_PENDING = 100_000

/**
 * The cache of all replicas. A failure is a miss, with one exception: after a failed invalidation, this replica reads nothing of the
 * connection from Redis until the invalidation was repeated. Until then, other replicas may serve outdated responses.
 *
 * Bodies are stored as strings, so that a client needs no more methods than for the rate limits: as text if they are UTF-8, like JSON, and
 * otherwise in base64.
 */
export class RedisCacheStore implements CacheStore {
  readonly #script: RedisScript
  readonly #scope: string
  /** By tag; null: all resources of the connection. */
  readonly #pending = new LRUCache<string, { readonly resources: readonly string[] | null }>({ max: MAX_PENDING })
  #settling = false

  constructor (client: RedisLike, { scope, clock, timeoutMs = TIMEOUT_MS }: RedisCacheStoreOptions) {
    this.#script = new RedisScript(client, script, { clock, timeoutMs })
    this.#scope = scope
  }

  async find (key: CacheKey, fresh: boolean): Promise<Found> {
    const tag = this.#tag(key.connectionId)
    if (this.#pending.has(tag) && !await this.#settle(tag)) return NOTHING
    const response = await this.#run(keysOf(tag, key.key), ['find', key.resource, randomUUID(), GENERATIONS_MS, fresh ? '0' : '1'])
    if (!Array.isArray(response) || typeof response[0] !== 'string') return NOTHING
    return { generation: response[0], hit: decode(response.slice(1)) }
  }

  async keep (key: CacheKey, generation: string, { headers, body }: StoredResponse, ttlMs: number): Promise<boolean> {
    const encoding = isUtf8(body) ? 'utf8' : 'base64'
    const head = JSON.stringify([encoding, ttlMs, headers])
    const keys = keysOf(this.#tag(key.connectionId), key.key)
    // With its option stringNumbers, ioredis returns numbers as text.
    return Number(await this.#run(keys, ['keep', key.resource, generation, String(ttlMs), head, body.toString(encoding)])) === 1
  }

  async invalidate (connectionId: string, resources: readonly string[] | null): Promise<void> {
    const tag = this.#tag(connectionId)
    const before = this.#pending.get(tag)
    const all = resources === null || before?.resources === null ? null : [...new Set([...before?.resources ?? [], ...resources])]
    // Recorded first: a read must not run in between.
    this.#pending.set(tag, { resources: all })
    await this.#settle(tag)
  }

  /** @returns true if no invalidation is pending */
  async #settle (tag: string): Promise<boolean> {
    const pending = this.#pending.get(tag)
    if (pending === undefined) return true
    if (await this.#run([generationsKey(tag)], ['drop', ...pending.resources ?? []]) === undefined) return false
    if (this.#pending.get(tag) === pending) this.#pending.delete(tag) // no further write in the meantime
    this.#settleOthers()
    return !this.#pending.has(tag)
  }

  /** Redis responds again: repeats other pending invalidations, one after another, in the background. */
  #settleOthers (): void {
    if (this.#settling || this.#pending.size === 0) return
    this.#settling = true
    const work = async (): Promise<void> => {
      for (const tag of [...this.#pending.keys()]) if (!await this.#settle(tag)) break
    }
    work().finally(() => { this.#settling = false })
  }

  /** Undefined: Redis did not run it, or the outcome is unknown. */
  async #run (keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return await this.#script.run(keys, args).catch(() => undefined)
  }

  /** Connection ids and targets may identify a person, so keys contain neither. */
  #tag (connectionId: string): string { return digest(this.#scope, connectionId) }
}

/** The braces put all keys of one connection into one slot of a Redis Cluster. */
function generationsKey (tag: string): string { return `roller:cache:{${tag}}:generations` }

function keysOf (tag: string, key: string): string[] { return [generationsKey(tag), `roller:cache:{${tag}}:response:${digest(key)}`] }

/** Anything else than what `keep` wrote is a miss. */
function decode ([head, body, left]: readonly unknown[]): Found['hit'] {
  const leftMs = Number(left ?? -1)
  if (typeof head !== 'string' || typeof body !== 'string' || !(leftMs >= 0)) return null
  try {
    const [encoding, ttlMs, headers] = JSON.parse(head) as unknown[] // anything else throws here
    if ((encoding !== 'utf8' && encoding !== 'base64') || typeof ttlMs !== 'number') return null
    if (typeof headers !== 'object' || headers === null) return null
    return {
      response: { status: 200, headers: headers as StoredResponse['headers'], body: Buffer.from(body, encoding) }, // as written by keep
      ageMs: Math.max(0, ttlMs - leftMs)
    }
  } catch {
    return null
  }
}
