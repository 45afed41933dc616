/** Runs one Lua script on a Redis that may be slow, restarted or down: every call ends in time, or is not made. */
import { createHash } from 'node:crypto'
import { RollerError } from '../errors.ts'
import { inTime, systemClock, type Clock } from '../util/clock.ts'
import type { RedisLike } from './client.ts'

export interface Script {
  readonly lua: string
  readonly sha: string
}

export interface RedisScriptOptions {
  readonly clock?: Clock | undefined
  /** Every call ends within this time. */
  readonly timeoutMs?: number | undefined
  /** Pause after a failure: a Redis that hangs must not slow down every caller. */
  readonly restMs?: number | undefined
  /** Maximum number of calls without a reply; further ones are rejected at once, because a client must not buffer without limit. */
  readonly maxPending?: number | undefined
}

/** States of a client in which a command would only be queued, for an unknown time. */
const DOWN: ReadonlySet<string | undefined> = new Set(['reconnecting', 'close', 'end', 'disconnecting'])

/** Seconds. */
const RETRY_AFTER = 1

/** Redis did not run the script, or the outcome is unknown. The text contains no address and no credential. */
export class RedisUnavailable extends RollerError {
  override readonly name = 'RedisUnavailable'

  constructor (detail: string, { cause }: { readonly cause?: unknown } = {}) {
    super('ROLLER_ERR_REDIS_UNAVAILABLE', { detail: `${detail}.`, retryAfter: RETRY_AFTER, cause })
  }
}

/** @param lua the text of a file beside the module that runs it, readable by bundlers */
export function loadScript (lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}

export class RedisScript {
  readonly #client: RedisLike
  readonly #script: Script
  readonly #options: Required<{ [Name in keyof RedisScriptOptions]: NonNullable<RedisScriptOptions[Name]> }>
  #pending = 0
  #restUntil = -Infinity

  constructor (client: RedisLike, script: Script, options: RedisScriptOptions = {}) {
    const { clock = systemClock, timeoutMs = 500, restMs = 1_000, maxPending = 1_000 } = options
    this.#client = client
    this.#script = script
    this.#options = { clock, timeoutMs, restMs, maxPending }
  }

  /** @throws RedisUnavailable */
  async run (keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const { clock, timeoutMs, restMs, maxPending } = this.#options
    if (DOWN.has(this.#client.status)) throw new RedisUnavailable('Redis is not connected')
    if (clock.now() < this.#restUntil) throw new RedisUnavailable('Redis failed a moment ago')
    if (this.#pending >= maxPending) throw new RedisUnavailable('Redis has left too many calls unanswered')
    try {
      // A late reply is dropped; the script may have run.
      return await inTime(clock, timeoutMs, this.#send(keys, args), () => new RedisUnavailable('Redis did not reply in time'))
    } catch (error) {
      this.#restUntil = clock.now() + restMs
      throw error instanceof RedisUnavailable ? error : new RedisUnavailable('Redis failed', { cause: error })
    }
  }

  /** Same for a script that replies with a list. @throws RedisUnavailable also for any other reply */
  async runForList (keys: readonly string[], args: readonly string[]): Promise<unknown[]> {
    const reply = await this.run(keys, args)
    if (!Array.isArray(reply)) throw new RedisUnavailable('Redis sent a reply that is not a list')
    return reply
  }

  async #send (keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const { lua, sha } = this.#script
    this.#pending++
    try {
      return await this.#client.evalsha(sha, keys.length, ...keys, ...args)
    } catch (error) {
      // A restarted server or another Cluster node does not have the script. EVAL loads it for the next call.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await this.#client.eval(lua, keys.length, ...keys, ...args)
    } finally {
      this.#pending--
    }
  }
}

/** Hashes a part of a key: a scope or an id may reveal a person or an account. */
export function digest (...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}
