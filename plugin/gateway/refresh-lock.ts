/**
 * One token refresh at a time over all replicas: Redis stores who refreshes, when a new token came, and recent failures. Redis' clock
 * counts. Without the lock (no Redis, or Redis down) each replica refreshes for itself.
 */
import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import type { RedisLike } from '../redis/client.ts'
import { loadScript, RedisScript, type RedisScriptOptions } from '../redis/script.ts'

/** What a replica must do after a 401. */
export type LockState =
  /** Refresh: this replica holds the lock. */
  | { readonly kind: 'acquired' }
  /** Nothing: another replica has got a new token since this call was sent. */
  | { readonly kind: 'renewed' }
  /** Wait: another replica refreshes. */
  | { readonly kind: 'held' }
  /** Give up: the last refresh failed, or ROLLER rejected the new token. */
  | { readonly kind: 'failed', readonly forMs: number }

/** `renewed` only for a token other than the rejected one. */
export type RefreshResult = 'renewed' | 'failed' | 'unknown'

export interface RefreshLock {
  /** @param sentAgoMs how long ago the call with the 401 was sent */
  acquire (connectionId: string, sentAgoMs: number): Promise<LockState>
  /** @param backoffMs how long no replica retries after `failed` */
  release (connectionId: string, result: RefreshResult, backoffMs: number): Promise<void>
}

/** A replica that dies while it refreshes blocks the others no longer than this. */
const LEASE_MS = 20_000
const KEPT_MS = 600_000

const script = loadScript(readFileSync(new URL('./refresh-lock.lua', import.meta.url), 'utf8'))
const KINDS: ReadonlySet<unknown> = new Set(['acquired', 'renewed', 'held', 'failed'])

export class RedisRefreshLock implements RefreshLock {
  readonly #script: RedisScript
  readonly #scope: string
  readonly #owner = randomUUID()

  /**
   * Without a pause after a failure: a lost reply is requested again at once, see Renewals.
   * @param scope connection ids are unique within it: one integration of one Nango environment. Not secret: it is part of the key
   */
  constructor (client: RedisLike, scope: string, options: RedisScriptOptions = {}) {
    this.#script = new RedisScript(client, script, { ...options, restMs: 0 })
    this.#scope = scope
  }

  async acquire (connectionId: string, sentAgoMs: number): Promise<LockState> {
    const [kind, forMs] = await this.#run(connectionId, 'acquire', sentAgoMs)
    if (!KINDS.has(kind)) throw new Error('the refresh lock has no such state')
    return { kind, forMs: Number(forMs) } as LockState // one of the four, with a number that only `failed` uses
  }

  async release (connectionId: string, result: RefreshResult, backoffMs: number): Promise<void> {
    await this.#run(connectionId, result, backoffMs)
  }

  async #run (connectionId: string, action: string, ms: number): Promise<unknown[]> {
    const key = `roller:refresh:{${this.#scope}/${connectionId}}`
    return await this.#script.runForList([key], [action, String(Math.ceil(ms)), String(LEASE_MS), String(KEPT_MS), this.#owner])
  }
}
