import { Connectivity } from './connectivity.ts'
import { MemoryBudgetStore } from './memory.ts'
import { Shadow } from './shadow.ts'
import { BudgetStoreUnavailable } from './store.ts'
import type { BudgetStore, ConfirmResult, Granted, TakeRequest, TakeResult, Usage, Window } from './store.ts'

export interface ResilientBudgetStoreOptions {
  /** While the shared store is away: each replica keeps to its part of the limit, or nobody calls. Never unlimited. */
  readonly whenAway: 'share' | 'refuse'
  /** How many replicas share the limit. */
  readonly replicas: number
  /** Once per change, not per call. */
  readonly onAway?: () => void
  readonly onBack?: () => void
  readonly local?: MemoryBudgetStore
  readonly now?: () => number
  readonly retryMs?: number
}

/** Replicas notice a return up to a probe and a time-out apart. Until the last has, the others must not rely on the shared log alone. */
const STRAGGLERS_MS = 2000

/**
 * A shared store, and what to do without it.
 *
 * Going away: see Shadow. Coming back: the shared log knows nothing of the calls that were shared out locally, and a restarted Redis
 * knows nothing at all. So for one window after the return both must agree: the replica's own share AND the shared log. The shares add up
 * to at most the limit.
 */
export class ResilientBudgetStore implements BudgetStore {
  readonly #shared: BudgetStore
  readonly #local: MemoryBudgetStore
  readonly #shadow: Shadow
  readonly #link: Connectivity
  readonly #now: () => number
  readonly #refuse: boolean
  readonly #retryMs: number
  /** Walls that went up while the shared store was away: the other replicas hear of them on the return. */
  readonly #owed = new Map<string, readonly [tag: string, key: string]>()

  constructor (shared: BudgetStore, options: ResilientBudgetStoreOptions) {
    const now = options.now ?? (() => performance.now())
    this.#shared = shared
    this.#now = now
    this.#local = options.local ?? new MemoryBudgetStore({ now })
    this.#shadow = new Shadow(this.#local, options.replicas, now)
    this.#refuse = options.whenAway === 'refuse'
    this.#retryMs = options.retryMs ?? 1000
    this.#link = new Connectivity({
      now, retryMs: this.#retryMs, onAway: options.onAway ?? (() => {}), onBack: options.onBack ?? (() => {})
    })
  }

  get away (): boolean {
    return this.#link.away
  }

  async take (request: TakeRequest): Promise<TakeResult> {
    if (this.#link.away) return this.#alone(request)
    const { epoch } = this.#link
    const { tag } = request
    const doubtful = this.#doubtful(request.windows)
    const own = doubtful.length === 0 ? undefined : this.#local.take({ ...request, windows: this.#shadow.shareOf(doubtful) })
    if (own?.granted === false) return own
    const asked = own === undefined ? request : { ...request, notBeforeMs: own.waitMs }
    const result = await this.#guarded(() => this.#shared.take(asked))
    if (own !== undefined) this.#local.forget(tag, doubtful, own.slot)
    // The answer is older than a change: nobody has counted what it granted in the meantime. Its place is lost, the question is put again.
    if (result === undefined || this.#link.epoch !== epoch) return this.take(request)
    if (result.granted) this.#shadow.granted(request, result.waitMs, result.usage)
    else {
      if (result.wall !== undefined) this.#local.raiseWall(tag, result.wall, result.wallMs ?? 0)
      this.#shadow.seen(request, result.usage)
    }
    return result
  }

  async confirm (request: TakeRequest, slot: number): Promise<ConfirmResult> {
    // A local slot means nothing to the shared store (nor 0, which no store hands out): it is asked for its walls only.
    const shared = await this.#guarded(() => this.#shared.confirm(request, slot > 0 ? slot : 0))
    // Without the shared store nobody knows what walls stand, and nothing is sent.
    if (shared === undefined && this.#refuse) return { ok: false, waitMs: this.#retryMs }
    const local = this.#local.confirm(request, slot > 0 ? 0 : -slot)
    if (shared === undefined || shared.ok) return local
    if (slot <= 0) this.#local.forget(request.tag, request.windows, -slot)
    return local.ok ? shared : { ok: false, waitMs: Math.max(local.waitMs, shared.waitMs) }
  }

  /** A slot of the shared store stays in the local shadow: a call that never left counts there until its window is over, the safe side. */
  async release (tag: string, windows: readonly Window[], slot: number): Promise<void> {
    if (slot > 0) await this.#guarded(() => this.#shared.release(tag, windows, slot))
    else this.#local.release(tag, windows, -slot)
  }

  async raiseWall (tag: string, key: string, ms: number): Promise<void> {
    this.#local.raiseWall(tag, key, ms)
    const done = await this.#guarded(async () => { await this.#shared.raiseWall(tag, key, ms); return true })
    if (done === undefined) this.#owed.set(`${tag}\0${key}`, [tag, key])
  }

  async wall (tag: string, key: string): Promise<number> {
    return Math.max(this.#local.wall(tag, key), await this.#guarded(() => this.#shared.wall(tag, key)) ?? 0)
  }

  async usage (tag: string, windows: readonly Window[]): Promise<readonly Usage[]> {
    return await this.#guarded(() => this.#shared.usage(tag, windows)) ?? this.#local.usage(tag, this.#shadow.shareOf(windows))
  }

  async close (): Promise<void> {
    this.#local.close()
    await this.#shared.close()
  }

  /** Without the shared store. Local slots are handed out negative: that is how they are known again. */
  #alone (request: TakeRequest): TakeResult {
    const { tag, windows } = request
    this.#link.tryAgain(() => this.#return(tag))
    if (this.#refuse) return { granted: false, reason: 'away', waitMs: this.#retryMs, usage: [] }
    this.#shadow.crowd(tag, windows)
    const result = this.#local.take({ ...request, windows: this.#shadow.shareOf(windows) })
    return result.granted ? { ...result, slot: -result.slot } satisfies Granted : result
  }

  /** The windows in which calls may lie that the shared log does not know. */
  #doubtful (windows: readonly Window[]): readonly Window[] {
    const since = this.#now() - this.#link.backAt
    return since === Infinity ? [] : windows.filter(({ windowMs }) => since < windowMs + STRAGGLERS_MS)
  }

  /** Walls first: nobody shall call by the shared store before it knows them. */
  async #return (tag: string): Promise<void> {
    // A write, not a read: a replica that is not the primary any more, or one without memory, would answer reads.
    await this.#shared.raiseWall(tag, '', 1)
    for (const [name, [tag, key]] of this.#owed) {
      const left = this.#local.wall(tag, key)
      if (left > 0) await this.#shared.raiseWall(tag, key, left)
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
      if (!(error instanceof BudgetStoreUnavailable)) throw error
      // A time-out that is older than the last change says nothing about now.
      if (this.#link.epoch === epoch) this.#link.lost()
      return undefined
    }
  }
}
