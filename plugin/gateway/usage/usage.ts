/**
 * The use of each venue's monthly allowance. ROLLER does not report it, so the gateway counts each call that may have reached ROLLER: by
 * venue, whatever its credentials and connections, and by calendar month in UTC.
 */
import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { RateLimitName } from '../../operations/operation.ts'
import type { RedisLike } from '../../redis/client.ts'
import { digest, loadScript, RedisScript } from '../../redis/script.ts'
import { readJson } from '../../util/json.ts'
import { calendarMonths, dayNumber } from '../../time/date.ts'
import { isRecord } from '../../util/is-record.ts'
import { unref, type Clock } from '../../util/clock.ts'

/** Units of the allowance, by API. A bulk export counts its months. Its records may cost more; ROLLER alone counts them. */
export type Usage = Readonly<Record<RateLimitName, number>>
export type UsageMark = 'warning' | 'exceeded'

export interface MonthUsage extends Usage {
  /** `2026-11`, in UTC. */
  readonly month: string
  /** Start of the count, ISO 8601; null if Redis keeps it. */
  readonly since: string | null
}

export interface UsageOptions {
  readonly redis: RedisLike | undefined
  /** Separates the Nango environment and the integration from others in the same Redis. Only its hash leaves the process. */
  readonly scope: string
  /** Units a month of one venue; 0: no allowance is configured. */
  readonly allowance: number
  /** False: venues are not verified, and each connection is counted for itself. */
  readonly byVenue: boolean
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly date?: () => number
  readonly onUsage?: ((rateLimit: RateLimitName, units: number) => void) | undefined
  /** Called when a mark is reached for the first time in its month. Not awaited. */
  readonly onMark: (mark: UsageMark, connectionId: string, usage: MonthUsage) => void
}

const NAMES = ['rest', 'reporting', 'bulk'] as const
/** Interval at which counts are sent to Redis. Milliseconds. */
const FLUSH_AFTER = 1_000
const DAY_MS = 86_400_000
const KEPT_MS = 400 * DAY_MS
const WARNING = 0.8
const MAX_VENUES = 10_000

const script = loadScript(readFileSync(new URL('./usage.lua', import.meta.url), 'utf8'))

let numbered = 0

class Count {
  /** Redis recognizes by it a count that is sent again. */
  readonly number = ++numbered
  readonly month: string
  readonly venueId: string | null
  connectionId: string
  rest = 0
  reporting = 0
  bulk = 0
  mark: UsageMark | null = null

  constructor (month: string, venueId: string | null, connectionId: string) {
    this.month = month
    this.venueId = venueId
    this.connectionId = connectionId
  }

  get sum (): number { return this.rest + this.reporting + this.bulk }

  get subject (): string { return subjectOf(this.venueId, this.connectionId) }

  add (other: Usage): void { for (const name of NAMES) this[name] += other[name] }
}

function subjectOf (venueId: string | null, connectionId: string): string {
  return venueId === null ? `connection:${connectionId}` : `venue:${venueId}`
}

export class UsageMeter {
  readonly #options: UsageOptions
  readonly #since: string
  readonly #script: RedisScript | null
  /** All counts; with Redis, only those that were not sent yet. By month and subject, as are the next. */
  readonly #counts = new LRUCache<string, Count>({ max: MAX_VENUES })
  /** Of connections whose venue is not known yet. */
  readonly #unplaced = new LRUCache<string, Count>({ max: MAX_VENUES })
  readonly #id = randomUUID()
  #today = NaN
  #month = ''
  #timer: unknown = null
  #closed = false
  /** Sent without a reply: Redis may have added it. */
  #unanswered: Count | null = null
  #flushing: Promise<void> = Promise.resolve()

  constructor (options: UsageOptions) {
    this.#options = options
    this.#since = new Date(this.#date()).toISOString()
    this.#script = options.redis === undefined ? null : new RedisScript(options.redis, script, { clock: options.clock })
  }

  /**
   * Counts a call that may have reached ROLLER.
   * @param venueId null while it is unknown: the calls that find it out are counted for it afterwards
   */
  count (venueId: string | null, connectionId: string, rateLimit: RateLimitName, units = 1): void {
    const count = this.#of(venueId, connectionId)
    count[rateLimit] += units
    count.connectionId = connectionId
    this.#options.onUsage?.(rateLimit, units)
    if (this.#script !== null) this.#flushSoon()
    else this.#mark(count)
  }

  /** This month's. @throws RedisUnavailable */
  async read (venueId: string | null, connectionId: string): Promise<MonthUsage> {
    const count = this.#of(venueId, connectionId)
    if (this.#script === null || this.#isUnplaced(venueId)) {
      const { month, rest, reporting, bulk } = count
      return { month, since: this.#since, rest, reporting, bulk }
    }
    await this.#flush()
    return await this.#send(new Count(count.month, venueId, connectionId))
  }

  async close (): Promise<void> {
    this.#closed = true
    this.#options.clock.clearTimeout(this.#timer)
    await this.#flush().catch(() => {})
  }

  #date (): number { return (this.#options.date ?? Date.now)() }

  /** This month's count. Takes over what was counted of the connection before its venue was known. */
  #of (venueId: string | null, connectionId: string): Count {
    const day = Math.floor(this.#date() / DAY_MS)
    if (day !== this.#today) {
      this.#today = day
      this.#month = new Date(day * DAY_MS).toISOString().slice(0, 7)
    }
    if (this.#isUnplaced(venueId)) return kept(this.#unplaced, this.#month, null, connectionId)
    const count = kept(this.#counts, this.#month, venueId, connectionId)
    if (this.#unplaced.size === 0) return count
    const key = keyOf(this.#month, null, connectionId)
    const before = this.#unplaced.get(key)
    this.#unplaced.delete(key)
    if (before !== undefined) count.add(before)
    return count
  }

  /** The venue is not known yet. */
  #isUnplaced (venueId: string | null): boolean { return this.#options.byVenue && venueId === null }

  #mark (count: Count): void {
    const { allowance, onMark } = this.#options
    const mark = allowance === 0 || count.sum < allowance * WARNING ? null : count.sum < allowance ? 'warning' : 'exceeded'
    if (mark === null || mark === count.mark) return
    count.mark = mark
    const { month, rest, reporting, bulk } = count
    onMark(mark, count.connectionId, { month, since: this.#since, rest, reporting, bulk })
  }

  #flushSoon (): void {
    if (this.#closed) return
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = null
      this.#flush().catch(() => {}) // repeated until they are sent
    }, FLUSH_AFTER)
    unref(this.#timer)
  }

  /**
   * One at a time: Redis knows only the last count of this meter, and for an hour, so what failed is sent again soon, also without a
   * further call.
   */
  async #flush (): Promise<void> {
    this.#flushing = this.#flushing.catch(() => {}).then(() => this.#sendAll())
    try {
      await this.#flushing
    } catch (error) {
      this.#flushSoon()
      throw error
    }
  }

  async #sendAll (): Promise<void> {
    if (this.#unanswered !== null) await this.#send(this.#unanswered)
    this.#unanswered = null
    for (const [key, count] of [...this.#counts.entries()]) {
      this.#counts.delete(key)
      if (count.sum === 0) continue
      this.#unanswered = count
      await this.#send(count)
      this.#unanswered = null
    }
  }

  async #send (count: Count): Promise<MonthUsage> {
    const { scope, allowance, onMark } = this.#options
    const key = `roller:usage:{${digest(scope, count.subject)}}:${count.month}`
    const args = [...NAMES.map((name) => count[name]), allowance, KEPT_MS, count.number].map(String)
    const [rest, reporting, bulk, mark] = await this.#script?.runForList([key, `${key}:${this.#id}`], args) ?? []
    const usage = { month: count.month, since: null, rest: Number(rest), reporting: Number(reporting), bulk: Number(bulk) }
    if (mark === 'warning' || mark === 'exceeded') onMark(mark, count.connectionId, usage)
    return usage
  }
}

function keyOf (month: string, venueId: string | null, connectionId: string): string {
  return `${month} ${subjectOf(venueId, connectionId)}`
}

function kept (counts: LRUCache<string, Count>, month: string, venueId: string | null, connectionId: string): Count {
  const key = keyOf(month, venueId, connectionId)
  let count = counts.get(key)
  if (count === undefined) counts.set(key, count = new Count(month, venueId, connectionId))
  return count
}

/** The minimum cost of an export: ROLLER counts 1 for every 10,000 records begun, in each calendar month. */
export function bulkUnits (body: Buffer): number {
  const order = readJson(body)
  if (!isRecord(order)) return 1
  const [start, end] = [dayNumber(order.startDate), dayNumber(order.endDate)]
  return start === null || end === null || end <= start ? 1 : calendarMonths(start, end)
}
