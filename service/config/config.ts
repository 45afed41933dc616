/** The service's configuration: the environment, read once. All errors are reported together, by variable, without values. */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import {
  HTTP_ADDRESS_RULE, isHttpAddress, isPublicUrl, isRollerBaseUrl, PUBLIC_URL_RULE, ROLLER_BASE_URL_RULE, type ProxyOptions
} from 'fastify-roller/internal'
import type { OperationName } from 'fastify-roller'
import type { JwtOptions } from '../auth/jwt.ts'
import { anyLimited } from '../auth/caller.ts'
import { parseKeys } from '../auth/key-file.ts'
import type { KeyedCaller } from '../auth/keys.ts'
import {
  listOfSome, parseJwt, parseOperations, parseOrigins, parsePinnedTools, parseTrustProxy, type JwtVariables, type TrustProxy
} from './values.ts'
import { parseCache } from './cache.ts'
import { parseWebhooks, type WebhookConfig, type WebhookVariables } from './webhooks.ts'
import { Environment, securityVariables } from './environment.ts'
import { parseProxy } from './proxy.ts'
import { isRedisUrl, REDIS_URL_RULE } from './urls.ts'

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
  /** The address of Nango for browsers. */
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
  const environment = check(readFiles(source, faults), faults)
  const keysSource = isGiven(source.API_KEYS_FILE) ? 'API_KEYS_FILE' : 'API_KEYS'
  const keys = environment.API_KEYS === undefined ? [] : parseKeys(environment.API_KEYS, keysSource, faults)
  const jwt = parseJwt(environment as JwtVariables, faults) // absent keys are not written as undefined
  const allow = parseOperations('ROLLER_OPERATIONS_ALLOW', environment.ROLLER_OPERATIONS_ALLOW, faults)
  const deny = parseOperations('ROLLER_OPERATIONS_DENY', environment.ROLLER_OPERATIONS_DENY, faults)
  const pinnedTools = parsePinnedTools(environment.MCP_PINNED_TOOLS, faults)
  const cache = parseCache(environment.CACHE, faults)
  const corsOrigins = parseOrigins(environment.CORS_ORIGINS, faults)
  const trustProxy = parseTrustProxy(environment.TRUST_PROXY, faults)
  const proxy = parseProxy(environment, faults)
  const webhooks = parseWebhooks(environment as WebhookVariables, faults) // absent is not written as undefined
  if (environment.ROLLER_CONNECTION_ID !== undefined && anyLimited(keys)) {
    faults.push(`${keysSource} limits callers to their own venues, and ROLLER_CONNECTION_ID sets one venue for all. ` +
      'Keep one of the two: take ROLLER_CONNECTION_ID out of the environment, or tags and connections out of the keys. ' +
      'Example: ROLLER_CONNECTION_ID=demo-venue')
  }
  if (environment.NANGO_SECRET_KEY !== undefined && !/^[\x21-\x7e]+$/.test(environment.NANGO_SECRET_KEY)) {
    faults.push('NANGO_SECRET_KEY must contain visible ASCII characters only. ' +
      'Example: NANGO_SECRET_KEY_FILE=/run/secrets/nango-secret-key')
  }
  const httpAddresses = [
    ['NANGO_HOST', 'https://nango.example.com'], ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://otel-collector:4318']
  ] as const
  for (const [name, example] of httpAddresses) {
    const url = environment[name]
    if (url !== undefined && !isHttpAddress(url)) faults.push(`${name} must be ${HTTP_ADDRESS_RULE}. Example: ${name}=${example}`)
  }
  if (environment.REDIS_URL !== undefined && !isRedisUrl(environment.REDIS_URL)) {
    faults.push(`REDIS_URL must be ${REDIS_URL_RULE}. Example: REDIS_URL=redis://redis:6379`)
  }
  for (const name of ['NANGO_PUBLIC_HOST', 'NANGO_CONNECT_URL'] as const) {
    const url = environment[name]
    if (url !== undefined && !isPublicUrl(url)) {
      faults.push(
        `${name} must be ${PUBLIC_URL_RULE}. Example: ` +
        `${name}=${name === 'NANGO_PUBLIC_HOST' ? 'https://nango.example.com' : 'https://connect.nango.example.com'}`
      )
    }
  }
  const rollerBaseUrl = environment.ROLLER_BASE_URL
  if (rollerBaseUrl !== undefined && !isRollerBaseUrl(rollerBaseUrl)) {
    faults.push(`ROLLER_BASE_URL must be ${ROLLER_BASE_URL_RULE}. Example: ROLLER_BASE_URL=https://api.roller.app`)
  }
  const webhookSigningKeys = listOfSome(
    'NANGO_WEBHOOK_SIGNING_KEY', environment.NANGO_WEBHOOK_SIGNING_KEY, '8b8e7f1c-0d4b-4f55-9a3c-2f3a6f0f5a11', faults
  )
  if (!isHost(environment.HOST)) faults.push('HOST must be an IP address or a host name. Example: HOST=0.0.0.0')
  const loopback = isLoopback(environment.HOST)
  // An invalid variable has its own error.
  const asksWhoCalls = environment.API_KEYS !== undefined || jwt !== null ||
    faults.some((fault) => /^(API_KEYS|JWT_[A-Z_]+)(_FILE)? /.test(fault))
  if (!loopback && !asksWhoCalls && environment.AUTH !== 'none') {
    faults.push(
      'HOST is reachable from other machines, and callers are not authenticated. Set API_KEYS or JWT_JWKS_URL, or AUTH=none if a ' +
      'proxy in front of the service authenticates them. Example: HOST=127.0.0.1'
    )
  }
  if (asksWhoCalls && environment.AUTH === 'none') {
    faults.push('AUTH=none disables authentication, but API_KEYS or JWT_JWKS_URL is set. Remove AUTH or the others from the ' +
      'environment. Example: API_KEYS_FILE=/run/secrets/api-keys')
  }
  checkSandbox(environment, loopback, faults)
  if (faults.length > 0) throw new ConfigError(faults)
  return {
    nango: environment.NANGO_SECRET_KEY === undefined
      ? null
      : {
          secretKey: environment.NANGO_SECRET_KEY,
          host: environment.NANGO_HOST,
          integrationId: environment.NANGO_INTEGRATION_ID,
          webhookSigningKeys,
          ...(environment.NANGO_PUBLIC_HOST !== undefined && { publicHost: environment.NANGO_PUBLIC_HOST }),
          ...(environment.NANGO_CONNECT_URL !== undefined && { connectUrl: environment.NANGO_CONNECT_URL })
        },
    connectPage: isPublicUrl(environment.NANGO_PUBLIC_HOST ?? environment.NANGO_HOST),
    environment: environment.ROLLER_ENVIRONMENT,
    pollInterval: (environment.POLL_INTERVAL ?? (webhookSigningKeys.length > 0 ? POLL_BESIDE_WEBHOOKS : POLL_ALONE)) * 1000,
    transport: environment.ROLLER_TRANSPORT,
    rollerBaseUrl: rollerBaseUrl ?? null,
    otherBaseUrl: rollerBaseUrl === undefined || ROLLER_HOSTS.test(rollerBaseUrl) ? null : rollerBaseUrl,
    connectionId: environment.ROLLER_CONNECTION_ID ?? null,
    readOnly: environment.ROLLER_READ_ONLY,
    operations: { ...(allow !== undefined && { allow }), ...(deny !== undefined && { deny }) },
    mcp: environment.MCP ? { confirm: environment.MCP_CONFIRM, pinnedTools } : null,
    cache,
    keys,
    jwt,
    rateLimit: environment.RATE_LIMIT,
    keepAliveTimeout: environment.KEEP_ALIVE_TIMEOUT * 1000,
    streamLimit: environment.STREAM_LIMIT ?? null,
    corsOrigins,
    webhooks,
    redisUrl: environment.REDIS_URL ?? null,
    proxy,
    onRedisDown: environment.ON_REDIS_DOWN,
    replicas: environment.REPLICAS,
    maxWait: environment.MAX_WAIT * 1000,
    usageAllowance: environment.USAGE_ALLOWANCE,
    exportDir: environment.EXPORT_DIR ?? null,
    host: environment.HOST,
    port: environment.PORT,
    logLevel: environment.LOG_LEVEL,
    logConnectionIds: environment.LOG_CONNECTION_IDS,
    trustProxy,
    tracesTo: environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    shutdownDelay: environment.SHUTDOWN_DELAY * 1000,
    shutdownGrace: environment.SHUTDOWN_GRACE * 1000,
    production: environment.NODE_ENV === 'production',
    loopbackOnly: loopback && !asksWhoCalls && environment.AUTH !== 'none'
  }
}

/**
 * `X_FILE` names a file that contains `X`, the usual form of container secrets. An empty value counts as unset; for a security setting it
 * is an error.
 */
function readFiles (source: Readonly<Record<string, string | undefined>>, faults: string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const name of Object.keys(Environment.properties) as (keyof Environment)[]) { // a literal's own keys
    const value = (inLowerCase(source, name) ?? source[name])?.trim()
    const file = source[`${name}_FILE`]?.trim()
    if (securityVariables.has(name)) {
      if (value === '') faults.push(emptyFault(name, name))
      if (file === '') faults.push(emptyFault(`${name}_FILE`, name))
    }
    if (value !== undefined && value !== '') values[name] = value
    if (file === undefined || file === '') continue
    if (values[name] !== undefined) {
      faults.push(`${name} and ${name}_FILE are both set. Remove one of them from the environment. ${fileExample(name)}`)
      continue
    }
    try {
      const content = readFileSync(file, 'utf8').trim()
      // An empty file is an error, not an unset variable.
      if (content === '') faults.push(`${name}_FILE is the path of an empty file. ${fileExample(name)}`)
      else values[name] = content
    } catch (error) {
      // node:fs throws these
      faults.push(
        `${name}_FILE is the path of an unreadable file (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}). ${fileExample(name)}`
      )
    }
  }
  return values
}

/** Variables that other programs read as well: the lower-case name takes precedence, as with curl. */
function inLowerCase (source: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  return name.endsWith('_PROXY') && name !== 'TRUST_PROXY' ? source[name.toLowerCase()] : undefined
}

/** Converts numbers and booleans, and adds defaults. An invalid variable is left out, so that the other checks can run. */
function check (values: Readonly<Record<string, string>>, faults: string[]): Environment {
  const environment: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries<TSchema>(Environment.properties)) {
    const text = values[name]
    const value = text === undefined ? undefined : fromText(schema, text)
    if (value !== undefined && !Value.Check(schema, value)) {
      faults.push(`${name} must be ${expected(schema)}. Example: ${name}=${String(schema.examples[0])}`)
    } else if (value !== undefined) environment[name] = value
    if (environment[name] === undefined && schema.default !== undefined) environment[name] = schema.default
  }
  return environment as Environment // each was checked by its schema
}

function fromText ({ type }: TSchema, text: string): unknown {
  if (type === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text
  if (type === 'boolean') return text === 'true' || (text === 'false' ? false : text)
  return text
}

function expected ({ type, minimum, maximum, anyOf, const: only, expected }: TSchema): string {
  if (expected !== undefined) return String(expected)
  if (type === 'boolean') return 'true or false'
  if (type === 'integer') {
    return maximum === undefined ? `a whole number of at least ${minimum}` : `a whole number from ${minimum} to ${maximum}`
  }
  if (anyOf !== undefined) return `one of: ${(anyOf as { const: string }[]).map((one) => one.const).join(', ')}` // a union of literals
  return only === undefined ? 'a text' : String(only)
}

/** The sandbox responds like the real service, so it starts by default only where it cannot be mistaken for it. */
function checkSandbox (environment: Environment, loopback: boolean, faults: string[]): void {
  const { NANGO_SECRET_KEY: secretKey, SANDBOX: sandbox, NODE_ENV: mode } = environment
  if (secretKey !== undefined) {
    if (sandbox === true) {
      faults.push('SANDBOX=true starts the sandbox, and NANGO_SECRET_KEY is set. Remove one of them. Example: SANDBOX=false')
    }
    return
  }
  if (sandbox === true || faults.some((fault) => /^NANGO_SECRET_KEY(_FILE)? /.test(fault))) return
  if (sandbox === undefined && loopback && (mode === undefined || mode === 'development' || mode === 'test')) return
  faults.push('NANGO_SECRET_KEY is missing. Without it the sandbox starts on loopback only, with NODE_ENV unset, development or ' +
    'test and SANDBOX is not false; SANDBOX=true starts it anywhere. Example: NANGO_SECRET_KEY_FILE=/run/secrets/nango-secret-key')
}

function emptyFault (given: string, name: keyof Environment): string {
  const example = given === name ? `Example: ${name}=${String(Environment.properties[name].examples?.[0] ?? '…')}` : fileExample(name)
  return `${given} is set but empty. A security setting must have a value: set one, or remove the variable. ${example}`
}

function isHost (host: string): boolean { return isIP(host) !== 0 || /^[A-Za-z0-9._-]{1,253}$/.test(host) }

function isGiven (value: string | undefined): boolean { return value !== undefined && value !== '' }

function fileExample (name: string): string { return `Example: ${name}_FILE=/run/secrets/${name.toLowerCase().replaceAll('_', '-')}` }

function isLoopback (host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}
