/**
 * One token refresh at a time over all replicas: Redis keeps who refreshes, when a new token came, and what has just failed. Redis'
 * clock counts. Without the lock (no Redis, or Redis away) each replica refreshes for itself.
 */
import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import type { RedisLike } from '../redis/client.ts'
import { loadScript, RedisScript, type RedisScriptOptions } from '../redis/script.ts'

/** What a replica that has met a 401 is to do. */
export type LockState =
  /** Refresh: this replica holds the lock. */
  | { readonly kind: 'acquired' }
  /** Nothing: another replica has got a new token since this call was sent. */
  | { readonly kind: 'renewed' }
  /** Wait: another replica refreshes. */
  | { readonly kind: 'held' }
  /** Give up: the last refresh failed, or ROLLER refused the token that it brought. */
  | { readonly kind: 'failed', readonly forMs: number }

/** `renewed` only of a token that is another than the one ROLLER refused. */
export type RefreshResult = 'renewed' | 'failed' | 'unknown'

export interface RefreshLock {
  /** @param sentAgoMs how long ago the call that met the 401 was sent */
  acquire (connectionId: string, sentAgoMs: number): Promise<LockState>
  /** @param backoffMs how long no replica tries again after `failed` */
  release (connectionId: string, result: RefreshResult, backoffMs: number): Promise<void>
}

/** A replica that dies while it refreshes holds the others up no longer than this. */
const LEASE_MS = 20_000
const KEPT_MS = 600_000

const script = loadScript(readFileSync(new URL('./refresh-lock.lua', import.meta.url), 'utf8'))
const KINDS: ReadonlySet<unknown> = new Set(['acquired', 'renewed', 'held', 'failed'])

export class RedisRefreshLock implements RefreshLock {
  readonly #script: RedisScript
  readonly #scope: string
  readonly #owner = randomUUID()

  /**
   * Without a rest after a failure: a reply that was lost is asked for again at once, see Renewals.
   * @param scope ids of connections are unique within it: one integration of one Nango environment. No secret: it stands in the key
   */
  constructor (client: RedisLike, scope: string, options: RedisScriptOptions = {}) {
    this.#script = new RedisScript(client, script, { ...options, restMs: 0 })
    this.#scope = scope
  }

  async acquire (connectionId: string, sentAgoMs: number): Promise<LockState> {
    const [kind, forMs] = await this.#run(connectionId, 'acquire', sentAgoMs)
    if (!KINDS.has(kind)) throw new Error('the refresh lock has no such state')
    return { kind, forMs: Number(forMs) } as LockState // one of the four, with a number that only `failed` reads
  }

  async release (connectionId: string, result: RefreshResult, backoffMs: number): Promise<void> {
    await this.#run(connectionId, result, backoffMs)
  }

  async #run (connectionId: string, action: string, ms: number): Promise<unknown[]> {
    const key = `roller:refresh:{${this.#scope}/${connectionId}}`
    return await this.#script.runForList([key], [action, String(Math.ceil(ms)), String(LEASE_MS), String(KEPT_MS), this.#owner])
  }
}
