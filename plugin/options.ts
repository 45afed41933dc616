/** Every option of the plugin: schema, default, meaning. Defaults are defined nowhere else. */
import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { FastifyContextConfig, FastifyRequest, onRequestHookHandler, preHandlerHookHandler, RegisterOptions } from 'fastify'
import type { Clock } from './util/clock.ts'
import type { EventHandler } from './webhooks/events.ts'
import type { ReadExports } from './exports/export-list.ts'
import type { RateLimitObserver } from './gateway/limits/rate-limiter.ts'
import type { RedisLike } from './redis/client.ts'
import { cacheFaults, type CacheRules } from './gateway/cache/rules.ts'
import { isConnectionId } from './nango/connection-id.ts'
import type { RetryPolicy } from './gateway/retry.ts'
import type { UpstreamTracer } from './gateway/transport/traced.ts'
import { HTTP_ADDRESS_RULE, isHttpAddress } from './util/http-address.ts'
import { isProxyUrl, PROXY_RULE, type ProxyOptions } from './util/proxy.ts'
import { environments } from './nango/venue.ts'
import { isRollerBaseUrl, ROLLER_BASE_URLS, ROLLER_BASE_URL_RULE } from './operations/base-url.ts'
import { BULK_EXPORT_HOST_PATTERN, BULK_EXPORT_HOST_RULE, BULK_EXPORT_HOSTS } from './client/bulk-export-hosts.ts'
import { OPERATION_NAMES_RULE, unknownOperations } from './operations/operation-policy.ts'
import { checkerOf, type Mismatch } from './operations/checker.ts'
import { StringEnum } from './operations/schema.ts'
import { isPublicUrl, PUBLIC_URL_RULE } from './webhooks/public-url.ts'
import { isObject, isPlainObject } from './util/is-record.ts'

/** The scope that a route requires. */
export type Scope = 'connect' | 'connections:read' | 'connections:write' | 'roller:read' | 'roller:write' | 'webhooks' | 'mcp'

export interface AuthorizeContext {
  /** Null if the route is not about a single connection. */
  readonly connectionId: string | null
  /**
   * The catalog name (`GET /bookings`), `GET /*` and so on for paths outside it, or one of the plugin's own routes
   * (`POST /connect-session`).
   */
  readonly operation: string
  readonly scope: Scope
}

/** Whether the caller may do this. False returns 403; a thrown error is passed to the host's error handler. */
export type Authorize = (request: FastifyRequest, context: AuthorizeContext) => boolean | Promise<boolean>

/** The identity of the caller. Null: not signed in. `'trusted'`: a program that may reach every connection and chooses its tags itself. */
export type Identify = (request: FastifyRequest) => Identity | 'trusted' | null | Promise<Identity | 'trusted' | null>

/** The filter for a caller's own connections; at least one of the two. For the caller all others do not exist. */
export interface Identity {
  /** Written to the connections created by it, and required of the connections used by it. */
  readonly tags?: Readonly<Record<string, string>>
  /** Their ids. A caller limited to these cannot create others. */
  readonly connections?: readonly string[]
}

/** The connection of a request, chosen by the server. */
export type ChooseConnection = (request: FastifyRequest) => string | Promise<string>

const milliseconds = (value: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, default: value, description: `${description} Milliseconds.` })

/** A function-valued option; TypeBox checks that it is a function, the type has its signature. */
const func = <T> (description: string) => Type.Unsafe<T>({ ...Type.Function([], Type.Unknown()), description })

const limitOption = (what: string, limit: number, windowMs: number) => Type.Optional(Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1 })), windowMs: Type.Optional(Type.Integer({ minimum: 1 }))
}, {
  additionalProperties: false,
  description: `Rate limit of ${what}. Default: ${limit} calls in ${windowMs} ms, as ROLLER ` +
  'publishes it.'
}))

/** One hook or several, which run in front of every route of the plugin. */
const hooks = <T> (name: string) =>
  Type.Unsafe<T | T[]>(
    Type.Unknown({ description: `Your hooks, a function or an array, that run as Fastify's ${name} on each route of the plugin.` })
  )

/** At least one visible character, and none that is invalid in a header. */
const VISIBLE = '^[\\x21-\\x7e]+$'

/** An empty list is rejected: it is usually the result of unset names. */
const operationList = (description: string) =>
  Type.Optional(Type.Array(Type.String(), { minItems: 1, expected: `a list of at least one of ${OPERATION_NAMES_RULE}`, description }))

/** Marks an option for roller-sidecar and tests only. It is in no public type and in no table. */
const internal = <T extends TSchema> (schema: T): T => ({ ...schema, internal: true })

export const Options = Type.Object({
  nango: Type.Object({
    secretKey: Type.String({
      pattern: VISIBLE, expected: 'a non-empty string of visible ASCII characters', description: 'API key of the Nango environment.'
    }),
    host: Type.String({
      expected: HTTP_ADDRESS_RULE, default: 'https://api.nango.dev', description: 'Address of Nango\'s API. Set it for a self-hosted Nango.'
    }),
    integrationId: Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[A-Za-z0-9~:.@ _-]+$',
      default: 'roller',
      description: 'Unique key of the ROLLER integration in Nango.'
    }),
    webhookSigningKeys: Type.Optional(Type.Array(Type.String({ pattern: VISIBLE }), {
      minItems: 1,
      expected: 'a list of at least one key of visible ASCII characters',
      description: 'Webhook signing keys of the Nango environment: the current one and, after a rotation, the previous one. ' +
        'They are not the API key. Without them POST /webhooks/nango rejects every request.'
    })),
    publicHost: Type.Optional(Type.String({
      expected: PUBLIC_URL_RULE, description: 'Address of Nango\'s API for browsers, if host is an internal address.'
    })),
    connectUrl: Type.Optional(Type.String({
      expected: PUBLIC_URL_RULE,
      description: 'Address of Nango\'s Connect UI for browsers (NANGO_PUBLIC_CONNECT_URL of a self-hosted Nango). Without it ' +
        'the connect page offers its own form only, if Nango is self-hosted.'
    }))
  }, { additionalProperties: false }),
  authorize: Type.Union([Type.Literal('open'), func<Authorize>('')], {
    expected: 'a function (request, { connectionId, operation, scope }) => boolean, or \'open\' if your own hooks protect the routes',
    description: 'Decides whether a caller may send a request: a function (request, { connectionId, operation, scope }) => boolean, or ' +
      '\'open\' if your own hooks protect the routes.'
  }),
  identify: Type.Optional(func<Identify>(
    'Returns the caller\'s identity: { tags }, { connections } (ids), \'trusted\', or null. Limits callers to their own connections ' +
    '(others are 404) and enables GET /connect-session.'
  )),
  connection: Type.Optional(Type.Union([Type.String({ minLength: 1 }), func<ChooseConnection>('')], {
    expected: 'a connection id or a function (request) => connection id',
    description: 'The connection of every request: an id, or a function of the request. Takes precedence over request headers.'
  })),
  prefix: Type.Optional(Type.String({
    pattern: '^(/.*)?$', expected: 'a path that begins with /', description: 'Prefix of every route, for example /api.'
  })),
  transport: StringEnum(['nango', 'direct'], {
    default: 'nango',
    description: 'nango sends calls through Nango\'s proxy; direct sends them to ROLLER with a token from Nango, whose key then ' +
      'needs the scope environment:connections:read_credentials.'
  }),
  environment: StringEnum(environments, {
    default: 'live',
    description: 'ROLLER\'s environment of the credentials: live or playground. Connections of the other one are rejected.'
  }),
  connectPage: Type.Boolean({
    default: false,
    description: 'Serves a page at /connect for a venue manager to enter Client ID and Client Secret. POST /connect-session returns a ' +
      'link to it.'
  }),
  publicUrl: Type.Optional(Type.String({
    expected: PUBLIC_URL_RULE,
    description: 'Public address of this app, for ROLLER\'s webhooks and for links to the connect page, which are relative without it: ' +
      `${PUBLIC_URL_RULE}. The prefix is appended.`
  })),
  rollerWebhookSecrets: Type.Optional(Type.Array(Type.String({ minLength: 16, pattern: '\\S' }), {
    minItems: 1,
    expected: 'a list of at least one string, each of at least 16 characters',
    description: 'Secrets from which the keys of ROLLER\'s webhooks are derived: the current one and, after a rotation, the previous ' +
      'ones. Without them every webhook of ROLLER is rejected.'
  })),
  onEvent: Type.Optional(func<EventHandler>(
    'Called with every event, like app.roller.on(\'*\', …). ROLLER\'s webhook is acknowledged after the returned promise has ' +
    'resolved.'
  )),
  redis: Type.Optional(Type.Unsafe<RedisLike>(Type.Object({
    evalsha: Type.Function([], Type.Unknown()), eval: Type.Function([], Type.Unknown())
  }, {
    description: 'An ioredis or iovalkey client (one server, Sentinel or Cluster), for replicas to share rate limits, cooling-off ' +
      'periods and cached responses. Your app connects and closes it.'
  }))),
  pollInterval: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 2 ** 31 - 1,
    description: 'Interval at which Nango\'s list of connections is polled for changes: 0 (never) or at least 1000. Milliseconds.'
  }),
  readOnly: Type.Boolean({ default: false, description: 'Rejects every call to ROLLER except GET.' }),
  operations: Type.Optional(Type.Object({
    allow: operationList('The only open operations.'),
    deny: operationList('Closed operations. Takes precedence over allow.')
  }, {
    additionalProperties: false,
    minProperties: 1,
    expected: 'an object with allow, deny or both',
    description: `Opens (allow) or closes (deny) operations of ROLLER, by ${OPERATION_NAMES_RULE}.`
  })),
  wildcard: Type.Optional(Type.Boolean({
    description: 'Passes on paths outside the catalog. Default: true, or false if operations closes an operation, because another ' +
      'spelling of a path could bypass it.'
  })),
  cache: Type.Optional(Type.Unsafe<CacheRules>(Type.Object({}, {
    description: 'Caches ROLLER\'s responses, by GET operation: { \'GET /products\': 60000 }. Milliseconds, at most a day. The ' +
      'store is Redis if set, otherwise memory. Do not cache operations with personal data of guests.'
  }))),
  rateLimits: Type.Object({
    maxWait: Type.Integer({
      minimum: 0,
      maximum: 3_600_000,
      default: 10_000,
      description: 'Time that a call without Roller-Max-Wait waits for its rate limit. Milliseconds.'
    }),
    maxWaitLimit: Type.Integer({
      minimum: 0,
      maximum: 3_600_000,
      default: 60_000,
      description: 'Maximum of Roller-Max-Wait; higher values are reduced to it. Milliseconds.'
    }),
    onRedisDown: StringEnum(['share', 'reject'], {
      default: 'share', description: 'While Redis is down, share gives each replica its part of the limits; reject sends nothing.'
    }),
    replicas: Type.Integer({ minimum: 1, default: 1, description: 'Number of replicas that share the limits, for onRedisDown: share.' }),
    rest: limitOption('ROLLER\'s REST API', 600, 60_000),
    reporting: limitOption('ROLLER\'s Reporting API', 120, 60_000),
    bulk: internal(Type.Optional(Type.Object({ windowMs: Type.Optional(Type.Integer({ minimum: 1 })) }, {
      additionalProperties: false, description: 'One bulk export of a type in windowMs, 6 hours as ROLLER publishes it.'
    }))),
    margin: internal(
      Type.Optional(Type.Number({ minimum: 0, maximum: 0.5, description: 'Part of every limit that is left unused. Default: 0.03.' }))
    ),
    jitter: internal(Type.Optional(Type.Integer({
      minimum: 0,
      maximum: 60_000,
      description: 'How much longer than ROLLER\'s every window is, for calls with varying latency. Default: 500. Milliseconds.'
    }))),
    maxQueue: internal(
      Type.Integer({ minimum: 0, default: 1_000, description: 'Calls that may wait at a time, for one credential and limit.' })
    )
  }, { additionalProperties: false, default: {} }),
  usageAllowance: Type.Integer({
    default: 0,
    minimum: 0,
    description: 'Calls a month that ROLLER allows each venue: usage.warning is raised at 80 %, usage.exceeded at 100 %. 0: none.'
  }),
  retries: Type.Integer({ minimum: 0, maximum: 10, default: 2, description: 'Maximum retries of a call that may be retried.' }),
  timeouts: Type.Object({
    headers: milliseconds(60_000, 'Timeout until the response headers have arrived.'),
    idle: milliseconds(30_000, 'Idle timeout between chunks of a response body.'),
    connect: internal(milliseconds(5_000, 'Until a connection to Nango, or with transport direct to ROLLER, is established.')),
    total: internal(milliseconds(600_000, 'For one exchange as a whole.')),
    control: internal(milliseconds(15_000, 'For one call to Nango\'s own API.'))
  }, { additionalProperties: false, default: {} }),
  bodyLimit: Type.Integer(
    { minimum: 1, default: 1_048_576, description: 'Maximum body of the typed routes and of the plugin\'s own routes. Bytes.' }
  ),
  maxSockets: Type.Integer({
    minimum: 1, default: 128, description: 'Maximum open connections to Nango, or with the transport direct to ROLLER. Further calls wait.'
  }),
  validation: Type.Boolean({
    default: true,
    description: 'Validates calls against the catalog before they are sent. false, or the header Roller-Validation: false, sends values ' +
      'that the catalog lacks.'
  }),
  verifyVenues: Type.Boolean({
    default: true,
    description: 'Requests the venue of every connection from ROLLER, stores it in Nango, and rejects calls after credentials of another ' +
      'venue were entered.'
  }),
  sharedCaching: Type.Boolean({
    default: false,
    description: 'Passes on ROLLER\'s headers for shared caches (Cache-Control: public, s-maxage, CDN-Cache-Control). Otherwise ' +
      'responses are private: only the caller\'s own cache may store them.'
  }),
  vary: Type.Optional(Type.Array(Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$", expected: 'a header name' }), {
    maxItems: 32,
    expected: 'a list of at most 32 header names',
    description: 'Further request headers that select the caller or the connection in this app, such as X-Api-Key. They are added to Vary.'
  })),
  bulkExportHosts: Type.Optional(Type.Array(Type.String({ maxLength: 253, pattern: BULK_EXPORT_HOST_PATTERN }), {
    expected: `a list of ${BULK_EXPORT_HOST_RULE}`,
    description: `Allowed hosts of bulk export files: ${BULK_EXPORT_HOST_RULE}. Default: ${BULK_EXPORT_HOSTS.join(', ')}.`
  })),
  rollerBaseUrl: Type.Optional(Type.String({
    expected: ROLLER_BASE_URL_RULE,
    description: `Address of ROLLER's API for the transport direct, if not the environment's own host: ${ROLLER_BASE_URL_RULE}.`
  })),
  // process.env.HTTPS_PROXY may be undefined
  proxy: Type.Optional(Type.Unsafe<ProxyOptions>(Type.Object({
    http: Type.Optional(Type.String({ expected: PROXY_RULE, description: 'Proxy for http addresses.' })),
    https: Type.Optional(Type.String({ expected: PROXY_RULE, description: 'Proxy for https addresses.' })),
    noProxy: Type.Optional(Type.String({
      description: 'Comma-separated hosts that are called directly: names with their subdomains, addresses and networks, each with an ' +
        'optional port; * is all. This machine is always called directly.'
    }))
  }, {
    additionalProperties: false,
    description: 'HTTP proxies between this app and Nango, ROLLER and bulk export files. The environment is not read.'
  }))),
  clock: Type.Optional(
    Type.Unsafe<Clock>(
      Type.Object({}, { description: 'Replaces the system clock in tests, for example with `ManualClock` of roller-sandbox.' })
    )
  ),
  logLevel: Type.Optional(
    StringEnum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { description: 'Log level of the plugin\'s routes.' })
  ),
  logSerializers: Type.Optional(Type.Unsafe<NonNullable<RegisterOptions['logSerializers']>>(Type.Object({}, {
    description: 'Log serializers of the plugin\'s routes, by the name of the logged field, as Fastify takes them.'
  }))),
  onRequest: Type.Optional(hooks<onRequestHookHandler>('onRequest')),
  preHandler: Type.Optional(hooks<preHandlerHookHandler>('preHandler')),
  config: Type.Optional(Type.Unsafe<FastifyContextConfig>(Type.Object({}, {
    description: 'Merged into the config of every route of the plugin, for your hooks and plugins.'
  }))),
  otherBaseUrl: internal(Type.Optional(Type.String({
    expected: ROLLER_BASE_URL_RULE, description: 'ROLLER\'s other environment, when not at its own host.'
  }))),
  streamLimit: internal(Type.Integer({
    minimum: 1,
    default: 78_643_200,
    description: 'Largest body of a call outside the catalog, which is streamed. Bytes. A Nango server accepts 75 MiB by default.'
  })),
  cacheSize: internal(
    Type.Integer({ minimum: 1, default: 67_108_864, description: 'Memory for all responses that are cached in this process. Bytes.' })
  ),
  eventTimeout: internal(Type.Integer({
    minimum: 1,
    maximum: 9_500,
    default: 8_000,
    description: 'How long handlers of an event may take; ROLLER waits 10 s for its response. Milliseconds.'
  })),
  tracer: internal(
    Type.Optional(
      func<UpstreamTracer>('Called for every attempt of a call to ROLLER; returns the headers by which the next hop finds the trace.')
    )
  ),
  observer: internal(
    Type.Optional(Type.Unsafe<RateLimitObserver>(Type.Object({}, { description: 'Called by the rate limiter, for metrics.' })))
  ),
  readExports: internal(Type.Optional(Type.Union([Type.Null(), func<ReadExports>('')], {
    description: 'Reads what an export into a folder has fetched, for GET /exports. Null: there is no folder. Absent: no such route.'
  }))),
  retryPolicy: internal(
    Type.Optional(
      Type.Unsafe<Partial<RetryPolicy>>(Type.Object({}, { description: 'Replaces parts of the pause between attempts, for tests.' }))
    )
  )
}, { additionalProperties: false })

type Internal = 'otherBaseUrl' | 'streamLimit' | 'cacheSize' | 'eventTimeout' | 'tracer' | 'observer' | 'readExports' | 'retryPolicy'
type InternalLimit = 'bulk' | 'margin' | 'jitter' | 'maxQueue'
type InternalTimeout = 'connect' | 'total' | 'control'

/** The options with all defaults filled in. */
export type ParsedOptions = Static<typeof Options>

type WithDefaults = Omit<ParsedOptions, 'nango' | 'authorize' | 'timeouts' | 'rateLimits'>

/** All options as given: those with a default may be omitted. */
export type AllOptions = Pick<ParsedOptions, 'authorize'> & Partial<WithDefaults> & {
  nango: Pick<ParsedOptions['nango'], 'secretKey'> & Partial<ParsedOptions['nango']>
  timeouts?: Partial<ParsedOptions['timeouts']>
  rateLimits?: Partial<ParsedOptions['rateLimits']>
}

/** What `register` takes. Each option is documented in docs/reference.md. */
export type RollerOptions = Omit<AllOptions, Internal | 'timeouts' | 'rateLimits'> & {
  timeouts?: Partial<Omit<ParsedOptions['timeouts'], InternalTimeout>>
  rateLimits?: Partial<Omit<ParsedOptions['rateLimits'], InternalLimit>>
}

/** An invalid registration, with every error listed. */
export class OptionsError extends TypeError {
  readonly code = 'ROLLER_ERR_OPTIONS'
  constructor (faults: readonly string[]) {
    super(`fastify-roller: ${faults.join('; ')}`)
    this.name = 'OptionsError'
  }
}

/**
 * Validates the options and fills in defaults. The caller's object is not modified.
 * @throws OptionsError naming every invalid field; values are never repeated, since they may be secrets
 */
export function parseOptions (raw: unknown): ParsedOptions {
  if (!isObject(raw)) throw new OptionsError(['options must be an object'])
  const options = addDefaults(raw)
  const faults = new Map(schemaFaults(options))
  // The other checks ignore values of a wrong type.
  for (const check of [textFaults, pageFaults, environmentFaults, pollFaults, hookFaults, operationFaults, cacheOptionFaults]) {
    for (const [name, fault] of check(options)) faults.set(name, fault)
  }
  if (faults.size > 0) throw new OptionsError([...faults.values()])
  return options as ParsedOptions // validated by the checker
}

type Fields = Readonly<Record<string, unknown>>
type Fault = [name: string, fault: string]

function wrong (name: string, expected: string): Fault { return [name, `option ${name} is wrong: expected ${expected}`] }

function addDefaults (raw: Record<string, unknown>): Fields {
  const given = Object.entries(readFields(Options, raw))
  // TypeBox copies what stands where a union is wanted, and throws at a function.
  const isFunction = ([, value]: [string, unknown]): boolean => [value].flat().some((one) => typeof one === 'function')
  const completed = Value.Default(Options, Object.fromEntries(given.filter((field) => !isFunction(field))))
  return Object.assign(completed as object, Object.fromEntries(given.filter(isFunction)))
}

function schemaFaults (options: Fields): Map<string, string> {
  const faults = new Map<string, string>()
  for (const error of checkerOf(Options).errors(options)) {
    const name = error.path.slice(1).replaceAll('/', '.')
    if (!faults.has(name)) faults.set(name, describe(name, error))
  }
  if ([...faults.keys()].some((name) => /^redis(\.|$)/.test(name))) {
    for (const name of [...faults.keys()]) if (name.startsWith('redis.')) faults.delete(name)
    faults.set(...wrong('redis', 'a client or Cluster of ioredis or iovalkey; one of the package redis has other methods'))
  }
  return faults
}

const TEXTS: readonly (readonly [name: string, isValid: (text: string) => boolean, rule: string])[] = [
  ['rollerBaseUrl', isRollerBaseUrl, ROLLER_BASE_URL_RULE],
  ['otherBaseUrl', isRollerBaseUrl, ROLLER_BASE_URL_RULE],
  ['connection', isConnectionId, // any other would make every call fail with 404
    'an id as Nango gives it, of at most 255 characters, or a function (request) => connection id'],
  ['publicUrl', isPublicUrl, PUBLIC_URL_RULE],
  ['proxy.http', (url) => url === '' || isProxyUrl(url), PROXY_RULE],
  ['proxy.https', (url) => url === '' || isProxyUrl(url), PROXY_RULE],
  ['nango.host', isHttpAddress, HTTP_ADDRESS_RULE],
  ['nango.publicHost', isPublicUrl, PUBLIC_URL_RULE],
  ['nango.connectUrl', isPublicUrl, PUBLIC_URL_RULE]
]

function textFaults (options: Fields): Fault[] {
  return TEXTS.flatMap(([name, isValid, rule]) => {
    const text = name.split('.').reduce<unknown>((value, key) => isPlainObject(value) ? value[key] : undefined, options)
    return typeof text === 'string' && !isValid(text) ? [wrong(name, rule)] : []
  })
}

/** The connect page sends a Client Secret to Nango. */
function pageFaults ({ nango, connectPage }: Fields): Fault[] {
  if (!isPlainObject(nango) || connectPage !== true || nango.publicHost !== undefined) return []
  if (typeof nango.host !== 'string' || isPublicUrl(nango.host)) return []
  return [[
    'nango.publicHost',
    'option nango.publicHost is missing: the connect page of option connectPage sends keys to Nango, ' +
      `and nango.host is not ${PUBLIC_URL_RULE}`
  ]]
}

function environmentFaults ({ environment, rollerBaseUrl }: Fields): Fault[] {
  const other = environment === 'playground' ? 'live' : 'playground'
  if (rollerBaseUrl !== ROLLER_BASE_URLS[other]) return []
  return [[
    'rollerBaseUrl',
    `option rollerBaseUrl is wrong: it is the host of the environment ${other}; set option environment to ${other}, ` +
      'or leave rollerBaseUrl out'
  ]]
}

function pollFaults ({ pollInterval }: Fields): Fault[] {
  return typeof pollInterval === 'number' && pollInterval > 0 && pollInterval < 1000 ? [wrong('pollInterval', '0 or at least 1000')] : []
}

function hookFaults (options: Fields): Fault[] {
  return ['onRequest', 'preHandler'].flatMap((name) => {
    const given = options[name]
    if (given === undefined || [given].flat().every((hook) => typeof hook === 'function')) return []
    return [wrong(name, 'a function or a list of functions')]
  })
}

function operationFaults ({ operations: lists }: Fields): Fault[] {
  if (!isPlainObject(lists)) return []
  return ['allow', 'deny'].flatMap((list): Fault[] => {
    const given = lists[list]
    const unknown = Array.isArray(given) && given.every((name) => typeof name === 'string') ? unknownOperations(given) : []
    if (unknown.length === 0) return []
    return [[
      `operations.${list}`, `option operations.${list} is wrong at place ${unknown.join(', ')}: expected ${OPERATION_NAMES_RULE}`
    ]]
  })
}

function cacheOptionFaults ({ cache }: Fields): Fault[] {
  if (isPlainObject(cache)) return cacheFaults(cache).map((fault) => [fault, fault])
  return cache === undefined ? [] : [wrong('cache', 'an object of milliseconds by operation')]
}

function describe (name: string, { schema, message, value }: Mismatch): string {
  if (value === undefined) {
    return `option ${name} is missing${name === 'authorize' ? `: give ${expectation(schema) ?? ''}` : ''}`
  }
  if (message === 'Unexpected property') return `option ${name} is not known`
  return `option ${name} is wrong: expected ${expectation(schema) ?? oneOf(schema) ?? lowerFirst(message).replace(/^expected /, '')}`
}

function expectation (schema: TSchema): string | undefined {
  return typeof schema.expected === 'string' ? schema.expected : undefined
}

function oneOf ({ enum: values }: TSchema): string | undefined {
  return Array.isArray(values) ? `one of ${values.join(', ')}` : undefined
}

function lowerFirst (text: string): string { return text.charAt(0).toLowerCase() + text.slice(1) }

/**
 * Copies the fields of options. Those of a class instance may be getters or methods of its class, so they are looked up by the names of the
 * schema too.
 */
function readFields (schema: TSchema, given: Record<string, unknown>): Record<string, unknown> {
  const properties = (schema.properties ?? {}) as Record<string, TSchema> // as JSON Schema says
  const inherited = isPlainObject(given) ? [] : Object.keys(properties).filter((name) => name in given)
  const names = [...new Set([...Object.keys(given), ...inherited])]
  return Object.fromEntries(names.flatMap((name): [string, unknown][] => {
    const value = given[name]
    if (value === undefined) return []
    const inner = properties[name]
    if (inner?.additionalProperties === false && isObject(value)) return [[name, readFields(inner, value)]]
    if (typeof value === 'function' && !Object.hasOwn(given, name)) return [[name, value.bind(given) as unknown]]
    return [[name, copyPlain(value)]]
  }))
}

/** Copies plain objects and arrays deeply, and leaves what has a class of its own (a client, a clock) alone. */
function copyPlain (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyPlain)
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined).map(([key, field]) => [key, copyPlain(field)]))
}
