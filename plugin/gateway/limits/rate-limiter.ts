/**
 * Every call to ROLLER acquires a lease of its connection's rate limit (and, through Nango, of the account's): it waits in a queue as
 * long as its caller allows, and is refused with the exact Retry-After otherwise.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { CancelSignal } from '../../util/cancellation.ts'
import type { Clock } from '../../util/clock.ts'
import type { RateLimitState } from '../../util/rate-limit-state.ts'
import { isRollerError, RollerError, withRateLimit } from '../../errors.ts'
import type { RateLimitName } from '../../operations/operation.ts'
import { effectiveLimit, type RateLimit } from './limits.ts'
import { Lease } from './lease.ts'
import type { RateLimitToSpend } from './rate-limit-of.ts'
import { SAME_END_MS } from './store.ts'
import type { LimitStore, Granted, Refused, TakeRequest, Usage, Window } from './store.ts'
import { WaitQueue } from './wait-queue.ts'

export class LeaseRequest implements RateLimitToSpend {
  /** ROLLER counts by the pair of Client ID and Client Secret, however many connections hold it. */
  readonly credential: string
  /** Milliseconds the caller is still willing to wait. */
  readonly maxWaitMs: number
  readonly signal: CancelSignal | undefined
  readonly rateLimit: RateLimitName
  readonly exportType: string | null
  readonly onWait: ((wait: LeaseWait) => void) | undefined

  constructor (
    credential: string, { rateLimit, exportType }: RateLimitToSpend, maxWaitMs: number, signal: CancelSignal | undefined,
    onWait?: (wait: LeaseWait) => void
  ) {
    this.credential = credential
    this.rateLimit = rateLimit
    this.exportType = exportType
    this.maxWaitMs = maxWaitMs
    this.signal = signal
    this.onWait = onWait
  }
}

/** A call begins to wait for its lease. */
export interface LeaseWait {
  readonly rateLimit: RateLimitName
  /** How long, as far as is known. */
  readonly ms: number
}

export interface RateLimiterOptions {
  readonly store: LimitStore
  readonly limits: Readonly<Record<RateLimitName, RateLimit>>
  /** Calls that may wait at a time, for one connection and rate limit. */
  readonly maxQueue: number
  /** Put before every credential: ids are unique only within an integration. */
  readonly scope: string
  /** Tells the Nango environment from others in the same Redis. Only a hash of it leaves the process. */
  readonly environment: string
  /** There is but one connection, so no other to keep a reserve for. */
  readonly sole?: boolean
  /** Through Nango all connections share the account's limit too. False where nothing stands between. */
  readonly account: boolean
  readonly clock: Clock
  readonly observer?: RateLimitObserver | undefined
}

/** Counts for metrics. No connection ids: a label set must stay closed. */
export interface RateLimitObserver {
  granted (rateLimit: RateLimitName, waitedMs: number): void
  rejected (rateLimit: RateLimitName, reason: Refused['reason'] | 'queue'): void
  waiting (rateLimit: RateLimitName, change: 1 | -1): void
  coolingOffStarted (scope: 'connection' | 'account'): void
  /** Units of the monthly allowance. */
  used? (rateLimit: RateLimitName, units: number): void
}

/** What Nango says of the account's limit in an answer. */
export interface UpstreamQuota {
  readonly limit: number
  readonly remaining: number
  readonly endsInMs: number
}

const ACCOUNT = 'account'
/** Nango counts in fixed windows of a minute. */
const ACCOUNT_WINDOW_MS = 60_000
/** Connections and rate limits whose last state is remembered, for answers that spend nothing. */
const REMEMBERED = 10_000
/**
 * Part of the account's limit that is reserved for connections which have sent less than that in the last minute. A busy venue that has
 * used up all the rest thus does not delay one that calls now and then; alone on the account, it has that much less.
 */
const RESERVE = 0.1
/**
 * By this part Nango's own count may be less than the shared one before it is reported to the replicas: a report with every call costs
 * a round trip.
 */
const REPORTED_PART = 0.05

interface LastState {
  readonly state: RateLimitState
  readonly at: number
}

export class RateLimiter {
  readonly #options: RateLimiterOptions
  /** All of an environment lies in one slot of a Redis Cluster, with the account's limit and what replicas tell each other. */
  readonly #tag: string
  readonly #queues = new Map<string, WaitQueue>()
  readonly #lastStates = new LRUCache<string, LastState>({ max: REMEMBERED })
  #accountLimit: RateLimit | null = null
  #closed = false
  /** What was last reported of the account. */
  #reported = { remaining: Infinity, endsAt: -Infinity }

  constructor (options: RateLimiterOptions) {
    this.#options = options
    this.#tag = environmentTag(options.environment)
  }

  /**
   * Waits for a lease.
   * @throws RollerError ROLLER_ERR_RATE_LIMITED, ROLLER_ERR_COOLING_OFF or ROLLER_ERR_NANGO_LIMIT with the exact Retry-After when the
   * call may
   *   not wait so long; the signal's reason when the caller disconnects. A RollerError has the state of the rate limit.
   */
  async acquire (request: LeaseRequest): Promise<Lease> {
    const { store, clock, observer } = this.#options
    const window = this.#window(request)
    const startedAt = clock.now()
    let ticket: number | undefined
    for (;;) {
      const take = this.#takeRequest(request, window, request.maxWaitMs - (clock.now() - startedAt), ticket)
      const result = await store.take(take)
      const state = this.#stateOf(request.rateLimit, window, result.usage, result.outcome === 'refused' ? result.waitMs : null)
      if (result.outcome === 'granted') {
        const elapsed = clock.now() - startedAt
        const waitedMs = elapsed < 1 ? 0 : elapsed // less is no wait, but the way to the store and back
        observer?.granted(request.rateLimit, waitedMs)
        return this.#lease(take, result, waitedMs, state)
      }
      if (result.outcome === 'refused') {
        observer?.rejected(request.rateLimit, result.reason)
        throw withRateLimit(this.#refusal(result, request.rateLimit), state)
      }
      ticket = result.ticket
      const ms = Math.ceil(result.waitMs)
      request.onWait?.({ rateLimit: request.rateLimit, ms })
      await this.#wait(request, take, ticket, ms).catch((error: unknown) => {
        throw isRollerError(error) ? withRateLimit(error, state) : error
      })
    }
  }

  #lease ({ tag, windows }: TakeRequest, { slot, left, news }: Granted, waitedMs: number, rateLimit: RateLimitState): Lease {
    const { store, clock } = this.#options
    return new Lease({ store, clock, tag, windows, slot, quotaLeft: left ?? null, newsVersion: news ?? null, waitedMs, rateLimit })
  }

  /** ROLLER said 429: nothing more is sent for this credential, by any replica. */
  async startCoolingOff (credential: string, seconds: number): Promise<void> {
    this.#options.observer?.coolingOffStarted('connection')
    await this.#options.store.startCoolingOff(this.#tag, this.#coolingOffKey(credential), seconds * 1000)
  }

  /** Nango said 429: nothing more is sent for the account. */
  async startAccountCoolingOff (seconds: number): Promise<void> {
    if (!this.#options.account) return
    this.#options.observer?.coolingOffStarted('account')
    await this.#options.store.startCoolingOff(this.#tag, ACCOUNT, Math.max(1, seconds) * 1000)
  }

  /**
   * Nango's X-RateLimit-*, which come with every answer. The limit differs from plan to plan; and others use it up too (its syncs, other
   * programs, calls made before the limit was known), so what Nango says is left counts beside what this gateway has sent. All replicas
   * share it, and it is reported to them only when it is less than they know.
   */
  async recordQuota ({ limit, remaining, endsInMs }: UpstreamQuota, lease: Lease): Promise<void> {
    if (!this.#options.account) return
    if (Number.isInteger(limit) && limit >= 1) {
      const learned = effectiveLimit({ limit, windowMs: ACCOUNT_WINDOW_MS })
      if (this.#accountLimit?.limit !== learned.limit) this.#accountLimit = learned
    }
    if (!(remaining >= 0 && endsInMs > 0)) return
    const endsAt = this.#options.clock.now() + endsInMs
    const reportedBefore = Math.abs(endsAt - this.#reported.endsAt) <= SAME_END_MS
    // Of the calls that were in flight when a window of Nango's began, each would bring the same.
    const known = lease.quotaLeft ?? (reportedBefore ? Math.floor(this.#reported.remaining / 2) : Infinity)
    if (known < Infinity && remaining + Math.floor(known * REPORTED_PART) >= known) return
    this.#reported = { remaining, endsAt }
    const window = this.#accountWindow()
    await this.#options.store.report(this.#tag, ACCOUNT, window === null ? [] : [window], { remaining, endsInMs, slot: lease.slot })
  }

  /** The state of a rate limit now, read without spending: from the store where that costs nothing, else as it was last seen. */
  peek (request: Pick<LeaseRequest, 'credential' | 'rateLimit' | 'exportType'>): RateLimitState {
    const { store, clock } = this.#options
    const window = this.#window(request)
    const usage = store.peek?.(this.#tag, [window])
    if (usage !== undefined) return toState(request.rateLimit, window, usage)
    const last = this.#lastStates.get(window.key)
    const elapsed = last === undefined ? Infinity : clock.now() - last.at
    if (last === undefined || elapsed >= last.state.resetMs) return toState(request.rateLimit, window, [])
    return { ...last.state, resetMs: last.state.resetMs - elapsed }
  }

  /** The state of a credential's rate limits, as the store has it. */
  async usage (credential: string): Promise<{ rateLimits: RateLimitState[], coolingOffMs: number }> {
    const { store } = this.#options
    const tag = this.#tag
    const names = ['rest', 'reporting'] as const
    const windows = names.map((rateLimit) => this.#window({ credential, rateLimit, exportType: null }))
    const usage = await store.usage(tag, windows)
    return {
      rateLimits: names.map((name, index) => toState(name, windows[index] as Window, usage)), // as many windows as names
      coolingOffMs: await this.coolingOff(credential)
    }
  }

  /** Milliseconds until ROLLER takes calls of a credential again after a 429; 0 when it does. */
  async coolingOff (credential: string): Promise<number> {
    return await this.#options.store.coolingOff(this.#tag, this.#coolingOffKey(credential))
  }

  /** Rejects all calls that wait for a lease, now and from now on: the process ends. */
  releaseWaiting (): void {
    this.#closed = true
    for (const queue of this.#queues.values()) queue.close()
  }

  async close (): Promise<void> { await this.#options.store.close() }

  /** Until its turn comes. @throws ROLLER_ERR_RATE_LIMITED when too many wait already; the signal's reason when the caller disconnects */
  async #wait ({ rateLimit, signal }: LeaseRequest, take: TakeRequest, ticket: number, ms: number): Promise<void> {
    const { store, clock, observer, maxQueue } = this.#options
    const key = take.windows[0]?.key ?? ''
    const queue = this.#queues.get(key) ?? new WaitQueue(clock)
    if (take.ticket === undefined && queue.size >= maxQueue) {
      await store.cancel(take, ticket)
      observer?.rejected(rateLimit, 'queue')
      throw new RollerError('ROLLER_ERR_RATE_LIMITED', {
        detail: `${maxQueue} calls already wait for the ${rateLimit} rate limit of this connection.`, retryAfter: ms / 1000
      })
    }
    this.#queues.set(key, queue)
    if (this.#closed) queue.close()
    observer?.waiting(rateLimit, 1)
    try {
      await queue.wait(ms, signal)
    } catch (gone) {
      await store.cancel(take, ticket)
      throw gone
    } finally {
      observer?.waiting(rateLimit, -1)
      if (queue.size === 0 && this.#queues.get(key) === queue) this.#queues.delete(key)
    }
  }

  /**
   * @param refusedMs whatever refuses (a cooling-off, the account, a Redis that is down): for this connection nothing is left until
   * then
   */
  #stateOf (name: RateLimitName, window: Window, usage: readonly Usage[], refusedMs: number | null): RateLimitState {
    const { store, clock } = this.#options
    const state = toState(name, window, usage)
    const stated = refusedMs === null ? state : { ...state, remaining: 0, resetMs: refusedMs }
    if (store.peek === undefined) this.#lastStates.set(window.key, { state: stated, at: clock.now() })
    return stated
  }

  #window ({ credential, rateLimit, exportType }: Pick<LeaseRequest, 'credential' | 'rateLimit' | 'exportType'>): Window {
    const { limit, windowMs } = this.#options.limits[rateLimit]
    const key = `${this.#name(credential)}:${rateLimit}`
    return { key: rateLimit === 'bulk' ? `${key}:${exportType ?? ''}` : key, limit, windowMs }
  }

  #takeRequest (request: LeaseRequest, window: Window, maxWaitMs: number, ticket: number | undefined): TakeRequest {
    const { scope, account, sole } = this.#options
    const windows = [window]
    // A bulk export is a call to ROLLER's Reporting API as well.
    if (request.rateLimit === 'bulk') windows.push(this.#window({ ...request, rateLimit: 'reporting' }))
    const coolingOff = [this.#coolingOffKey(request.credential)]
    const take = { tag: this.#tag, windows, coolingOff, maxWaitMs: Math.max(0, maxWaitMs), ticket, news: scope }
    if (!account) return take
    coolingOff.push(ACCOUNT)
    const shared = this.#accountWindow()
    if (shared !== null) windows.push({ ...shared, flow: request.credential, reserve: sole ? 0 : Math.floor(shared.limit * RESERVE) })
    return { ...take, upstreamQuota: ACCOUNT }
  }

  #accountWindow (): Window | null {
    return this.#accountLimit === null ? null : { key: ACCOUNT, ...this.#accountLimit }
  }

  #name (credential: string): string { return `${this.#options.scope}/${credential}` }

  #coolingOffKey (credential: string): string { return `${this.#name(credential)}:cooling-off` }

  #refusal ({ reason, waitMs, coolingOff, window }: Refused, rateLimit: RateLimitName): RollerError {
    const retryAfter = waitMs / 1000
    if (reason === 'redis-down') {
      return new RollerError('ROLLER_ERR_RATE_LIMITED', {
        detail: 'Redis, which holds the shared rate limits, is down, and onRedisDown is set to reject.', retryAfter
      })
    }
    if (coolingOff === ACCOUNT || window === ACCOUNT) return new RollerError('ROLLER_ERR_NANGO_LIMIT', { retryAfter })
    if (reason === 'cooling-off') {
      return new RollerError('ROLLER_ERR_COOLING_OFF', {
        detail: 'ROLLER answered 429 to an earlier call of this connection. Nothing was sent.', retryAfter
      })
    }
    return new RollerError('ROLLER_ERR_RATE_LIMITED', { detail: `The ${rateLimit} rate limit of this connection is used up.`, retryAfter })
  }
}

/** Part of every key in Redis. @param environment what tells a Nango environment from others */
export function environmentTag (environment: string): string {
  return createHash('sha256').update(environment).digest('base64url').slice(0, 16)
}

function toState (name: RateLimitName, { key, limit, windowMs }: Window, usage: readonly Usage[]): RateLimitState {
  const own = usage.find((entry) => entry.key === key)
  return { name, limit, windowMs, remaining: own?.remaining ?? limit, resetMs: own?.resetMs ?? 0 }
}
