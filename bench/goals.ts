/** The goals, each computed from one run: servers with logging are compared with each other, those without likewise. */
import { FASTIFY, HTTP_PROXY, PLUGIN, SERVICE } from './contestants.ts'
import type { BodyFigures } from './large-bodies.ts'
import type { Figures, Row } from './rounds.ts'
import type { StartFigures } from './startup.ts'
import { GET_10, MIB } from './workloads.ts'

export interface Results {
  readonly rows: readonly Row[]
  readonly bodies: readonly BodyFigures[]
  readonly starts: readonly StartFigures[]
}

export interface Goal {
  readonly what: string
  readonly goal: string
  readonly measured: string
  readonly met: boolean
}

const MB = 1e6

/** The goals of the parts that ran. */
export function goals ({ rows, bodies, starts }: Results): Goal[] {
  const figures = (name: string, logs: boolean): Figures | undefined =>
    rows.find(({ contestant, workload }) => contestant.name === name && contestant.logs === logs && workload === GET_10)?.median
  const ratio = (name: string, logs: boolean, of: 'requestsPerSecond' | 'p99'): number =>
    (figures(name, logs)?.[of] ?? NaN) / (figures(HTTP_PROXY, logs)?.[of] ?? NaN)
  const growth = (direction: string): number =>
    (bodies.find((one) => one.name === SERVICE && one.direction === direction)?.growth ?? NaN) / MIB
  const start = starts.find(({ name }) => name === SERVICE)
  const bare = starts.find(({ name }) => name === FASTIFY)
  return [
    atLeast(1.2, 'requests/s, service, logging', ratio(SERVICE, true, 'requestsPerSecond')),
    atLeast(0.95, 'requests/s, service, without a log', ratio(SERVICE, false, 'requestsPerSecond')),
    atMost(1, 'p99, service, logging', ratio(SERVICE, true, 'p99')),
    atMost(1, 'p99, service, without a log', ratio(SERVICE, false, 'p99')),
    atLeast(0.9, 'requests/s, plugin in an app, logging', ratio(PLUGIN, true, 'requestsPerSecond')),
    atLeast(0.9, 'requests/s, plugin in an app, without a log', ratio(PLUGIN, false, 'requestsPerSecond')),
    atMost(52, '1 GiB down, growth of peak memory', growth('down'), ' MiB'),
    atMost(52, '1 GiB up, growth of peak memory', growth('up'), ' MiB'),
    atMost(2.8, 'start until GET /health is answered, against Fastify alone', (start?.ready ?? NaN) / (bare?.ready ?? NaN)),
    atMost(115, 'idle memory', (start?.memory ?? NaN) / MB, ' MB')
  ].filter(({ measured }) => !measured.startsWith('NaN'))
}

function atLeast (limit: number, what: string, value: number): Goal {
  return { what, goal: `at least ${limit}`, measured: value.toFixed(2), met: value >= limit }
}

function atMost (limit: number, what: string, value: number, unit = ''): Goal {
  return { what, goal: `at most ${limit}${unit}`, measured: value.toFixed(unit === '' ? 2 : 0) + unit, met: value <= limit }
}
