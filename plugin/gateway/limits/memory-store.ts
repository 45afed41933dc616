import { FairQueue } from './fair-queue.ts'
import { SlotLog } from './slot-log.ts'
import { LEASE_MS, placesFor, SAME_END_MS } from './store.ts'
import type { LimitStore, MeterReading, Refused, TakeRequest, TakeResult, Usage, Window } from './store.ts'
import { steady, sweeper } from '../../util/sweep.ts'

export interface MemoryLimitStoreOptions {
  /** A monotonic clock in ms. */
  readonly now?: () => number
}

interface Meter {
  left: number
  readonly endsAt: number
}

/** The longest cooling-off that a request must respect. */
interface Standing {
  readonly key: string | undefined
  readonly end: number
}

/** What is idle is looked for this often, while the store is used. Milliseconds. */
const SWEEP_MS = 100
/** Of what is held, at a time: all of it in ten seconds. */
const SWEPT = 0.01
const LEAST_SWEPT = 10

const NO_WALL: Standing = { key: undefined, end: 0 }

/** Budgets of one process. Every method is synchronous, so a take is atomic by itself. */
export class MemoryLimitStore implements LimitStore {
  readonly #now: () => number
  readonly #logs = new Map<string, SlotLog>()
  /** Only those in which somebody waits. */
  readonly #lines = new Map<string, FairQueue>()
  readonly #walls = new Map<string, number>()
  readonly #meters = new Map<string, Meter>()
  readonly #sweepLogs = sweeper(this.#logs, (log, now) => log.idle(now))
  readonly #sweepWalls = sweeper(this.#walls, (end, now) => end <= now)
  readonly #sweepLines = sweeper(this.#lines, (line, now) => line.emptied(now))
  #sweepAt = -Infinity
  #tickets = 0

  constructor (options: MemoryLimitStoreOptions = {}) {
    this.#now = steady(options.now ?? (() => performance.now()))
  }

  /** Windows and walls that are held: what is idle disappears while others are used. */
  get size (): number {
    return this.#logs.size + this.#walls.size + this.#lines.size
  }

  take (request: TakeRequest): TakeResult {
    const { tag, windows, maxWaitMs, ticket } = request
    const now = this.#now()
    this.#sweep(now)
    const logs = this.#open(tag, windows, now)
    const wall = this.#peek(request, now)
    const from = Math.max(now, wall.end)
    let at = from
    let window: string | undefined
    let ahead = 0
    const ownCalls = logs[0]?.size ?? 0
    // The first window that the call must wait for: it stands in no line behind it. Before a wall that is the first of all.
    let stage = from > now ? 0 : windows.length
    for (let i = 0; i < windows.length; i++) {
      const { key, flow, reserve = 0 } = windows[i] as Window
      const line = this.#lineOf(tag, key)
      line?.drop(now, ticket)
      // Those with more to do cannot have a place of the reserve: only its own calls, in line for its first window too, stand before this one.
      if (i === 0 || ownCalls >= reserve) ahead = line?.ahead(ticket, flow) ?? 0
      const turn = (logs[i] as SlotLog).turn(placesFor(windows[i] as Window, ownCalls), ahead, from)
      if (turn > now && i < stage) stage = i
      if (turn > at) {
        at = turn
        window = key
      }
    }
    const meter = request.meter === undefined ? undefined : this.#meters.get(name(tag, request.meter))
    const shared = windows[windows.length - 1]
    const kept = shared === undefined ? 0 : shared.limit - placesFor(shared, ownCalls)
    if (meter !== undefined && meter.endsAt > now && meter.left <= ahead + kept) {
      stage = Math.min(stage, windows.length - 1)
      if (meter.endsAt > at) {
        at = meter.endsAt
        window = request.meter
      }
    }
    const waitMs = at - now
    if (waitMs > maxWaitMs) {
      if (ticket !== undefined) this.leave(request, ticket)
      return refusal(waitMs, usageOf(windows, logs, this.#waitingIn(tag, windows), now), window, wall, now, maxWaitMs)
    }
    if (waitMs > 0) return this.#queue(request, stage, now, waitMs, logs)
    for (let i = 0; i < windows.length; i++) {
      const { key, limit, flow } = windows[i] as Window
      const log = logs[i] as SlotLog
      this.#lineOf(tag, key)?.serve(ticket, flow)
      this.#closeLine(tag, key)
      this.#record(tag, key, log, now, limit)
    }
    const usage = usageOf(windows, logs, this.#waitingIn(tag, windows), now)
    if (meter === undefined || meter.endsAt <= now) return { outcome: 'granted', slot: now, usage }
    return { outcome: 'granted', slot: now, left: --meter.left, usage }
  }

  leave ({ tag, windows }: TakeRequest, ticket: number): void {
    for (const { key } of windows) {
      this.#lineOf(tag, key)?.leave(ticket)
      this.#closeLine(tag, key)
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
    if (end > Math.max(now, this.#walls.get(id) ?? 0)) this.#walls.set(id, end)
  }

  wall (tag: string, key: string): number {
    return Math.max(0, (this.#walls.get(name(tag, key)) ?? 0) - this.#now())
  }

  report (tag: string, meter: string, windows: readonly Window[], { remaining, endsInMs, slot }: MeterReading): void {
    const now = this.#now()
    const endsAt = now + endsInMs
    const [log] = this.#open(tag, windows, now)
    const left = remaining - (log?.since(slot) ?? 0)
    const id = name(tag, meter)
    const known = this.#meters.get(id)
    if (known !== undefined && Math.abs(endsAt - known.endsAt) <= SAME_END_MS) known.left = Math.min(known.left, left)
    else if (known === undefined || endsAt > known.endsAt) this.#meters.set(id, { left, endsAt })
  }

  usage (tag: string, windows: readonly Window[]): readonly Usage[] {
    const now = this.#now()
    return usageOf(windows, this.#open(tag, windows, now), this.#waitingIn(tag, windows), now)
  }

  peek (tag: string, windows: readonly Window[]): readonly Usage[] {
    return this.usage(tag, windows)
  }

  close (): void {
    for (const map of [this.#logs, this.#lines, this.#walls, this.#meters]) map.clear()
  }

  /**
   * Counts calls that somebody else has granted, without asking whether there is room for them.
   * @param at when they left, if that is not now
   * @returns their place
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

  /** The ticket is not let go of before its turn comes and somebody has had time to ask. */
  #queue ({ tag, windows, ticket = ++this.#tickets }: TakeRequest, stage: number, now: number, waitMs: number, logs: readonly SlotLog[]): TakeResult {
    windows.forEach(({ key, flow }, i) => {
      const id = name(tag, key)
      let line = this.#lines.get(id)
      if (i > stage) {
        line?.leave(ticket)
        this.#closeLine(tag, key)
        return
      }
      if (line === undefined) this.#lines.set(id, line = new FairQueue())
      line.join(ticket, flow, now + waitMs + LEASE_MS)
    })
    return { outcome: 'queued', ticket, waitMs, usage: usageOf(windows, logs, this.#waitingIn(tag, windows), now) }
  }

  #peek ({ tag, walls }: TakeRequest, now: number): Standing {
    if (this.#walls.size === 0) return NO_WALL
    let key: string | undefined
    let end = 0
    for (const one of walls) {
      const ends = this.#walls.get(name(tag, one)) ?? 0
      if (ends > end && ends > now) {
        end = ends
        key = one
      }
    }
    return { key, end }
  }

  #lineOf (tag: string, key: string): FairQueue | undefined {
    return this.#lines.size === 0 ? undefined : this.#lines.get(name(tag, key))
  }

  #closeLine (tag: string, key: string): void {
    if (this.#lineOf(tag, key)?.size === 0) this.#lines.delete(name(tag, key))
  }

  #waitingIn (tag: string, windows: readonly Window[]): readonly number[] | null {
    return this.#lines.size === 0 ? null : windows.map(({ key }) => this.#lineOf(tag, key)?.size ?? 0)
  }

  /** A log enters the map with its first slot: a refused or merely curious caller leaves nothing behind. */
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

  /** Besides the steps for every log that is added. Not with every call: that would be a twentieth of its processor time. */
  #sweep (now: number): void {
    if (now < this.#sweepAt) return
    this.#sweepAt = now + SWEEP_MS
    this.#sweepLogs(now, share(this.#logs))
    this.#sweepWalls(now, share(this.#walls))
    this.#sweepLines(now, share(this.#lines))
  }
}

function share ({ size }: ReadonlyMap<string, unknown>): number { return Math.max(LEAST_SWEPT, Math.ceil(size * SWEPT)) }

/** NUL cannot be part of a header or a path, so two pairs never share a name. */
function name (tag: string, key: string): string {
  return `${tag}\0${key}`
}

function refusal (waitMs: number, usage: readonly Usage[], window: string | undefined, { key, end }: Standing, now: number, patience: number): Refused {
  if (key !== undefined && end - now > patience) return { outcome: 'refused', reason: 'wall', waitMs, usage, wall: key, wallMs: end - now }
  return { outcome: 'refused', reason: 'budget', waitMs, usage, ...(window !== undefined && { window }) }
}

function usageOf (windows: readonly Window[], logs: readonly SlotLog[], waiting: readonly number[] | null, now: number): Usage[] {
  return windows.map(({ key, limit, windowMs }, i) => {
    const log = logs[i] as SlotLog
    const used = log.size + (waiting?.[i] ?? 0)
    if (used >= limit) return { key, limit, remaining: 0, resetMs: log.turn(limit, waiting?.[i] ?? 0, now) - now }
    return { key, limit, remaining: limit - used, resetMs: log.size === 0 ? 0 : log.at(0) + windowMs - now }
  })
}
