/**
 * Exports against the floor that the limits set, beside a client that walks one page after the other and one that sends everything at once.
 *
 *   node dist/bench/export/main.js [--only direct,nango,…] [--venues 20] [--days 90]
 */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { addDays, venueDays } from 'fastify-roller/time'
import type { Counts, World, WorldOptions } from './world.ts'

const { values } = parseArgs({
  options: { only: { type: 'string' }, venues: { type: 'string', default: '20' }, days: { type: 'string', default: '90' } }
})
const [VENUES, DAYS] = [Number(values.venues), Number(values.days)]
const REPORTS = ['bookingitems', 'tickets', 'bookingpayments'] as const
/** ROLLER's, a minute and venue. */
const ROLLER_LIMIT = 120
/** Nango's 200 a minute, and the export, ten times as fast: as they are it takes half an hour. */
const NANGO_LIMIT = 2_000
const LATENCY = 100
const FAILURES = 0.02
/** What the others do in this time is taken for the whole: some windows of ROLLER's limit. Milliseconds. */
const SAMPLE = 150_000

const to = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10)
const from = addDays(to, -DAYS)
const MIB = 1024 * 1024

/** Those of docker/compose.export.yaml: V8 collects early. */
const FLAGS = ['--heap-growing-percent=10', '--max-semi-space-size=4']

interface Result {
  readonly name: string
  readonly seconds: number
  readonly floor: number
  readonly calls: number
  readonly penalties: number
  readonly memory: number | null
  readonly complete: boolean
}

interface RunningWorld extends World {
  readonly counts: () => Promise<Counts>
  readonly stop: () => Promise<void>
}

async function startWorld (options: WorldOptions): Promise<RunningWorld> {
  const child = fork(fileURLToPath(new URL('./world.js', import.meta.url)), [JSON.stringify(options)])
  const [world] = await once(child, 'message') as [World]
  return {
    ...world,
    async counts () {
      child.send('counts')
      return (await once(child, 'message') as [Counts])[0]
    },
    async stop () {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
  }
}

/** VmHWM of Linux: the most that was in memory. Bytes. */
function peakOf ({ pid }: ChildProcess): number {
  try { return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024 } catch { return 0 }
}

async function exportAll (name: string, transport: 'direct' | 'nango', failures: number): Promise<Result> {
  const world = await startWorld({ venues: VENUES, nangoLimit: transport === 'nango' ? NANGO_LIMIT : 0, failures, latency: LATENCY })
  const out = mkdtempSync(join(tmpdir(), 'bench-export-'))
  const startedAt = Date.now()
  const child = spawn(process.execPath, [
    ...FLAGS, fileURLToPath(import.meta.resolve('#service/main.js')),
    'export', '--reports', REPORTS.join(), '--from', from, '--to', to, '--out', out
  ], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      NODE_OPTIONS: process.env['NODE_OPTIONS'],
      NANGO_SECRET_KEY: world.secretKey,
      NANGO_HOST: world.nangoUrl,
      ROLLER_TRANSPORT: transport,
      ROLLER_BASE_URL: world.rollerUrl
    }
  })
  let memory = 0
  const timer = setInterval(() => { memory = Math.max(memory, peakOf(child)) }, 200)
  const [code] = await once(child, 'exit') as [number]
  const seconds = (Date.now() - startedAt) / 1000
  clearInterval(timer)
  const { calls, penalties } = await world.counts()
  await world.stop()
  rmSync(out, { recursive: true })
  const total = calls.reduce((sum, count) => sum + count, 0)
  const floor = transport === 'direct' ? total / VENUES / ROLLER_LIMIT * 60 : total / NANGO_LIMIT * 60
  return { name, seconds, floor, calls: total, penalties, memory, complete: code === 0 }
}

interface Client { readonly get: (venue: number, report: string, day: string) => Promise<Response> }

async function clientOf ({ rollerUrl }: World): Promise<Client> {
  const tokens = await Promise.all(Array.from({ length: VENUES }, async (_, venue) => {
    const body = JSON.stringify({ client_id: `bench-${venue}`, client_secret: 'secret' })
    const response = await fetch(`${rollerUrl}/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return (await response.json() as { access_token: string }).access_token
  }))
  return {
    get: (venue, report, day) => fetch(
      `${rollerUrl}/data/${report}?startDate=${day}&endDate=${addDays(day, 1)}&pageNumber=1&pageSize=500`,
      { headers: { authorization: `Bearer ${tokens[venue]}` } }
    )
  }
}

/** A client as it is often written, until it has all, or the sample ends; the time is what the whole would take at that speed. */
async function sample (name: string, run: (client: Client, isOver: () => boolean, done: () => void) => Promise<void>): Promise<Result> {
  const world = await startWorld({ venues: VENUES, nangoLimit: 0, failures: 0, latency: LATENCY })
  const client = await clientOf(world)
  const startedAt = Date.now()
  const isOver = (): boolean => Date.now() >= startedAt + SAMPLE
  let pages = 0
  await run(client, isOver, () => { pages++ })
  const elapsed = (Date.now() - startedAt) / 1000
  const { calls, penalties } = await world.counts()
  await world.stop()
  const jobs = VENUES * DAYS * REPORTS.length
  const total = calls.reduce((sum, count) => sum + count, 0)
  const floor = jobs / VENUES / ROLLER_LIMIT * 60
  const part = pages / jobs
  return { name, seconds: elapsed / part, floor, calls: Math.round(total / part), penalties, memory: null, complete: true }
}

const jobs = Array.from({ length: VENUES }, (_, venue) => REPORTS.flatMap(
  (report) => venueDays(from, to).map((day) => ({ venue, report, day }))
))

const serial = async (client: Client, isOver: () => boolean, done: () => void): Promise<void> => {
  for (const { venue, report, day } of jobs.flat()) {
    for (;;) {
      if (isOver()) return
      const response = await client.get(venue, report, day)
      await response.text()
      if (response.status === 200) break
      await sleep(Number(response.headers.get('retry-after')) * 1000)
    }
    done()
  }
}

const greedy = async (client: Client, isOver: () => boolean, done: () => void): Promise<void> => {
  await Promise.all(jobs.map(async (ofVenue) => {
    const queue = [...ofVenue]
    await Promise.all(Array.from({ length: 50 }, async () => {
      for (let job = queue.shift(); job !== undefined && !isOver(); job = queue.shift()) {
        for (;;) {
          const response = await client.get(job.venue, job.report, job.day)
          await response.text()
          if (response.status === 200) break
          if (isOver()) return
          await sleep(1_000) // and again, whatever Retry-After says
        }
        done()
      }
    }))
  }))
}

const parts: Readonly<Record<string, () => Promise<Result>>> = {
  direct: () => exportAll('export, direct', 'direct', 0),
  'direct-failing': () => exportAll('export, direct, 2 % of calls fail', 'direct', FAILURES),
  nango: () => exportAll('export, through Nango (ten times its limit)', 'nango', 0),
  'nango-failing': () => exportAll('export, through Nango, 2 % of calls fail', 'nango', FAILURES),
  serial: () => sample('one page after the other', serial),
  greedy: () => sample('everything at once', greedy)
}

console.log(`${VENUES} venues, ${DAYS} days, ${REPORTS.length} reports; ROLLER ${LATENCY} ms away\n`)
console.log('| Client | Time | Floor | Floor / time | Calls | Penalties | Peak memory |\n| --- | --- | --- | --- | --- | --- | --- |')
let met = true
for (const [part, run] of Object.entries(parts)) {
  if (values.only !== undefined && !values.only.split(',').includes(part)) continue
  const { name, seconds, floor, calls, penalties, memory, complete } = await run()
  const ratio = floor / seconds
  const size = memory === null ? '' : `${Math.round(memory / MIB)} MiB`
  console.log(`| ${name} | ${Math.round(seconds)} s | ${Math.round(floor)} s | ${ratio.toFixed(2)} | ${calls} | ${penalties} | ${size} |`)
  if (memory !== null && !(complete && ratio >= 0.95 && penalties === 0 && memory < 150 * 1e6)) met = false
}
console.log(met ? '\nEvery goal is met: at least 0.95 of the floor, no penalty, under 150 MB.' : '\nNot every goal is met.')
process.exitCode = met ? 0 : 1
