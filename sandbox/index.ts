/** The sandbox: a simulated Nango in front of a simulated ROLLER, with one connected venue. The plugin does not depend on it. */
import { randomUUID } from 'node:crypto'
import { startNangoSimulator, type NangoSimulator, type NangoSimulatorOptions } from './nango.ts'
import { startRollerSimulator, type RollerSimulator, type RollerSimulatorOptions, type VenueState } from './roller.ts'

export type { Faults } from './fault-queue.ts'
export { ManualClock } from './manual-clock.ts'
export { ALL_WEBHOOKS, startNangoSimulator } from './nango.ts'
export type {
  Fault as NangoFault, NangoSettings, NangoSimulator, NangoSimulatorOptions, NewConnection, ReceivedRequest, SimulatedConnection
} from './nango.ts'
export type { SimulatedIntegration } from './nango/context.ts'
export { startRollerSimulator } from './roller.ts'
export type { Attempt, Fault as RollerFault, RecordedRequest, RollerSimulator, RollerSimulatorOptions, VenueState } from './roller.ts'
export type { PublishedFile } from './roller/files.ts'

/** Connection id of the demo venue. */
export const DEMO_CONNECTION_ID = 'demo-venue'

export interface SandboxOptions {
  /** Listen address of both simulators. @default '127.0.0.1' */
  host?: string
  /** The port of the simulated Nango. @default 0, any free port */
  port?: number
  /** The port of the Connect UI page. @default 0, any free port */
  connectUiPort?: number
  /** The port of the simulated ROLLER. @default 0, any free port */
  rollerPort?: number
  /** Clock of both simulators. If given, ROLLER's webhooks are sent only by `roller.deliverDue()`. @default the system's */
  clock?: { now: () => number }
  /** Delays between retries of the simulated Nango; pass one that resolves at once in tests. @default the real timer */
  sleep?: (ms: number) => Promise<void>
  /** Seed of the venues' data: the same seed and clock generate the same venues. @default 1 */
  seed?: number
  /** ROLLER's rate limits, or 'off'. @default 600 calls a minute, 120 for reports, 60 s of cooling-off */
  limits?: RollerSimulatorOptions['limits']
  /** Nango's secret key, a UUID v4. @default a random one */
  secretKey?: string
  /** Signing key of Nango's webhooks. @default a random one */
  webhookSigningKey?: string
  /** Further options of the simulated Nango: its quirks, delays and scopes. */
  nango?: Partial<NangoSimulatorOptions>
  /** Further options of the simulated ROLLER. */
  roller?: RollerSimulatorOptions
}

export interface VenueToConnect {
  /** @default a UUID, as in Nango */
  connectionId?: string
  /** Each Client ID has its own venue. ROLLER rejects a Client ID that begins with `noaccess` with 403. @default the connection id */
  clientId?: string
  /** @default the first integration */
  integrationId?: string
  /** Tags, such as the tenant of the venue: `{ organization_id: 'acme' }`. @default none */
  tags?: Record<string, string>
  metadata?: Record<string, unknown>
}

export interface ConnectedVenue {
  readonly connectionId: string
  readonly clientId: string
  /** The venue's data at ROLLER. */
  readonly venue: VenueState
}

export interface Sandbox {
  /** The simulated Nango: `url`, `connectUiUrl`, `faults`, the received `requests`, its `connections`. */
  readonly nango: NangoSimulator
  /** The simulated ROLLER: `url`, `faults`, the received `requests`, webhook `deliveries` and `deliverDue()`. */
  readonly roller: RollerSimulator
  /** Nango's secret key. */
  readonly secretKey: string
  /** Signing key of Nango's webhooks. */
  readonly webhookSigningKey: string
  /** The demo venue, connected at start with the tag `organization_id: 'demo'`. */
  readonly connectionId: string
  /** Connects another venue. Sends no webhook. */
  connectVenue (venue?: VenueToConnect): ConnectedVenue
  /** Sends Nango's webhooks to `<url>/webhooks/nango` from now on. `url` is the app's, including the prefix of the plugin. */
  sendWebhooksTo (url: string): void
  /** Stops both simulators and closes their connections. */
  close (): Promise<void>
  /** Same as `close`: `await using sandbox = await startSandbox()`. */
  [Symbol.asyncDispose] (): Promise<void>
}

/** Starts the simulated Nango and ROLLER in this process, as a test double for apps that use fastify-roller. */
export async function startSandbox (options: SandboxOptions = {}): Promise<Sandbox> {
  const { secretKey = randomUUID(), webhookSigningKey = randomUUID(), host = '127.0.0.1', clock, seed = 1, limits = {}, sleep } = options
  const { port = 0, connectUiPort = 0, rollerPort = 0 } = options
  const shared = { host, ...(clock && { now: () => clock.now() }) }
  const roller = await startRollerSimulator({ ...shared, port: rollerPort, seed, limits, ...options.roller })
  const nango = await startNangoSimulator({
    ...shared, port, connectUiPort, ...(sleep && { sleep }), ...options.nango, secretKey, rollerUrl: roller.url
  }).catch(async (error: unknown) => {
    await roller.close()
    throw error
  })

  function connectVenue ({ connectionId = randomUUID(), clientId = connectionId, ...rest }: VenueToConnect = {}): ConnectedVenue {
    nango.addConnection({ connectionId, clientId, clientSecret: randomUUID(), ...rest })
    return { connectionId, clientId, get venue () { return roller.venue(clientId) } }
  }
  connectVenue({ connectionId: DEMO_CONNECTION_ID, clientId: 'demo', tags: { organization_id: 'demo' } })

  async function close (): Promise<void> {
    await nango.close()
    await roller.close()
  }
  return {
    nango,
    roller,
    secretKey,
    webhookSigningKey,
    connectionId: DEMO_CONNECTION_ID,
    connectVenue,
    sendWebhooksTo (url) {
      const webhookUrl = `${url.replace(/\/+$/, '')}/webhooks/nango`
      nango.setOptions({ webhookUrl, webhookSigningKey, webhookOnCreation: true, webhookOnRefreshError: true })
    },
    close,
    [Symbol.asyncDispose]: close
  }
}
