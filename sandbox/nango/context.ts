import type { Dispatcher } from 'undici'
import type { Store } from './store.ts'

export interface SimulatedIntegration {
  /** The integration key, Nango's provider_config_key. */
  uniqueKey: string
  /** The provider template: `roller`, or another that begins with `roller` for a second environment. */
  provider: string
  /** base_url and token_url of this one, for a Playground beside the live environment. */
  rollerUrl?: string
}

/** Options of the simulated Nango; tests may change them at any time with `setOptions`. */
export interface NangoSettings {
  /** The environment's API key, a UUID v4. */
  secretKey: string
  /** base_url and token_url of the provider template, in place of https://api.roller.app. */
  rollerUrl: string
  /** @default one, `roller` of the provider `roller` */
  integrations?: SimulatedIntegration[]
  /** The scopes of the API key, such as `environment:connections:read`. @default null, full access */
  scopes?: string[] | null
  /** Calls a minute for the whole account, of its API keys and of its sessions each. @default 0, no limit */
  rateLimit?: number
  /** @default false: a buffered 2xx becomes 200. True: servers with the fix of Nango's issue #7408 */
  preserveStatus?: boolean
  /** @default false: a buffered success keeps four headers. True: Nango Cloud, and servers since September 2026 */
  forwardAllHeaders?: boolean
  /** Milliseconds before a proxied call is forwarded. @default 0 */
  proxyDelay?: number
  /** Milliseconds of the check of a connection's credentials, which a forced refresh joins. @default 0, one turn of the event loop */
  credentialCheckTime?: number
  /** Milliseconds until a new connection appears in the list, which Nango reads from a replica. @default 0 */
  replicaLag?: number
  /** Milliseconds before Nango's first retry, of proxied calls and of webhooks; it doubles. @default 3000 */
  retryBaseMs?: number
  /** If only the URL is set, only overrides are sent, as in the environments that a server creates itself. @default null, no webhooks */
  webhookUrl?: string | null
  /** @default null: the secret key, as in environments created before April 2026 */
  webhookSigningKey?: string | null
  /** `on_auth_creation` of the environment. An override has no such switch. @default false */
  webhookOnCreation?: boolean
  /** `on_auth_refresh_error` of the environment. @default false */
  webhookOnRefreshError?: boolean
  /** Newer servers report a successful refresh after failures. @default false */
  webhookOnRecovery?: boolean
  /** Newer servers report a deletion. @default false */
  webhookOnDeletion?: boolean
  /** Nango's Postgres is down: no key and no session can be looked up. @default false */
  postgresDown?: boolean
  /** Nango's Redis is down: the check of the credentials waits for its lock, and no token can be refreshed. @default false */
  redisDown?: boolean
  /** Nango's outbound policy denies the address of the token URL. @default false */
  tokenUrlDenied?: boolean
}

export const RETRY_BASE_MS = 3000

export interface Context {
  readonly settings: NangoSettings & { integrations: SimulatedIntegration[] }
  readonly store: Store
  /** The account's fixed windows of the rate limit. */
  readonly windows: Record<'key' | 'session', { startedAt: number, count: number }>
  readonly dispatcher: Dispatcher
  readonly connectUiUrl: string
  now (): number
  sleep (ms: number): Promise<void>
  log (line: string): void
}

export const findIntegration = (ctx: Context, uniqueKey: string): SimulatedIntegration | undefined =>
  ctx.settings.integrations.find((integration) => integration.uniqueKey === uniqueKey)

/** The provider template's base_url; its token_url is the same with `/token`. */
export const baseUrlOf = (ctx: Context, integration: SimulatedIntegration): string =>
  (integration.rollerUrl ?? ctx.settings.rollerUrl).replace(/\/+$/, '')

/** The auth mode of a roller template is OAUTH2_CC; no other template is simulated. */
export const isRoller = (integration: SimulatedIntegration): boolean => integration.provider.startsWith('roller')
