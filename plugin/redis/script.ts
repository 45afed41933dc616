/** One Lua script at a Redis that may be slow, restarted or away: every call ends in time, or is not made. */
import { createHash } from 'node:crypto'
import type { Clock } from '../util/clock.ts'
import type { RedisLike } from './client.ts'

export interface RedisScriptOptions {
  readonly clock: Clock
  /** Every call ends within this time. */
  readonly timeoutMs?: number
  /** After a failure nothing is asked for so long: a Redis that hangs must not slow down every caller. */
  readonly restMs?: number
}

/** States of a client in which a command would only be queued, for nobody knows how long. */
const DOWN: ReadonlySet<string | undefined> = new Set(['reconnecting', 'close', 'end', 'disconnecting'])
/** Calls without an answer, after which more are refused at once. */
const MAX_PENDING = 1_000

/** Redis did not do it, or nobody knows. The message names no address and no credential. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway'
}

export class RedisScript {
  readonly #client: RedisLike
  readonly #lua: string
  readonly #sha: string
  readonly #options: RedisScriptOptions
  #pending = 0
  #restUntil = -Infinity

  constructor (client: RedisLike, lua: string, options: RedisScriptOptions) {
    this.#client = client
    this.#lua = lua
    this.#sha = createHash('sha1').update(lua).digest('hex')
    this.#options = options
  }

  /** @throws RedisAway */
  async run (keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const { clock, restMs = 1_000 } = this.#options
    if (DOWN.has(this.#client.status)) throw new RedisAway('Redis is not connected')
    if (clock.now() < this.#restUntil) throw new RedisAway('Redis failed a moment ago')
    if (this.#pending >= MAX_PENDING) throw new RedisAway('Redis has left too many calls unanswered')
    try {
      return await this.#bounded(this.#send(keys, args))
    } catch (error) {
      this.#restUntil = clock.now() + restMs
      throw error instanceof RedisAway ? error : new RedisAway('Redis failed', { cause: error })
    }
  }

  async #send (keys: readonly string[], args: readonly string[]): Promise<unknown> {
    this.#pending++
    try {
      return await this.#client.evalsha(this.#sha, keys.length, ...keys, ...args)
    } catch (error) {
      // A server that was restarted, or a Cluster node that has not seen the script. EVAL loads it for the next call.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await this.#client.eval(this.#lua, keys.length, ...keys, ...args)
    } finally {
      this.#pending--
    }
  }

  #bounded (work: Promise<unknown>): Promise<unknown> {
    const { clock, timeoutMs = 500 } = this.#options
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => reject(new RedisAway('Redis did not answer in time')), timeoutMs)
      work.then(resolve, reject).finally(() => clock.clearTimeout(timer))
    })
  }
}

/** For keys: what a scope or an id says about somebody must not stand in Redis in words. */
export function digest (...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}
