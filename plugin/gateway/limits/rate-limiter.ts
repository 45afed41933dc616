/**
 * The gate before ROLLER: every call takes its place in the budget of its connection (and, through Nango, in the account's), waits for it if the
 * caller has the patience, and is told exactly how long to stay away if not.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { CancelSignal } from '../../util/cancellation.ts'
import type { Clock } from '../../util/clock.ts'
import { RollerError } from '../../errors.ts'
import type { RateLimitName } from '../../operations/operation.ts'
import type { RateLimit } from './limits.ts'
import { effectiveLimit } from './limits.ts'
import { Lease } from './lease.ts'
import { SAME_END_MS } from './store.ts'
import type { LimitStore, Granted, Refused, TakeRequest, TakeResult, Usage, Window } from './store.ts'
import { WaitQueue } from './wait-queue.ts'

/** How a call stands with its budget, for the RateLimit headers. */
export interface RateLimitState {
  readonly name: RateLimitName
  readonly limit: number
  /** Milliseconds. */
  readonly windowMs: number
  readonly remaining: number
  /** Milliseconds until a place frees. */
  readonly resetMs: number
}

export interface LeaseRequest {
  /** Whose limits they are: ROLLER counts by the pair of Client ID and Client Secret, however many connections hold it. */
  readonly credential: string
  readonly budget: RateLimitName
  /** ROLLER counts bulk exports by their type. */
  readonly exportType: string | null
  /** Milliseconds the caller is still willing to wait. */
  readonly maxWaitMs: number
  readonly signal: CancelSignal | undefined
  /** Told how the budget stands, whether the call got its place or not. */
  readonly onUse?: ((use: RateLimitState) => void) | undefined
}

export interface RateLimiterOptions {
  readonly store: LimitStore
  readonly limits: Readonly<Record<RateLimitName, RateLimit>>
  /** Calls that may wait at a time, for one connection and budget. */
  readonly maxQueue: number
  /** Put before every credential: ids are unique only within an integration. */
  readonly scope: string
  /** Tells the Nango environment from others in the same Redis. Only a hash of it leaves the process. */
  readonly environment: string
  /** There is but one connection, so nobody to keep a reserve for. */
  readonly sole?: boolean
  /** Through Nango all connections share the account's limit too. False where nothing stands between. */
  readonly account: boolean
  readonly clock: Clock
  readonly observer?: RateLimitObserver | undefined
}

/** Counts for metrics. No connection ids: a label set must stay closed. */
export interface RateLimitObserver {
  granted (budget: RateLimitName, waitedMs: number): void
  refused (budget: RateLimitName, reason: Refused['reason'] | 'queue'): void
  waiting (budget: RateLimitName, change: 1 | -1): void
  walled (whose: 'connection' | 'account'): void
}

/** What Nango says of the account's limit in an answer. */
export interface AccountNews {
  readonly limit: number
  readonly remaining: number
  readonly endsInMs: number
}

const ACCOUNT = 'account'
/** Nango counts in fixed windows of a minute. */
const ACCOUNT_WINDOW_MS = 60_000
/** Connections and budgets whose last use is remembered, for answers that spend nothing. */
const REMEMBERED = 10_000
/**
 * Part of the account's limit that is kept for connections which have sent less than that in the last minute. A noisy venue that has used up
 * all the rest thus delays nobody who calls now and then; alone on the account, it has that much less.
 */
const RESERVE = 0.1
/** By this part Nango's own count may be less than the shared one before every replica hears of it: news of every single call costs a round trip. */
const NEWS = 0.05

interface Seen {
  readonly use: RateLimitState
  readonly at: number
}

export class RateLimiter {
  readonly #options: RateLimiterOptions
  /** All of an environment lies in one slot of a Redis Cluster, with the account's limit and what replicas tell each other. */
  readonly #tag: string
  readonly #rooms = new Map<string, WaitQueue>()
  readonly #seen = new LRUCache<string, Seen>({ max: REMEMBERED })
  #accountLimit: RateLimit | null = null
  #closed = false
  /** The last news of the account. */
  #told = { remaining: Infinity, endsAt: -Infinity }

  constructor (options: RateLimiterOptions) {
    this.#options = options
    this.#tag = environmentTag(options.environment)
  }

  /**
   * Waits for a place.
   * @throws RollerError ROLLER_ERR_RATE_LIMITED, ROLLER_ERR_COOLING_OFF or ROLLER_ERR_NANGO_LIMIT with the exact Retry-After when the caller would not
   *   wait that long; the signal's reason when the caller goes away
   */
  enter (pass: LeaseRequest): Lease | Promise<Lease> {
    const { store, clock } = this.#options
    const window = this.#window(pass)
    const startedAt = clock.now()
    const request = this.#request(pass, window, pass.maxWaitMs, undefined)
    const result = store.take(request)
    // A store in memory answers at once, and nearly always yes.
    if (result instanceof Promise || result.outcome !== 'granted') return this.#stay(pass, window, startedAt, request, result)
    this.#tell(pass, window, result.usage, null)
    return this.#grant(pass, request, result, 0)
  }

  /** Goes on from the first answer of the store. */
  async #stay (pass: LeaseRequest, window: Window, startedAt: number, request: TakeRequest, first: TakeResult | Promise<TakeResult>): Promise<Lease> {
    const { store, clock, observer } = this.#options
    for (let result = await first; ;) {
      this.#tell(pass, window, result.usage, result.outcome === 'refused' ? result.waitMs : null)
      if (result.outcome === 'refused') {
        observer?.refused(pass.budget, result.reason)
        throw this.#refusal(result, pass.budget)
      }
      if (result.outcome === 'granted') return this.#grant(pass, request, result, clock.now() - startedAt)
      const { ticket } = result
      await this.#wait(pass, request, ticket, Math.ceil(result.waitMs))
      request = this.#request(pass, window, pass.maxWaitMs - (clock.now() - startedAt), ticket)
      result = await store.take(request)
    }
  }

  #grant ({ budget }: LeaseRequest, { tag, windows }: TakeRequest, { slot, left, news }: Granted, waitedMs: number): Lease {
    const { store, clock, observer } = this.#options
    observer?.granted(budget, waitedMs)
    return new Lease({ store, clock, tag, windows, slot, left: left ?? null, news: news ?? null, waitedMs })
  }

  /** ROLLER said 429: nothing more is sent for this connection, by any replica. */
  async coolOff (credential: string, seconds: number): Promise<void> {
    this.#options.observer?.walled('connection')
    await this.#options.store.startCoolingOff(this.#tag, this.#wallKey(credential), seconds * 1000)
  }

  /** Nango said 429: nothing more is sent for the account. */
  async coolOffAccount (seconds: number): Promise<void> {
    if (!this.#options.account) return
    this.#options.observer?.walled('account')
    await this.#options.store.startCoolingOff(this.#tag, ACCOUNT, Math.max(1, seconds) * 1000)
  }

  /**
   * Nango's X-RateLimit-*, which come with every answer. The limit differs from plan to plan; and others use it up too (its syncs, other
   * programs, calls made before the limit was known), so what Nango says is left counts beside what this gateway has sent. All replicas
   * share it, and hear of it only when it is less than they know.
   */
  async learnAccount ({ limit, remaining, endsInMs }: AccountNews, place: Lease): Promise<void> {
    if (!this.#options.account) return
    if (Number.isInteger(limit) && limit >= 1) {
      const learned = effectiveLimit({ limit, windowMs: ACCOUNT_WINDOW_MS })
      if (this.#accountLimit?.limit !== learned.limit) this.#accountLimit = learned
    }
    if (!(remaining >= 0 && endsInMs > 0)) return
    const endsAt = this.#options.clock.now() + endsInMs
    const toldBefore = Math.abs(endsAt - this.#told.endsAt) <= SAME_END_MS
    // Of the calls that were under way when a window of Nango's began, each would bring the same news.
    const known = place.left ?? (toldBefore ? Math.floor(this.#told.remaining / 2) : Infinity)
    if (known < Infinity && remaining + Math.floor(known * NEWS) >= known) return
    this.#told = { remaining, endsAt }
    const window = this.#accountWindow()
    await this.#options.store.report(this.#tag, ACCOUNT, window === null ? [] : [window], { remaining, endsInMs, slot: place.slot })
  }

  /** How a connection's budget stands now, without spending of it: asked of the store where that costs nothing, else as it was last seen. */
  peek ({ credential, budget, exportType }: Pick<LeaseRequest, 'credential' | 'budget' | 'exportType'>): RateLimitState {
    const window = this.#window({ credential, budget, exportType })
    const usage = this.#options.store.peek?.(this.#tag, [window])
    if (usage !== undefined) return toUse(budget, window, usage)
    const seen = this.#seen.get(window.key)
    const elapsed = seen === undefined ? Infinity : this.#options.clock.now() - seen.at
    return seen === undefined || elapsed >= seen.use.resetMs ? toUse(budget, window, []) : { ...seen.use, resetMs: seen.use.resetMs - elapsed }
  }

  /** How a connection stands, for people who look. */
  async usage (credential: string): Promise<{ budgets: RateLimitState[], coolingOffMs: number }> {
    const { store } = this.#options
    const tag = this.#tag
    const names = ['rest', 'reporting'] as const
    const windows = names.map((budget) => this.#window({ credential, budget, exportType: null }))
    const usage = await store.usage(tag, windows)
    return {
      budgets: names.map((budget, index) => toUse(budget, windows[index] as Window, usage)), // as many windows as names
      coolingOffMs: await store.wall(tag, this.#wallKey(credential))
    }
  }

  /** Milliseconds until ROLLER takes calls of a credential again after a 429; 0 when it does. */
  async coolingOff (credential: string): Promise<number> {
    return await this.#options.store.wall(this.#tag, this.#wallKey(credential))
  }

  /** Answers all who wait for their place, now and from now on: the process ends. */
  releaseWaiting (): void {
    this.#closed = true
    for (const room of this.#rooms.values()) room.close()
  }

  async close (): Promise<void> { await this.#options.store.close() }

  /** Until the turn comes. @throws ROLLER_ERR_RATE_LIMITED when too many wait already; the signal's reason when the caller goes away */
  async #wait (pass: LeaseRequest, request: TakeRequest, ticket: number, ms: number): Promise<void> {
    const { store, clock, observer, maxQueue } = this.#options
    const key = request.windows[0]?.key ?? ''
    const room = this.#rooms.get(key) ?? new WaitQueue(clock)
    if (request.ticket === undefined && room.size >= maxQueue) {
      await store.leave(request, ticket)
      observer?.refused(pass.budget, 'queue')
      throw new RollerError('ROLLER_ERR_RATE_LIMITED', {
        detail: `${maxQueue} calls are waiting for this connection's ${pass.budget} budget already.`, retryAfter: ms / 1000
      })
    }
    this.#rooms.set(key, room)
    if (this.#closed) room.close()
    observer?.waiting(pass.budget, 1)
    try {
      await room.wait(ms, pass.signal)
    } catch (gone) {
      await store.leave(request, ticket)
      throw gone
    } finally {
      observer?.waiting(pass.budget, -1)
      if (room.size === 0 && this.#rooms.get(key) === room) this.#rooms.delete(key)
    }
  }

  /** @param refusedMs whatever refuses (a wall, the account, a shared store that is away): for this connection nothing is left until then */
  #tell (pass: LeaseRequest, window: Window, usage: readonly Usage[], refusedMs: number | null): void {
    const use = toUse(pass.budget, window, usage)
    const told = refusedMs === null ? use : { ...use, remaining: 0, resetMs: refusedMs }
    if (this.#options.store.peek === undefined) this.#seen.set(window.key, { use: told, at: this.#options.clock.now() })
    pass.onUse?.(told)
  }

  #window ({ credential, budget, exportType }: Pick<LeaseRequest, 'credential' | 'budget' | 'exportType'>): Window {
    const { limit, windowMs } = this.#options.limits[budget]
    const key = `${this.#name(credential)}:${budget}`
    return { key: budget === 'bulk' ? `${key}:${exportType ?? ''}` : key, limit, windowMs }
  }

  #request (pass: LeaseRequest, window: Window, maxWaitMs: number, ticket: number | undefined): TakeRequest {
    const windows = [window]
    // A bulk export is a call to ROLLER's Reporting API as well.
    if (pass.budget === 'bulk') windows.push(this.#window({ ...pass, budget: 'reporting' }))
    const walls = [this.#wallKey(pass.credential)]
    const request = { tag: this.#tag, windows, walls, maxWaitMs: Math.max(0, maxWaitMs), ticket, news: this.#options.scope }
    if (!this.#options.account) return request
    walls.push(ACCOUNT)
    const account = this.#accountWindow()
    if (account !== null) windows.push({ ...account, flow: pass.credential, reserve: this.#options.sole ? 0 : Math.floor(account.limit * RESERVE) })
    return { ...request, meter: ACCOUNT }
  }

  #accountWindow (): Window | null {
    return this.#accountLimit === null ? null : { key: ACCOUNT, ...this.#accountLimit }
  }

  #name (credential: string): string { return `${this.#options.scope}/${credential}` }

  #wallKey (credential: string): string { return `${this.#name(credential)}:wall` }

  #refusal ({ reason, waitMs, wall, window }: Refused, budget: RateLimitName): RollerError {
    const retryAfter = waitMs / 1000
    if (reason === 'away') {
      return new RollerError('ROLLER_ERR_RATE_LIMITED', { detail: 'The shared budget cannot be reached, and this gateway then sends nothing.', retryAfter })
    }
    if (wall === ACCOUNT || window === ACCOUNT) return new RollerError('ROLLER_ERR_NANGO_LIMIT', { retryAfter })
    if (reason === 'wall') return new RollerError('ROLLER_ERR_COOLING_OFF', { detail: 'ROLLER has answered 429 for this connection. Nothing was sent.', retryAfter })
    return new RollerError('ROLLER_ERR_RATE_LIMITED', { detail: `The ${budget} budget of this connection is spent.`, retryAfter })
  }
}

/** Part of every key in Redis. @param environment what tells a Nango environment from others */
export function environmentTag (environment: string): string { return createHash('sha256').update(environment).digest('base64url').slice(0, 16) }

function toUse (name: RateLimitName, { key, limit, windowMs }: Window, usage: readonly Usage[]): RateLimitState {
  const own = usage.find((entry) => entry.key === key)
  return { name, limit, windowMs, remaining: own?.remaining ?? limit, resetMs: own?.resetMs ?? 0 }
}
