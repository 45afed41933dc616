import { setTimeout as wait } from 'node:timers/promises'
import { Agent } from 'undici'
import { UUID_V4 } from './nango/auth.ts'
import { createConnectUi } from './nango/connect-ui.ts'
import { findIntegration, type Context, type NangoSettings } from './nango/context.ts'
import { FaultQueue, type Faults } from './fault-queue.ts'
import type { Fault } from './nango/faults.ts'
import { addRoutes } from './nango/routes.ts'
import { createServer, type ReceivedRequest } from './nango/server.ts'
import { Store, type SimulatedConnection } from './nango/store.ts'

export type { Fault } from './nango/faults.ts'
export type { NangoSettings } from './nango/context.ts'
export type { ReceivedRequest } from './nango/server.ts'
export type { SimulatedConnection } from './nango/store.ts'

export interface NangoSimulatorOptions extends NangoSettings {
  /** @default '127.0.0.1' */
  host?: string
  /** @default 0, any free port */
  port?: number
  /** The port of the Connect UI page. @default 0, any free port */
  connectUiPort?: number
  /** The clock, in milliseconds. */
  now?: () => number
  /** Delays between Nango's own retries; pass one that resolves at once in tests. */
  sleep?: (ms: number) => Promise<void>
  /** Receives a line for each internal failure and each webhook that was not delivered. */
  log?: (line: string) => void
}

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
  /** Base URL of the Connect UI; its own origin, with a trailing slash. */
  readonly connectUiUrl: string
  /** The last 10,000 requests, with the URL as received. */
  readonly requests: ReceivedRequest[]
  /** For assertions; includes the credentials. */
  readonly connections: readonly SimulatedConnection[]
  readonly faults: Faults<Fault>
  /** Creates a connection that requests its token on first use. Sends no webhook. */
  addConnection (connection: NewConnection): void
  /** Changes the options from now on. */
  setOptions (options: Partial<NangoSettings>): void
  close (): Promise<void>
}

/** All webhook kinds of a Nango server of 2026. */
export const ALL_WEBHOOKS = {
  webhookOnCreation: true, webhookOnRefreshError: true, webhookOnRecovery: true, webhookOnDeletion: true
} as const satisfies Partial<NangoSettings>

const KEPT_REQUESTS = 10_000
const unreferencedWait = (ms: number): Promise<void> => wait(ms, undefined, { ref: false })

/** A simulated Nango server in this process, quirks included: used by the sandbox and the tests. */
export async function startNangoSimulator (options: NangoSimulatorOptions): Promise<NangoSimulator> {
  const { host = '127.0.0.1', port = 0, connectUiPort = 0, now = Date.now, sleep = unreferencedWait, log = () => {}, ...given } = options
  if (!UUID_V4.test(given.secretKey)) throw new TypeError('secretKey must be a UUID v4: Nango answers 401 to anything else')
  const settings = { integrations: [{ uniqueKey: 'roller', provider: 'roller' }], ...given }
  const store = new Store()
  const faults = new FaultQueue<Fault>()
  const requests: ReceivedRequest[] = []
  const connectUi = createConnectUi()
  const connectUiUrl = `${await connectUi.listen({ host, port: connectUiPort })}/`
  // Nango's proxy has no timeout of its own.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 })
  const ctx: Context = {
    settings,
    store,
    windows: { key: { startedAt: 0, count: 0 }, session: { startedAt: 0, count: 0 } },
    dispatcher: agent,
    connectUiUrl,
    now,
    sleep,
    log
  }
  const app = createServer(ctx, faults, (request) => {
    requests.push(request)
    if (requests.length > KEPT_REQUESTS) requests.shift()
  })
  addRoutes(app, ctx)
  const close = async (): Promise<void> => { await Promise.all([app.close(), connectUi.close(), agent.destroy()]) }
  const url = await app.listen({ host, port }).catch(async (error: unknown) => {
    await close()
    throw error
  })
  return {
    url,
    connectUiUrl,
    requests,
    faults,
    get connections () { return store.connections },
    addConnection ({ integrationId = settings.integrations[0]?.uniqueKey ?? 'roller', ...connection }) {
      const integration = findIntegration(ctx, integrationId)
      if (integration === undefined) throw new TypeError(`no integration is called ${integrationId}`)
      // The old token belongs to the replaced credentials.
      store.upsert({ integrationId, provider: integration.provider, token: '', expiresAt: 0, ...connection }, now())
    },
    setOptions (changed) { Object.assign(settings, changed) },
    close
  }
}
