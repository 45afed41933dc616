/** The goals, as ratios within one run: with logging against those that log, without against those that do not. */
import { BARE, HTTP_PROXY, NANGO_PROXY, nameOf, type TransportName } from './contestants.ts'
import type { Direction } from './bodies.ts'
import { find, type Results } from './results.ts'
import type { Figures } from './rounds.ts'
import { GET_1, GET_10, type Workload } from './workloads.ts'

export interface Goal {
  readonly what: string
  readonly goal: string
  /** Null where the run left out what it is about. */
  readonly measured: string | null
  readonly met: boolean
}

const MIB = 1024 ** 2
const LARGEST_GROWTH = 48 * MIB

type Bound = { readonly atLeast: number } | { readonly atMost: number }

function goal (what: string, bound: Bound, value: number | null, unit = ''): Goal {
  const least = 'atLeast' in bound
  const limit = least ? bound.atLeast : bound.atMost
  return {
    what,
    goal: `at ${least ? 'least' : 'most'} ${limit}${unit}`,
    measured: value === null ? null : `${value.toFixed(2)}${unit}`,
    met: value !== null && (least ? value >= limit : value <= limit)
  }
}

export function goals (results: Results): Goal[] {
  const { rows, hop, bodies, starts } = results
  const compare = (workload: Workload, by: keyof Figures, bound: Bound, against: string): Goal[] =>
    ([['direct', false], ['direct', true], ['nango', false], ['nango', true]] as const).map(([transport, logs]) => {
      const ours = find(rows, { name: nameOf(transport), workload: workload.name, logs })
      const theirs = find(rows, { name: against, workload: workload.name, logs })
      return goal(`${LABELS[by]}, ${workload.name}, against ${against}: ${describe(transport, logs)}`, bound, ours === null || theirs === null ? null : ours[by] / theirs[by])
    })
  const body = (name: string, direction: Direction) => bodies.find((one) => one.contestant.name === name && one.direction === direction)
  const carried = (['down', 'up'] as const).flatMap((direction) => {
    const [ours, theirs] = [body(nameOf('direct'), direction), body(HTTP_PROXY, direction)]
    return [
      goal(`1 GiB ${direction}: growth of peak memory`, { atMost: LARGEST_GROWTH / MIB }, ours === undefined ? null : ours.growth / MIB, ' MiB'),
      goal(`1 GiB ${direction}: speed against ${HTTP_PROXY}`, { atLeast: 1 }, ours === undefined || theirs === undefined ? null : ours.speed / theirs.speed)
    ]
  })
  const [direct, nango] = (['direct', 'nango'] as const).map((transport) => find(hop, { name: nameOf(transport), workload: GET_10.name, logs: true })?.requestsPerSecond)
  const [all, reduced] = starts
  return [
    ...compare(GET_10, 'requestsPerSecond', { atLeast: 1.4 }, HTTP_PROXY),
    ...compare(GET_10, 'requestsPerSecond', { atLeast: 5 }, NANGO_PROXY),
    ...compare(GET_10, 'requestsPerSecond', { atLeast: 0.7 }, BARE),
    ...compare(GET_1, 'cpu', { atMost: 0.75 }, HTTP_PROXY),
    ...compare(GET_10, 'p99', { atMost: 1 }, HTTP_PROXY),
    ...carried,
    goal('requests per second, direct against nango, with a real Nango\'s 40 ms', { atLeast: 5 }, direct === undefined || nango === undefined ? null : direct / nango),
    goal('start to ready, against the service without documents and operations', { atMost: 1.5 }, all === undefined || reduced === undefined ? null : all.ready / reduced.ready)
  ]
}

const LABELS: Readonly<Record<keyof Figures, string>> = { requestsPerSecond: 'requests per second', p50: 'p50', p99: 'p99', cpu: 'processor time' }

function describe (transport: TransportName, logs: boolean): string { return `${transport}, ${logs ? 'logging' : 'without a log'}` }
