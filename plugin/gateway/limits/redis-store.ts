import type { RedisLike } from '../../redis/client.ts'
import { loadScript, RedisScript, RedisUnavailable } from '../../redis/script.ts'
import type { Clock } from '../../util/clock.ts'
import { LEASE_MS, SAME_END_MS } from './store.ts'
import type { LimitStore, MeterReading, TakeRequest, TakeResult, Usage, Window } from './store.ts'

export interface RedisLimitStoreOptions {
  /** First part of every key. */
  readonly prefix?: string
  readonly clock?: Clock
  /** Every operation ends within this time. */
  readonly timeoutMs?: number
  /** Operations without a reply, after which more are refused at once. */
  readonly maxPending?: number
}

/** What one operation touches. */
type Keys = Pick<TakeRequest, 'tag'> & Partial<Pick<TakeRequest, 'windows' | 'walls' | 'meter' | 'news'>>

const script = loadScript(new URL('./window.lua', import.meta.url))

/** Budgets of all replicas. Each operation is one script call on one Cluster slot, timed by the server's clock. */
export class RedisLimitStore implements LimitStore {
  readonly #script: RedisScript
  readonly #prefix: string
  #closed = false

  /** Without a rest after a failure: ResilientLimitStore decides when Redis is tried again. */
  constructor (client: RedisLike, { prefix = 'roller', clock, timeoutMs, maxPending = 10_000 }: RedisLimitStoreOptions = {}) {
    this.#script = new RedisScript(client, script, { clock, timeoutMs, maxPending, restMs: 0 })
    this.#prefix = prefix
  }

  async take (request: TakeRequest): Promise<TakeResult> {
    const { tag, windows, walls, maxWaitMs, ticket, meter, news } = request
    const answer = await this.#run('take', { tag, windows, walls, meter, news }, [
      micro(maxWaitMs), ticket === undefined ? '' : String(ticket), meter === undefined ? '0' : '1', micro(LEASE_MS)
    ])
    const [outcome, us, name, wall, window, wallUs] = answer.map(Number)
    const waitMs = (us ?? 0) / 1000
    const usage = usageOf(windows, answer, 6)
    if (outcome === 1) {
      const left = answer[3] // '' where no meter runs
      return { outcome: 'granted', slot: name ?? 0, usage, ...(left !== '' && { left: Number(left) }), ...(news !== undefined && { news: window ?? 0 }) }
    }
    if (outcome === 2) return { outcome: 'queued', ticket: name ?? 0, waitMs, usage }
    const key = wall === undefined || wall === 0 ? undefined : walls[wall - 1]
    if (key !== undefined) return { outcome: 'refused', reason: 'wall', waitMs, usage, wall: key, wallMs: (wallUs ?? 0) / 1000 }
    const late = window === windows.length + 1 ? meter : windows[(window ?? 0) - 1]?.key
    return { outcome: 'refused', reason: 'budget', waitMs, usage, ...(late !== undefined && { window: late }) }
  }

  async leave ({ tag, windows }: TakeRequest, ticket: number): Promise<void> {
    await this.#run('leave', { tag, windows }, [String(ticket)])
  }

  async refund (tag: string, windows: readonly Window[], slot: number): Promise<void> {
    await this.#run('back', { tag, windows }, [String(slot)])
  }

  async renew (tag: string, windows: readonly Window[], slot: number): Promise<number> {
    const [moved] = await this.#run('renew', { tag, windows }, [String(slot)])
    return Number(moved)
  }

  async report (tag: string, meter: string, windows: readonly Window[], { remaining, endsInMs, slot }: MeterReading): Promise<void> {
    await this.#run('report', { tag, windows, meter }, [
      String(Math.floor(remaining)), micro(endsInMs), String(slot), micro(SAME_END_MS)
    ])
  }

  async startCoolingOff (tag: string, key: string, ms: number): Promise<void> {
    await this.#run('raise', { tag, walls: [key] }, [micro(ms)])
  }

  async wall (tag: string, key: string): Promise<number> {
    const [us] = await this.#run('wall', { tag, walls: [key] }, [])
    return Number(us) / 1000
  }

  async usage (tag: string, windows: readonly Window[]): Promise<readonly Usage[]> {
    return usageOf(windows, await this.#run('usage', { tag, windows }, []), 0)
  }

  /** The client is not closed: it was made by somebody else. */
  close (): void {
    this.#closed = true
  }

  async #run (operation: string, keys: Keys, values: string[]): Promise<unknown[]> {
    if (this.#closed) throw new RedisUnavailable('the rate limit store is closed')
    const { windows = [] } = keys
    const args = [operation, String(windows.length)]
    for (const { limit, windowMs, flow = '', reserve = 0 } of windows) args.push(String(limit), micro(windowMs), flow, String(reserve))
    return await this.#script.runForList(limitKeys(this.#prefix, keys), args.concat(values))
  }
}

/** The braces make Redis Cluster put all keys of one tag into one slot. Braces inside a tag or an empty tag would move them apart. */
export function limitKeys (prefix: string, { tag, windows = [], walls = [], meter = '', news = '' }: Keys): string[] {
  const scope = keyScope(prefix, tag)
  const keys = [`${scope}clock`, `${scope}tickets`, `${scope}meter:${meter}`, `${scope}news:${news}`]
  for (const part of ['window', 'line', 'turns']) for (const { key } of windows) keys.push(`${scope}${part}:${key}`)
  for (const key of walls) keys.push(`${scope}wall:${key}`)
  return keys
}

/** Where the version and the items of what replicas tell each other are: in the slot of the rate limits, which give the version along. */
export function newsKeys (prefix: string, tag: string, news: string): [version: string, log: string] {
  const version = `${keyScope(prefix, tag)}news:${news}`
  return [version, `${version}:log`]
}

function keyScope (prefix: string, tag: string): string {
  return `${prefix.replace(/[{}]/g, '_')}:{${tag.replace(/[%{}]/g, encodeURIComponent) || '%'}}:`
}

/** Whole microseconds: the list holds integers. Rounded up: a window is never shorter than asked for. Endless patience is a century. */
function micro (ms: number): string {
  return String(Math.ceil(Math.min(ms, 3.2e12) * 1000))
}

function usageOf (windows: readonly Window[], answer: readonly unknown[], from: number): Usage[] {
  return windows.map(({ key, limit }, i) => ({
    key,
    limit,
    remaining: Number(answer[from + 2 * i]),
    resetMs: Number(answer[from + 2 * i + 1]) / 1000
  }))
}
