import { FairQueue } from './fair-queue.ts'
import { SlotLog } from './slot-log.ts'
import { TICKET_MS, slotsFor, SAME_END_MS } from './store.ts'
import type { LimitStore, QuotaReading, Rejected, TakeRequest, TakeResult, Usage, Window } from './store.ts'
import { steady, sweeper } from '../../util/sweep.ts'

export interface MemoryLimitStoreOptions {
  /** A monotonic clock in ms. */
  readonly now?: () => number
}

interface Quota {
  left: number
  readonly endsAt: number
}

/** The longest cooling-off of a request. */
interface CoolingOff {
  readonly key: string | undefined
  readonly end: number
}

/** Interval of the search for idle entries, while the store is in use. Milliseconds. */
const SWEEP_MS = 100
/** Part of the entries checked in one step: all of them in ten seconds. */
const SWEPT = 0.01
const LEAST_SWEPT = 10

/** Of a call, over all its windows. */
interface Schedule {
  readonly at: number
  /** The window or quota that is the last to free a slot. */
  readonly window: string | undefined
  /** The first window that the call waits for. */
  readonly stage: number
}

const NONE: CoolingOff = { key: undefined, end: 0 }

/** Rate limits of one process. Every method is synchronous, so a take is atomic. */
export class MemoryLimitStore implements LimitStore {
  readonly #now: () => number
  readonly #logs = new Map<string, SlotLog>()
  /** Only non-empty queues. */
  readonly #queues = new Map<string, FairQueue>()
  readonly #coolingOff = new Map<string, number>()
  readonly #quotas = new Map<string, Quota>()
  readonly #sweepLogs = sweeper(this.#logs, (log, now) => log.idle(now))
  readonly #sweepCoolingOff = sweeper(this.#coolingOff, (end, now) => end <= now)
  readonly #sweepQueues = sweeper(this.#queues, (queue, now) => queue.emptied(now))
  #sweepAt = -Infinity
  #tickets = 0

  constructor (options: MemoryLimitStoreOptions = {}) {
    this.#now = steady(options.now ?? (() => performance.now()))
  }

  /** The entries; idle ones are dropped while others are used. */
  get size (): number {
    return this.#logs.size + this.#coolingOff.size + this.#queues.size
  }

  take (request: TakeRequest): TakeResult {
    const { tag, windows, maxWaitMs, ticket } = request
    const now = this.#now()
    this.#sweep(now)
    const logs = this.#open(tag, windows, now)
    const coolingOff = this.#longestCoolingOff(request, now)
    const quota = request.upstreamQuota === undefined ? undefined : this.#quotas.get(name(tag, request.upstreamQuota))
    const running = quota !== undefined && quota.endsAt > now ? quota : undefined
    const slotAt = this.#schedule(request, logs, now, Math.max(now, coolingOff.end), running)
    const waitMs = slotAt.at - now
    if (waitMs > maxWaitMs) {
      if (ticket !== undefined) this.cancel(request, ticket)
      return rejection(waitMs, this.#usage(tag, windows, logs, now), slotAt.window, coolingOff, now, maxWaitMs)
    }
    if (waitMs > 0) return this.#queue(request, slotAt.stage, now, waitMs, logs)
    for (let i = 0; i < windows.length; i++) {
      const { key, limit, flow } = windows[i] as Window
      this.#queueOf(tag, key)?.serve(ticket, flow)
      this.#closeQueue(tag, key)
      this.#record(tag, key, logs[i] as SlotLog, now, limit)
    }
    const usage = this.#usage(tag, windows, logs, now)
    return running === undefined ? { outcome: 'granted', slot: now, usage } : { outcome: 'granted', slot: now, left: --running.left, usage }
  }

  /** When the call has its turn in all windows, behind the waiting calls. */
  #schedule (request: TakeRequest, logs: readonly SlotLog[], now: number, from: number, quota: Quota | undefined): Schedule {
    const { tag, windows, ticket, upstreamQuota } = request
    const ownCalls = logs[0]?.size ?? 0
    let at = from
    let window: string | undefined
    let ahead = 0
    // The first window that the call must wait for: it joins no queue after it. During a cooling-off that is the first of all.
    let stage = windows.length
    // Calls that are due, as this one is, but not yet in the next window's queue: they are before it there too, and it waits behind them.
    let due = 0
    let stay = windows.length
    let previous: FairQueue | undefined
    for (let i = 0; i < windows.length; i++) {
      const { key, flow, reserve = 0 } = windows[i] as Window
      const queue = this.#queueOf(tag, key)
      queue?.drop(now, ticket)
      if (previous !== undefined && stage === windows.length) {
        const missing = previous.notYetIn(queue, ticket, windows[i - 1]?.flow)
        if (missing > 0) stay = Math.min(stay, i - 1)
        due += missing
      }
      previous = queue
      // Busier connections may not use the reserved slots: only calls of this connection, in the queue of its first window too, are before
      // this one.
      if (i === 0 || ownCalls >= reserve) ahead = due + (queue?.ahead(ticket, flow) ?? 0)
      const slotAt = (logs[i] as SlotLog).slotAt(slotsFor(windows[i] as Window, ownCalls), ahead, from)
      if (slotAt > now && i < stage) stage = Math.min(i, stay)
      if (slotAt > at) {
        at = slotAt
        window = key
      }
    }
    const shared = windows[windows.length - 1]
    const reserved = shared === undefined ? 0 : shared.limit - slotsFor(shared, ownCalls)
    if (quota !== undefined && quota.left <= ahead + reserved) {
      stage = Math.min(stage, stay, windows.length - 1)
      if (quota.endsAt > at) return { at: quota.endsAt, window: upstreamQuota, stage }
    }
    return { at, window, stage }
  }

  cancel ({ tag, windows }: TakeRequest, ticket: number): void {
    for (const { key } of windows) {
      this.#queueOf(tag, key)?.remove(ticket)
      this.#closeQueue(tag, key)
    }
  }

  refund (tag: string, windows: readonly Window[], slot: number): void {
    for (const { key } of windows) this.#logs.get(name(tag, key))?.remove(slot)
  }

  renew (tag: string, windows: readonly Window[], slot: number): number {
    this.refund(tag, windows, slot)
    return this.note(tag, windows)
  }

  startCoolingOff (tag: string, key: string, ms: number): void {
    const now = this.#now()
    this.#sweep(now)
    const id = name(tag, key)
    const end = now + ms
    if (end > Math.max(now, this.#coolingOff.get(id) ?? 0)) this.#coolingOff.set(id, end)
  }

  coolingOff (tag: string, key: string): number {
    return Math.max(0, (this.#coolingOff.get(name(tag, key)) ?? 0) - this.#now())
  }

  report (tag: string, upstreamQuota: string, windows: readonly Window[], { remaining, endsInMs, slot }: QuotaReading): void {
    const now = this.#now()
    const endsAt = now + endsInMs
    const [log] = this.#open(tag, windows, now)
    const left = remaining - (log?.since(slot) ?? 0)
    const id = name(tag, upstreamQuota)
    const known = this.#quotas.get(id)
    if (known !== undefined && Math.abs(endsAt - known.endsAt) <= SAME_END_MS) known.left = Math.min(known.left, left)
    else if (known === undefined || endsAt > known.endsAt) this.#quotas.set(id, { left, endsAt })
  }

  usage (tag: string, windows: readonly Window[]): readonly Usage[] {
    const now = this.#now()
    return this.#usage(tag, windows, this.#open(tag, windows, now), now)
  }

  peek (tag: string, windows: readonly Window[]): readonly Usage[] {
    return this.usage(tag, windows)
  }

  close (): void {
    for (const map of [this.#logs, this.#queues, this.#coolingOff, this.#quotas]) map.clear()
  }

  /**
   * Counts calls that another store has granted, even if they exceed the limit.
   * @param at when they were sent, default now
   * @returns their slot
   */
  note (tag: string, windows: readonly Window[], times = 1, at?: number): number {
    const now = this.#now()
    this.#sweep(now)
    const logs = this.#open(tag, windows, now)
    windows.forEach(({ key, limit }, i) => {
      for (let n = 0; n < times; n++) this.#record(tag, key, logs[i] as SlotLog, at ?? now, limit)
    })
    return at ?? now
  }

  /** The ticket is kept until its turn has come and its replica has had time to use it. */
  #queue (request: TakeRequest, stage: number, now: number, waitMs: number, logs: readonly SlotLog[]): TakeResult {
    const { tag, windows, ticket = ++this.#tickets } = request
    windows.forEach(({ key, flow }, i) => {
      const id = name(tag, key)
      let queue = this.#queues.get(id)
      if (i > stage) {
        queue?.remove(ticket)
        this.#closeQueue(tag, key)
        return
      }
      if (queue === undefined) this.#queues.set(id, queue = new FairQueue())
      queue.join(ticket, flow, now + waitMs + TICKET_MS)
    })
    return { outcome: 'queued', ticket, waitMs, usage: this.#usage(tag, windows, logs, now) }
  }

  #longestCoolingOff ({ tag, coolingOff }: TakeRequest, now: number): CoolingOff {
    if (this.#coolingOff.size === 0) return NONE
    let key: string | undefined
    let end = 0
    for (const one of coolingOff) {
      const ends = this.#coolingOff.get(name(tag, one)) ?? 0
      if (ends > end && ends > now) {
        end = ends
        key = one
      }
    }
    return { key, end }
  }

  #queueOf (tag: string, key: string): FairQueue | undefined {
    return this.#queues.size === 0 ? undefined : this.#queues.get(name(tag, key))
  }

  #closeQueue (tag: string, key: string): void {
    if (this.#queueOf(tag, key)?.size === 0) this.#queues.delete(name(tag, key))
  }

  #usage (tag: string, windows: readonly Window[], logs: readonly SlotLog[], now: number): Usage[] {
    return windows.map(({ key, limit, windowMs }, i) => {
      const log = logs[i] as SlotLog
      const waiting = this.#queueOf(tag, key)?.size ?? 0
      const used = log.size + waiting
      if (used >= limit) return { key, limit, remaining: 0, resetMs: log.slotAt(limit, waiting, now) - now }
      return { key, limit, remaining: limit - used, resetMs: log.size === 0 ? 0 : log.at(0) + windowMs - now }
    })
  }

  /** A log is added to the map with its first slot: a rejected take or a peek adds nothing. */
  #open (tag: string, windows: readonly Window[], now: number): SlotLog[] {
    const logs: SlotLog[] = []
    for (const { key, windowMs } of windows) {
      const log = this.#logs.get(name(tag, key)) ?? new SlotLog()
      log.trim(now, windowMs)
      logs.push(log)
    }
    return logs
  }

  #record (tag: string, key: string, log: SlotLog, now: number, limit: number): void {
    if (log.size === 0) {
      this.#sweepLogs(now, 2)
      this.#logs.set(name(tag, key), log)
    }
    log.push(now, limit)
  }

  /** In addition to the steps for every new log. Not with every call, which would cost a twentieth of its processor time. */
  #sweep (now: number): void {
    if (now < this.#sweepAt) return
    this.#sweepAt = now + SWEEP_MS
    this.#sweepLogs(now, share(this.#logs))
    this.#sweepCoolingOff(now, share(this.#coolingOff))
    this.#sweepQueues(now, share(this.#queues))
  }
}

function share ({ size }: ReadonlyMap<string, unknown>): number { return Math.max(LEAST_SWEPT, Math.ceil(size * SWEPT)) }

/** NUL cannot occur in a header or a path, so the name is unique. */
function name (tag: string, key: string): string {
  return `${tag}\0${key}`
}

function rejection (
  waitMs: number, usage: readonly Usage[], window: string | undefined, { key, end }: CoolingOff, now: number, maxWaitMs: number
): Rejected {
  const coolingOffMs = end - now
  if (key !== undefined && coolingOffMs > maxWaitMs) {
    return { outcome: 'rejected', reason: 'cooling-off', waitMs, usage, coolingOff: key, coolingOffMs }
  }
  return { outcome: 'rejected', reason: 'limit', waitMs, usage, ...(window !== undefined && { window }) }
}
