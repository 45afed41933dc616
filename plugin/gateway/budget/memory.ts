import { SlotLog } from './slot-log.ts'
import type { BudgetStore, ConfirmResult, TakeRequest, TakeResult, Usage, Window } from './store.ts'
import { steady, sweeper } from './sweep.ts'

export interface MemoryBudgetStoreOptions {
  /** A monotonic clock in ms. */
  readonly now?: () => number
}

/** Budgets of one process. Every method is synchronous, so a take is atomic by itself. */
export class MemoryBudgetStore implements BudgetStore {
  readonly #now: () => number
  readonly #logs = new Map<string, SlotLog>()
  readonly #walls = new Map<string, number>()
  readonly #sweepLogs = sweeper(this.#logs, (log, now) => log.idle(now))
  readonly #sweepWalls = sweeper(this.#walls, (end, now) => end <= now)

  constructor (options: MemoryBudgetStoreOptions = {}) {
    this.#now = steady(options.now ?? (() => performance.now()))
  }

  /** Windows and walls that are held: what is idle disappears while others are used. */
  get size (): number {
    return this.#logs.size + this.#walls.size
  }

  take (request: TakeRequest): TakeResult {
    const { tag, windows, walls, maxWaitMs } = request
    const now = this.#now()
    this.#sweep(now, windows.length)
    const logs = this.#open(tag, windows, now)
    let slot = now + (request.notBeforeMs ?? 0)
    let wall: string | undefined
    let wallEnd = 0
    for (const key of walls) {
      const end = this.#walls.get(name(tag, key)) ?? 0
      if (end > wallEnd && end > now) {
        wallEnd = end
        wall = key
      }
    }
    if (wallEnd > slot) slot = wallEnd
    // A moment that one window admits may be taken in the next: go round until none of them moves it any more.
    let window: string | undefined
    for (let i = 0, settled = 0; settled < windows.length; i = (i + 1) % windows.length) {
      const { limit, key } = windows[i] as Window
      const later = (logs[i] as SlotLog).earliest(limit, slot)
      settled = later > slot ? 1 : settled + 1
      if (later > slot) window = key
      slot = later
    }
    const waitMs = slot - now
    if (waitMs > maxWaitMs) {
      const usage = usageOf(windows, logs, now)
      const wallMs = wallEnd - now
      if (wall !== undefined && wallMs > maxWaitMs) return { granted: false, reason: 'wall', waitMs, usage, wall, wallMs }
      if (window === undefined) return { granted: false, reason: 'budget', waitMs, usage }
      return { granted: false, reason: 'budget', waitMs, usage, window }
    }
    this.#record(tag, windows, logs, slot)
    return { granted: true, waitMs, slot, usage: usageOf(windows, logs, now) }
  }

  confirm (request: TakeRequest, slot: number): ConfirmResult {
    let waitMs = 0
    for (const key of request.walls) waitMs = Math.max(waitMs, this.wall(request.tag, key))
    if (waitMs === 0) return { ok: true }
    // The call has not left, so its place is free even though its moment has come.
    this.forget(request.tag, request.windows, slot)
    return { ok: false, waitMs }
  }

  release (tag: string, windows: readonly Window[], slot: number): void {
    if (slot > this.#now()) this.forget(tag, windows, slot)
  }

  raiseWall (tag: string, key: string, ms: number): void {
    const now = this.#now()
    this.#sweep(now, 1)
    const id = name(tag, key)
    const end = now + ms
    if (end > Math.max(now, this.#walls.get(id) ?? 0)) this.#walls.set(id, end)
  }

  wall (tag: string, key: string): number {
    return Math.max(0, (this.#walls.get(name(tag, key)) ?? 0) - this.#now())
  }

  usage (tag: string, windows: readonly Window[]): readonly Usage[] {
    const now = this.#now()
    return usageOf(windows, this.#open(tag, windows, now), now)
  }

  close (): void {
    this.#logs.clear()
    this.#walls.clear()
  }

  /** Counts a call that somebody else has granted, to leave in `inMs`, without asking whether there is room for it. */
  note (tag: string, windows: readonly Window[], inMs: number, times = 1): void {
    const now = this.#now()
    this.#sweep(now, windows.length)
    const logs = this.#open(tag, windows, now)
    for (let i = 0; i < times; i++) this.#record(tag, windows, logs, now + inMs)
  }

  /** Takes a slot back, due or not: the caller knows that no call has left for it. */
  forget (tag: string, windows: readonly Window[], slot: number): void {
    for (const { key } of windows) this.#logs.get(name(tag, key))?.remove(slot)
  }

  /** A log enters the map with its first slot: a refused or merely curious caller leaves nothing behind. */
  #open (tag: string, windows: readonly Window[], now: number): SlotLog[] {
    return windows.map(({ key, windowMs }) => {
      const log = this.#logs.get(name(tag, key)) ?? new SlotLog()
      log.trim(now, windowMs)
      return log
    })
  }

  #record (tag: string, windows: readonly Window[], logs: readonly SlotLog[], slot: number): void {
    for (let i = 0; i < windows.length; i++) {
      const { key, limit } = windows[i] as Window
      const log = logs[i] as SlotLog
      if (log.size === 0) this.#logs.set(name(tag, key), log)
      log.insert(slot, limit)
    }
  }

  #sweep (now: number, added: number): void {
    this.#sweepLogs(now, added * 2)
    this.#sweepWalls(now, 2)
  }
}

/** NUL cannot be part of a header or a path, so two pairs never share a name. */
function name (tag: string, key: string): string {
  return `${tag}\0${key}`
}

function usageOf (windows: readonly Window[], logs: readonly SlotLog[], now: number): Usage[] {
  return windows.map(({ key, limit, windowMs }, i) => {
    const log = logs[i] as SlotLog
    const remaining = Math.max(0, limit - log.size)
    const resetMs = log.size === 0 ? 0 : log.at(Math.max(0, log.size - limit)) + windowMs - now
    return { key, limit, remaining, resetMs }
  })
}
