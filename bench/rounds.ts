/** Runs the contestants in turn, round after round, so that other processes affect all alike; the median of the rounds counts. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contestant } from './contestants.ts'
import { freePort } from '../test/support/free-port.ts'
import { load } from './load.ts'
import { PROXY_CORE, start, type Running } from './processes.ts'
import type { OtherSide } from './servers/other-side.ts'
import { API_KEY, BASE, GET_10, POST_10, SEARCH, venue, type Workload } from './workloads.ts'

export interface Figures {
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Processor time of a request, in microseconds. */
  readonly cpu: number
}

export interface Row {
  readonly contestant: Contestant
  readonly workload: Workload
  readonly rounds: readonly Figures[]
  readonly median: Figures
  /** Peak memory in bytes. */
  readonly peakMemory: number
}

export interface RunningContestant {
  readonly contestant: Contestant
  readonly process: Running
  readonly url: string
}

export interface Effort {
  readonly rounds: number
  /** One round of one contestant. */
  readonly seconds: number
  /**
   * Seconds at the start of each round that are not measured, a whole number. V8 treats a process that was stopped as idle, compacts its
   * heap, and then needs some three seconds to recompile the code that it discarded. A server under load never does that.
   */
  readonly runIn: number
  /** Requests before the first measurement: the engine compiles for some ten seconds, in threads that share the core. */
  readonly warmUp: number
}

/** Milliseconds after a process continues, for overdue timers and for connections that the other side has closed. */
const THAW_MS = 300
/** Part of a run's calls that ROLLER may not have seen: the two counts are read one after the other. */
const EDGE = 0.05

/** Starts all contestants, checks their responses, and stops them until their turn, so that their timers use no processor time. */
export async function line (contestants: readonly Contestant[], other: OtherSide): Promise<RunningContestant[]> {
  const running: RunningContestant[] = []
  for (const contestant of contestants) {
    const port = await freePort()
    const process = await start(PROXY_CORE, contestant.command(port, other), port)
    const url = `http://127.0.0.1:${port}`
    const response = await fetch(url + BASE + SEARCH, { headers: { 'connection-id': venue(1), authorization: `Bearer ${API_KEY}` } })
    const size = (await response.arrayBuffer()).byteLength
    if (response.status !== 200 || size !== 1_536) throw new Error(`${contestant.name} answers ${response.status} with ${size} bytes`)
    process.freeze()
    running.push({ contestant, process, url })
  }
  return running
}

async function turn<T> ({ process }: RunningContestant, run: () => Promise<T>): Promise<T> {
  process.thaw()
  await sleep(THAW_MS)
  const result = await run()
  process.freeze()
  return result
}

export async function warmUp (running: readonly RunningContestant[], { warmUp }: Effort, folder: string): Promise<void> {
  for (const one of running) {
    await turn(one, async () => {
      for (let left = warmUp; left > 0;) left -= (await load(one.url, GET_10, 1, folder)).requests
      await load(one.url, POST_10, 2, folder)
    })
  }
}

export async function race (
  running: readonly RunningContestant[], workload: Workload, effort: Effort, other: OtherSide, folder: string
): Promise<Row[]> {
  const results = running.map((): Figures[] => [])
  for (let round = 0; round < effort.rounds; round++) {
    for (const [index, one] of running.entries()) {
      results[index]?.push(await turn(one, async () => {
        await load(one.url, workload, effort.runIn, folder)
        return await measure(one, workload, effort.seconds, other, folder)
      }))
    }
  }
  return running.map(({ contestant, process }, index) => {
    const rounds = results[index] ?? []
    const middle = (name: keyof Figures): number => median(rounds.map((one) => one[name]))
    const figures = { requestsPerSecond: middle('requestsPerSecond'), p50: middle('p50'), p99: middle('p99'), cpu: middle('cpu') }
    return { contestant, workload, rounds, median: figures, peakMemory: process.memory().peak }
  })
}

async function measure (
  { contestant, process, url }: RunningContestant, workload: Workload, seconds: number, other: OtherSide, folder: string
): Promise<Figures> {
  const [cpu, calls] = [process.cpu(), await other.calls()]
  const figures = await load(url, workload, seconds, folder)
  const used = process.cpu() - cpu
  const arrived = await other.calls() - calls
  // A response without a call to ROLLER (cached or shared) is not the work under comparison. More calls than responses are possible: the
  // gateway reads each connection from Nango once in ten minutes, and with transport nango that request is counted with the calls.
  if (figures.requests - arrived > figures.requests * EDGE + 2 * workload.connections) {
    throw new Error(`${contestant.name}: ${figures.requests} calls were answered, ${arrived} reached ROLLER`)
  }
  return { requestsPerSecond: figures.requests / figures.seconds, p50: figures.p50, p99: figures.p99, cpu: used / figures.requests }
}

export function median (values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}
