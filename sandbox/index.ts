/** The sandbox: a simulated Nango in front of a simulated ROLLER, with one connected venue. Nothing in the plugin knows of it. */
import { randomUUID } from 'node:crypto'
import { startNangoSimulator, type NangoSimulator, type NangoSimulatorOptions } from './nango.ts'
import { startRollerSimulator, type RollerSimulator, type RollerSimulatorOptions, type VenueState } from './roller.ts'

export { ManualClock } from './manual-clock.ts'
export { ALL_WEBHOOKS, startNangoSimulator } from './nango.ts'
export type {
  Fault as NangoFault, NangoSettings, NangoSimulator, NangoSimulatorOptions, ReceivedRequest, SimulatedConnection
} from './nango.ts'
export { startRollerSimulator } from './roller.ts'
export type { Attempt, Fault as RollerFault, RecordedRequest, RollerSimulator, RollerSimulatorOptions, VenueState } from './roller.ts'

/** The connection that every sandbox starts with. */
export const DEMO_CONNECTION_ID = 'demo-venue'

export interface SandboxOptions {
  /** Where all of it listens. @default '127.0.0.1' */
  host?: string
  /** The port of the simulated Nango. @default 0, any free port */
  port?: number
  /** The port of the Connect UI page. @default 0, any free port */
  connectUiPort?: number
  /** The port of the simulated ROLLER. @default 0, any free port */
  rollerPort?: number
  /** The clock of both simulators. With one, webhooks of ROLLER are sent by `roller.deliverDue()` alone. @default the system's */
  clock?: { now: () => number }
  /** The waits between retries of the simulated Nango; a test passes one that does not wait. */
  sleep?: (ms: number) => Promise<void>
  /** Makes the venues' data: the same seed and clock give the same venues. @default 1 */
  seed?: number
  /** ROLLER's rate limits, or 'off'. @default 600 calls a minute, 120 for reports, 60 s of cooling-off */
  limits?: RollerSimulatorOptions['limits']
  /** Nango's API key, a UUID v4. @default a random one */
  secretKey?: string
  /** Signs the webhooks of Nango. @default a random one */
  webhookSigningKey?: string
  /** Further options of the simulated Nango: its quirks, delays and scopes. */
  nango?: Partial<NangoSimulatorOptions>
  /** Further options of the simulated ROLLER. */
  roller?: RollerSimulatorOptions
}

export interface VenueToConnect {
  /** @default a UUID, as Nango gives */
  connectionId?: string
  /** Each Client ID is a venue of its own. Beginning with `noaccess`, ROLLER answers it with 403. @default the connection id */
  clientId?: string
  /** @default the first integration */
  integrationId?: string
  /** Such as the tenant that the venue is of: `{ organization_id: 'acme' }`. */
  tags?: Record<string, string>
  metadata?: Record<string, unknown>
}

export interface ConnectedVenue {
  readonly connectionId: string
  readonly clientId: string
  /** Its data at ROLLER. */
  readonly venue: VenueState
}

export interface Sandbox {
  /** The simulated Nango: `url`, `connectUiUrl`, `faults`, the `requests` it got, its `connections`. */
  readonly nango: NangoSimulator
  /** The simulated ROLLER: `url`, `faults`, the `requests` it got, `deliveries` of webhooks and `deliverDue()`. */
  readonly roller: RollerSimulator
  /** Nango's API key. */
  readonly secretKey: string
  /** What the webhooks of Nango are signed with. */
  readonly webhookSigningKey: string
  /** The demo venue, which is connected from the start with the tag `organization_id: 'demo'`. */
  readonly connectionId: string
  /** Connects one more venue, without a webhook. */
  connectVenue (venue?: VenueToConnect): ConnectedVenue
  /** From now on Nango sends its webhooks to `<url>/webhooks/nango`. The url is the app's, with the prefix of the plugin. */
  sendWebhooksTo (url: string): void
  /** Ends both simulators and every connection to them. */
  close (): Promise<void>
  /** The same: `await using sandbox = await startSandbox()`. */
  [Symbol.asyncDispose] (): Promise<void>
}

/** Starts the simulated Nango and ROLLER in this process: the test double for the tests of an app that uses fastify-roller. */
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
      nango.setOptions({ webhookUrl: `${url}/webhooks/nango`, webhookSigningKey, webhookOnCreation: true, webhookOnRefreshError: true })
    },
    close,
    [Symbol.asyncDispose]: close
  }
}
