/**
 * Processor time of a call through the service, for work on the hot path: takes a minute, where `npm run bench` takes many. The minimum of
 * the rounds counts, to reduce the influence of other processes.
 *
 * node dist/bench/hot.js [--rounds 3] [--connections 10] [--post] [--quiet] [--alone] [CHECKOUT[@--flag,--flag] ...]
 *
 * Several builds run side by side, each a checkout with its service/dist and plugin/dist, and with its own flags of Node.js.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { file, httpProxy, service, type Contestant } from './contestants.ts'
import { line, race, warmUp } from './rounds.ts'
import { startOtherSide } from './servers/other-side.ts'
import { GET_1, GET_10, GET_100, POST_10 } from './workloads.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '10' },
    'warm-up': { type: 'string', default: '40000' },
    /** Replaces the GET. */
    post: { type: 'boolean', default: false },
    /** Without logging. */
    quiet: { type: 'boolean', default: false },
    /** Without @fastify/http-proxy. */
    alone: { type: 'boolean', default: false }
  }
})
const workload = values.post ? POST_10 : { 1: GET_1, 10: GET_10, 100: GET_100 }[values.connections]
if (workload === undefined) throw new Error('--connections is 1, 10 or 100')
const logs = !values.quiet
const effort = { rounds: Number(values.rounds), seconds: 2, runIn: 1, warmUp: Number(values['warm-up']) }

function build (named: string): Contestant {
  const [checkout = '', flags] = named.split('@--')
  const main = join(resolve(checkout), 'service/dist/main.js')
  return { ...service('direct', { logs, main, flags: flags === undefined ? [] : `--${flags}`.split(',') }), name: named }
}

const folder = mkdtempSync(join(tmpdir(), 'fastify-roller-hot-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const builds = (positionals.length > 0 ? positionals : [file('.')]).map(build)
const other = await startOtherSide(folder)
const lanes = await line(values.alone ? builds : [...builds, httpProxy(logs)], other)
await warmUp(lanes, effort, folder)
for (const { contestant, rounds } of await race(lanes, workload, effort, other, folder)) {
  const cpu = rounds.map((one) => one.cpu)
  const speed = Math.max(...rounds.map((one) => one.requestsPerSecond)).toFixed(0).padStart(6)
  const p99 = Math.min(...rounds.map((one) => one.p99)).toFixed(2)
  const each = cpu.map((one) => one.toFixed(0)).join(' ')
  console.log(`${Math.min(...cpu).toFixed(0).padStart(4)} µs  ${speed}/s  p99 ${p99}  ${contestant.name}  (${each})`)
}
process.exit() // end of every server's command line
