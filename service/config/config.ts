/** The service's configuration: the environment, read once. Every fault is reported at once, by name, and no value is ever repeated. */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import envSchema from 'env-schema'
import { HTTP_ADDRESS_RULE, isHttpAddress, isPublicUrl, isRollerBaseUrl, PUBLIC_URL_RULE, ROLLER_BASE_URL_RULE } from 'fastify-roller/internal'
import type { JwtOptions } from '../auth/jwt.ts'
import { anyLimited } from '../auth/caller.ts'
import { parseKeys } from '../auth/key-file.ts'
import type { KeyedCaller } from '../auth/keys.ts'
import {
  listOfSome, parseJwt, parseOperations, parseOrigins, parseTrustProxy, type JwtVariables, type TrustProxy
} from './values.ts'
import { parseWebhooks, type WebhookConfig, type WebhookVariables } from './webhooks.ts'
import { Environment, securityVariables } from './environment.ts'
import { isRedisUrl, REDIS_URL_RULE } from './urls.ts'

export interface Config {
  /** Null: run on the sandbox. */
  readonly nango: {
    readonly secretKey: string
    readonly host: string
    readonly integrationId: string
    readonly webhookSigningKeys: string[]
    readonly publicHost?: string
    readonly connectUrl?: string
  } | null
  /** Off as well where no browser could reach Nango. */
  readonly connectPage: boolean
  readonly environment: 'live' | 'playground'
  readonly venueIdentity: 'on' | 'off'
  /** Milliseconds; 0 is never. */
  readonly connectionWatch: number
  readonly transport: 'nango' | 'direct'
  /** For the direct transport. Null: the environment's own host. */
  readonly rollerBaseUrl: string | null
  /** Null: the other environment's own host. */
  readonly otherBaseUrl: string | null
  readonly connectionId: string | null
  readonly readOnly: boolean
  readonly operations: { readonly allow?: string[], readonly deny?: string[] }
  /** Null: as the plugin does by itself. */
  readonly wildcard: boolean | null
  /** Without these and `jwt` anybody who reaches the port may call. */
  readonly keys: readonly KeyedCaller[]
  readonly jwt: JwtOptions | null
  /** Requests a minute of one caller; 0 is no limit. */
  readonly rateLimit: number
  /** Milliseconds; 0 is no limit. */
  readonly maxEventLoopDelay: number
  /** Milliseconds. */
  readonly timeouts: { readonly headers: number, readonly request: number, readonly keepAlive: number }
  /** Bytes. Null: as the plugin does by itself. */
  readonly bodyLimit: number | null
  readonly streamLimit: number | null
  readonly corsOrigins: readonly string[]
  readonly webhooks: WebhookConfig
  readonly redisUrl: string | null
  readonly whenAway: 'share' | 'refuse'
  readonly replicas: number
  /** Milliseconds. */
  readonly maxWait: number
  /** Milliseconds; the longest that a caller may ask for. */
  readonly maxWaitLimit: number
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
  /** True when anybody may call because only this machine can. */
  readonly loopbackOnly: boolean
}

export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor (faults: readonly string[]) {
    super(`The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/** Seconds. With webhooks a look is for those that Nango gave up on. */
const RARE_WATCH = 600
const FREQUENT_WATCH = 60

/** @throws ConfigError with every fault found */
export function readConfig (source: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = []
  const environment = check(readFiles(source, faults), faults)
  const keysSource = isGiven(source.API_KEYS_FILE) ? 'API_KEYS_FILE' : 'API_KEYS'
  const keys = environment.API_KEYS === undefined ? [] : parseKeys(environment.API_KEYS, keysSource, faults)
  const jwt = parseJwt(environment as JwtVariables, faults) // absent is not written as undefined
  const allow = parseOperations('ROLLER_OPERATIONS_ALLOW', environment.ROLLER_OPERATIONS_ALLOW, faults)
  const deny = parseOperations('ROLLER_OPERATIONS_DENY', environment.ROLLER_OPERATIONS_DENY, faults)
  const corsOrigins = parseOrigins(environment.CORS_ORIGINS, faults)
  const trustProxy = parseTrustProxy(environment.TRUST_PROXY, faults)
  const webhooks = parseWebhooks(environment as WebhookVariables, faults) // absent is not written as undefined
  if (environment.ROLLER_CONNECTION_ID !== undefined && anyLimited(keys)) {
    faults.push(`${keysSource} limits callers to venues of their own, and ROLLER_CONNECTION_ID gives one venue to all. ` +
      'Keep one of the two: take ROLLER_CONNECTION_ID out of the environment, or tags and connections out of the keys. ' +
      'Example: ROLLER_CONNECTION_ID=demo-venue')
  }
  if (environment.NANGO_SECRET_KEY !== undefined && !/^[\x21-\x7e]+$/.test(environment.NANGO_SECRET_KEY)) {
    faults.push('NANGO_SECRET_KEY holds a space or a character beyond ASCII, which no header carries. ' +
      'Example: NANGO_SECRET_KEY_FILE=/run/secrets/nango-secret-key')
  }
  const httpAddresses = [
    ['NANGO_HOST', 'https://nango.example.com'], ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://otel-collector:4318']
  ] as const
  for (const [name, example] of httpAddresses) {
    const url = environment[name]
    if (url !== undefined && !isHttpAddress(url)) faults.push(`${name} is not ${HTTP_ADDRESS_RULE}. Example: ${name}=${example}`)
  }
  if (environment.REDIS_URL !== undefined && !isRedisUrl(environment.REDIS_URL)) {
    faults.push(`REDIS_URL is not ${REDIS_URL_RULE}. Example: REDIS_URL=redis://redis:6379`)
  }
  for (const name of ['NANGO_PUBLIC_HOST', 'NANGO_CONNECT_URL'] as const) {
    const url = environment[name]
    if (url !== undefined && !isPublicUrl(url)) faults.push(`${name} is not ${PUBLIC_URL_RULE}. Example: ${name}=${name === 'NANGO_PUBLIC_HOST' ? 'https://nango.example.com' : 'https://connect.nango.example.com'}`)
  }
  for (const name of ['ROLLER_BASE_URL', 'ROLLER_OTHER_BASE_URL'] as const) {
    const url = environment[name]
    if (url !== undefined && !isRollerBaseUrl(url)) faults.push(`${name} is not ${ROLLER_BASE_URL_RULE}. Example: ${name}=https://api.roller.app`)
  }
  const webhookSigningKeys = listOfSome(
    'NANGO_WEBHOOK_SIGNING_KEY', environment.NANGO_WEBHOOK_SIGNING_KEY, '8b8e7f1c-0d4b-4f55-9a3c-2f3a6f0f5a11', faults
  )
  if (!isHost(environment.HOST)) faults.push('HOST is not an IP address or the name of a host. Example: HOST=0.0.0.0')
  const loopback = isLoopback(environment.HOST)
  // A variable that is there and wrong has a fault of its own.
  const asksWhoCalls = environment.API_KEYS !== undefined || jwt !== null ||
    faults.some((fault) => /^(API_KEYS|JWT_[A-Z_]+)(_FILE)? /.test(fault))
  if (!loopback && !asksWhoCalls && environment.AUTH !== 'none') {
    faults.push('HOST is reachable from other machines, but nothing says who may call. Set API_KEYS or JWT_JWKS_URL, or AUTH=none if something in front of the service checks its callers. Example: HOST=127.0.0.1')
  }
  if (asksWhoCalls && environment.AUTH === 'none') {
    faults.push('AUTH=none says that anybody may call, but API_KEYS or JWT_JWKS_URL say who. Keep one of the two: take AUTH out of the ' +
      'environment, or the others. Example: API_KEYS_FILE=/run/secrets/api-keys')
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
    connectPage: environment.CONNECT_PAGE === 'on' && isPublicUrl(environment.NANGO_PUBLIC_HOST ?? environment.NANGO_HOST),
    environment: environment.ROLLER_ENVIRONMENT,
    venueIdentity: environment.VENUE_IDENTITY,
    connectionWatch: (environment.CONNECTION_WATCH ?? (webhookSigningKeys.length > 0 ? RARE_WATCH : FREQUENT_WATCH)) * 1000,
    transport: environment.ROLLER_TRANSPORT,
    rollerBaseUrl: environment.ROLLER_BASE_URL ?? null,
    otherBaseUrl: environment.ROLLER_OTHER_BASE_URL ?? null,
    connectionId: environment.ROLLER_CONNECTION_ID ?? null,
    readOnly: environment.ROLLER_READ_ONLY,
    operations: { ...(allow !== undefined && { allow }), ...(deny !== undefined && { deny }) },
    wildcard: environment.ROLLER_WILDCARD ?? null,
    keys,
    jwt,
    rateLimit: environment.RATE_LIMIT,
    maxEventLoopDelay: environment.MAX_EVENT_LOOP_DELAY,
    timeouts: { headers: environment.HEADERS_TIMEOUT * 1000, request: environment.REQUEST_TIMEOUT * 1000, keepAlive: environment.KEEP_ALIVE_TIMEOUT * 1000 },
    bodyLimit: environment.BODY_LIMIT ?? null,
    streamLimit: environment.STREAM_LIMIT ?? null,
    corsOrigins,
    webhooks,
    redisUrl: environment.REDIS_URL ?? null,
    whenAway: environment.BUDGET_WHEN_AWAY,
    replicas: environment.REPLICAS,
    maxWait: environment.MAX_WAIT * 1000,
    maxWaitLimit: environment.MAX_WAIT_LIMIT * 1000,
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
 * `X_FILE` names a file that holds `X`: how containers hand over secrets. An empty value is no value; of a security setting it is a
 * fault.
 */
function readFiles (source: Readonly<Record<string, string | undefined>>, faults: string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const name of Object.keys(Environment.properties) as (keyof Environment)[]) { // a literal's own keys
    const value = source[name]?.trim()
    const file = source[`${name}_FILE`]?.trim()
    if (securityVariables.has(name)) {
      if (value === '') faults.push(emptyFault(name, name))
      if (file === '') faults.push(emptyFault(`${name}_FILE`, name))
    }
    if (value !== undefined && value !== '') values[name] = value
    if (file === undefined || file === '') continue
    if (values[name] !== undefined) {
      faults.push(`${name} and ${name}_FILE are both set. Keep one, and take the other out of the environment. ${fileExample(name)}`)
      continue
    }
    try {
      const content = readFileSync(file, 'utf8').trim()
      // Not the same as leaving it out: whoever names a file means a value.
      if (content === '') faults.push(`${name}_FILE names a file that is empty. ${fileExample(name)}`)
      else values[name] = content
    } catch (error) {
      faults.push(`${name}_FILE names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}). ${fileExample(name)}`) // node:fs throws these
    }
  }
  return values
}

function check (values: Record<string, string>, faults: string[]): Environment {
  try {
    return envSchema<Environment>({ schema: Environment, data: values, env: false })
  } catch (error) {
    const named = new Set<string>()
    for (const { instancePath, message } of (error as { errors?: { instancePath: string, message?: string }[] }).errors ?? []) { // env-schema throws Ajv's list
      const name = instancePath.slice(1)
      if (named.has(name)) continue
      named.add(name)
      const schema = Environment.properties[name as keyof Environment]
      const [example] = (schema?.examples ?? []) as string[]
      const wanted = schema?.anyOf === undefined ? message : `must be one of: ${String(schema.description)}`
      faults.push(`${name} ${wanted ?? 'is wrong'}. Example: ${name}=${example ?? '…'}`)
    }
    if (named.size === 0) throw error
    // The other checks go on with what is left.
    const rest = Object.fromEntries(Object.entries(values).filter(([name]) => !named.has(name)))
    return envSchema<Environment>({ schema: Environment, data: rest, env: false })
  }
}

/** The sandbox answers like the real service: it starts by itself only where nobody could take it for one. */
function checkSandbox (environment: Environment, loopback: boolean, faults: string[]): void {
  const { NANGO_SECRET_KEY: secretKey, SANDBOX: sandbox, NODE_ENV: mode } = environment
  if (secretKey !== undefined) {
    if (sandbox === true) {
      faults.push('SANDBOX=true starts the sandbox, and NANGO_SECRET_KEY is a real Nango\'s. Keep one of the two. Example: SANDBOX=false')
    }
    return
  }
  if (sandbox === true || faults.some((fault) => /^NANGO_SECRET_KEY(_FILE)? /.test(fault))) return
  if (sandbox === undefined && loopback && (mode === undefined || mode === 'development' || mode === 'test')) return
  faults.push('NANGO_SECRET_KEY is missing. Without it the sandbox starts on loopback alone, where NODE_ENV is unset, development or ' +
    'test and SANDBOX is not false; SANDBOX=true starts it anywhere. Example: NANGO_SECRET_KEY_FILE=/run/secrets/nango-secret-key')
}

function emptyFault (given: string, name: keyof Environment): string {
  const example = given === name ? `Example: ${name}=${String(Environment.properties[name].examples?.[0] ?? '…')}` : fileExample(name)
  return `${given} is set and empty. A security setting must yield something: give it a value, or take the variable away. ${example}`
}

function isHost (host: string): boolean { return isIP(host) !== 0 || /^[A-Za-z0-9._-]{1,253}$/.test(host) }

function isGiven (value: string | undefined): boolean { return value !== undefined && value !== '' }

function fileExample (name: string): string { return `Example: ${name}_FILE=/run/secrets/${name.toLowerCase().replaceAll('_', '-')}` }

function isLoopback (host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}
