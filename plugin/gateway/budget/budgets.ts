/**
 * The gate before ROLLER: every call takes its place in the budget of its connection (and, through Nango, in the account's), waits for it if the
 * caller has the patience, and is told exactly how long to stay away if not.
 */
import { createHash } from 'node:crypto'
import { sleep, type Clock } from '../../clock.ts'
import { RollerError } from '../../errors.ts'
import type { BudgetName } from '../../roller/operation.ts'
import type { BudgetLimit } from './limits.ts'
import { effectiveLimit } from './limits.ts'
import type { BudgetStore, Refused, TakeRequest, Usage, Window } from './store.ts'

/** How a call stands with its budget, for the RateLimit headers. */
export interface BudgetUse {
  readonly name: BudgetName
  readonly limit: number
  /** Milliseconds. */
  readonly windowMs: number
  readonly remaining: number
  /** Milliseconds until a place frees. */
  readonly resetMs: number
}

export interface Pass {
  readonly connectionId: string
  readonly budget: BudgetName
  /** ROLLER counts bulk exports by their type. */
  readonly exportType: string | null
  /** Milliseconds the caller is still willing to wait. */
  readonly maxWaitMs: number
  readonly signal: AbortSignal | undefined
  /** Told how the budget stands, whether the call got its place or not. */
  readonly onUse?: ((use: BudgetUse) => void) | undefined
}

export interface BudgetsOptions {
  readonly store: BudgetStore
  readonly limits: Readonly<Record<BudgetName, BudgetLimit>>
  /** Calls that may wait at a time, for one connection and budget. */
  readonly maxQueue: number
  /** Put before every connection id: ids are unique only within an integration. */
  readonly scope: string
  /** Through Nango all connections share the account's limit too. Null where nothing stands between. */
  readonly account: { readonly id: string } | null
  readonly clock: Clock
  readonly observer?: BudgetObserver | undefined
}

/** Counts for metrics. No connection ids: a label set must stay closed. */
export interface BudgetObserver {
  granted (budget: BudgetName, waitedMs: number): void
  refused (budget: BudgetName, reason: Refused['reason'] | 'queue'): void
  waiting (budget: BudgetName, change: 1 | -1): void
  walled (whose: 'connection' | 'account'): void
}

const ACCOUNT = 'account'
/** Nango counts in fixed windows of a minute. */
const ACCOUNT_WINDOW_MS = 60_000

export class Budgets {
  readonly #options: BudgetsOptions
  readonly #accountTag: string | null
  readonly #queued = new Map<string, number>()
  #accountLimit: BudgetLimit | null = null

  constructor (options: BudgetsOptions) {
    this.#options = options
    this.#accountTag = options.account === null ? null : createHash('sha256').update(options.account.id).digest('base64url').slice(0, 16)
  }

  /**
   * Waits for a place.
   * @returns the milliseconds waited
   * @throws RollerError ROLLER_ERR_BUDGET, ROLLER_ERR_COOLING_OFF or ROLLER_ERR_NANGO_LIMIT with the exact Retry-After when the caller would not
   *   wait that long; the signal's reason when the caller goes away
   */
  async enter (pass: Pass): Promise<number> {
    const { store, clock, observer, maxQueue } = this.#options
    const window = this.#window(pass)
    const queue = window.key
    const startedAt = clock.now()
    for (;;) {
      const patience = pass.maxWaitMs - (clock.now() - startedAt)
      const request = this.#request(pass, window, Math.max(0, patience))
      const result = await store.take(request)
      const use = toUse(pass.budget, window, result.usage)
      // Whatever refuses (a wall, the account, a shared store that is away): for this connection nothing is left until then.
      pass.onUse?.(result.granted ? use : { ...use, remaining: 0, resetMs: result.waitMs })
      if (!result.granted) {
        observer?.refused(pass.budget, result.reason)
        throw this.#refusal(result, pass.budget)
      }
      const wait = Math.ceil(result.waitMs)
      if (wait <= 0) return this.#admit(pass.budget, startedAt)

      const waiting = this.#queued.get(queue) ?? 0
      if (waiting >= maxQueue) {
        await store.release(request.tag, request.windows, result.slot)
        observer?.refused(pass.budget, 'queue')
        throw new RollerError('ROLLER_ERR_BUDGET', {
          detail: `${maxQueue} calls are waiting for this connection's ${pass.budget} budget already.`, retryAfter: wait / 1000
        })
      }
      this.#queued.set(queue, waiting + 1)
      observer?.waiting(pass.budget, 1)
      try {
        await sleep(clock, wait, pass.signal)
      } catch (gone) {
        await store.release(request.tag, request.windows, result.slot)
        throw gone
      } finally {
        observer?.waiting(pass.budget, -1)
        const left = (this.#queued.get(queue) ?? 1) - 1
        if (left > 0) this.#queued.set(queue, left)
        else this.#queued.delete(queue)
      }
      // A wall may have gone up while the call waited; then it lines up anew.
      const confirmed = await store.confirm(request, result.slot)
      if (confirmed.ok) return this.#admit(pass.budget, startedAt)
    }
  }

  /** ROLLER said 429: nothing more is sent for this connection, by any replica. */
  async coolOff (connectionId: string, seconds: number): Promise<void> {
    this.#options.observer?.walled('connection')
    await this.#options.store.raiseWall(this.#tag(connectionId), this.#wallKey(connectionId), seconds * 1000)
  }

  /** Nango said 429: nothing more is sent for the account. */
  async coolOffAccount (seconds: number): Promise<void> {
    if (this.#accountTag === null) return
    this.#options.observer?.walled('account')
    await this.#options.store.raiseWall(this.#accountTag, ACCOUNT, Math.max(1, seconds) * 1000)
  }

  /** Nango's X-RateLimit-Limit, calls a minute for the whole account: plans differ, so the limit is learned from the answers. */
  learnAccountLimit (limit: number): void {
    if (this.#accountTag === null || !Number.isInteger(limit) || limit < 1) return
    const learned = effectiveLimit({ limit, windowMs: ACCOUNT_WINDOW_MS })
    if (this.#accountLimit?.limit !== learned.limit) this.#accountLimit = learned
  }

  /** How a connection stands, for people who look. */
  async usage (connectionId: string): Promise<{ budgets: BudgetUse[], coolingOffMs: number }> {
    const { store } = this.#options
    const tag = this.#tag(connectionId)
    const names = ['rest', 'reporting'] as const
    const windows = names.map((budget) => this.#window({ connectionId, budget, exportType: null }))
    const usage = await store.usage(tag, windows)
    return {
      budgets: names.map((budget, index) => toUse(budget, windows[index] as Window, usage)), // as many windows as names
      coolingOffMs: await store.wall(tag, this.#wallKey(connectionId))
    }
  }

  async close (): Promise<void> { await this.#options.store.close() }

  #admit (budget: BudgetName, startedAt: number): number {
    const waitedMs = this.#options.clock.now() - startedAt
    this.#options.observer?.granted(budget, waitedMs)
    return waitedMs
  }

  #window ({ connectionId, budget, exportType }: Pick<Pass, 'connectionId' | 'budget' | 'exportType'>): Window {
    const { limit, windowMs } = this.#options.limits[budget]
    const key = `${this.#name(connectionId)}:${budget}`
    return { key: budget === 'bulk' ? `${key}:${exportType ?? ''}` : key, limit, windowMs }
  }

  #request (pass: Pass, window: Window, maxWaitMs: number): TakeRequest {
    const windows = [window]
    // A bulk export is a call to ROLLER's Reporting API as well.
    if (pass.budget === 'bulk') windows.push(this.#window({ ...pass, budget: 'reporting' }))
    const walls = [this.#wallKey(pass.connectionId)]
    if (this.#accountTag !== null) {
      walls.push(ACCOUNT)
      if (this.#accountLimit !== null) windows.push({ key: ACCOUNT, ...this.#accountLimit })
    }
    return { tag: this.#tag(pass.connectionId), windows, walls, maxWaitMs }
  }

  /** All that one take touches must lie in one slot of a Redis Cluster: with an account's budget, all its connections do. */
  #tag (connectionId: string): string { return this.#accountTag ?? this.#name(connectionId) }

  #name (connectionId: string): string { return `${this.#options.scope}/${connectionId}` }

  #wallKey (connectionId: string): string { return `${this.#name(connectionId)}:wall` }

  #refusal ({ reason, waitMs, wall, window }: Refused, budget: BudgetName): RollerError {
    const retryAfter = waitMs / 1000
    if (reason === 'away') {
      return new RollerError('ROLLER_ERR_BUDGET', { detail: 'The shared budget cannot be reached, and this gateway then sends nothing.', retryAfter })
    }
    if (wall === ACCOUNT || window === ACCOUNT) return new RollerError('ROLLER_ERR_NANGO_LIMIT', { retryAfter })
    if (reason === 'wall') return new RollerError('ROLLER_ERR_COOLING_OFF', { detail: 'ROLLER has answered 429 for this connection. Nothing was sent.', retryAfter })
    return new RollerError('ROLLER_ERR_BUDGET', { detail: `The ${budget} budget of this connection is spent.`, retryAfter })
  }
}

function toUse (name: BudgetName, { key, limit, windowMs }: Window, usage: readonly Usage[]): BudgetUse {
  const own = usage.find((entry) => entry.key === key)
  return { name, limit, windowMs, remaining: own?.remaining ?? limit, resetMs: own?.resetMs ?? 0 }
}
