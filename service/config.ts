/** The service's configuration: the environment, read once. Every fault is reported at once, by name, and no value is ever repeated. */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import envSchema from 'env-schema'
import { Type, type Static } from '@sinclair/typebox'
import { isRollerBaseUrl, ROLLER_BASE_URL_RULE } from '../plugin/index.ts'

const Environment = Type.Object({
  NANGO_SECRET_KEY: Type.Optional(Type.String({ description: 'API key of the Nango environment. Without it, and not in production, the sandbox runs.' })),
  NANGO_HOST: Type.String({ default: 'https://api.nango.dev', pattern: '^https?://[^\\s]+$', description: 'Address of Nango\'s API.', examples: ['https://nango.example.com'] }),
  NANGO_INTEGRATION_ID: Type.String({ default: 'roller', maxLength: 255, pattern: '^[A-Za-z0-9~:.@ _-]+$', description: 'Unique key of the ROLLER integration in Nango.', examples: ['roller'] }),
  ROLLER_TRANSPORT: Type.Union([Type.Literal('nango'), Type.Literal('direct')], {
    default: 'nango', description: 'nango or direct: calls go through Nango\'s proxy, or straight to ROLLER with a token that Nango gives.', examples: ['direct']
  }),
  ROLLER_BASE_URL: Type.String({
    default: 'https://api.roller.app', description: `Where the direct transport calls: ${ROLLER_BASE_URL_RULE}.`, examples: ['https://api.roller.app']
  }),
  ROLLER_CONNECTION_ID: Type.Optional(Type.String({ maxLength: 255, description: 'Serves one venue alone; callers then name no connection.', examples: ['demo-venue'] })),
  ROLLER_READ_ONLY: Type.Boolean({ default: false, description: 'Lets only GET calls through to ROLLER.', examples: ['true'] }),
  REDIS_URL: Type.Optional(Type.String({ pattern: '^rediss?://[^\\s]+$', description: 'Redis through which replicas share the rate budgets.', examples: ['redis://redis:6379'] })),
  BUDGET_WHEN_AWAY: Type.Union([Type.Literal('share'), Type.Literal('refuse')], {
    default: 'share', description: 'share or refuse: without Redis each replica uses its part of the limits, or nothing is sent.', examples: ['share']
  }),
  REPLICAS: Type.Integer({ default: 1, minimum: 1, maximum: 1000, description: 'How many replicas share the limits, for BUDGET_WHEN_AWAY=share.', examples: ['3'] }),
  MAX_WAIT: Type.Integer({ default: 10, minimum: 0, maximum: 3600, description: 'Seconds a call waits for its place in the rate budget when it does not say with Roller-Max-Wait.', examples: ['10'] }),
  API_KEYS: Type.Optional(Type.String({ description: 'Keys of the callers, separated by commas, at least 16 characters each.', examples: ['old-key-of-32-characters,new-key-of-32-characters'] })),
  AUTH: Type.Optional(Type.Literal('none', { description: 'Says in words that anybody who reaches the port may call.', examples: ['none'] })),
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on.', examples: ['0.0.0.0'] }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65_535, description: 'Port to listen on.', examples: ['3000'] }),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'fatal, error, warn, info, debug, trace or silent.', examples: ['info'] }
  ),
  TRUST_PROXY: Type.Boolean({ default: false, description: 'Takes the caller\'s address from X-Forwarded-For.', examples: ['true'] }),
  SHUTDOWN_GRACE: Type.Integer({ default: 30, minimum: 1, maximum: 3600, description: 'Seconds that calls in flight may take after SIGTERM.', examples: ['30'] }),
  NODE_ENV: Type.Optional(Type.String({ description: 'production turns the sandbox off.', examples: ['production'] }))
})
type Environment = Static<typeof Environment>

/** Every variable with its meaning, for the README and for messages. */
export const environmentSchema = Environment

export interface Config {
  /** Null: run on the sandbox. */
  readonly nango: { readonly secretKey: string, readonly host: string, readonly integrationId: string } | null
  readonly transport: 'nango' | 'direct'
  /** For the direct transport. */
  readonly rollerBaseUrl: string
  readonly connectionId: string | null
  readonly readOnly: boolean
  /** Empty: anybody who reaches the port may call. */
  readonly apiKeys: readonly string[]
  readonly redisUrl: string | null
  readonly whenAway: 'share' | 'refuse'
  readonly replicas: number
  /** Milliseconds. */
  readonly maxWait: number
  readonly host: string
  readonly port: number
  readonly logLevel: string
  readonly trustProxy: boolean
  /** Milliseconds. */
  readonly shutdownGrace: number
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

const MIN_KEY_LENGTH = 16

/** @throws ConfigError with every fault found */
export function readConfig (source: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = []
  const environment = check(readFiles(source, faults), faults)
  const apiKeys = (environment.API_KEYS ?? '').split(',').map((key) => key.trim()).filter((key) => key !== '')
  if (apiKeys.some((key) => key.length < MIN_KEY_LENGTH)) {
    faults.push(`API_KEYS holds a key of fewer than ${MIN_KEY_LENGTH} characters. Make one with: openssl rand -hex 32`)
  }
  if (!URL.canParse(environment.NANGO_HOST)) faults.push('NANGO_HOST is not an address. Example: NANGO_HOST=https://nango.example.com')
  if (!isRollerBaseUrl(environment.ROLLER_BASE_URL)) faults.push(`ROLLER_BASE_URL is not ${ROLLER_BASE_URL_RULE}.`)
  const loopback = isLoopback(environment.HOST)
  if (!loopback && apiKeys.length === 0 && environment.AUTH !== 'none') {
    faults.push('HOST is reachable from other machines, but nothing says who may call. Set API_KEYS, or AUTH=none if something in front of the service checks its callers.')
  }
  if (environment.NANGO_SECRET_KEY === undefined && environment.NODE_ENV === 'production') {
    faults.push('NANGO_SECRET_KEY is missing. The sandbox, which runs without it, is closed where NODE_ENV is production.')
  }
  if (faults.length > 0) throw new ConfigError(faults)
  return {
    nango: environment.NANGO_SECRET_KEY === undefined
      ? null
      : { secretKey: environment.NANGO_SECRET_KEY, host: environment.NANGO_HOST, integrationId: environment.NANGO_INTEGRATION_ID },
    transport: environment.ROLLER_TRANSPORT,
    rollerBaseUrl: environment.ROLLER_BASE_URL,
    connectionId: environment.ROLLER_CONNECTION_ID ?? null,
    readOnly: environment.ROLLER_READ_ONLY,
    apiKeys,
    redisUrl: environment.REDIS_URL ?? null,
    whenAway: environment.BUDGET_WHEN_AWAY,
    replicas: environment.REPLICAS,
    maxWait: environment.MAX_WAIT * 1000,
    host: environment.HOST,
    port: environment.PORT,
    logLevel: environment.LOG_LEVEL,
    trustProxy: environment.TRUST_PROXY,
    shutdownGrace: environment.SHUTDOWN_GRACE * 1000,
    loopbackOnly: loopback && apiKeys.length === 0 && environment.AUTH !== 'none'
  }
}

/** `X_FILE` names a file that holds `X`: how containers hand over secrets. An empty value is no value. */
function readFiles (source: Readonly<Record<string, string | undefined>>, faults: string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const name of Object.keys(Environment.properties)) {
    const value = source[name]?.trim()
    const file = source[`${name}_FILE`]
    if (value !== undefined && value !== '') values[name] = value
    if (file === undefined || file === '') continue
    if (values[name] !== undefined) {
      faults.push(`${name} and ${name}_FILE are both set. Keep one.`)
      continue
    }
    try {
      const content = readFileSync(file, 'utf8').trim()
      // Not the same as leaving it out: whoever names a file means a value.
      if (content === '') faults.push(`${name}_FILE names a file that is empty.`)
      else values[name] = content
    } catch (error) {
      faults.push(`${name}_FILE names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`) // node:fs throws these
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

function isLoopback (host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}
