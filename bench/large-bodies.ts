/** 1 GiB in each direction, transferred by curl: throughput and memory. */
import { execFile } from 'node:child_process'
import { closeSync, ftruncateSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { httpProxy, service, type Contestant } from './contestants.ts'
import { LOAD_CORE, PROXY_CORE, start } from './processes.ts'
import { freePort } from '../test/support/free-port.ts'
import { median } from './rounds.ts'
import type { OtherSide } from './servers/other-side.ts'
import { API_KEY, BASE, MIB, venue } from './workloads.ts'

export type Direction = 'down' | 'up'

export interface BodyFigures {
  readonly name: string
  readonly direction: Direction
  /** MiB/s. */
  readonly speed: number
  /** Processor time in milliseconds per GiB. */
  readonly cpu: number
  /** Growth of the memory peak in bytes. */
  readonly growth: number
}

const SIZE = 1024 * MIB
/** Memory that every process allocates once, for its first large body. */
const WARM_UP = 16 * MIB
const run = promisify(execFile)

export async function carry (
  main: string | undefined, direction: Direction, rounds: number, other: OtherSide, folder: string
): Promise<BodyFigures[]> {
  // These bodies exceed all of ROLLER's, so the limit is raised.
  const compared = [service('direct', { logs: false, main, env: { STREAM_LIMIT: String(2 * SIZE) } }), httpProxy(false)]
  const results: BodyFigures[] = []
  for (let round = 0; round < rounds; round++) {
    for (const contestant of compared) results.push(await measure(contestant, direction, other, folder))
  }
  return compared.map(({ name }) => {
    const all = results.filter((one) => one.name === name)
    return {
      name,
      direction,
      speed: median(all.map(({ speed }) => speed)),
      cpu: median(all.map(({ cpu }) => cpu)),
      growth: Math.max(...all.map(({ growth }) => growth))
    }
  })
}

/** A new process for each transfer: the memory peak of a process never decreases. */
async function measure ({ name, command }: Contestant, direction: Direction, other: OtherSide, folder: string): Promise<BodyFigures> {
  const port = await freePort()
  const process = await start(PROXY_CORE, command(port, { ...other, rollerUrl: other.bodiesUrl }), port)
  await transfer(port, direction, WARM_UP, folder)
  const [cpu, { peak }, startedAt] = [process.cpu(), process.memory(), performance.now()]
  await transfer(port, direction, SIZE, folder)
  const seconds = (performance.now() - startedAt) / 1000
  const growth = process.memory().peak - peak
  const figures = { name, direction, speed: SIZE / MIB / seconds, cpu: (process.cpu() - cpu) / 1000, growth }
  await process.stop()
  return figures
}

async function transfer (port: number, direction: Direction, size: number, folder: string): Promise<void> {
  const url = `http://127.0.0.1:${port}${BASE}`
  const how = direction === 'down'
    ? ['--output', '/dev/null', `${url}/down/${size}`]
    : [
        '--upload-file', sparse(join(folder, 'large'), size), '--request', 'POST', '--header', 'Content-Type: application/octet-stream',
        `${url}/up`
      ]
  const { stdout } = await run('taskset', [
    '-c', String(LOAD_CORE), 'curl', '--silent', '--header', 'Expect:', '--header', `Connection-Id: ${venue(1)}`,
    '--header', `Authorization: Bearer ${API_KEY}`, '--write-out', ' %{http_code} %{size_download}', ...how
  ])
  const right = direction === 'down' ? ` 200 ${size}` : `{"bytes":${size}} 200 `
  if (!stdout.startsWith(right)) throw new Error(`${size} bytes ${direction} failed: ${stdout.slice(0, 300)}`)
}

function sparse (path: string, size: number): string {
  const file = openSync(path, 'w')
  ftruncateSync(file, size)
  closeSync(file)
  return path
}
