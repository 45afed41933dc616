/** RESULTS.md. */
import { writeFileSync } from 'node:fs'
import { file, HTTP_PROXY } from './contestants.ts'
import type { Goal, Results } from './goals.ts'
import type { BodyFigures } from './large-bodies.ts'
import type { Effort, Row } from './rounds.ts'
import { MIB } from './workloads.ts'

export function write (results: Results, goals: readonly Goal[], { rounds, seconds, runIn, warmUp }: Effort): void {
  const workloads = [...new Set(results.rows.map(({ workload }) => workload))]
  const parts = [
    '# Results',
    'Written by `npm run bench`, which needs Linux, two cores, wrk, nginx, curl and taskset (of util-linux).',
    `Node.js ${process.version.slice(1)}. Each process has one core for itself, and the others are stopped meanwhile;\n` +
    `ROLLER, Nango and the load share another. Medians of ${rounds} alternating rounds of ${seconds} s, each after ${runIn} s that are\n` +
    `not measured, after ${warmUp} requests of warm-up, all in one run. Ratios are against ${HTTP_PROXY} of the same\n` +
    'kind; absolute figures say nothing about another machine.',
    'The service is the image\'s bundle with a compile cache, a caller\'s key, validation, ROLLER\'s rate limits, metrics and helmet\'s\n' +
    'headers. The plugin is in an app that has nothing else. Calls go round 1,000 connections, so that each reaches ROLLER. Logging is\n' +
    'at level info, to /dev/null. Processor time and memory are of the process alone.',
    '## Goals',
    `GET 1.5 KB at 10 connections, transport direct, against ${HTTP_PROXY}; and the service's memory and start.`,
    table(['', 'goal', 'measured', ''], goals.map(({ what, goal, measured, met }) => [what, goal, measured, met ? 'met' : '**not met**'])),
    ...workloads.flatMap((workload) => [`## ${workload.name}`, compared(results.rows.filter((row) => row.workload === workload))]),
    ...(results.bodies.length === 0 ? [] : ['## 1 GiB in one body', carried(results.bodies)]),
    ...(results.starts.length === 0 ? [] : ['## Start', started(results.starts)])
  ]
  writeFileSync(file('bench/RESULTS.md'), `${parts.join('\n\n')}\n`)
}

function compared (rows: readonly Row[]): string {
  const head = ['', 'log', 'requests/s', 'ratio', 'p50 ms', 'p99 ms', 'CPU µs/request', 'ratio', 'peak memory']
  return table(head, rows.map(({ contestant: { name, logs }, median: { requestsPerSecond, p50, p99, cpu }, peakMemory }) => {
    const base = rows.find(({ contestant }) => contestant.name === HTTP_PROXY && contestant.logs === logs)?.median
    return [
      name, logs ? 'info' : 'none', requestsPerSecond.toFixed(0), ratio(requestsPerSecond, base?.requestsPerSecond),
      p50.toFixed(2), p99.toFixed(2), cpu.toFixed(0), ratio(cpu, base?.cpu), mib(peakMemory)
    ]
  }))
}

function carried (all: readonly BodyFigures[]): string {
  const head = ['', 'direction', 'MiB/s', 'ratio', 'CPU ms', 'growth of peak memory']
  return table(head, all.map(({ name, direction, speed, cpu, growth }) => {
    const base = all.find((one) => one.name === HTTP_PROXY && one.direction === direction)
    return [name, direction, speed.toFixed(0), ratio(speed, base?.speed), cpu.toFixed(0), mib(growth)]
  }))
}

function started (all: Results['starts']): string {
  const head = ['', 'GET /health answered after', 'idle memory']
  return table(head, all.map(({ name, ready, memory }) => [name, `${ready.toFixed(0)} ms`, `${(memory / 1e6).toFixed(0)} MB`]))
}

function table (head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function ratio (value: number, base: number | undefined): string { return base === undefined ? '' : (value / base).toFixed(2) }

function mib (bytes: number): string { return `${Math.round(bytes / MIB)} MiB` }
