/** The service's configuration: the environment, read once. All errors are reported together, by variable, without values. */
import { isPublicUrl, type ProxyOptions } from 'fastify-roller/internal'
import type { OperationName } from 'fastify-roller'
import type { JwtOptions } from '../auth/jwt.ts'
import { parseKeys } from '../auth/key-file.ts'
import type { KeyedCaller } from '../auth/keys.ts'
import { parseCache } from './cache.ts'
import {
  checkAddresses, checkAuthentication, checkConnectionId, checkHost, checkReplicas, checkSandbox, checkSecretKey, isLoopback
} from './checks.ts'
import type { Environment } from './environment.ts'
import { parseMcp, parseOperations } from './operations.ts'
import { parseProxy } from './proxy.ts'
import { readEnvironment } from './read-environment.ts'
import { listOfSome, parseJwt, parseOrigins, parseTrustProxy, type TrustProxy } from './values.ts'
import { parseWebhooks, type WebhookConfig } from './webhooks.ts'

export interface Config {
  /** Null: use the sandbox. */
  readonly nango: {
    readonly secretKey: string
    readonly host: string
    readonly integrationId: string
    readonly webhookSigningKeys: string[]
    readonly publicHost?: string
    readonly connectUrl?: string
  } | null
  /** False if Nango's address does not suit browsers. */
  readonly connectPage: boolean
  readonly environment: 'live' | 'playground'
  /** Milliseconds; 0 disables it. */
  readonly pollInterval: number
  readonly transport: 'nango' | 'direct'
  /** For the direct transport. Null: the environment's default host. */
  readonly rollerBaseUrl: string | null
  /** Null: the default host of the other environment. */
  readonly otherBaseUrl: string | null
  readonly connectionId: string | null
  readonly readOnly: boolean
  readonly operations: { readonly allow?: string[], readonly deny?: string[] }
  /** Null: no MCP endpoint. */
  readonly mcp: { readonly confirm: 'always' | 'never', readonly pinnedTools: readonly OperationName[] } | null
  /** Milliseconds by operation. */
  readonly cache: Readonly<Record<string, number>>
  /** Without these and `jwt`, calls need no authentication. */
  readonly keys: readonly KeyedCaller[]
  readonly jwt: JwtOptions | null
  /** Requests a minute for each caller; 0 disables the limit. */
  readonly rateLimit: number
  /** Milliseconds. */
  readonly keepAliveTimeout: number
  /** Bytes. Null: the plugin's default. */
  readonly streamLimit: number | null
  readonly corsOrigins: readonly string[]
  readonly webhooks: WebhookConfig
  readonly redisUrl: string | null
  /** Proxies of all outgoing HTTP traffic. */
  readonly proxy: ProxyOptions
  readonly onRedisDown: 'share' | 'reject'
  readonly replicas: number
  /** Milliseconds. */
  readonly maxWait: number
  /** Units a month of a venue; 0 is none. */
  readonly usageAllowance: number
  /** Null: unknown here. */
  readonly exportDir: string | null
  readonly host: string
  readonly port: number
  readonly logLevel: string
  readonly logConnectionIds: boolean
  readonly trustProxy: TrustProxy
  /** Null: no traces. */
  readonly tracesTo: string | null
  /** Milliseconds. */
  readonly shutdownDelay: number
  /** Milliseconds. */
  readonly shutdownGrace: number
  readonly production: boolean
  /** True when calls need no authentication because the host is loopback. */
  readonly loopbackOnly: boolean
}

/** The configuration, with a Nango. */
export type ConnectedConfig = Omit<Config, 'nango'> & { readonly nango: NonNullable<Config['nango']> }

export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor (faults: readonly string[]) {
    super(
      'The configuration has ' +
      `${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`
    )
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/** Seconds. With webhooks, polling only covers those that Nango did not deliver. */
const POLL_BESIDE_WEBHOOKS = 600
const POLL_ALONE = 60

/** ROLLER's hosts: each with the one of the other environment. */
const ROLLER_HOSTS = /^https:\/\/api\.(play\.)?roller\.app\/?$/i

/** @throws ConfigError with every error found */
export function readConfig (source: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = []
  const environment = readEnvironment(source, faults)
  const keysSource = (source.API_KEYS_FILE ?? '') === '' ? 'API_KEYS' : 'API_KEYS_FILE'
  const parsed = {
    keys: environment.API_KEYS === undefined ? [] : parseKeys(environment.API_KEYS, keysSource, faults),
    jwt: parseJwt(environment, faults),
    operations: parseOperations(environment, faults),
    mcp: parseMcp(environment, faults),
    cache: parseCache(environment.CACHE, faults),
    corsOrigins: parseOrigins(environment.CORS_ORIGINS, faults),
    trustProxy: parseTrustProxy(environment.TRUST_PROXY, faults),
    proxy: parseProxy(environment, faults),
    webhooks: parseWebhooks(environment, faults)
  }
  checkConnectionId(environment, parsed.keys, keysSource, faults)
  checkSecretKey(environment, faults)
  checkAddresses(environment, faults)
  const webhookSigningKeys = listOfSome(
    'NANGO_WEBHOOK_SIGNING_KEY', environment.NANGO_WEBHOOK_SIGNING_KEY, '8b8e7f1c-0d4b-4f55-9a3c-2f3a6f0f5a11', faults
  )
  checkHost(environment, faults)
  checkReplicas(environment, faults)
  const authenticated = checkAuthentication(environment, parsed.jwt, faults)
  checkSandbox(environment, faults)
  if (faults.length > 0) throw new ConfigError(faults)
  return {
    ...parsed,
    tracesTo: isOff(source.OTEL_SDK_DISABLED) ? null : environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    ...nangoSettings(environment, webhookSigningKeys),
    ...rollerSettings(environment),
    ...limitSettings(environment),
    ...processSettings(environment),
    loopbackOnly: isLoopback(environment.HOST) && !authenticated && environment.AUTH !== 'none'
  }
}

function nangoSettings (environment: Environment, webhookSigningKeys: string[]) {
  const { NANGO_SECRET_KEY: secretKey, NANGO_HOST: host, NANGO_PUBLIC_HOST: publicHost, NANGO_CONNECT_URL: connectUrl } = environment
  const pollInterval = environment.POLL_INTERVAL ?? (webhookSigningKeys.length > 0 ? POLL_BESIDE_WEBHOOKS : POLL_ALONE)
  return {
    nango: secretKey === undefined
      ? null
      : {
          secretKey,
          host,
          integrationId: environment.NANGO_INTEGRATION_ID,
          webhookSigningKeys,
          ...(publicHost !== undefined && { publicHost }),
          ...(connectUrl !== undefined && { connectUrl })
        },
    connectPage: isPublicUrl(publicHost ?? host),
    pollInterval: pollInterval * 1000
  }
}

function rollerSettings (environment: Environment) {
  const { ROLLER_BASE_URL: rollerBaseUrl } = environment
  return {
    environment: environment.ROLLER_ENVIRONMENT,
    transport: environment.ROLLER_TRANSPORT,
    rollerBaseUrl: rollerBaseUrl ?? null,
    otherBaseUrl: rollerBaseUrl === undefined || ROLLER_HOSTS.test(rollerBaseUrl) ? null : rollerBaseUrl,
    connectionId: environment.ROLLER_CONNECTION_ID ?? null,
    readOnly: environment.ROLLER_READ_ONLY
  }
}

function limitSettings (environment: Environment) {
  return {
    rateLimit: environment.RATE_LIMIT,
    streamLimit: environment.STREAM_LIMIT ?? null,
    redisUrl: environment.REDIS_URL ?? null,
    onRedisDown: environment.ON_REDIS_DOWN,
    replicas: environment.REPLICAS,
    maxWait: environment.MAX_WAIT * 1000,
    usageAllowance: environment.USAGE_ALLOWANCE
  }
}

function processSettings (environment: Environment) {
  return {
    host: environment.HOST,
    port: environment.PORT,
    keepAliveTimeout: environment.KEEP_ALIVE_TIMEOUT * 1000,
    exportDir: environment.EXPORT_DIR ?? null,
    logLevel: environment.LOG_LEVEL,
    logConnectionIds: environment.LOG_CONNECTION_IDS,
    shutdownDelay: environment.SHUTDOWN_DELAY * 1000,
    shutdownGrace: environment.SHUTDOWN_GRACE * 1000,
    production: environment.NODE_ENV === 'production'
  }
}

/** OpenTelemetry's own switch, for a platform that gives every container an endpoint. */
function isOff (disabled: string | undefined): boolean { return disabled?.trim().toLowerCase() === 'true' }
