/**
 * Every variable of the service's environment, the most used first, with its default and meaning: messages and documents are made from it.
 */
import { Type, type Static } from '@sinclair/typebox'
import { HTTP_ADDRESS_RULE, PUBLIC_URL_RULE, ROLLER_BASE_URL_RULE } from 'fastify-roller/internal'
import { KEYS_EXAMPLE } from '../auth/key-file.ts'
import { CACHE_EXAMPLE } from './cache.ts'
import { REDIS_URL_RULE } from './urls.ts'

const text = (description: string, example: string, options: object = {}) => Type.Optional(
  Type.String({ description, examples: [example], ...options })
)
const seconds = (fallback: number, minimum: number, maximum: number, description: string) =>
  Type.Integer({ default: fallback, minimum, maximum, description, examples: [String(fallback)] })

export const Environment = Type.Object({
  NANGO_SECRET_KEY: text('API key of the Nango environment. Without it the sandbox starts: on loopback where NODE_ENV is unset, ' +
    'development or test, and anywhere with SANDBOX=true.', '00000000-0000-4000-8000-000000000000'),
  NANGO_HOST: Type.String({
    default: 'https://api.nango.dev', description: `Address of Nango's API: ${HTTP_ADDRESS_RULE}.`, examples: ['https://nango.example.com']
  }),
  API_KEYS: text('Keys of the callers, at least 16 characters each: separated by commas, or a JSON document that names each and limits ' +
    'what it may do.',
  'old-key-of-32-characters,new-key-of-32-characters', { examples: ['old-key-of-32-characters,new-key-of-32-characters', KEYS_EXAMPLE] }),
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on.', examples: ['0.0.0.0'] }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65_535, description: 'Port to listen on.', examples: ['3000'] }),
  PUBLIC_URL: text(`Where ROLLER reaches this gateway, for its webhooks: ${PUBLIC_URL_RULE}.`, 'https://gateway.example.com'),
  NANGO_WEBHOOK_SIGNING_KEY: text(
    'Webhook signing keys of the Nango environment, separated by commas: the current one, and after a rotation the one before.',
    '8b8e7f1c-0d4b-4f55-9a3c-2f3a6f0f5a11'
  ),
  ROLLER_WEBHOOK_SECRET: text(
    'From which the keys of ROLLER\'s webhooks are made, at least 16 characters; after a rotation a list, the current one first.',
    'new-secret-of-64-characters,the-one-before'
  ),
  WEBHOOK_TARGET_URL: text('Where events are passed on to, signed by the Standard Webhooks convention.', 'http://app:8080/webhooks/roller'),
  WEBHOOK_TARGET_SECRET: text('With which they are signed: whsec_ and base64; during a rotation a list, the current one first.', 'whsec_…'),
  REDIS_URL: text(`Redis through which replicas share rate limits and the cache: ${REDIS_URL_RULE}.`, 'redis://redis:6379'),
  REPLICAS: Type.Integer(
    { default: 1, minimum: 1, maximum: 1000, description: 'How many replicas share the limits, for ON_REDIS_DOWN=share.', examples: ['3'] }
  ),
  ON_REDIS_DOWN: Type.Union([Type.Literal('share'), Type.Literal('reject')], {
    default: 'share',
    description: 'share or reject: without Redis each replica uses its part of the limits, or nothing is sent.',
    examples: ['share']
  }),
  ROLLER_TRANSPORT: Type.Union([Type.Literal('nango'), Type.Literal('direct')], {
    default: 'nango',
    description: 'nango or direct: calls go through Nango\'s proxy, or straight to ROLLER with a token that Nango gives.',
    examples: ['direct']
  }),
  ROLLER_READ_ONLY: Type.Boolean({ default: false, description: 'Lets only GET calls through to ROLLER.', examples: ['true'] }),
  ROLLER_OPERATIONS_ALLOW: text('The only operations that are open, by name, tag or group, separated by commas.', 'GET /bookings,Products'),
  ROLLER_OPERATIONS_DENY: text('Operations that are closed, by name, tag or group, separated by commas.', 'money-moving,staff-accounts'),
  ROLLER_CONNECTION_ID: text(
    'Serves one venue alone; callers then name no connection.', 'demo-venue',
    { maxLength: 255, expected: 'a text of at most 255 characters' }
  ),
  CACHE: text('Which GET operations are answered from the cache, and for how many seconds, separated by commas: a day at most. Kept in ' +
    'Redis where REDIS_URL is set, else in memory. Not for operations with guests\' personal data.', CACHE_EXAMPLE),
  MAX_WAIT: seconds(10, 0, 3600, 'Seconds a call waits for the rate limit when it sends no Roller-Max-Wait.'),
  POLL_INTERVAL: Type.Optional(Type.Integer({
    minimum: 0,
    maximum: 86_400,
    description: 'Seconds between two reads of Nango\'s list of connections, for changes without a webhook; 0 is never. When not given: ' +
      '60 without NANGO_WEBHOOK_SIGNING_KEY, 600 with it.',
    examples: ['60']
  })),
  JWT_JWKS_URL: text('Where the issuer of the callers\' tokens publishes its keys.', 'https://login.example.com/.well-known/jwks.json'),
  JWT_ISSUER: text('What a token must have in iss.', 'https://login.example.com/'),
  JWT_AUDIENCE: text('What a token must have in aud.', 'roller-gateway'),
  JWT_SCOPE_CLAIM: Type.String(
    { default: 'scope', minLength: 1, description: 'Claim that lists a token\'s rights: words in a text, or a list.', examples: ['scope'] }
  ),
  AUTH: Type.Optional(
    Type.Literal('none', { description: 'none disables authentication, for a host other than loopback.', examples: ['none'] })
  ),
  CORS_ORIGINS: text(
    'Origins whose pages may call, separated by commas. Without it no page of another origin may.', 'https://app.example.com'
  ),
  RATE_LIMIT: Type.Integer(
    {
      default: 0,
      minimum: 0,
      maximum: 10_000_000,
      description: 'Requests a minute that each caller may send to this replica; 0 is no limit. It protects the gateway: ROLLER\'s ' +
        'limits are kept by themselves.',
      examples: ['6000']
    }
  ),
  TRUST_PROXY: Type.String({
    default: 'false',
    description: 'Whose X-Forwarded-For is believed for the caller\'s address: true for anybody\'s, a number of proxies, or their ' +
      'addresses and networks.',
    examples: ['10.0.0.0/8']
  }),
  STREAM_LIMIT: Type.Optional(
    Type.Integer(
      { minimum: 1, description: 'Largest body of a path outside the catalog, which is streamed. Bytes.', examples: ['78643200'] }
    )
  ),
  KEEP_ALIVE_TIMEOUT: seconds(
    72, 1, 3600,
    'Seconds that a connection without a request is kept. Longer than the balancer\'s own, or it sends calls into a connection that is ' +
    'just being closed.'
  ),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'fatal, error, warn, info, debug, trace or silent.', examples: ['info'] }
  ),
  LOG_CONNECTION_IDS: Type.Boolean(
    { default: false, description: 'Writes connection ids into the log as they are, in place of a hash.', examples: ['true'] }
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: text(`Where traces are sent, by OTLP over HTTP: ${HTTP_ADDRESS_RULE}. Credentials go into ` +
    'OTEL_EXPORTER_OTLP_HEADERS. Without it nothing of OpenTelemetry is loaded.', 'http://otel-collector:4318'),
  SHUTDOWN_DELAY: seconds(
    0, 0, 3600, 'Seconds after SIGTERM in which everything is still served while /ready says no, for balancers to notice.'
  ),
  SHUTDOWN_GRACE: seconds(30, 1, 3600, 'Seconds that calls in flight may take after that.'),
  NANGO_INTEGRATION_ID: Type.String({
    default: 'roller',
    maxLength: 255,
    pattern: '^[A-Za-z0-9~:.@ _-]+$',
    expected: 'a text of letters, digits, spaces and ~ : . @ _ -',
    description: 'Unique key of the ROLLER integration in Nango.',
    examples: ['roller']
  }),
  NANGO_PUBLIC_HOST: text(
    `Nango's API as browsers reach it, when NANGO_HOST is an address of your own network: ${PUBLIC_URL_RULE}.`, 'https://nango.example.com'
  ),
  NANGO_CONNECT_URL: text(
    `Nango's Connect UI as browsers reach it, for a self-hosted Nango: ${PUBLIC_URL_RULE}. Nango Cloud's is known.`,
    'https://connect.nango.example.com'
  ),
  ROLLER_ENVIRONMENT: Type.Union([Type.Literal('live'), Type.Literal('playground')], {
    default: 'live',
    description: 'live or playground: the environment that the integration\'s keys are of. Connections of the other one are refused.',
    examples: ['playground']
  }),
  ROLLER_BASE_URL: text(
    `Where the direct transport calls, when not the environment's own host: ${ROLLER_BASE_URL_RULE}. At a host that is not ROLLER's own ` +
    'the other environment is taken to be too.',
    'https://api.roller.app'
  ),
  SANDBOX: Type.Optional(Type.Boolean({
    description: 'true starts the sandbox (a simulated Nango and a simulated ROLLER) on any host and in any NODE_ENV; ' +
      'false never starts it. Not together with NANGO_SECRET_KEY.',
    examples: ['true']
  })),
  NODE_ENV: text(
    'Anything but development or test keeps the sandbox closed, unless SANDBOX=true. production also leaves out the banner.', 'production'
  )
})
export type Environment = Static<typeof Environment>

/**
 * Settings that authenticate or restrict. Each of them, given and empty, is a configuration error: `API_KEYS=${KEYS}` with KEYS unset must
 * not start a service without keys. Every other variable that is empty has its default, as containers expect.
 */
export const securityVariables: ReadonlySet<keyof Environment> = new Set<keyof Environment>([
  'NANGO_SECRET_KEY', 'API_KEYS', 'NANGO_WEBHOOK_SIGNING_KEY', 'ROLLER_WEBHOOK_SECRET', 'WEBHOOK_TARGET_SECRET', 'ROLLER_READ_ONLY',
  'ROLLER_OPERATIONS_ALLOW',
  'ROLLER_OPERATIONS_DENY', 'ROLLER_CONNECTION_ID', 'JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE', 'CORS_ORIGINS', 'RATE_LIMIT',
  'TRUST_PROXY'
])
