/** The other side of everybody: ROLLER and Nango, on the core of the load. */
import { freePort, LOAD_CORE, start, type Running } from '../processes.ts'
import { upstream } from './nginx.ts'

export interface OtherSide {
  /** ROLLER; and under /proxy, with the rest of its API, Nango without delay. */
  readonly rollerUrl: string
  /** Nango with the delay of a real server. */
  readonly nangoUrl: string
  /** Takes and gives bodies of any size: /up, /down/<bytes>. */
  readonly bodiesUrl: string
  /** How many requests ROLLER has seen. */
  calls (): Promise<number>
  stop (): Promise<void>
}

export async function startOtherSide (folder: string): Promise<OtherSide> {
  const [rollerPort, nangoPort, bodiesPort] = [await freePort(), await freePort(), await freePort()]
  const [rollerUrl, nangoUrl, bodiesUrl] = [rollerPort, nangoPort, bodiesPort].map((port) => `http://127.0.0.1:${port}`) as [string, string, string]
  const server = (name: string, port: number): Promise<Running> => start(LOAD_CORE, {
    file: process.execPath,
    args: [new URL(name, import.meta.url).pathname],
    env: { PORT: String(port), ROLLER_URL: rollerUrl }
  }, port)
  const all = [
    await start(LOAD_CORE, upstream(folder, rollerPort, nangoUrl), rollerPort),
    await server('nango.js', nangoPort),
    await server('bodies.js', bodiesPort)
  ]
  return {
    rollerUrl,
    nangoUrl,
    bodiesUrl,
    async calls () {
      const text = await (await fetch(`${rollerUrl}/calls`)).text()
      // "server accepts handled requests", and the three counts in the next line
      return Number(/requests\s+\d+ \d+ (\d+)/.exec(text)?.[1])
    },
    async stop () { await Promise.all(all.map((one) => one.stop())) }
  }
}
