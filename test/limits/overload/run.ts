/**
 * Three replicas in separate processes share one Redis; twice as many calls as ROLLER allows are spread over them, at a steady rate
 * independent of responses. ROLLER is simulated, counts, and rejects the credential after one call too many.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { startNangoSimulator } from '#sandbox/nango.js'
import { startRollerSimulator } from '#sandbox/roller.js'
import { startRedis } from '../../support/redis-server.ts'
import { asConnected } from '../../support/build.ts'
import type { Report, Setup } from './messages.ts'

export interface Scale {
  readonly limit: number
  readonly windowMs: number
  readonly coolingOffMs: number
  /** Number of whole windows that are measured: calls are sent in bursts, so a part of a window is not representative. */
  readonly windows: number
  readonly margin: number
  readonly jitter: number
}

export interface Figures {
  readonly offered: number
  readonly granted: number
  readonly rejected: number
  /** Responses that are neither: must be 0. */
  readonly strange: number
  readonly penalties: number
  /** Used part of limit x time. */
  readonly used: number
  readonly late: number
  /** The largest delay beyond a deadline, in milliseconds. */
  readonly latest: number
  /** Share of each replica, as parts of 1. */
  readonly shares: readonly number[]
  readonly p50: number
  readonly p99: number
  /** The longest pause of a process: a run in which it exceeds the jitter measures the machine instead. */
  readonly stalledMs: number
  readonly toleranceMs: number
}

export const REPLICAS = 3
const DEMAND = 2
/** Roller-Max-Wait in seconds: some callers do not wait, others shorter or longer. */
const MAX_WAITS = [0, 1, 2, 4, 6] as const
/** A loaded machine runs due timers and delivers responses late. */
const TOLERANCE_MS = 250
const SECRET_KEY = '0c0ffee0-aaaa-4bbb-8ccc-5ec4e7000001'
const CONNECTION_ID = 'venue'

interface Sent {
  readonly replica: number
  readonly patienceMs: number
  readonly at: number
  respondedAt: number
  status: number
}

export async function overload (scale: Scale): Promise<Figures> {
  const closers: (() => Promise<unknown>)[] = []
  try {
    return await run(scale, (close) => { closers.unshift(close) })
  } finally {
    for (const close of closers) await close()
  }
}

async function run (scale: Scale, onClose: (close: () => Promise<unknown>) => void): Promise<Figures> {
  const { limit, windowMs, coolingOffMs, windows, margin, jitter } = scale
  const redis = await startRedis()
  onClose(() => redis.kill())
  const roller = await startRollerSimulator({ limits: { rest: limit, windowMs, coolingOffMs } })
  onClose(() => roller.close())
  const nango = await startNangoSimulator({ secretKey: SECRET_KEY, rollerUrl: roller.url })
  onClose(() => nango.close())
  for (const id of [CONNECTION_ID, 'warm-up']) {
    nango.addConnection({ connectionId: id, clientId: id, clientSecret: 'secret', ...asConnected(roller, id) })
  }
  const setup: Setup = {
    redisPort: redis.port,
    nangoUrl: nango.url,
    secretKey: SECRET_KEY,
    rateLimits: { rest: { limit, windowMs }, margin, jitter, replicas: REPLICAS, onRedisDown: 'share' }
  }
  const replicas = Array.from({ length: REPLICAS }, () => fork(new URL('./replica.js', import.meta.url), { serialization: 'json' }))
  for (const replica of replicas) onClose(() => end(replica))
  const ports = await Promise.all(replicas.map(async (replica) => {
    replica.send(setup)
    return await reported(replica, 'port')
  }))

  const agent = new Agent({ connections: null })
  onClose(() => agent.destroy())
  const ask = async (connectionId: string, replica: number, path: string, maxWait: number): Promise<number> => {
    const response = await request(`http://127.0.0.1:${ports[replica]}/roller${path}`, {
      dispatcher: agent, headers: { 'connection-id': connectionId, 'roller-max-wait': String(maxWait) }
    })
    response.body.dump().catch(() => {})
    return response.statusCode
  }
  // Warm-up (code, connections, the token) is not measured.
  for (let n = 0; n < 10 * REPLICAS; n++) await ask('warm-up', n % REPLICAS, '/sandbox/echo', 5)
  await request(`${nango.url}/connections/${CONNECTION_ID}?provider_config_key=roller&force_refresh=true`, {
    dispatcher: agent, headers: { authorization: `Bearer ${SECRET_KEY}` }
  }).then(({ body }) => body.dump())

  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const calls: Sent[] = []
  const pending: Promise<void>[] = []
  const pause = windowMs / limit / DEMAND
  // Continues into the next window, which would show a slot that was granted twice.
  const longest = (windowMs + jitter) * windows + windowMs / 2
  const startedAt = Date.now()
  for (let n = 0; n * pause < longest; n++) {
    const wait = startedAt + n * pause - Date.now()
    if (wait > 0) await sleep(wait)
    const replica = n % REPLICAS
    const maxWait = MAX_WAITS[Math.floor(n / REPLICAS) % MAX_WAITS.length] ?? 0
    const call: Sent = { replica, patienceMs: maxWait * 1000, at: Date.now(), respondedAt: Infinity, status: 0 }
    calls.push(call)
    pending.push(
      ask(
        CONNECTION_ID, replica, `/sandbox/echo?n=${n}`, maxWait
      ).then((status) => { call.status = status }, () => {}).finally(() => { call.respondedAt = Date.now() })
    )
  }
  await Promise.all(pending)
  delay.disable()
  const stalled = await Promise.all(replicas.map(async (replica) => {
    replica.send('stop')
    return await reported(replica, 'stalledMs')
  }))

  // A call's wait ends when it reaches ROLLER: the rest is ROLLER's own time.
  const arrivals = new Map<number, number>()
  for (const { url, at, clientId } of roller.requests) {
    if (clientId !== CONNECTION_ID) continue
    const n = /^\/sandbox\/echo\?n=(\d+)$/.exec(url)?.[1]
    if (n !== undefined) arrivals.set(Number(n), at)
  }
  return measure(scale, calls, arrivals, roller.penalties, Math.max(delay.max / 1e6, ...stalled))
}

function measure (
  scale: Scale, calls: readonly Sent[], arrivals: ReadonlyMap<number, number>, penalties: number, stalledMs: number
): Figures {
  const { limit, windowMs, windows, jitter } = scale
  const first = Math.min(...arrivals.values())
  const span = windows * (windowMs + jitter)
  const counted = [...arrivals.values()].filter((at) => at < first + span).length
  const waits = calls.map(({ at, respondedAt }, n) => (arrivals.get(n) ?? respondedAt) - at)
  const over = calls.map(({ patienceMs }, n) => (waits[n] ?? 0) - patienceMs)
  const toleranceMs = TOLERANCE_MS + Math.round(stalledMs)
  const granted = calls.filter(({ status }) => status === 200).length
  const rejected = calls.filter(({ status }) => status === 429).length
  const served = waits.filter((_, n) => arrivals.has(n)).sort((a, b) => a - b)
  const shares = Array.from(
    { length: REPLICAS }, (_, replica) => calls.filter((call) => call.replica === replica && call.status === 200).length / granted
  )
  return {
    offered: calls.length,
    granted,
    rejected,
    strange: calls.length - granted - rejected,
    penalties,
    used: counted / (limit * span / windowMs),
    late: over.filter((ms) => ms > toleranceMs).length,
    latest: Math.max(0, ...over),
    shares,
    p50: served[Math.floor(served.length * 0.5)] ?? 0,
    p99: served[Math.floor(served.length * 0.99)] ?? 0,
    stalledMs,
    toleranceMs
  }
}

/** Each bound with its figure. */
export function bounds (figures: Figures): { readonly bound: string, readonly figure: string, readonly ok: boolean }[] {
  const { penalties, used, late, shares, strange, toleranceMs } = figures
  const least = Math.min(...shares)
  return [
    { bound: 'no penalties', figure: String(penalties), ok: penalties === 0 },
    { bound: 'at least 95 % of the rate limit used', figure: percent(used), ok: used >= 0.95 },
    { bound: `no call more than ${toleranceMs} ms past the deadline`, figure: String(late), ok: late === 0 },
    { bound: 'every replica gets at least half of its part', figure: percent(least), ok: least >= 0.5 / REPLICAS },
    { bound: 'every response is 200 or 429', figure: `${strange} others`, ok: strange === 0 }
  ]
}

function percent (part: number): string { return `${(part * 100).toFixed(1)} %` }

async function reported (child: ChildProcess, what: 'port' | 'stalledMs'): Promise<number> {
  const gone = once(child, 'exit').then(() => { throw new Error('a replica ended') })
  gone.catch(() => {})
  const [report] = await Promise.race([once(child, 'message'), gone]) as [Report]
  const value = (report as Record<string, unknown>)[what]
  if (typeof value !== 'number') throw new Error(`a replica did not say its ${what}`)
  return value
}

async function end (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  if (child.connected) child.disconnect()
  const timer = setTimeout(() => child.kill('SIGKILL'), 2_000)
  await ended
  clearTimeout(timer)
}
