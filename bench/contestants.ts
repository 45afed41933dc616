/** Who is measured: the service as users start it, the same with one feature off, and what they could use in its place. */
import { fileURLToPath } from 'node:url'
import type { RollerOptions } from 'fastify-roller'
import type { Command } from './processes.ts'
import { reverseProxy } from './servers/nginx.ts'
import type { OtherSide } from './servers/other-side.ts'
import { ROOT } from './variant.ts'
import { API_KEY, NANGO_KEY } from './workloads.ts'

export interface Contestant {
  readonly name: string
  /** Those that log are compared with those that log. */
  readonly logs: boolean
  /** Null: everything is on. */
  readonly without: string | null
  /** What its callers send beside the rest. */
  readonly headers: Readonly<Record<string, string>>
  readonly command: (port: number, other: OtherSide, folder: string) => Command
}

export const HTTP_PROXY = '@fastify/http-proxy'
export const NANGO_PROXY = 'handler with nango.proxy()'
export const BARE = 'node:http + undici'
export const NGINX = 'nginx'

const here = (name: string): string => fileURLToPath(import.meta.resolve(`#root/bench/${name}`))
const onOff = (on: boolean): string => on ? 'on' : 'off'

export type TransportName = 'nango' | 'direct'

export const nameOf = (transport: TransportName): string => `fastify-roller, ${transport}`

interface Variant {
  readonly logs: boolean
  readonly without?: string
  readonly env?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Modules in `without/` that take something out of the built code. */
  readonly preload?: readonly string[]
  /** Of Node.js. */
  readonly flags?: readonly string[]
}

/** `node service/dist/main.js`, with its own budgets (ROLLER's), metrics, validation and a caller's key. */
function service (transport: TransportName, { logs, without, env = {}, headers = {}, preload = [], flags = [] }: Variant): Contestant {
  return {
    name: nameOf(transport),
    logs,
    without: without ?? null,
    headers,
    command: (port, other) => ({
      file: process.execPath,
      args: [...flags, ...preload.flatMap((name) => ['--import', here(`without/${name}.js`)]), here('../service/dist/main.js')],
      env: {
        PORT: String(port),
        ...(env.AUTH === undefined && { API_KEYS: API_KEY }),
        NANGO_SECRET_KEY: NANGO_KEY,
        NANGO_HOST: transport === 'nango' ? other.rollerUrl : other.nangoUrl,
        ROLLER_TRANSPORT: transport,
        ROLLER_BASE_URL: other.rollerUrl,
        LOG_LEVEL: logs ? 'info' : 'silent',
        ...env
      }
    })
  }
}

/** The service whose Nango takes its time. */
export function behindRealNango (transport: TransportName): Contestant {
  const contestant = service(transport, { logs: true })
  return {
    ...contestant,
    command: (port, other, folder) => {
      const { env, ...command } = contestant.command(port, other, folder)
      return { ...command, env: { ...env, NANGO_HOST: other.nangoUrl } }
    }
  }
}

const peer = (name: string, script: string, logs: boolean): Contestant => ({
  name,
  logs,
  without: null,
  headers: {},
  command: (port, { rollerUrl }) => ({
    file: process.execPath,
    args: [here(`peers/${script}.js`)],
    env: { PORT: String(port), UPSTREAM: rollerUrl, NANGO_HOST: rollerUrl, NANGO_KEY, LOG: onOff(logs) }
  })
})

export const contestants: readonly Contestant[] = [false, true].flatMap((logs) => [
  service('direct', { logs }),
  service('nango', { logs }),
  peer(HTTP_PROXY, 'http-proxy', logs),
  peer(NANGO_PROXY, 'nango-proxy', logs),
  peer(BARE, 'bare', logs),
  {
    name: NGINX, logs, without: null, headers: {}, command: (port, { rollerUrl }, folder) => reverseProxy(folder, port, rollerUrl, logs)
  }
])

const UNVALIDATED = { 'Roller-Validation': 'false' }
/** A caller who wants nothing kept of its call does not share it either. */
export const UNSHARED = { 'Cache-Control': 'no-store' }
const ANYBODY = { AUTH: 'none' }

export const featuresOff: readonly Contestant[] = [
  service('direct', { logs: true, without: 'the caller\'s key', env: ANYBODY }),
  service('direct', { logs: true, without: 'validation', headers: UNVALIDATED }),
  service('direct', { logs: true, without: 'the sharing of equal calls', headers: UNSHARED }),
  service('direct', { logs: true, without: 'budgets', preload: ['budget'] }),
  service('direct', { logs: true, without: 'metrics', preload: ['metrics'] }),
  service('direct', { logs: true, without: 'V8\'s helper threads (--single-threaded-gc)', flags: ['--single-threaded-gc'] }),
  service('direct', {
    logs: false, without: 'all of these and the log', env: ANYBODY, headers: { ...UNVALIDATED, ...UNSHARED }, preload: ['budget', 'metrics']
  })
]

export type LargeBodyContestant = Pick<Contestant, 'name' | 'command'>

/** The plugin in an app, where callers need no key. */
export function pluginCommand (port: number, options: Omit<RollerOptions, 'authorize'>, { home = ROOT, redisPort }: { home?: string, redisPort?: number } = {}): Command {
  return {
    file: process.execPath,
    args: [here('plugin.js')],
    env: { PORT: String(port), HOME: home, OPTIONS: JSON.stringify(options), ...(redisPort !== undefined && { REDIS_PORT: String(redisPort) }) }
  }
}

/** Bodies larger than any of ROLLER's, for which the limit must be raised. */
export const largeBodies: readonly LargeBodyContestant[] = [
  ...(['direct', 'nango'] as const).map((transport): LargeBodyContestant => {
    const { name, command } = service(transport, { logs: false, env: { STREAM_LIMIT: String(2 ** 31) } })
    return { name, command: (port, other, folder) => command(port, { ...other, rollerUrl: other.bodiesUrl }, folder) }
  }),
  ...[[HTTP_PROXY, 'http-proxy'], [BARE, 'bare']].map(([name = '', script = '']): LargeBodyContestant => ({
    name,
    command: (port, { bodiesUrl }) => ({ file: process.execPath, args: [here(`peers/${script}.js`)], env: { PORT: String(port), UPSTREAM: bodiesUrl, LOG: 'off' } })
  })),
  { name: NGINX, command: (port, { bodiesUrl }, folder) => reverseProxy(folder, port, bodiesUrl, false) }
]
