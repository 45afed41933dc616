import type { RedisLike } from '../../redis/client.ts'
import { readFileSync } from 'node:fs'
import { loadScript, RedisScript, RedisUnavailable } from '../../redis/script.ts'
import type { Clock } from '../../util/clock.ts'
import { SAME_END_MS, TICKET_MS } from './store.ts'
import type { LimitStore, QuotaReading, TakeRequest, TakeResult, Usage, Window } from './store.ts'

export interface RedisLimitStoreOptions {
  /** First part of every key. */
  readonly prefix?: string
  readonly clock?: Clock
  /** Every operation ends within this time. */
  readonly timeoutMs?: number
  /** Maximum number of operations without a reply; further ones are rejected at once. */
  readonly maxPending?: number
}

/** The keys of one operation. */
type Keys = Pick<TakeRequest, 'tag'> & Partial<Pick<TakeRequest, 'windows' | 'coolingOff' | 'upstreamQuota' | 'news'>>

const script = loadScript(readFileSync(new URL('./window.lua', import.meta.url), 'utf8'))

/** Rate limits of all replicas. Each operation is one script call on one Cluster slot, timed by the server's clock. */
export class RedisLimitStore implements LimitStore {
  readonly #script: RedisScript
  readonly #prefix: string
  #closed = false

  /** Without a pause after a failure: ResilientLimitStore decides when to retry Redis. */
  constructor (client: RedisLike, { prefix = 'roller', clock, timeoutMs, maxPending = 10_000 }: RedisLimitStoreOptions = {}) {
    this.#script = new RedisScript(client, script, { clock, timeoutMs, maxPending, restMs: 0 })
    this.#prefix = prefix
  }

  async take (request: TakeRequest): Promise<TakeResult> {
    const { windows, coolingOff, maxWaitMs, ticket, upstreamQuota, news } = request
    const reply = await this.#run('take', request, [
      micro(maxWaitMs), ticket === undefined ? '' : String(ticket), upstreamQuota === undefined ? '0' : '1', micro(TICKET_MS)
    ])
    const [outcome, us, name, cooling, window, coolingUs, first = 0, ageUs = 0] = reply.map(Number)
    const waitMs = (us ?? 0) / 1000
    const data = { first, ageMs: ageUs / 1000 }
    const usage = usageOf(windows, reply, 8)
    if (outcome === 1) {
      const left = reply[3] // '' if no quota is known
      return {
        outcome: 'granted',
        slot: name ?? 0,
        data,
        usage,
        ...(left !== '' && { left: Number(left) }),
        ...(news !== undefined && { news: window ?? 0 })
      }
    }
    if (outcome === 2) return { outcome: 'queued', ticket: name ?? 0, waitMs, data, usage }
    const key = cooling === undefined || cooling === 0 ? undefined : coolingOff[cooling - 1]
    if (key !== undefined) {
      return { outcome: 'rejected', reason: 'cooling-off', waitMs, usage, coolingOff: key, coolingOffMs: (coolingUs ?? 0) / 1000 }
    }
    const last = window === windows.length + 1 ? upstreamQuota : windows[(window ?? 0) - 1]?.key
    return { outcome: 'rejected', reason: 'limit', waitMs, usage, ...(last !== undefined && { window: last }) }
  }

  async cancel ({ tag, windows }: TakeRequest, ticket: number): Promise<void> {
    await this.#run('leave', { tag, windows }, [String(ticket)])
  }

  async refund (tag: string, windows: readonly Window[], slot: number): Promise<void> {
    await this.#run('refund', { tag, windows }, [String(slot)])
  }

  async renew (tag: string, windows: readonly Window[], slot: number): Promise<number> {
    const [moved] = await this.#run('renew', { tag, windows }, [String(slot)])
    return Number(moved)
  }

  async report (tag: string, upstreamQuota: string, windows: readonly Window[], reading: QuotaReading): Promise<void> {
    const { remaining, endsInMs, slot } = reading
    const values = [String(Math.floor(remaining)), micro(endsInMs), String(slot), micro(SAME_END_MS)]
    await this.#run('report', { tag, windows, upstreamQuota }, values)
  }

  async startCoolingOff (tag: string, key: string, ms: number): Promise<void> {
    await this.#run('start-cooling-off', { tag, coolingOff: [key] }, [micro(ms)])
  }

  async coolingOff (tag: string, key: string): Promise<number> {
    const [us] = await this.#run('cooling-off', { tag, coolingOff: [key] }, [])
    return Number(us) / 1000
  }

  async usage (tag: string, windows: readonly Window[]): Promise<readonly Usage[]> {
    return usageOf(windows, await this.#run('usage', { tag, windows }, []), 0)
  }

  /** The client is not closed: it is the application's. */
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

/** The braces make Redis Cluster put all keys of one tag into one slot. Braces inside a tag or an empty tag would separate them. */
export function limitKeys (prefix: string, { tag, windows = [], coolingOff = [], upstreamQuota = '', news = '' }: Keys): string[] {
  const scope = keyScope(prefix, tag)
  const keys = [`${scope}clock`, `${scope}tickets`, `${scope}quota:${upstreamQuota}`, `${scope}news:${news}`]
  for (const part of ['window', 'queue', 'turns']) for (const { key } of windows) keys.push(`${scope}${part}:${key}`)
  for (const key of coolingOff) keys.push(`${scope}cooling-off:${key}`)
  return keys
}

/** The version and the items of the connection news: in the slot of the rate limits, whose script returns the version. */
export function newsKeys (prefix: string, tag: string, news: string): [version: string, log: string] {
  const version = `${keyScope(prefix, tag)}news:${news}`
  return [version, `${version}:log`]
}

function keyScope (prefix: string, tag: string): string {
  return `${prefix.replace(/[{}]/g, '_')}:{${tag.replace(/[%{}]/g, encodeURIComponent) || '%'}}:`
}

/**
 * Whole microseconds: the list holds integers. Rounded up: a window is never shorter than requested. An infinite wait becomes a century.
 */
function micro (ms: number): string {
  return String(Math.ceil(Math.min(ms, 3.2e12) * 1000))
}

function usageOf (windows: readonly Window[], reply: readonly unknown[], from: number): Usage[] {
  return windows.map(({ key, limit }, i) => ({
    key,
    limit,
    remaining: Number(reply[from + 2 * i]),
    resetMs: Number(reply[from + 2 * i + 1]) / 1000
  }))
}
