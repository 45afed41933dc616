import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Agent } from 'undici'
import { UUID_V4 } from './nango/auth.ts'
import { createConnectUi } from './nango/connect-ui.ts'
import { findIntegration } from './nango/context.ts'
import type { Context, NangoSettings, SimulatedIntegration } from './nango/context.ts'
import { NangoError, crash } from './nango/errors.ts'
import { FaultBox, inflict } from './nango/faults.ts'
import type { Faults } from './nango/faults.ts'
import { dress, readCall, send } from './nango/http.ts'
import { route } from './nango/router.ts'
import { Store } from './nango/store.ts'
import type { SimulatedConnection } from './nango/store.ts'

export type { Fault, Faults } from './nango/faults.ts'
export type { NangoSettings, SimulatedIntegration } from './nango/context.ts'
export type { SimulatedConnection } from './nango/store.ts'

export interface NangoSimulatorOptions {
  /** @default '127.0.0.1' */
  host?: string
  /** @default 0, any free port */
  port?: number
  /** The port of the Connect UI page. @default 0, any free port */
  connectUiPort?: number
  /** The one environment API key; a UUID v4. */
  secretKey: string
  /** Where the provider template's base_url and token_url point, in place of https://api.roller.app. */
  rollerUrl: string
  /** @default one, `roller` of the provider `roller` */
  integrations?: SimulatedIntegration[]
  /** Default: full access. `environment:connections:*` works too. */
  scopes?: string[]
  /** The clock, in milliseconds. */
  now?: () => number
  /** The waits between Nango's own retries; a test gives one that does not wait. */
  sleep?: (ms: number) => Promise<void>
  /** Calls a minute for the whole account. @default 0, no limit */
  rateLimit?: number
  /** @default false: a buffered 2xx becomes 200 */
  preserveStatus?: boolean
  /** @default false: a buffered success keeps content-type, x-request-id, x-correlation-id and mcp-session-id */
  forwardAllHeaders?: boolean
  /** Milliseconds before a proxied call is forwarded. @default 0 */
  proxyDelay?: number
  /** Milliseconds that the check of a connection's credentials takes, which a forced refresh joins. @default 0, a turn of the event loop */
  credentialCheckTime?: number
  /** Milliseconds before a new connection shows up in the list. @default 0 */
  replicaLag?: number
  /** @default 3000, doubling */
  retryBaseMs?: number
  /** With the URL alone only overrides are sent, as in the environments that a server has from the start. */
  webhookUrl?: string
  /** @default the secret key, as in environments of before April 2026 */
  webhookSigningKey?: string
  /** @default false */
  webhookOnCreation?: boolean
  /** @default false */
  webhookOnRefreshError?: boolean
  /** @default false; newer servers can send it */
  webhookOnRecovery?: boolean
  /** @default false; newer servers can send it */
  webhookOnDeletion?: boolean
  /** Gets one line a request: method, path without query, status. Never a header, a body or a token. */
  log?: (line: string) => void
}

export interface ReceivedRequest { method: string, url: string, headers: IncomingHttpHeaders, body: Buffer }

export interface NewConnection {
  connectionId: string
  /** @default the first integration */
  integrationId?: string
  clientId: string
  clientSecret: string
  tags?: Record<string, string>
  metadata?: Record<string, unknown>
  connectionConfig?: Record<string, unknown>
}

export interface NangoSimulator {
  readonly url: string
  /** An origin of its own; the path ends in a slash. */
  readonly connectUiUrl: string
  /** The last 10,000 requests, with the URL as it came. */
  readonly requests: ReceivedRequest[]
  /** For assertions; the credentials are in them. */
  readonly connections: readonly SimulatedConnection[]
  readonly faults: Faults
  /** Makes a connection that mints its token at the first use. Sends no webhook. */
  addConnection (connection: NewConnection): void
  setOptions (options: Partial<NangoSettings>): void
  close (): Promise<void>
}

/** Every webhook that a server of 2026 can send. */
export const ALL_WEBHOOKS = {
  webhookOnCreation: true, webhookOnRefreshError: true, webhookOnRecovery: true, webhookOnDeletion: true
} as const satisfies Partial<NangoSettings>

const KEPT_REQUESTS = 10_000
const KEEP_ALIVE_MS = 61_000

/** A Nango server in this process, quirks included: the sandbox's default and the test fixture. */
export async function startNangoSimulator (options: NangoSimulatorOptions): Promise<NangoSimulator> {
  if (!UUID_V4.test(options.secretKey)) throw new TypeError('secretKey must be a UUID v4: Nango answers 401 to anything else')
  const host = options.host ?? '127.0.0.1'
  const connectUi = createConnectUi()
  const connectUiUrl = await listen(connectUi, host, options.connectUiPort ?? 0)
  const settings = settingsOf(options)
  const store = new Store()
  const faults = new FaultBox()
  const requests: ReceivedRequest[] = []
  const ctx: Context = {
    settings,
    store,
    window: { startedAt: 0, count: 0 },
    // Nango's proxy has no timeout of its own.
    agent: new Agent({ headersTimeout: 0, bodyTimeout: 0 }),
    connectUiUrl: `${connectUiUrl}/`,
    now: options.now ?? Date.now,
    sleep: options.sleep ?? ((ms) => wait(ms, undefined, { ref: false })),
    log: options.log ?? (() => {})
  }

  async function serve (req: IncomingMessage, res: ServerResponse): Promise<void> {
    const call = await readCall(req, res)
    requests.push({ method: call.method, url: call.url, headers: call.headers, body: call.body })
    if (requests.length > KEPT_REQUESTS) requests.shift()
    res.once('close', () => ctx.log(`nango simulator: ${call.method} ${call.pathname} ${res.statusCode}`))
    dress(res)
    const fault = faults.take(call.url)
    if (fault !== undefined && await inflict(fault, call)) return
    try {
      await route(ctx, call)
    } catch (error) {
      if (!(error instanceof NangoError)) ctx.log(`nango simulator: ${error instanceof Error ? error.stack : String(error)}`)
      const known = error instanceof NangoError ? error : crash()
      send(call, { status: known.status, json: known.body, headers: known.headers })
    }
  }

  const server = createServer((req, res) => {
    // A caller that leaves in the middle of its request is nobody's error.
    serve(req, res).catch(() => res.destroy())
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const url = await listen(server, host, options.port ?? 0).catch(async (error: unknown) => {
    await stop(connectUi)
    throw error
  })

  return {
    url,
    connectUiUrl: ctx.connectUiUrl,
    requests,
    faults,
    get connections () { return store.connections },
    addConnection ({ integrationId = settings.integrations[0]?.uniqueKey ?? 'roller', ...connection }) {
      const integration = findIntegration(ctx, integrationId)
      if (integration === undefined) throw new TypeError(`no integration is called ${integrationId}`)
      // The token of before belongs to other credentials.
      store.upsert({ integrationId, provider: integration.provider, token: '', expiresAt: 0, ...connection }, ctx.now())
    },
    setOptions (changed) {
      Object.assign(settings, changed)
    },
    async close () {
      await Promise.all([stop(server), stop(connectUi), ctx.agent.destroy()])
    }
  }
}

function settingsOf (options: NangoSimulatorOptions): NangoSettings {
  return {
    secretKey: options.secretKey,
    rollerUrl: options.rollerUrl,
    integrations: options.integrations ?? [{ uniqueKey: 'roller', provider: 'roller' }],
    scopes: options.scopes ?? null,
    rateLimit: options.rateLimit ?? 0,
    preserveStatus: options.preserveStatus ?? false,
    forwardAllHeaders: options.forwardAllHeaders ?? false,
    proxyDelay: options.proxyDelay ?? 0,
    credentialCheckTime: options.credentialCheckTime ?? 0,
    replicaLag: options.replicaLag ?? 0,
    retryBaseMs: options.retryBaseMs ?? 3000,
    webhookUrl: options.webhookUrl ?? null,
    webhookSigningKey: options.webhookSigningKey ?? null,
    webhookOnCreation: options.webhookOnCreation ?? false,
    webhookOnRefreshError: options.webhookOnRefreshError ?? false,
    webhookOnRecovery: options.webhookOnRecovery ?? false,
    webhookOnDeletion: options.webhookOnDeletion ?? false,
    postgresDown: false,
    redisDown: false,
    tokenUrlDenied: false
  }
}

async function listen (server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { address, family, port: bound } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`
}

async function stop (server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => { server.close(() => resolve()) })
  server.closeAllConnections()
  await closed
}
