import { randomUUID } from 'node:crypto'
import type { RedisLike } from '../redis/client.ts'
import { digest, RedisScript, type RedisScriptOptions } from '../redis/script.ts'
import { LEASE_MS, REMEMBERED_MS, type Claim, type EventKey, type DedupeStore } from './dedupe-store.ts'

export interface RedisDedupeStoreOptions extends RedisScriptOptions {
  /** Tells the Nango environment and the integration from others in the same Redis. Only a hash of it leaves the process. */
  readonly scope: string
}

const LUA = `
-- KEYS[1]  an event: 'done', or who has it in hand
-- ARGV     claim, who, life | done, life | release, who. Milliseconds.
if ARGV[1] == 'claim' then
  if redis.call('SET', KEYS[1], ARGV[2], 'NX', 'PX', ARGV[3]) then return 'new' end
  if redis.call('GET', KEYS[1]) == 'done' then return 'done' end
  return 'busy'
end
if ARGV[1] == 'done' then
  redis.call('SET', KEYS[1], 'done', 'PX', ARGV[2])
  return 'done'
end
-- A claim that ran out may be somebody else's by now.
if redis.call('GET', KEYS[1]) == ARGV[2] then redis.call('DEL', KEYS[1]) end
return 'released'
`

/** What all replicas have seen. Throws RedisAway. */
export class RedisDedupeStore implements DedupeStore {
  readonly #script: RedisScript
  readonly #scope: string
  readonly #me = randomUUID()

  constructor (client: RedisLike, { scope, ...options }: RedisDedupeStoreOptions) {
    this.#script = new RedisScript(client, LUA, options)
    this.#scope = scope
  }

  async claim (key: EventKey): Promise<Claim> {
    const answer = await this.#run(key, ['claim', this.#me, String(LEASE_MS)])
    return answer === 'new' || answer === 'done' ? answer : 'busy'
  }

  async done (key: EventKey): Promise<void> { await this.#run(key, ['done', String(REMEMBERED_MS)]) }

  async release (key: EventKey): Promise<void> { await this.#run(key, ['release', this.#me]) }

  /** The braces put what belongs to one connection into one slot of a Redis Cluster. */
  async #run ({ connectionId, id }: EventKey, args: readonly string[]): Promise<unknown> {
    return await this.#script.run([`roller:seen:{${digest(this.#scope, connectionId)}}:${digest(id)}`], args)
  }
}
