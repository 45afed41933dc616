/**
 * `npm run soak`: the service at half its load, with faults, for 30 minutes (`-- --minutes 2` for less) after a warm-up. Fails if its
 * memory or handles grow.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startNangoSimulator } from '#sandbox/nango.js'
import { startRollerSimulator } from '#sandbox/roller.js'
import { createRandom } from '#sandbox/roller/random.js'
import { startLoad, VENUES, WARM_UP_VENUES } from './load.ts'
import { grows, slopeOf } from './slope.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' }, transport: { type: 'string', default: 'nango' }
  }
})
const minutes = Number(values.minutes)
if (!(minutes >= 2)) throw new Error('--minutes is at least 2')
const MB = 1024 * 1024
/** The engine compiles during the first ten thousand calls or so: at half load that would take longer than a short run. */
const HURRY_MS = 30_000
/** Rate limits keep a minute of calls, so memory reaches its final size only after that. */
const WARM_UP_MS = HURRY_MS + Math.max(65_000, minutes * 60_000 * 0.2)
const SAMPLE_EVERY_MS = minutes > 5 ? 10_000 : 2_000
const SECRET_KEY = '0c0ffee0-aaaa-4bbb-8ccc-5ec4e7000001'

type Sample = Readonly<Record<'rss' | 'heapUsed' | 'external' | 'handles' | 'descriptors', number>>

interface Watched {
  readonly name: keyof Sample
  readonly unit: string
  readonly scale: number
  /** Growth below these values is not a leak: noise of the allocator, and connections that open and close. */
  readonly allowance: number
}

const WATCHED: readonly Watched[] = [
  { name: 'heapUsed', unit: 'MB', scale: MB, allowance: 3 },
  { name: 'rss', unit: 'MB', scale: MB, allowance: 25 },
  { name: 'external', unit: 'MB', scale: MB, allowance: 5 },
  // The load keeps up to 64 connections, and so does the service to Nango and ROLLER: the maximum of concurrent calls.
  { name: 'handles', unit: '', scale: 1, allowance: 64 },
  { name: 'descriptors', unit: '', scale: 1, allowance: 64 }
]

const roller = await startRollerSimulator()
const nango = await startNangoSimulator({ secretKey: SECRET_KEY, rollerUrl: roller.url })
for (const clientId of [...VENUES, ...WARM_UP_VENUES]) nango.addConnection({ connectionId: clientId, clientId, clientSecret: 'secret' })

const service = fork(fileURLToPath(new URL(import.meta.resolve('#root/service/dist/main.js'))), {
  execArgv: ['--expose-gc', '--import', fileURLToPath(new URL(import.meta.resolve('#root/bench/soak/probe.js')))],
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  env: {
    PATH: process.env['PATH'],
    PORT: '0',
    LOG_LEVEL: 'info',
    NANGO_SECRET_KEY: SECRET_KEY,
    NANGO_HOST: nango.url,
    ROLLER_BASE_URL: roller.url,
    ROLLER_TRANSPORT: values.transport,
    POLL_INTERVAL: '30'
  }
})
const ended = once(service, 'exit')
const target = { url: await urlOf(service), nango, roller, random: createRandom(Number(values.seed)) }
console.log(`${minutes} minutes through ${values.transport}, seed ${values.seed}, after ${Math.round(WARM_UP_MS / 1000)} s to warm up`)

const samples: (Sample & { at: number })[] = []
const startedAt = performance.now()
const hurried = startLoad({ ...target, venues: WARM_UP_VENUES })
await sleep(HURRY_MS)
await hurried.stop()
const load = startLoad({ ...target, venues: VENUES })
while (performance.now() - startedAt < WARM_UP_MS + minutes * 60_000) {
  await sleep(SAMPLE_EVERY_MS)
  const at = performance.now() - startedAt
  const sample = await sampleOf(service)
  if (at >= WARM_UP_MS) samples.push({ ...sample, at })
}
await load.stop()
service.kill('SIGTERM')
const [code] = await ended
await nango.close()
await roller.close()

const rows = WATCHED.map(({ name, unit, scale, allowance }) => {
  const slope = slopeOf(samples.map((sample) => ({ at: sample.at, value: sample[name] / scale })))
  const number = (value: number): string => value.toFixed(1)
  return {
    what: name,
    mean: `${number(slope.mean)} ${unit}`,
    'slope an hour': `${number(slope.perHour)} ± ${number(slope.error)} ${unit}`,
    'rise in this run': `${number(slope.rise)} ${unit}`,
    allowed: `${allowance} ${unit}`,
    result: grows(slope, allowance) ? 'GROWS' : 'flat'
  }
})
console.log([...load.outcomes].sort().map(([outcome, count]) => `${outcome}: ${count}`).join(', '))
console.log(`${samples.length} samples after the warm-up; each slope with its 95 % interval`)
console.table(rows)
if (code !== 0) console.log(`The service ended with ${String(code)}.`)
if (code !== 0 || rows.some(({ result }) => result === 'GROWS')) process.exitCode = 1

/** Keeps reading afterwards: unread output would fill the pipe and stay in the child's memory. */
async function urlOf (child: ChildProcess): Promise<string> {
  let text: string | null = ''
  return await new Promise((resolve, reject) => {
    child.once('exit', () => { reject(new Error('the service did not start')) })
    child.stdout?.on('data', (chunk: Buffer) => {
      if (text === null) return
      text += String(chunk)
      const url = /running at (http:\S+?)(?: on its|\n)/.exec(text)?.[1]
      if (url === undefined) return
      text = null
      resolve(url)
    })
  })
}

async function sampleOf (child: ChildProcess): Promise<Sample> {
  child.send('sample')
  const gone = ended.then(() => { throw new Error('the service has ended') })
  gone.catch(() => {})
  const [sample] = await Promise.race([once(child, 'message'), gone]) as [Sample] // probe.js sends nothing else
  return sample
}
