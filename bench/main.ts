/**
 * `npm run bench`: the gateway and what could be used in its place, side by side in one run; writes RESULTS.md.
 * `--quick`: 10 connections alone, without features taken out one by one, in shorter rounds. `--only get10,get1,get100,post,hop,bodies,start`: those parts alone.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { carry, SIZE } from './bodies.ts'
import { behindRealNango, contestants, featuresOff, largeBodies, nameOf } from './contestants.ts'
import { goals } from './goals.ts'
import { missing } from './processes.ts'
import { benchReport, write } from './report.ts'
import type { Results } from './results.ts'
import { line, race, warmUp, type Effort, type Row } from './rounds.ts'
import { startOtherSide } from './servers/other-side.ts'
import { startUps } from './startup.ts'
import { GET_1, GET_10, GET_100, POST_10 } from './workloads.ts'

const PARTS = ['get10', 'get1', 'get100', 'post', 'hop', 'bodies', 'start'] as const
type Part = typeof PARTS[number]

const { values: { quick, only } } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } } })
const chosen = new Set<string>(only?.split(',') ?? (quick ? ['get10', 'post'] : PARTS))
const unknown = [...chosen].filter((part) => !PARTS.includes(part as Part)) // looked for among them all the same
const faults = [...missing(['wrk', 'nginx', 'taskset']), ...unknown.map((part) => `--only ${part} is not one of ${PARTS.join(', ')}`)]
if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}

const has = (part: Part): boolean => chosen.has(part)
const effort: Effort = quick ? { rounds: 3, seconds: 1, runIn: 1, warmUp: 15_000 } : { rounds: 5, seconds: 2, runIn: 3, warmUp: 50_000 }
/** Of what has no goal of its own. */
const less: Effort = { ...effort, rounds: quick ? 1 : effort.rounds, seconds: 1, runIn: 1 }
const folder = mkdtempSync(join(tmpdir(), 'fastify-roller-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const say = (text: string): void => console.log(`${Math.round(process.uptime())} s: ${text}`)

const other = await startOtherSide(folder)

async function sideBySide (): Promise<Row[]> {
  const plain = await line(contestants, other, folder)
  const reduced = !quick && (has('get10') || has('post')) ? await line(featuresOff, other, folder) : []
  const all = [...plain, ...reduced]
  say('warming up')
  await warmUp(all, effort, folder)
  const rows: Row[] = []
  const parts = [['get10', GET_10, all, effort], ['get1', GET_1, plain, effort], ['get100', GET_100, plain, less], ['post', POST_10, all, less]] as const
  for (const [part, workload, lanes, how] of parts) {
    if (!has(part)) continue
    say(workload.name)
    rows.push(...await race(lanes, workload, how, other, folder))
  }
  for (const { process: running } of all) await running.stop()
  return rows
}

async function behindNango (): Promise<Row[]> {
  say('behind a Nango that takes 40 ms')
  const lanes = await line([behindRealNango('direct'), behindRealNango('nango')], other, folder)
  // What is compared is the wait: half warm is warm enough.
  await warmUp(lanes, { ...effort, warmUp: 2_000 }, folder)
  const rows = await race(lanes, GET_10, effort, other, folder)
  for (const { process: running } of lanes) await running.stop()
  return rows
}

const throughput = (['get10', 'get1', 'get100', 'post'] as const).some(has)
const rows = throughput ? await sideBySide() : []
const hop = has('hop') ? await behindNango() : []
if (has('bodies')) say('1 GiB down and up')
const bodyRounds = quick ? 1 : 3
const down = has('bodies') ? await carry(largeBodies, 'down', bodyRounds, SIZE, other, folder) : []
const up = has('bodies') ? await carry(largeBodies.filter(({ name }) => name !== nameOf('nango')), 'up', bodyRounds, SIZE, other, folder) : []
await other.stop()
if (has('start')) say('start')
const starts = has('start') ? await startUps(quick ? 3 : 7) : []

const results: Results = { rows, hop, bodies: [...down, ...up], starts }
const reached = goals(results)
for (const { what, goal, measured, met } of reached) if (measured !== null) console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${measured} (${goal})`)
write('bench', benchReport(results, reached, effort, quick))
say('done')
process.exit() // with every server that is still there
