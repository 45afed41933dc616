/**
 * Processor time for a call through the full service, for work on the hot path: a minute, where `npm run bench` takes many. The least of the rounds
 * counts, so that what else the machine does matters little.
 * `node --import tsx bench/hot.ts [--connections 10] [--post] [--warm-up 40000] [--rounds 3] [--profile folder] [--alone] [--quiet] [dist[@--flag,--flag] ...]`:
 * several builds run side by side, each with its own flags of Node.js.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { BARE, contestants, HTTP_PROXY, nameOf, type Contestant } from './contestants.ts'
import { line, race, warmUp } from './rounds.ts'
import { startOtherSide } from './servers/other-side.ts'
import { ROOT } from './variant.ts'
import { GET_1, GET_10, GET_100, POST_10 } from './workloads.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    connections: { type: 'string', default: '10' },
    /** In place of the GET. */
    post: { type: 'boolean', default: false },
    'warm-up': { type: 'string', default: '40000' },
    rounds: { type: 'string', default: '3' },
    /** Where V8 writes a profile of each build. */
    profile: { type: 'string' },
    /** Without the peers. */
    alone: { type: 'boolean', default: false },
    /** Without a log. */
    quiet: { type: 'boolean', default: false }
  }
})
const workload = values.post ? POST_10 : { 1: GET_1, 10: GET_10, 100: GET_100 }[values.connections]
if (workload === undefined) throw new Error('--connections is 1, 10 or 100')
const rounds = Number(values.rounds)
const logs = !values.quiet

function build (of: Contestant, named: string, index: number): Contestant {
  const [dist = '', flags] = named.split('@')
  return {
    ...of,
    name: `${of.name} ${named}`,
    command (port, other, folder) {
      const { file, args, env } = of.command(port, other, folder)
      const profile = values.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', values.profile, '--cpu-prof-name', `${index}.cpuprofile`]
      return { file, args: [...(flags?.split(',') ?? []), ...profile, ...args.map((arg) => arg.replace(join(ROOT, 'dist'), resolve(dist)).replace(/^.*\/bench\/\.\.\/dist/, resolve(dist)))], ...(env !== undefined && { env }) }
    }
  }
}

const named = (name: string): Contestant => {
  const found = contestants.find((one) => one.name === name && one.logs === logs)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}
const dists = positionals.length > 0 ? positionals : [join(ROOT, 'dist')]
const ours = dists.map((dist, index) => build(named(nameOf('direct')), dist, index))
const all = values.alone ? ours : [...ours, named(HTTP_PROXY), named(BARE)]

const folder = mkdtempSync(join(tmpdir(), 'fastify-roller-hot-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const other = await startOtherSide(folder)
const lanes = await line(all, other, folder)
const effort = { rounds, seconds: 2, runIn: 1, warmUp: Number(values['warm-up']) }
await warmUp(lanes, effort, folder)
const rows = await race(lanes, workload, effort, other, folder)
for (const { contestant, rounds: figures } of rows) {
  const cpu = figures.map((one) => one.cpu)
  const speed = figures.map((one) => one.requestsPerSecond)
  const p99 = figures.map((one) => one.p99)
  console.log(`${Math.min(...cpu).toFixed(0).padStart(4)} µs  ${Math.max(...speed).toFixed(0).padStart(6)}/s  p99 ${Math.min(...p99).toFixed(2)}  ${contestant.name}  (${cpu.map((one) => one.toFixed(0)).join(' ')})`)
}
for (const { process: running } of lanes) {
  if (values.profile !== undefined) {
    // V8 writes it at the end of a process that ends by itself: a second signal ends the service at once.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      try { process.kill(running.pid, signal) } catch {} // it has ended
      await new Promise((resolve) => { setTimeout(resolve, 500) })
    }
  }
  await running.stop()
}
await other.stop()
process.exit()
