import type { Agent } from 'undici'
import type { Store } from './store.ts'

export interface SimulatedIntegration {
  /** The integration key, what Nango calls provider_config_key. */
  uniqueKey: string
  /** The provider template, `roller`, or another beginning with `roller` for a second environment. */
  provider: string
  /** Where this one's base_url and token_url point, for a Playground beside the live one. */
  rollerUrl?: string
}

/** What a test or the sandbox may turn while the simulator runs. */
export interface NangoSettings {
  secretKey: string
  rollerUrl: string
  integrations: SimulatedIntegration[]
  /** Null is full access. */
  scopes: string[] | null
  /** Calls a minute for the whole account; 0 is no limit. */
  rateLimit: number
  /** False: Nango forces a buffered 2xx to 200. True: the servers that carry the fix of its issue #7408. */
  preserveStatus: boolean
  /** False: a buffered success keeps four headers. True: Nango Cloud, and servers since September 2026. */
  forwardAllHeaders: boolean
  /** Milliseconds before a proxied call is forwarded. */
  proxyDelay: number
  /** Milliseconds that the check of a connection's credentials takes; 0 is a turn of the event loop. */
  credentialCheckTime: number
  /** Milliseconds during which a new connection is missing from the list, which Nango reads from a replica. */
  replicaLag: number
  /** The first wait of Nango's own retries, of proxied calls and of webhooks; it doubles. */
  retryBaseMs: number
  webhookUrl: string | null
  webhookSigningKey: string | null
  /** `on_auth_creation` of the environment. An override has no such switch. */
  webhookOnCreation: boolean
  /** `on_auth_refresh_error` of the environment. */
  webhookOnRefreshError: boolean
  /** Newer servers announce that a refresh succeeded again; older ones do not. */
  webhookOnRecovery: boolean
  /** Newer servers announce a deletion; older ones do not. */
  webhookOnDeletion: boolean
  /** Nango's Postgres is away: no key and no session can be looked up. */
  postgresDown: boolean
  /** Nango's Redis is away: the check of the credentials waits for its lock, and no token can be refreshed. */
  redisDown: boolean
  /** Nango's outbound policy denies the address of the token URL. */
  tokenUrlDenied: boolean
}

export interface Context {
  readonly settings: NangoSettings
  readonly store: Store
  /** The account's fixed window of the rate limit. */
  readonly window: { startedAt: number, count: number }
  readonly agent: Agent
  readonly connectUiUrl: string
  now (): number
  sleep (ms: number): Promise<void>
  log (line: string): void
}

export const findIntegration = (ctx: Context, uniqueKey: string): SimulatedIntegration | undefined =>
  ctx.settings.integrations.find((integration) => integration.uniqueKey === uniqueKey)

/** What the provider template calls base_url; its token_url is the same with `/token`. */
export const baseUrlOf = (ctx: Context, integration: SimulatedIntegration): string =>
  (integration.rollerUrl ?? ctx.settings.rollerUrl).replace(/\/+$/, '')

/** The auth mode of a roller template is OAUTH2_CC; no other template is simulated. */
export const isRoller = (integration: SimulatedIntegration): boolean => integration.provider.startsWith('roller')
