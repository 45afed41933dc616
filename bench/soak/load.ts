/** Calls of every kind at half of ROLLER's limits, with faults at Nango and ROLLER, and clients that disconnect. */
import { Agent, request } from 'undici'
import type { Fault as NangoFault, NangoSimulator } from '#sandbox/nango.js'
import type { Fault as RollerFault, RollerSimulator } from '#sandbox/roller.js'
import type { Random } from '#sandbox/roller/random.js'

const some = (count: number, name: string): string[] => Array.from({ length: count }, (_, index) => `${name}-${index}`)
export const VENUES: readonly string[] = some(8, 'venue')
/** Venues that get calls only during the warm-up. */
export const WARM_UP_VENUES: readonly string[] = some(60, 'warm')
/** Calls a minute for each venue: half of ROLLER's limits. */
const PACE = { rest: 300, reporting: 60 } as const
const ROLLER_PATHS = /^\/(products|venues|bookings|discounts|data|sandbox)/
const FAULT_EVERY_MS = 1_500
const OTHER_PATHS = [
  '/connections', '/connections/venue-1', '/connections/venue-1/check', '/connections/nobody', '/ready', '/metrics', '/docs/', '/nothing'
]

const body = { message: 'fault' }
const rollerFaults: readonly RollerFault[] = [
  { kind: 'status', status: 500, body }, { kind: 'status', status: 502, body: 'fault' }, { kind: 'status', status: 503, body },
  { kind: 'status', status: 403, body }, { kind: 'status', status: 429, headers: { 'retry-after': '1' }, body }, { kind: 'reset' },
  { kind: 'reset-after-work' }, { kind: 'reset-after-headers' }, { kind: 'cut' }, { kind: 'garbage' }, { kind: 'slow', ms: 700 }
]
const nangoFaults: readonly NangoFault[] = [
  { kind: 'reset' }, { kind: 'reset-after-headers' }, { kind: 'cut' }, { kind: 'html', status: 502 }, { kind: 'garbage' },
  { kind: 'slow', delay: 700 }, { kind: 'status', status: 500, body: { error: { code: 'generic_error_support' } } }
]

export interface LoadOptions {
  readonly url: string
  readonly nango: NangoSimulator
  readonly roller: RollerSimulator
  /** Seeded, so that a run can be repeated. */
  readonly random: Random
  readonly venues: readonly string[]
}

export interface Load {
  /** Counts by status, or by the kind of failure. */
  readonly outcomes: ReadonlyMap<string, number>
  stop (): Promise<void>
}

interface Call { readonly path: string, readonly method?: 'GET' | 'POST', readonly body?: string, readonly leaveAfterMs?: number }

export function startLoad ({ url, nango, roller, random, venues }: LoadOptions): Load {
  const agent = new Agent({ connections: 64 })
  const outcomes = new Map<string, number>()
  const pending = new Set<Promise<void>>()
  const timers: NodeJS.Timeout[] = []

  const rest = (): Call => {
    const chance = random.next()
    if (chance < 0.02) return { path: '/roller/sandbox/bytes/3000000?chunked=1' }
    if (chance < 0.04) return { path: '/roller/sandbox/bytes/3000000?chunked=1', leaveAfterMs: 5 }
    if (chance < 0.06) return { path: '/roller/products', leaveAfterMs: 2 }
    if (chance < 0.16) {
      const text = 'x'.repeat(Math.floor(random.next() * 200_000))
      return { path: '/roller/sandbox/count', method: 'POST', body: JSON.stringify({ text }) }
    }
    if (chance < 0.20) return { path: '/roller/bookings', method: 'POST', body: '{"items":[]}' }
    if (chance < 0.22) return { path: '/roller/not-known-yet?x=1' }
    return { path: random.pick(['/roller/venues/me', '/roller/products', '/roller/bookings?keywords=a', '/roller/discounts/x']) }
  }
  const send = async ({ path, method = 'GET', body, leaveAfterMs }: Call, venue: string): Promise<string> => {
    const response = await request(url + path, {
      method,
      dispatcher: agent,
      headers: { 'connection-id': venue, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body }),
      ...(leaveAfterMs !== undefined && { signal: AbortSignal.timeout(leaveAfterMs) })
    })
    await response.body.dump({ limit: 1e9 })
    return String(response.statusCode)
  }
  const call = (one: Call): void => {
    const done = send(one, random.pick(venues)).catch(() => one.leaveAfterMs === undefined ? 'cut' : 'left').then((outcome) => {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      pending.delete(done)
    })
    pending.add(done)
  }
  const often = (perMinute: number, run: () => void): void => { timers.push(setInterval(run, 60_000 / perMinute)) }
  often(PACE.rest * venues.length, () => { call(rest()) })
  often(PACE.reporting * venues.length, () => { call({ path: '/roller/data/waivers?startDate=2026-01-01&endDate=2026-01-02' }) })
  // Calls that no rate limit counts.
  often(60, () => { call({ path: random.pick(OTHER_PATHS) }) })
  timers.push(setInterval(() => {
    const chance = random.next()
    if (chance < 0.05) roller.revokeTokens()
    else if (chance < 0.6) roller.faults.next({ ...random.pick(rollerFaults), path: ROLLER_PATHS })
    else nango.faults.next({ ...random.pick(nangoFaults), path: /^\/(proxy|connections)/ })
    // The simulators record all requests.
    ;(roller.requests as unknown[]).splice(0) // the arrays of the simulators
    nango.requests.splice(0)
  }, FAULT_EVERY_MS))
  return {
    outcomes,
    async stop () {
      timers.forEach(clearInterval)
      await Promise.all(pending)
      await agent.close()
    }
  }
}
