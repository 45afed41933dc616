/**
 * One forced refresh over all replicas: a board in Redis says who refreshes, what was renewed when, and what just failed. The server's clock
 * counts. Without the board (no Redis, or Redis away) each replica refreshes for itself.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { RedisLike } from './budget/redis.ts'

/** What to do about a 401. */
export type Turn =
  | { readonly kind: 'refresh' }
  /** Another replica has renewed the token since this call was sent. */
  | { readonly kind: 'renewed' }
  /** Another replica is at it. */
  | { readonly kind: 'wait' }
  /** The last refresh failed; nobody tries again before this. */
  | { readonly kind: 'failed', readonly forMs: number }

export interface RenewalBoard {
  /** @param sentAgoMs how long ago the call that met the 401 was sent */
  ask (connectionId: string, sentAgoMs: number): Promise<Turn>
  /** @param backoffMs how long nobody shall try again, when the refresh failed */
  done (connectionId: string, result: 'renewed' | 'failed' | 'unknown', backoffMs: number): Promise<void>
}

/** A replica that dies while it refreshes holds the others up no longer than this. */
const LEASE_MS = 20_000
const KEPT_MS = 600_000

const SCRIPT = `
-- KEYS[1]: a hash of running (until), owner (who runs), renewed (at) and failed (until), all in ms of this server's clock
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] == 'ask' then
  local state = redis.call('HMGET', KEYS[1], 'renewed', 'failed', 'running', 'owner')
  if state[1] and tonumber(state[1]) >= now - tonumber(ARGV[2]) then return {'renewed', 0} end
  if state[2] and tonumber(state[2]) > now then return {'failed', tonumber(state[2]) - now} end
  -- Its own lease means that the answer to the question before this one was lost.
  if state[3] and tonumber(state[3]) > now and state[4] ~= ARGV[5] then return {'wait', 0} end
  redis.call('HSET', KEYS[1], 'running', now + tonumber(ARGV[3]), 'owner', ARGV[5])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return {'refresh', 0}
end
redis.call('HDEL', KEYS[1], 'running', 'owner')
if ARGV[1] == 'renewed' then redis.call('HSET', KEYS[1], 'renewed', now) redis.call('HDEL', KEYS[1], 'failed') end
if ARGV[1] == 'failed' then redis.call('HSET', KEYS[1], 'failed', now + tonumber(ARGV[2])) end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {'done', 0}
`
const SHA = createHash('sha1').update(SCRIPT).digest('hex')
const KINDS: ReadonlySet<unknown> = new Set(['refresh', 'renewed', 'wait', 'failed'])

export class RedisRenewalBoard implements RenewalBoard {
  readonly #client: RedisLike
  readonly #scope: string
  readonly #timeoutMs: number
  readonly #owner = randomUUID()

  /** @param scope ids of connections are unique within it: the integration */
  constructor (client: RedisLike, scope: string, timeoutMs = 500) {
    this.#client = client
    this.#scope = scope
    this.#timeoutMs = timeoutMs
  }

  async ask (connectionId: string, sentAgoMs: number): Promise<Turn> {
    const [kind, forMs] = await this.#run(connectionId, 'ask', sentAgoMs)
    if (!KINDS.has(kind)) throw new Error('the renewal board answered nonsense')
    return { kind, forMs: Number(forMs) } as Turn // one of the four, with a number that only `failed` reads
  }

  async done (connectionId: string, result: 'renewed' | 'failed' | 'unknown', backoffMs: number): Promise<void> {
    await this.#run(connectionId, result, backoffMs)
  }

  async #run (connectionId: string, action: string, ms: number): Promise<unknown[]> {
    const key = `roller:renewal:{${this.#scope}/${connectionId}}`
    const args = [action, String(Math.ceil(ms)), String(LEASE_MS), String(KEPT_MS), this.#owner]
    const answer = await this.#bounded(this.#client.evalsha(SHA, 1, key, ...args).catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return this.#client.eval(SCRIPT, 1, key, ...args)
    }))
    return Array.isArray(answer) ? answer : []
  }

  #bounded<T> (work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the renewal board did not answer in time')), this.#timeoutMs)
      work.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }
}
