/** ROLLER and Nango, on the core of the load generator. */
import { fileURLToPath } from 'node:url'
import { LOAD_CORE, start, type Running } from '../processes.ts'
import { freePort } from '../../test/support/free-port.ts'
import { upstream } from './nginx.ts'

export interface OtherSide {
  /** ROLLER; under /proxy Nango, with the rest of its API. */
  readonly rollerUrl: string
  /** The simulated Nango, with the credentials of each venue. */
  readonly nangoUrl: string
  /** ROLLER for bodies of any size: /up, /down/<bytes>. */
  readonly bodiesUrl: string
  /** Number of requests that ROLLER received. */
  calls (): Promise<number>
}

export async function startOtherSide (folder: string): Promise<OtherSide> {
  const ports = [await freePort(), await freePort(), await freePort()] as const
  const [rollerUrl = '', nangoUrl = '', bodiesUrl = ''] = ports.map((port) => `http://127.0.0.1:${port}`)
  const server = (name: string, port: number): Promise<Running> => start(LOAD_CORE, {
    file: process.execPath,
    args: [fileURLToPath(new URL(name, import.meta.url))],
    env: { PORT: String(port), ROLLER_URL: rollerUrl }
  }, port)
  await start(LOAD_CORE, upstream(folder, ports[0], nangoUrl), ports[0])
  await server('nango.js', ports[1])
  await server('large-bodies.js', ports[2])
  return {
    rollerUrl,
    nangoUrl,
    bodiesUrl,
    async calls () {
      const text = await (await fetch(`${rollerUrl}/calls`)).text()
      // "server accepts handled requests", and the three counts in the next line
      return Number(/requests\s+\d+ \d+ (\d+)/.exec(text)?.[1])
    }
  }
}
