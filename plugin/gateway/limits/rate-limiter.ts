/**
 * Every call to ROLLER acquires a lease of its connection's rate limit (and, through Nango, of the account's): it is queued as long as its
 * caller allows, otherwise rejected with the exact Retry-After.
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
import type { LimitStore, Granted, Rejected, TakeRequest, Usage, Window } from './store.ts'
import { WaitQueue } from './wait-queue.ts'

export class LeaseRequest implements RateLimitToSpend {
  /** ROLLER counts by the pair of Client ID and Client Secret, however many connections use it. */
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
  /** Maximum number of waiting calls, for one connection and rate limit. */
  readonly maxQueue: number
  /** Prefix of every credential: ids are unique only within an integration. */
  readonly scope: string
  /** Separates Nango environments in one Redis. Only its hash is stored. */
  readonly environment: string
  /** There is only one connection, so no reserve is needed. */
  readonly sole?: boolean
  /** Through Nango all connections also share the account's limit. False for direct calls. */
  readonly account: boolean
  readonly clock: Clock
  readonly observer?: RateLimitObserver | undefined
}

/** Counts for metrics, without connection ids: label sets must stay closed. */
export interface RateLimitObserver {
  granted (rateLimit: RateLimitName, waitedMs: number): void
  rejected (rateLimit: RateLimitName, reason: Rejected['reason'] | 'queue'): void
  waiting (rateLimit: RateLimitName, change: 1 | -1): void
  coolingOffStarted (scope: 'connection' | 'account'): void
  /** Units of the monthly allowance. */
  used? (rateLimit: RateLimitName, units: number): void
}

/** Nango's account limit, from the headers of a response. */
export interface UpstreamQuota {
  readonly limit: number
  readonly remaining: number
  readonly endsInMs: number
}

const ACCOUNT = 'account'
/** Nango counts in fixed windows of a minute. */
const ACCOUNT_WINDOW_MS = 60_000
/** Connections and rate limits whose last state is kept, for responses that count against none. */
const REMEMBERED = 10_000
/**
 * Part of the account's limit that is reserved for connections that sent less than that in the last minute. A busy venue that has used up
 * the rest thus does not delay one that calls rarely; a single busy connection has that much less.
 */
const RESERVE = 0.1
/**
 * Nango's own count may be lower than the shared one by this part before it is reported to the replicas: each report costs a round trip.
 */
const REPORTED_PART = 0.05

interface LastState {
  readonly state: RateLimitState
  readonly at: number
}

export class RateLimiter {
  readonly #options: RateLimiterOptions
  /** All keys of an environment are in one slot of a Redis Cluster, including the account's limit and the replicas' news. */
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
   * @throws RollerError ROLLER_ERR_RATE_LIMITED, ROLLER_ERR_COOLING_OFF or ROLLER_ERR_NANGO_LIMIT with the exact Retry-After if the call
   *   may not wait that long; the signal's reason if the caller disconnects. A RollerError has the state of the rate limit.
   */
  async acquire (request: LeaseRequest): Promise<Lease> {
    const { store, clock, observer } = this.#options
    const window = this.#window(request)
    const startedAt = clock.now()
    let ticket: number | undefined
    for (;;) {
      const take = this.#takeRequest(request, window, request.maxWaitMs - (clock.now() - startedAt), ticket)
      const result = await store.take(take)
      const state = this.#stateOf(request.rateLimit, window, result.usage, result.outcome === 'rejected' ? result.waitMs : null)
      if (result.outcome === 'granted') {
        const elapsed = clock.now() - startedAt
        const waitedMs = elapsed < 1 ? 0 : elapsed // a shorter wait is only the round trip to the store
        observer?.granted(request.rateLimit, waitedMs)
        return this.#lease(take, result, waitedMs, state)
      }
      if (result.outcome === 'rejected') {
        observer?.rejected(request.rateLimit, result.reason)
        throw withRateLimit(this.#rejection(result, request.rateLimit), state)
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

  /** After a 429 of ROLLER, no replica sends calls for this credential. */
  async startCoolingOff (credential: string, seconds: number): Promise<void> {
    this.#options.observer?.coolingOffStarted('connection')
    await this.#options.store.startCoolingOff(this.#tag, this.#coolingOffKey(credential), seconds * 1000)
  }

  /** After a 429 of Nango, nothing is sent for the account. */
  async startAccountCoolingOff (seconds: number): Promise<void> {
    if (!this.#options.account) return
    this.#options.observer?.coolingOffStarted('account')
    await this.#options.store.startCoolingOff(this.#tag, ACCOUNT, Math.max(1, seconds) * 1000)
  }

  /**
   * Nango's X-RateLimit-* of every response. The limit depends on the plan; and others use it too (Nango's syncs, other programs, calls
   * before the limit was known), so Nango's remaining count applies in addition to the calls that this gateway has sent. All replicas share
   * it; it is reported to them only if it is lower than theirs.
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
    // All calls in flight when a window of Nango's began would report the same.
    const known = lease.quotaLeft ?? (reportedBefore ? Math.floor(this.#reported.remaining / 2) : Infinity)
    if (known < Infinity && remaining + Math.floor(known * REPORTED_PART) >= known) return
    this.#reported = { remaining, endsAt }
    const window = this.#accountWindow()
    await this.#options.store.report(this.#tag, ACCOUNT, window === null ? [] : [window], { remaining, endsInMs, slot: lease.slot })
  }

  /** The current state of a rate limit, read without spending: from the store if that is free, otherwise the last known one. */
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

  /** Milliseconds until the end of a credential's cooling-off; 0 if there is none. */
  async coolingOff (credential: string): Promise<number> {
    return await this.#options.store.coolingOff(this.#tag, this.#coolingOffKey(credential))
  }

  /** Rejects all calls that wait for a lease, now and from now on, at shutdown. */
  releaseWaiting (): void {
    this.#closed = true
    for (const queue of this.#queues.values()) queue.close()
  }

  async close (): Promise<void> { await this.#options.store.close() }

  /** Waits for the call's turn. @throws ROLLER_ERR_RATE_LIMITED if too many wait already; the signal's reason if the caller disconnects */
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
   * @param rejectedMs remaining time of the cause of a rejection (a cooling-off, the account, a Redis that is down): until then the state
   *   reports nothing left
   */
  #stateOf (name: RateLimitName, window: Window, usage: readonly Usage[], rejectedMs: number | null): RateLimitState {
    const { store, clock } = this.#options
    const state = toState(name, window, usage)
    const stated = rejectedMs === null ? state : { ...state, remaining: 0, resetMs: rejectedMs }
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

  #rejection ({ reason, waitMs, coolingOff, window }: Rejected, rateLimit: RateLimitName): RollerError {
    const retryAfter = waitMs / 1000
    if (reason === 'redis-down') {
      return new RollerError('ROLLER_ERR_RATE_LIMITED', {
        detail: `Redis, which holds the shared rate limits, is or was down, and this replica may send no ${rateLimit} call without it.`,
        retryAfter
      })
    }
    if (coolingOff === ACCOUNT || window === ACCOUNT) return new RollerError('ROLLER_ERR_NANGO_LIMIT', { retryAfter })
    if (reason === 'cooling-off') {
      return new RollerError('ROLLER_ERR_COOLING_OFF', {
        detail: 'ROLLER returned 429 to an earlier call of this connection. Nothing was sent.', retryAfter
      })
    }
    return new RollerError('ROLLER_ERR_RATE_LIMITED', { detail: `The ${rateLimit} rate limit of this connection is used up.`, retryAfter })
  }
}

/** Part of every key in Redis. @param environment identifies the Nango environment */
export function environmentTag (environment: string): string {
  return createHash('sha256').update(environment).digest('base64url').slice(0, 16)
}

function toState (name: RateLimitName, { key, limit, windowMs }: Window, usage: readonly Usage[]): RateLimitState {
  const own = usage.find((entry) => entry.key === key)
  return { name, limit, windowMs, remaining: own?.remaining ?? limit, resetMs: own?.resetMs ?? 0 }
}
