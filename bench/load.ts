/** The load: wrk, so light that nginx too can be measured with half a core left. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { LOAD_CORE } from './processes.ts'
import { API_KEY, BASE, VENUES, type Workload } from './workloads.ts'

export interface Load {
  readonly requests: number
  readonly seconds: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

const SCRIPT = fileURLToPath(new URL(import.meta.resolve('#root/bench/load.lua')))
const run = promisify(execFile)
/** Calls so far: each run begins with the venue after the last one's. */
let sent = 0

/**
 * @param seconds a whole number: wrk takes no other
 * @param venues over how many connections the calls go round
 */
export async function load (
  url: string, workload: Workload, headers: Readonly<Record<string, string>>, seconds: number, folder: string, venues = VENUES
): Promise<Load> {
  const { connections, method, path, body } = workload
  const given = { Authorization: `Bearer ${API_KEY}`, Accept: 'application/json', ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers }
  const file = body === undefined ? '-' : join(folder, 'body')
  if (body !== undefined) writeFileSync(file, body)
  const { stdout } = await run('taskset', [
    '-c', String(LOAD_CORE), 'wrk', '-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s', '-s', SCRIPT, url, '--',
    String(venues), String(sent % venues), method, BASE + path, file, ...Object.entries(given).flat()
  ])
  const line = stdout.trimEnd().split('\n').at(-1) ?? ''
  const figures = JSON.parse(line) as Load & { failed: number } // as load.lua writes it
  sent += figures.requests
  if (figures.failed > 0) throw new Error(`${figures.failed} of ${figures.requests} calls failed: ${workload.name}`)
  return figures
}
