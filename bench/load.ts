/** The load generator: wrk, which uses so little of its core that the server under test is the bottleneck. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { file } from './contestants.ts'
import { LOAD_CORE } from './processes.ts'
import { API_KEY, BASE, VENUES, type Workload } from './workloads.ts'

export interface Load {
  readonly requests: number
  readonly seconds: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

const run = promisify(execFile)
/** Calls so far: each run continues with the venue after the last one's. */
let sent = 0

/** @param seconds a whole number, required by wrk */
export async function load (
  url: string, { name, connections, method, path, body }: Workload, seconds: number, folder: string
): Promise<Load> {
  const headers = ['Authorization', `Bearer ${API_KEY}`, 'Accept', 'application/json']
  if (body !== undefined) headers.push('Content-Type', 'application/json')
  const bodyFile = body === undefined ? '-' : join(folder, 'body')
  if (body !== undefined) writeFileSync(bodyFile, body)
  const { stdout } = await run('taskset', [
    '-c', String(LOAD_CORE), 'wrk', '-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s',
    '-s', file('bench/load.lua'), url, '--', String(VENUES), String(sent % VENUES), method, BASE + path, bodyFile, ...headers
  ])
  const figures = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Load & { failed: number } // the format of load.lua
  sent += figures.requests
  if (figures.failed > 0) throw new Error(`${figures.failed} of ${figures.requests} calls failed: ${name}`)
  return figures
}
