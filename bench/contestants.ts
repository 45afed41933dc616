/** The servers under comparison: the service and the plugin as users start them, and the alternatives to them. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from './processes.ts'
import type { OtherSide } from './servers/other-side.ts'
import { API_KEY, NANGO_KEY } from './workloads.ts'

export interface Contestant {
  readonly name: string
  /** Servers that log are compared only with each other. */
  readonly logs: boolean
  readonly command: (port: number, other: Pick<OtherSide, 'rollerUrl' | 'nangoUrl'>) => Command
}

export type TransportName = 'nango' | 'direct'

export const SERVICE = 'roller-sidecar, direct'
export const PLUGIN = 'fastify-roller in an app'
export const HTTP_PROXY = '@fastify/http-proxy'
export const FASTIFY = 'Fastify alone'

export const file = (path: string): string => fileURLToPath(import.meta.resolve(`#root/${path}`))

/** The image has one too. */
const NODE_COMPILE_CACHE = join(tmpdir(), 'fastify-roller-bench-compile-cache')

export interface ServiceOptions {
  readonly logs: boolean
  /** The main file. Default: the image's, of this build. */
  readonly main?: string | undefined
  /** Flags of Node.js. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** The service with ROLLER's rate limits, metrics, validation and an API key. */
export function service (transport: TransportName, options: ServiceOptions): Contestant {
  const { logs, main = file('service/dist-image/app.mjs'), flags = [], env } = options
  return {
    name: `roller-sidecar, ${transport}`,
    logs,
    command: (port, { rollerUrl, nangoUrl }) => ({
      file: process.execPath,
      args: [...flags, main],
      env: {
        NODE_ENV: 'production',
        NODE_COMPILE_CACHE, // from Node.js 22.1
        PORT: String(port),
        API_KEYS: API_KEY,
        NANGO_SECRET_KEY: NANGO_KEY,
        NANGO_HOST: transport === 'nango' ? rollerUrl : nangoUrl,
        ROLLER_TRANSPORT: transport,
        ROLLER_BASE_URL: rollerUrl,
        LOG_LEVEL: logs ? 'info' : 'silent',
        ...env
      }
    })
  }
}

/** A script in `peers/`. */
export function peer (name: string, script: string, logs: boolean): Contestant {
  return {
    name,
    logs,
    command: (port, { rollerUrl, nangoUrl }) => ({
      file: process.execPath,
      args: [file(`bench/peers/${script}.js`)],
      env: { PORT: String(port), ROLLER_URL: rollerUrl, NANGO_URL: nangoUrl, NANGO_KEY, LOG: String(logs) }
    })
  }
}

export const httpProxy = (logs: boolean): Contestant => peer(HTTP_PROXY, 'http-proxy', logs)

/** The flags of `npm start` and of the image. */
const FLAGS = ['--no-allocation-site-pretenuring']

export function contestants (main?: string): Contestant[] {
  return [false, true].flatMap((logs) => [
    service('direct', { logs, main, flags: FLAGS }),
    service('nango', { logs, main, flags: FLAGS }),
    peer(PLUGIN, 'plugin', logs),
    httpProxy(logs),
    peer('handler with nango.proxy()', 'nango-proxy', logs)
  ])
}
