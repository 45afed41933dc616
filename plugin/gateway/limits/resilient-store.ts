import { RedisUnavailable } from '../../redis/script.ts'
import { Connectivity } from './connectivity.ts'
import { MemoryLimitStore } from './memory-store.ts'
import { LocalFallback } from './local-fallback.ts'
import type { LimitStore, Granted, QuotaReading, Rejected, TakeRequest, TakeResult, Usage, Window } from './store.ts'

export interface ResilientLimitStoreOptions {
  /** While Redis is down: each replica keeps to its share of the limit, or no call is sent. Never unlimited. */
  readonly onRedisDown: 'share' | 'reject'
  /** How many replicas share the limit. */
  readonly replicas: number
  /** Called once for each change, not for each call. */
  readonly onDown?: () => void
  readonly onUp?: () => void
  readonly local?: MemoryLimitStore
  readonly now?: () => number
  readonly retryMs?: number
}

/** Redis drops its clock, and with it the name of its data, a day after the last call. Milliseconds. */
const DATA_KEPT_MS = 86_400_000

/**
 * A shared store with a local fallback.
 *
 * On an outage: see LocalFallback. On return: the shared log lacks the calls that were granted locally, and a restarted Redis has none at
 * all. So for one window after the return both must agree: the replica's own share and the shared log. The shares add up to at most the
 * limit, and when the shared log alone decides again, all calls that it lacks have left the window.
 *
 * Slots and tickets of the local store are negative, which distinguishes them from the shared ones.
 */
export class ResilientLimitStore implements LimitStore {
  readonly #shared: LimitStore
  readonly #local: MemoryLimitStore
  readonly #fallback: LocalFallback
  readonly #link: Connectivity
  readonly #now: () => number
  readonly #reject: boolean
  readonly #retryMs: number
  /** Cooling-off periods that started while the shared store was down. Written to it on its return, for the other replicas. */
  readonly #pending = new Map<string, readonly [tag: string, key: string]>()
  /** What the shared store was last seen to hold, by tag. Its return after an outage is no loss of its own. */
  readonly #data = new Map<string, { readonly first: number, readonly seenAt: number }>()
  /** Keys of the last call, used by probes. */
  #tag = ''

  constructor (shared: LimitStore, options: ResilientLimitStoreOptions) {
    const now = options.now ?? (() => performance.now())
    this.#shared = shared
    this.#now = now
    this.#local = options.local ?? new MemoryLimitStore({ now })
    this.#fallback = new LocalFallback(this.#local, options.replicas, now)
    this.#reject = options.onRedisDown === 'reject'
    this.#retryMs = options.retryMs ?? 1000
    this.#link = new Connectivity({
      now,
      retryMs: this.#retryMs,
      onDown: (at) => {
        this.#data.clear()
        this.#fallback.lost(at)
        options.onDown?.()
      },
      onUp: options.onUp ?? (() => {}),
      probe: () => this.#return()
    })
  }

  get down (): boolean { return this.#link.down }

  async take (request: TakeRequest): Promise<TakeResult> {
    if (this.#link.down) {
      this.#tag = request.tag
      await this.#link.reconnect()
      if (this.#link.down) return this.#takeLocal(request)
    }
    const { epoch } = this.#link
    const { tag } = request
    const incomplete = this.#incomplete(request.windows)
    const own = incomplete.length === 0 ? undefined : this.#takeShare({ ...request, windows: incomplete })
    if (own !== undefined && own.outcome !== 'granted') {
      if (isShared(request.ticket)) await this.cancel(request, request.ticket)
      return own
    }
    // A local ticket was used or is outdated: for the shared store the call is new.
    if (own === undefined && isLocal(request.ticket)) this.#local.cancel(request, -request.ticket)
    const result = await this.#unlessDown(() => this.#shared.take(isLocal(request.ticket) ? { ...request, ticket: undefined } : request))
    if (own !== undefined) this.#local.refund(tag, incomplete, -own.slot)
    // The result is older than a change: its slot was counted nowhere in the meantime. The slot is returned, the take repeated.
    if (result === undefined || this.#link.epoch !== epoch || this.#hasLost(tag, result)) {
      if (result?.outcome === 'granted') await this.refund(tag, request.windows, result.slot)
      return await this.take({ ...request, ticket: undefined })
    }
    if (result.outcome === 'granted') this.#fallback.granted(request)
    else if (result.outcome === 'rejected' && result.coolingOff !== undefined) {
      this.#local.startCoolingOff(tag, result.coolingOff, result.coolingOffMs ?? 0)
    }
    return result
  }

  /** Redis can restart without its data while this replica makes no call. That is an outage as well. */
  #hasLost (tag: string, result: TakeResult): boolean {
    if (result.outcome === 'rejected' || result.data === undefined) return false // a rejection writes nothing, so the data has no name yet
    const { data } = result
    const known = this.#data.get(tag)
    const seenAt = this.#now()
    this.#data.set(tag, { first: data.first, seenAt })
    if (known === undefined || known.first === data.first || seenAt - known.seenAt >= DATA_KEPT_MS) return false
    this.#link.noteOutage(seenAt - data.ageMs)
    return true
  }

  async cancel (request: TakeRequest, ticket: number): Promise<void> {
    if (isLocal(ticket)) this.#local.cancel(request, -ticket)
    else await this.#unlessDown(() => this.#shared.cancel(request, ticket))
  }

  /** A slot of the shared store stays in the local one: a call that was never sent counts there until its window is over, which is safe. */
  async refund (tag: string, windows: readonly Window[], slot: number): Promise<void> {
    if (isLocal(slot)) this.#local.refund(tag, windows, -slot)
    else await this.#unlessDown(() => this.#shared.refund(tag, windows, slot))
  }

  async renew (tag: string, windows: readonly Window[], slot: number): Promise<number> {
    if (isLocal(slot)) return -this.#local.renew(tag, windows, -slot)
    // In the local store it counts twice until the first has left the window, which is safe.
    this.#local.note(tag, windows)
    return await this.#unlessDown(() => this.#shared.renew(tag, windows, slot)) ?? slot
  }

  async startCoolingOff (tag: string, key: string, ms: number): Promise<void> {
    this.#local.startCoolingOff(tag, key, ms)
    const done = await this.#unlessDown(async () => { await this.#shared.startCoolingOff(tag, key, ms); return true })
    if (done === undefined) this.#pending.set(`${tag}\0${key}`, [tag, key])
  }

  async coolingOff (tag: string, key: string): Promise<number> {
    return Math.max(this.#local.coolingOff(tag, key), await this.#unlessDown(() => this.#shared.coolingOff(tag, key)) ?? 0)
  }

  /** In both stores: without the shared one this replica uses its own reports. */
  async report (tag: string, upstreamQuota: string, windows: readonly Window[], reading: QuotaReading): Promise<void> {
    this.#local.report(tag, upstreamQuota, windows, { ...reading, slot: isLocal(reading.slot) ? -reading.slot : Infinity })
    if (isShared(reading.slot)) await this.#unlessDown(() => this.#shared.report(tag, upstreamQuota, windows, reading))
  }

  async usage (tag: string, windows: readonly Window[]): Promise<readonly Usage[]> {
    return await this.#unlessDown(() => this.#shared.usage(tag, windows)) ??
      this.#local.usage(tag, this.#fallback.shareOf(windows) ?? windows)
  }

  async close (): Promise<void> {
    this.#local.close()
    await this.#shared.close()
  }

  #takeLocal (request: TakeRequest): TakeResult {
    if (this.#reject) return redisDown(this.#retryMs)
    return this.#takeShare(isShared(request.ticket) ? { ...request, ticket: undefined } : request)
  }

  /** From this replica's share only. */
  #takeShare (request: TakeRequest): TakeResult {
    const { tag, ticket } = request
    const windows = this.#fallback.shareOf(request.windows)
    if (windows === null) return redisDown(this.#untilComplete(request.windows))
    this.#fallback.fill(tag, windows)
    const result = this.#local.take({ ...request, windows, ticket: isLocal(ticket) ? -ticket : undefined })
    if (result.outcome === 'granted') return { ...result, slot: -result.slot } satisfies Granted
    return result.outcome === 'queued' ? { ...result, ticket: -result.ticket } : result
  }

  /** The windows with calls that the shared log may lack: of this replica, or of the last one to notice the return. */
  #incomplete (windows: readonly Window[]): readonly Window[] {
    const since = this.#now() - this.#link.upAt
    return since === Infinity ? [] : windows.filter(({ windowMs }) => since <= windowMs + this.#link.unnoticedMs)
  }

  /** Until windows without a share can be used again; while the shared store is down, until the next attempt to reach it. */
  #untilComplete (windows: readonly Window[]): number {
    if (this.#link.down) return this.#retryMs
    const lengths = windows.filter((window) => this.#fallback.shareOf([window]) === null).map(({ windowMs }) => windowMs)
    return Math.max(...lengths) + this.#link.unnoticedMs - (this.#now() - this.#link.upAt)
  }

  /** Cooling-off periods first: no call uses the shared store before it has them. */
  async #return (): Promise<void> {
    // A write, not a read: a former primary, or a Redis out of memory, would still answer reads.
    await this.#shared.startCoolingOff(this.#tag, '', 1)
    for (const [name, [tag, key]] of this.#pending) {
      const left = this.#local.coolingOff(tag, key)
      if (left > 0) await this.#shared.startCoolingOff(tag, key, left)
      this.#pending.delete(name)
    }
  }

  /** Undefined: the shared store is down. Any other failure is a bug and is thrown. */
  async #unlessDown<T> (work: () => Promise<T> | T): Promise<T | undefined> {
    const { down, epoch } = this.#link
    if (down) return undefined
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error
      // A timeout from before the last change does not describe the current state.
      if (this.#link.epoch === epoch) this.#link.markDown()
      return undefined
    }
  }
}

function isLocal (name: number | undefined): name is number { return name !== undefined && name < 0 }
function isShared (name: number | undefined): name is number { return name !== undefined && name >= 0 }

function redisDown (retryMs: number): Rejected {
  return { outcome: 'rejected', reason: 'redis-down', waitMs: retryMs, usage: [] }
}
