/**
 * The use of each venue's monthly allowance. ROLLER does not report it, so the gateway counts each call that may have reached ROLLER: by
 * venue, whatever its credentials and connections, and by calendar month in UTC.
 */
import { readFileSync } from 'node:fs'
import { LRUCache } from 'lru-cache'
import type { RateLimitName } from '../../operations/operation.ts'
import type { RedisLike } from '../../redis/client.ts'
import { digest, loadScript, RedisScript } from '../../redis/script.ts'
import { parseJsonBytes } from '../../util/json.ts'
import { dayNumber } from '../../time/date.ts'
import { isRecord } from '../../util/is-record.ts'
import type { Clock } from '../../util/clock.ts'

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
const KEPT_MS = 400 * 86_400_000
const WARNING = 0.8
const MAX_VENUES = 10_000

const script = loadScript(readFileSync(new URL('./usage.lua', import.meta.url), 'utf8'))

class Count {
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

  get subject (): string { return this.venueId === null ? `connection:${this.connectionId}` : `venue:${this.venueId}` }

  get key (): string { return `${this.month} ${this.subject}` }

  add (other: Usage): void { for (const name of NAMES) this[name] += other[name] }
}

export class UsageMeter {
  readonly #options: UsageOptions
  readonly #since: string
  readonly #script: RedisScript | null
  /** All counts; with Redis, only those that were not sent yet. */
  readonly #counts = new LRUCache<string, Count>({ max: MAX_VENUES })
  #timer: unknown = null

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
    if (this.#script === null || this.#isUnplaced(count)) {
      const { month, rest, reporting, bulk } = count
      return { month, since: this.#since, rest, reporting, bulk }
    }
    await this.#flush()
    return await this.#send(new Count(count.month, venueId, connectionId))
  }

  async close (): Promise<void> {
    this.#options.clock.clearTimeout(this.#timer)
    await this.#flush().catch(() => {})
  }

  #date (): number { return (this.#options.date ?? Date.now)() }

  #month (): string { return new Date(this.#date()).toISOString().slice(0, 7) }

  #of (venueId: string | null, connectionId: string): Count {
    const count = this.#kept(new Count(this.#month(), venueId, connectionId))
    const unplaced = venueId === null ? undefined : this.#counts.get(new Count(count.month, null, connectionId).key)
    if (unplaced !== undefined) {
      this.#counts.delete(unplaced.key)
      count.add(unplaced)
    }
    return count
  }

  /** The count that is there already in the place of an empty one. */
  #kept (empty: Count): Count {
    const count = this.#counts.get(empty.key) ?? empty
    this.#counts.set(empty.key, count)
    return count
  }

  /** The venue is not known yet. */
  #isUnplaced ({ venueId }: Count): boolean { return this.#options.byVenue && venueId === null }

  #mark (count: Count): void {
    const { allowance, onMark } = this.#options
    const mark = allowance === 0 || count.sum < allowance * WARNING ? null : count.sum < allowance ? 'warning' : 'exceeded'
    if (mark === null || mark === count.mark) return
    count.mark = mark
    const { month, rest, reporting, bulk } = count
    onMark(mark, count.connectionId, { month, since: this.#since, rest, reporting, bulk })
  }

  #flushSoon (): void {
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = null
      this.#flush().catch(() => {}) // unsent counts are sent with the next flush
    }, FLUSH_AFTER)
    if (typeof this.#timer === 'object' && this.#timer !== null && 'unref' in this.#timer) (this.#timer as NodeJS.Timeout).unref()
  }

  async #flush (): Promise<void> {
    for (const [key, count] of [...this.#counts.entries()]) {
      if (this.#isUnplaced(count)) continue
      this.#counts.delete(key)
      try {
        if (count.sum > 0) await this.#send(count)
      } catch (error) {
        this.#kept(new Count(count.month, count.venueId, count.connectionId)).add(count)
        throw error
      }
    }
  }

  async #send (count: Count): Promise<MonthUsage> {
    const { scope, allowance, onMark } = this.#options
    const key = `roller:usage:{${digest(scope, count.subject)}}:${count.month}`
    const args = [...NAMES.map((name) => count[name]), allowance, KEPT_MS].map(String)
    const [rest, reporting, bulk, mark] = await this.#script?.runForList([key], args) ?? []
    const usage = { month: count.month, since: null, rest: Number(rest), reporting: Number(reporting), bulk: Number(bulk) }
    if (mark === 'warning' || mark === 'exceeded') onMark(mark, count.connectionId, usage)
    return usage
  }
}

/** The minimum cost of an export: ROLLER counts 1 for every 10,000 records begun, in each calendar month. */
export function bulkUnits (body: Buffer): number {
  try {
    const order = parseJsonBytes(body)
    if (!isRecord(order)) return 1
    const { startDate, endDate } = order
    const [start, end] = [dayNumber(startDate), dayNumber(endDate)]
    if (start === null || end === null || end <= start) return 1
    const month = (day: number): number => {
      const date = new Date(day * 86_400_000)
      return date.getUTCFullYear() * 12 + date.getUTCMonth()
    }
    return month(end - 1) - month(start) + 1
  } catch {
    return 1
  }
}
