import { RedisUnavailable } from '../../redis/script.ts'
import { Connectivity } from './connectivity.ts'
import { MemoryLimitStore } from './memory-store.ts'
import { LocalFallback } from './local-fallback.ts'
import type { LimitStore, Granted, MeterReading, Refused, TakeRequest, TakeResult, Usage, Window } from './store.ts'

export interface ResilientLimitStoreOptions {
  /** While the shared store is away: each replica keeps to its part of the limit, or nobody calls. Never unlimited. */
  readonly whenAway: 'share' | 'refuse'
  /** How many replicas share the limit. */
  readonly replicas: number
  /** Once per change, not per call. */
  readonly onAway?: () => void
  readonly onBack?: () => void
  readonly local?: MemoryLimitStore
  readonly now?: () => number
  readonly retryMs?: number
}

/**
 * A shared store, and what to do without it.
 *
 * Going away: see LocalFallback. Coming back: the shared log knows nothing of the calls that were shared out locally, and a restarted Redis
 * knows nothing at all. So for one window after the return both must agree: the replica's own share AND the shared log. The shares add up
 * to at most the limit, and by the time the shared log alone is believed all that it does not know has left the window.
 *
 * Places and tickets of the local store are handed out negative: that is how they are known again.
 */
export class ResilientLimitStore implements LimitStore {
  readonly #shared: LimitStore
  readonly #local: MemoryLimitStore
  readonly #shadow: LocalFallback
  readonly #link: Connectivity
  readonly #now: () => number
  readonly #refuse: boolean
  readonly #retryMs: number
  /** Walls that went up while the shared store was away: the other replicas hear of them on the return. */
  readonly #owed = new Map<string, readonly [tag: string, key: string]>()
  /** Where the last call wanted to go: a probe writes there. */
  #tag = ''

  constructor (shared: LimitStore, options: ResilientLimitStoreOptions) {
    const now = options.now ?? (() => performance.now())
    this.#shared = shared
    this.#now = now
    this.#local = options.local ?? new MemoryLimitStore({ now })
    this.#shadow = new LocalFallback(this.#local, options.replicas, now)
    this.#refuse = options.whenAway === 'refuse'
    this.#retryMs = options.retryMs ?? 1000
    this.#link = new Connectivity({
      now,
      retryMs: this.#retryMs,
      onAway: () => {
        this.#shadow.lost()
        options.onAway?.()
      },
      onBack: options.onBack ?? (() => {}),
      probe: () => this.#return()
    })
  }

  get away (): boolean {
    return this.#link.away
  }

  async take (request: TakeRequest): Promise<TakeResult> {
    if (this.#link.away) {
      this.#tag = request.tag
      await this.#link.tryAgain()
      if (this.#link.away) return this.#alone(request)
    }
    const { epoch } = this.#link
    const { tag } = request
    const doubtful = this.#doubtful(request.windows)
    const own = doubtful.length === 0 ? undefined : this.#takeShare({ ...request, windows: doubtful })
    if (own !== undefined && own.outcome !== 'granted') {
      if (isShared(request.ticket)) await this.leave(request, request.ticket)
      return own
    }
    // A local ticket has done its work, or belongs to a time that is over: the call is new to the shared store.
    if (own === undefined && isLocal(request.ticket)) this.#local.leave(request, -request.ticket)
    const result = await this.#guarded(() => this.#shared.take(isLocal(request.ticket) ? { ...request, ticket: undefined } : request))
    if (own !== undefined) this.#local.refund(tag, doubtful, -own.slot)
    // The answer is older than a change: nobody has counted what it granted in the meantime. Its place is lost, the question is put again.
    if (result === undefined || this.#link.epoch !== epoch) return await this.take({ ...request, ticket: undefined })
    if (result.outcome === 'granted') this.#shadow.granted(request)
    else if (result.outcome === 'refused' && result.wall !== undefined) this.#local.startCoolingOff(tag, result.wall, result.wallMs ?? 0)
    return result
  }

  async leave (request: TakeRequest, ticket: number): Promise<void> {
    if (isLocal(ticket)) this.#local.leave(request, -ticket)
    else await this.#guarded(() => this.#shared.leave(request, ticket))
  }

  /** A place of the shared store stays in the local shadow: a call that never left counts there until its window is over, the safe side. */
  async refund (tag: string, windows: readonly Window[], slot: number): Promise<void> {
    if (isLocal(slot)) this.#local.refund(tag, windows, -slot)
    else await this.#guarded(() => this.#shared.refund(tag, windows, slot))
  }

  async renew (tag: string, windows: readonly Window[], slot: number): Promise<number> {
    if (isLocal(slot)) return -this.#local.renew(tag, windows, -slot)
    // In the shadow it counts twice until the first has left the window: the safe side again.
    this.#local.note(tag, windows)
    return await this.#guarded(() => this.#shared.renew(tag, windows, slot)) ?? slot
  }

  async startCoolingOff (tag: string, key: string, ms: number): Promise<void> {
    this.#local.startCoolingOff(tag, key, ms)
    const done = await this.#guarded(async () => { await this.#shared.startCoolingOff(tag, key, ms); return true })
    if (done === undefined) this.#owed.set(`${tag}\0${key}`, [tag, key])
  }

  async wall (tag: string, key: string): Promise<number> {
    return Math.max(this.#local.wall(tag, key), await this.#guarded(() => this.#shared.wall(tag, key)) ?? 0)
  }

  /** Kept on both sides: without the shared store this replica goes by what it has heard itself. */
  async report (tag: string, meter: string, windows: readonly Window[], reading: MeterReading): Promise<void> {
    this.#local.report(tag, meter, windows, { ...reading, slot: isLocal(reading.slot) ? -reading.slot : Infinity })
    if (isShared(reading.slot)) await this.#guarded(() => this.#shared.report(tag, meter, windows, reading))
  }

  async usage (tag: string, windows: readonly Window[]): Promise<readonly Usage[]> {
    return await this.#guarded(() => this.#shared.usage(tag, windows)) ?? this.#local.usage(tag, this.#shadow.shareOf(windows) ?? windows)
  }

  async close (): Promise<void> {
    this.#local.close()
    await this.#shared.close()
  }

  #alone (request: TakeRequest): TakeResult {
    if (this.#refuse) return away(this.#retryMs)
    return this.#takeShare(isShared(request.ticket) ? { ...request, ticket: undefined } : request)
  }

  /** Of this replica's share alone. */
  #takeShare (request: TakeRequest): TakeResult {
    const { tag, ticket } = request
    const windows = this.#shadow.shareOf(request.windows)
    if (windows === null) return away(this.#retryMs)
    this.#shadow.fill(tag, windows)
    const result = this.#local.take({ ...request, windows, ticket: isLocal(ticket) ? -ticket : undefined })
    if (result.outcome === 'granted') return { ...result, slot: -result.slot } satisfies Granted
    return result.outcome === 'queued' ? { ...result, ticket: -result.ticket } : result
  }

  /** The windows in which calls may lie that the shared log does not know: of this replica, or of one that notices the return last. */
  #doubtful (windows: readonly Window[]): readonly Window[] {
    const since = this.#now() - this.#link.backAt
    return since === Infinity ? [] : windows.filter(({ windowMs }) => since <= windowMs + this.#link.unnoticedMs)
  }

  /** Walls first: nobody shall call by the shared store before it knows them. */
  async #return (): Promise<void> {
    // A write, not a read: a replica that is not the primary any more, or one without memory, would answer reads.
    await this.#shared.startCoolingOff(this.#tag, '', 1)
    for (const [name, [tag, key]] of this.#owed) {
      const left = this.#local.wall(tag, key)
      if (left > 0) await this.#shared.startCoolingOff(tag, key, left)
      this.#owed.delete(name)
    }
  }

  /** undefined: the shared store is away. Any other failure is a fault of the program and is passed on. */
  async #guarded<T> (work: () => Promise<T> | T): Promise<T | undefined> {
    const { away, epoch } = this.#link
    if (away) return undefined
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error
      // A time-out that is older than the last change says nothing about now.
      if (this.#link.epoch === epoch) this.#link.lost()
      return undefined
    }
  }
}

function isLocal (name: number | undefined): name is number { return name !== undefined && name < 0 }
function isShared (name: number | undefined): name is number { return name !== undefined && name >= 0 }

function away (retryMs: number): Refused {
  return { outcome: 'refused', reason: 'away', waitMs: retryMs, usage: [] }
}
