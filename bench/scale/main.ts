/**
 * `npm run bench:scale`: what a call costs as the work grows. Processor time for a request, which must stay flat: over connections that are known,
 * over replicas that share one Redis, and over operations that are served. Writes its section of RESULTS.md.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startRedis } from '../../test/rate-limits/redis-server.ts'
import { pluginCommand, UNSHARED } from '../contestants.ts'
import { load } from '../load.ts'
import { freePort, missing, PROXY_CORE, start, type Running } from '../processes.ts'
import { mib, table, write } from '../report.ts'
import { median } from '../rounds.ts'
import { startOtherSide } from '../servers/other-side.ts'
import { ROOT, variant } from '../variant.ts'
import { GET_10, NANGO_KEY, VENUES, type Workload } from '../workloads.ts'

const { values: { quick } } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const faults = missing(['wrk', 'nginx', 'taskset', 'redis-server'])
if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}

const ROUNDS = quick ? 3 : 5
const SECONDS = quick ? 1 : 2
const WARM_UP = quick ? 4_000 : 15_000
/** How far two medians of the same thing lie apart on a quiet machine. */
const NOISE = 0.15

interface Step {
  readonly what: string
  /** The replicas of one service; the calls go to them in turn. */
  readonly replicas: readonly Running[]
  readonly urls: readonly string[]
  /** Connections that calls go round. */
  readonly venues: number
}

interface Measured {
  readonly what: string
  /** Microseconds for a request, and bytes of one replica. */
  readonly cpu: number
  readonly memory: number
}

/** The same catalogue, with all but four left out. */
const FOUR = `import { operations as all } from './original-operations.js'
export * from './original-operations.js'
export const operations = Object.fromEntries(['GET /bookings', 'POST /bookings', 'GET /products', 'GET /venues/me'].map((name) => [name, all[name]]))
`

const folder = mkdtempSync(join(tmpdir(), 'fastify-roller-scale-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const other = await startOtherSide(folder)

interface Kind {
  readonly replicas?: number
  readonly venues?: number
  readonly home?: string
  readonly redisPort?: number
}

/** Far more than is sent: what is measured is the counting, not the waiting. */
const PLENTY = { limit: 10_000_000, windowMs: 60_000 }

/** Through Nango, which keeps the tokens: to make a hundred thousand of them would be the simulator's work. */
async function service (what: string, { replicas = 1, venues = VENUES, home = ROOT, redisPort }: Kind): Promise<Step> {
  const running: Running[] = []
  const urls: string[] = []
  for (let index = 0; index < replicas; index++) {
    const port = await freePort()
    const options = { nango: { secretKey: NANGO_KEY, host: other.rollerUrl }, budgets: { rest: PLENTY, replicas } }
    running.push(await start(PROXY_CORE, pluginCommand(port, options, { home, ...(redisPort !== undefined && { redisPort }) }), port))
    urls.push(`http://127.0.0.1:${port}`)
  }
  return { what, replicas: running, urls, venues }
}

/** Side by side in turn, as with everything that is compared. */
async function compare (steps: readonly Step[], workload: Workload): Promise<Measured[]> {
  for (const { urls, venues } of steps) {
    for (const url of urls) {
      // Every connection is to be known before it is measured what that costs.
      for (let left = Math.max(WARM_UP, venues); left > 0;) left -= (await load(url, workload, UNSHARED, SECONDS, folder, venues)).requests
    }
  }
  const results = steps.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { replicas, urls, venues }] of steps.entries()) {
      let [cpu, requests] = [0, 0]
      for (const [number, url] of urls.entries()) {
        const before = replicas[number]?.cpu() ?? 0
        requests += (await load(url, workload, UNSHARED, SECONDS, folder, venues)).requests
        cpu += (replicas[number]?.cpu() ?? 0) - before
      }
      results[index]?.push(cpu / requests)
    }
  }
  const measured = steps.map(({ what, replicas }, index) => ({ what, cpu: median(results[index] ?? []), memory: Math.max(...replicas.map((one) => one.memory().now)) }))
  for (const { replicas } of steps) await Promise.all(replicas.map((one) => one.stop()))
  return measured
}

async function shared (): Promise<Measured[]> {
  const redis = await startRedis()
  try {
    const steps: Step[] = []
    for (const replicas of [1, 2, 4]) steps.push(await service(`${replicas} replica${replicas === 1 ? '' : 's'} on one Redis`, { replicas, redisPort: redis.port }))
    return await compare(steps, GET_10)
  } finally {
    await redis.kill()
  }
}

const sections = [
  await compare([
    await service('10 connections known', { venues: 10 }), await service('1,000 connections known', { venues: 1_000 }), await service('100,000 connections known', { venues: 100_000 })
  ], GET_10),
  await shared(),
  await compare([await service('79 operations', {}), await service('4 operations', { home: variant('four-operations', { 'plugin/roller/operations.js': FOUR }) })], GET_10)
]
await other.stop()

const rows = sections.flatMap((section) => section.map(({ what, cpu, memory }) => {
  const ratio = cpu / (section[0]?.cpu ?? NaN)
  return [what, String(Math.round(cpu)), ratio.toFixed(2), Math.abs(ratio - 1) <= NOISE ? 'flat' : ratio < 1 ? 'less' : '**more**', mib(memory)]
}))
write('scale', [
  '## As the work grows',
  `Node.js ${process.version.slice(1)}. ${GET_10.name}, transport nango, everything on but the log; medians of ${ROUNDS} alternating rounds of ${SECONDS} s. Ratios are against the first row of ` +
  `each kind; within ${NOISE * 100} % they are noise.${quick ? ' **A quick run, for development.**' : ''}`,
  table(['', 'CPU µs/request', 'ratio', '', 'memory'], rows)
].join('\n\n'))
console.log(rows.map((cells) => cells.join('  ')).join('\n'))
process.exit()
