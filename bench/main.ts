/**
 * `npm run bench`: the service, the plugin and the alternatives, side by side in one run. Prints the goals and writes RESULTS.md. After
 * `--`: `--quick` for fewer and shorter rounds, `--only get10,get1,get100,post,bodies,start` for these parts (both only print the goals),
 * `--service FILE` for the main file of another build, such as service/dist/main.js.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { contestants } from './contestants.ts'
import { goals, type Results } from './goals.ts'
import { carry } from './large-bodies.ts'
import { missing } from './processes.ts'
import { write } from './report.ts'
import { line, race, warmUp, type Effort, type Row } from './rounds.ts'
import { startOtherSide } from './servers/other-side.ts'
import { startUps } from './startup.ts'
import { GET_1, GET_10, GET_100, POST_10 } from './workloads.ts'

const WORKLOADS = { get10: GET_10, get1: GET_1, get100: GET_100, post: POST_10 }
const { values: { quick, only, service } } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, service: { type: 'string' } }
})
const parts = only?.split(',') ?? (quick ? ['get10', 'bodies', 'start'] : [...Object.keys(WORKLOADS), 'bodies', 'start'])
const main = service === undefined ? undefined : resolve(service)
const faults = missing(['wrk', 'nginx', 'taskset', 'curl'])
if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}

const effort: Effort = quick ? { rounds: 3, seconds: 1, runIn: 1, warmUp: 15_000 } : { rounds: 3, seconds: 2, runIn: 3, warmUp: 50_000 }
const folder = mkdtempSync(join(tmpdir(), 'fastify-roller-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const say = (text: string): void => console.log(`${Math.round(process.uptime())} s: ${text}`)
const other = await startOtherSide(folder)

async function sideBySide (): Promise<Row[]> {
  const chosen = Object.entries(WORKLOADS).filter(([part]) => parts.includes(part))
  if (chosen.length === 0) return []
  const lanes = await line(contestants(main), other)
  say('warm-up')
  await warmUp(lanes, effort, folder)
  const rows: Row[] = []
  for (const [, workload] of chosen) {
    say(workload.name)
    rows.push(...await race(lanes, workload, effort, other, folder))
  }
  for (const { process: running } of lanes) await running.stop()
  return rows
}

async function largeBodies (): Promise<Results['bodies']> {
  if (!parts.includes('bodies')) return []
  say('1 GiB down and up')
  const rounds = quick ? 1 : 3
  return [...await carry(main, 'down', rounds, other, folder), ...await carry(main, 'up', rounds, other, folder)]
}

async function starts (): Promise<Results['starts']> {
  if (!parts.includes('start')) return []
  say('start')
  return await startUps(main, quick ? 3 : 7, other)
}

const results: Results = { rows: await sideBySide(), bodies: await largeBodies(), starts: await starts() }
const reached = goals(results)
for (const { what, goal, measured, met } of reached) console.log(`${met ? 'met    ' : 'NOT MET'}  ${what}: ${measured} (${goal})`)
for (const { name, ready, memory } of results.starts) {
  console.log(`${name}: ready after ${ready.toFixed(0)} ms, idle with ${(memory / 1e6).toFixed(0)} MB`)
}
if (!quick && only === undefined) write(results, reached, effort)
process.exit() // end of every server's command line
