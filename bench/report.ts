/** RESULTS.md, written by the machine. Sections have marks, so that the bench and its scale part each replace their own. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BodyFigures } from './bodies.ts'
import { HTTP_PROXY } from './contestants.ts'
import type { Goal } from './goals.ts'
import { find, type Results } from './results.ts'
import type { Effort, Row } from './rounds.ts'

const FILE = fileURLToPath(new URL(import.meta.resolve('#root/bench/RESULTS.md')))
const MIB = 1024 ** 2

export type Section = 'bench' | 'scale'
const SECTIONS: readonly Section[] = ['bench', 'scale']

/** Puts a section in its place; the others stay as they are. */
export function write (section: Section, text: string): void {
  const before = existsSync(FILE) ? readFileSync(FILE, 'utf8') : ''
  const parts = SECTIONS.map((name) => name === section ? text.trim() : part(before, name)).map((body, index) => `<!-- ${SECTIONS[index] ?? ''} -->\n${body}\n`)
  writeFileSync(FILE, `# Results\n\nWritten by \`npm run bench\` and \`npm run bench:scale\`; not by hand.\n\n${parts.join('\n')}`)
}

function part (text: string, section: Section): string {
  return new RegExp(`<!-- ${section} -->\\n([^]*?)(?=\\n<!-- |$)`).exec(text)?.[1]?.trim() ?? ''
}

export function benchReport (results: Results, goals: readonly Goal[], { rounds, seconds, runIn, warmUp }: Effort, quick: boolean): string {
  const workloads = [...new Set(results.rows.map(({ workload }) => workload.name))]
  return [
    '## Side by side',
    `Node.js ${process.version.slice(1)}. Each process has one core for itself, and those whose turn it is not are stopped; ROLLER, Nango and the load share another. Medians of ${rounds} alternating rounds of ` +
    `${seconds} s, each after ${runIn} s that are not measured (100 connections and POST: 1 s after 1), after ${warmUp} requests of warm-up, all in one run. Ratios are against ${HTTP_PROXY} of the same kind; absolute figures say nothing about another machine.` +
    (quick ? ' **A quick run: fewer and shorter rounds, for development.**' : ''),
    'The service is `node service/dist/main.js` with a caller\'s key, validation, ROLLER\'s own budgets, metrics and helmet\'s headers on. Calls go round 1,000 connections, so no call is ' +
    'answered without one to ROLLER. Logging is at level info, to /dev/null. Processor time and memory are of the process alone.',
    '### Goals',
    table(['', 'goal', 'measured', ''], goals.filter(({ measured }) => measured !== null).map(({ what, goal, measured, met }) => [what, goal, measured ?? '', met ? 'met' : '**missed**'])),
    ...workloads.flatMap((workload) => [`### ${workload}`, compared(results.rows.filter((row) => row.workload.name === workload))]),
    ...(results.hop.length === 0 ? [] : ['### Behind a Nango that takes 40 ms', compared(results.hop)]),
    ...(results.bodies.length === 0 ? [] : ['### 1 GiB in one body', carried(results.bodies)]),
    ...(results.starts.length === 0 ? [] : ['### Start', table(['', 'ready after', 'memory'], results.starts.map(({ name, ready, memory }) => [name, `${Math.round(ready)} ms`, mib(memory)]))])
  ].join('\n\n')
}

function compared (rows: readonly Row[]): string {
  return table(
    ['', 'log', 'requests/s', 'ratio', 'p50 ms', 'p99 ms', 'CPU µs/request', 'ratio', 'peak memory'],
    rows.map(({ contestant: { name, logs, without }, workload, median, peakMemory }) => {
      const base = find(rows, { name: HTTP_PROXY, workload: workload.name, logs })
      return [
        without === null ? name : `${name}, without ${without}`,
        logs ? 'info' : 'none',
        String(Math.round(median.requestsPerSecond)),
        base === null ? '' : (median.requestsPerSecond / base.requestsPerSecond).toFixed(2),
        median.p50.toFixed(2),
        median.p99.toFixed(2),
        String(Math.round(median.cpu)),
        base === null ? '' : (median.cpu / base.cpu).toFixed(2),
        mib(peakMemory)
      ]
    })
  )
}

function carried (all: readonly BodyFigures[]): string {
  return table(['', 'direction', 'MiB/s', 'ratio', 'CPU ms/GiB', 'growth of peak memory'], all.map(({ contestant, direction, speed, cpu, growth }) => {
    const base = all.find((one) => one.contestant.name === HTTP_PROXY && one.direction === direction)
    return [contestant.name, direction, String(Math.round(speed)), base === undefined ? '' : (speed / base.speed).toFixed(2), String(Math.round(cpu * 1.024)), mib(growth)]
  }))
}

export function table (head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export function mib (bytes: number): string { return `${Math.round(bytes / MIB)} MiB` }
