/** Everybody in turn, round after round, so that what the machine does beside it touches all alike; of the rounds the median counts. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contestant } from './contestants.ts'
import { load } from './load.ts'
import { freePort, PROXY_CORE, start, type Running } from './processes.ts'
import type { OtherSide } from './servers/other-side.ts'
import { API_KEY, BASE, GET_10, POST_10, SEARCH, venue, type Workload } from './workloads.ts'

export interface Figures {
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Processor time for a request, in microseconds. */
  readonly cpu: number
}

export interface Row {
  readonly contestant: Contestant
  readonly workload: Workload
  readonly rounds: readonly Figures[]
  readonly median: Figures
  /** Bytes, at most so far. */
  readonly peakMemory: number
}

export interface Lane {
  readonly contestant: Contestant
  readonly process: Running
  readonly url: string
}

export interface Effort {
  readonly rounds: number
  /** Of one round, and one contestant. */
  readonly seconds: number
  /**
   * Seconds at the beginning of each round that are not measured, a whole number. Who was stopped takes itself for idle: V8 tidies up its heap, and for some
   * three seconds compiles anew what it has thrown away with that. A server under load never does.
   */
  readonly runIn: number
  /** Requests before anything is measured. The engine compiles what is hot, of the larger programs for some ten seconds, in threads that share the core. */
  readonly warmUp: number
}

/** For timers that are overdue when a process goes on, and for connections that the other side has ended meanwhile. Milliseconds. */
const THAW_MS = 300

/** Part of a run's calls by which ROLLER may have seen fewer: the two are counted one after the other. */
const EDGE = 0.05

/** Starts everybody and checks that each answers as it should. */
export async function line (contestants: readonly Contestant[], other: OtherSide, folder: string): Promise<Lane[]> {
  const lanes: Lane[] = []
  for (const contestant of contestants) {
    const port = await freePort()
    const process = await start(PROXY_CORE, contestant.command(port, other, folder), port)
    const url = `http://127.0.0.1:${port}`
    lanes.push({ contestant, process, url })
    const answer = await fetch(url + BASE + SEARCH, { headers: { 'connection-id': venue(1), authorization: `Bearer ${API_KEY}`, ...contestant.headers } })
    const size = (await answer.arrayBuffer()).byteLength
    if (answer.status !== 200 || size !== 1_536) throw new Error(`${contestant.name} answers ${answer.status} with ${size} bytes`)
  }
  return lanes
}

/** Those whose turn it is not are stopped: whoever has had its turn would tidy up in its idle time, and lose some of what the engine has compiled. */
export async function warmUp (lanes: readonly Lane[], { warmUp }: Effort, folder: string): Promise<void> {
  for (const { process } of lanes) process.freeze()
  for (const { contestant, process, url } of lanes) {
    process.thaw()
    await sleep(THAW_MS)
    try {
      for (let left = warmUp; left > 0;) left -= (await load(url, GET_10, contestant.headers, 1, folder)).requests
      await load(url, POST_10, contestant.headers, 2, folder)
    } catch (cause) {
      throw new Error(`${contestant.name}${contestant.without === null ? '' : ` without ${contestant.without}`} fails`, { cause })
    }
    process.freeze()
  }
}

export async function race (lanes: readonly Lane[], workload: Workload, { rounds, seconds, runIn }: Effort, other: OtherSide, folder: string): Promise<Row[]> {
  const results = lanes.map((): Figures[] => [])
  // Those that wait for their turn would also look at their event loops a hundred times a second, on the core of the one whose turn it is.
  for (const { process } of lanes) process.freeze()
  for (let round = 0; round < rounds; round++) {
    for (const [index, lane] of lanes.entries()) {
      lane.process.thaw()
      await sleep(THAW_MS)
      await load(lane.url, workload, lane.contestant.headers, runIn, folder)
      results[index]?.push(await once(lane, workload, seconds, other, folder))
      lane.process.freeze()
    }
  }
  for (const { process } of lanes) process.thaw()
  return lanes.map(({ contestant, process }, index) => {
    const figures = results[index] ?? []
    const middle = (pick: (one: Figures) => number): number => median(figures.map(pick))
    return {
      contestant,
      workload,
      rounds: figures,
      median: {
        requestsPerSecond: middle((one) => one.requestsPerSecond), p50: middle((one) => one.p50), p99: middle((one) => one.p99), cpu: middle((one) => one.cpu)
      },
      peakMemory: process.memory().peak
    }
  })
}

async function once ({ contestant, process, url }: Lane, workload: Workload, seconds: number, other: OtherSide, folder: string): Promise<Figures> {
  const [cpu, calls] = [process.cpu(), await other.calls()]
  const figures = await load(url, workload, contestant.headers, seconds, folder)
  const used = process.cpu() - cpu
  const arrived = await other.calls() - calls
  // Who answers without asking ROLLER (from a cache, or one call for several) has not done the work that is compared. More than were answered may well
  // arrive: the gateway asks Nango about each connection once in ten minutes, and through Nango that is counted with the calls.
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
