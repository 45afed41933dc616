/** All environment variables, the most used first, with defaults and descriptions; messages and documents are generated from it. */
import { Type, type Static } from '@sinclair/typebox'
import { HTTP_ADDRESS_RULE, PROXY_RULE, PUBLIC_URL_RULE, ROLLER_BASE_URL_RULE } from 'fastify-roller/internal'
import { KEYS_EXAMPLE } from '../auth/key-file.ts'
import { CACHE_EXAMPLE } from './cache.ts'
import { REDIS_URL_RULE } from './urls.ts'

const text = (description: string, example: string, options: object = {}) => Type.Optional(
  Type.String({ description, examples: [example], ...options })
)
const seconds = (fallback: number, minimum: number, maximum: number, description: string) =>
  Type.Integer({ default: fallback, minimum, maximum, description, examples: [String(fallback)] })

export const Environment = Type.Object({
  NANGO_SECRET_KEY: text('API key of the Nango environment. Without it the sandbox starts, on loopback with NODE_ENV unset, ' +
    'development or test, and elsewhere with SANDBOX=true.', '00000000-0000-4000-8000-000000000000'),
  NANGO_HOST: Type.String({
    default: 'https://api.nango.dev', description: `Address of Nango's API: ${HTTP_ADDRESS_RULE}.`, examples: ['https://nango.example.com']
  }),
  API_KEYS: text('API keys of the callers, at least 16 characters each: a comma-separated list, or a JSON document that limits ' +
    'each key.',
  'old-key-of-32-characters,new-key-of-32-characters', { examples: ['old-key-of-32-characters,new-key-of-32-characters', KEYS_EXAMPLE] }),
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on.', examples: ['0.0.0.0'] }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65_535, description: 'Port to listen on.', examples: ['3000'] }),
  PUBLIC_URL: text(
    'Public address of this service, for ROLLER\'s webhooks and for links to the connect page, which are relative without it: ' +
    `${PUBLIC_URL_RULE}.`, 'https://gateway.example.com'
  ),
  NANGO_WEBHOOK_SIGNING_KEY: text(
    'Webhook signing keys of the Nango environment, comma-separated: the current one and, after a rotation, the previous one.',
    '8b8e7f1c-0d4b-4f55-9a3c-2f3a6f0f5a11'
  ),
  ROLLER_WEBHOOK_SECRET: text(
    'Secrets from which the keys of ROLLER\'s webhooks are derived, at least 16 characters each, comma-separated, the current first.',
    'new-secret-of-64-characters,the-one-before'
  ),
  WEBHOOK_TARGET_URL: text('Address to which events are posted, signed by the Standard Webhooks convention.',
    'http://app:8080/webhooks/roller'),
  WEBHOOK_TARGET_SECRET: text('Secrets that sign the events, whsec_ and base64 each, comma-separated, the current first.', 'whsec_…'),
  REDIS_URL: text(`Redis, for replicas to share rate limits and the cache: ${REDIS_URL_RULE}.`, 'redis://redis:6379'),
  REPLICAS: Type.Integer(
    {
      default: 1,
      minimum: 1,
      maximum: 1000,
      description: 'Number of replicas that share the limits, for ON_REDIS_DOWN=share. More than one need REDIS_URL.',
      examples: ['3']
    }
  ),
  ON_REDIS_DOWN: Type.Union([Type.Literal('share'), Type.Literal('reject')], {
    default: 'share',
    description: 'While Redis is down, share gives each replica its part of the limits; reject sends nothing.',
    examples: ['share']
  }),
  ROLLER_TRANSPORT: Type.Union([Type.Literal('nango'), Type.Literal('direct')], {
    default: 'nango',
    description: 'nango sends calls through Nango\'s proxy; direct sends them to ROLLER with a token from Nango.',
    examples: ['direct']
  }),
  ROLLER_READ_ONLY: Type.Boolean({ default: false, description: 'Rejects every call to ROLLER except GET.', examples: ['true'] }),
  ROLLER_OPERATIONS_ALLOW: text('The only open operations, by name, tag or group, comma-separated.', 'GET /bookings,Products'),
  ROLLER_OPERATIONS_DENY: text('Closed operations, by name, tag or group, comma-separated. Takes precedence.',
    'money-moving,staff-accounts'),
  ROLLER_CONNECTION_ID: text(
    'The connection of every request, for a service with one venue.', 'demo-venue',
    { maxLength: 255, expected: 'a string of at most 255 characters' }
  ),
  MCP: Type.Boolean({ default: false, description: 'Serves agents over the Model Context Protocol at /mcp.', examples: ['true'] }),
  MCP_CONFIRM: Type.Union([Type.Literal('always'), Type.Literal('never')], {
    default: 'always',
    description: 'always has a person confirm what moves money or changes staff accounts over MCP; never sends it without asking.',
    examples: ['always']
  }),
  MCP_PINNED_TOOLS: text('Operations that are MCP tools of their own, by name, comma-separated.',
    'GET /product-availability,POST /bookings'),
  CACHE: text('Cached GET operations with their time in seconds, at most a day, comma-separated. The store is Redis if REDIS_URL is ' +
    'set, otherwise memory. Do not cache operations with personal data of guests.', CACHE_EXAMPLE),
  MAX_WAIT: seconds(10, 0, 3600, 'Time that a call without Roller-Max-Wait waits for its rate limit. Seconds.'),
  USAGE_ALLOWANCE: Type.Integer({
    default: 0,
    minimum: 0,
    description: 'Calls a month that ROLLER allows each venue: events are raised at 80 % and 100 %. 0 is none.',
    examples: ['100000']
  }),
  EXPORT_DIR: text('Folder into which roller-sidecar export writes, for GET /exports and its metric.', '/exports'),
  POLL_INTERVAL: Type.Optional(Type.Integer({
    minimum: 0,
    maximum: 86_400,
    description: 'Interval at which Nango\'s list of connections is polled for changes; 0 disables polling. Seconds. Default: 60 without ' +
      'NANGO_WEBHOOK_SIGNING_KEY, 600 with it.',
    examples: ['60']
  })),
  JWT_JWKS_URL: text('JSON Web Key Set of the token issuer.', 'https://login.example.com/.well-known/jwks.json'),
  JWT_ISSUER: text('Required iss of a token.', 'https://login.example.com/'),
  JWT_AUDIENCE: text('Required aud of a token.', 'roller-gateway'),
  JWT_SCOPE_CLAIM: Type.String(
    {
      default: 'scope',
      minLength: 1,
      description: 'Claim with the scopes of a token: a space-separated string, or an array.',
      examples: ['scope']
    }
  ),
  AUTH: Type.Optional(
    Type.Literal('none', { description: 'none disables authentication on a host other than loopback.', examples: ['none'] })
  ),
  CORS_ORIGINS: text(
    'Origins whose pages may call, comma-separated. Default: none.', 'https://app.example.com'
  ),
  RATE_LIMIT: Type.Integer(
    {
      default: 0,
      minimum: 0,
      maximum: 10_000_000,
      description: 'Maximum requests a minute from each caller to this replica; 0 disables the limit. It protects the gateway and is ' +
        'unrelated to ROLLER\'s limits.',
      examples: ['6000']
    }
  ),
  TRUST_PROXY: Type.String({
    default: 'false',
    description: 'Proxies whose X-Forwarded-For and X-Forwarded-Prefix are trusted: true for all, a number of proxies, or their ' +
      'addresses and networks.',
    examples: ['10.0.0.0/8']
  }),
  STREAM_LIMIT: Type.Optional(
    Type.Integer(
      { minimum: 1, description: 'Maximum body of a path outside the catalog, which is streamed. Bytes.', examples: ['78643200'] }
    )
  ),
  KEEP_ALIVE_TIMEOUT: seconds(
    72, 1, 3600,
    'Keep-alive timeout of idle connections. Seconds. Set it longer than the load balancer\'s, which otherwise reuses a closing ' +
    'connection.'
  ),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'Log level: fatal, error, warn, info, debug, trace or silent.', examples: ['info'] }
  ),
  LOG_CONNECTION_IDS: Type.Boolean(
    { default: false, description: 'Logs connection ids instead of their hashes.', examples: ['true'] }
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: text(`Address for traces by OTLP over HTTP: ${HTTP_ADDRESS_RULE}. Set credentials in ` +
    'OTEL_EXPORTER_OTLP_HEADERS. Without it, or with OTEL_SDK_DISABLED=true, OpenTelemetry is not loaded.', 'http://otel-collector:4318'),
  HTTPS_PROXY: text(`Proxy for outgoing traffic to https addresses, in lower case as well: ${PROXY_RULE}.`,
    'http://proxy.example.com:3128'),
  HTTP_PROXY: text('Proxy for outgoing traffic to http addresses, in lower case as well.', 'http://proxy.example.com:3128'),
  NO_PROXY: text('Hosts that are called directly, comma-separated, in lower case as well: names with their subdomains, addresses and ' +
    'networks, each with an optional port; * is all. This machine is always called directly.', '.svc.cluster.local,10.0.0.0/8'),
  SHUTDOWN_DELAY: seconds(
    0, 0, 3600, 'Time after SIGTERM with requests served and /ready failing, for load balancers to notice. Seconds.'
  ),
  SHUTDOWN_GRACE: seconds(30, 1, 3600, 'Maximum time for calls in flight after SHUTDOWN_DELAY. Seconds.'),
  NANGO_INTEGRATION_ID: Type.String({
    default: 'roller',
    maxLength: 255,
    pattern: '^[A-Za-z0-9~:.@ _-]+$',
    expected: 'a string of letters, digits, spaces and ~ : . @ _ -',
    description: 'Unique key of the ROLLER integration in Nango.',
    examples: ['roller']
  }),
  NANGO_PUBLIC_HOST: text(
    `Address of Nango's API for browsers, if NANGO_HOST is an internal address: ${PUBLIC_URL_RULE}.`, 'https://nango.example.com'
  ),
  NANGO_CONNECT_URL: text(
    `Address of Nango's Connect UI for browsers, for a self-hosted Nango: ${PUBLIC_URL_RULE}.`,
    'https://connect.nango.example.com'
  ),
  ROLLER_ENVIRONMENT: Type.Union([Type.Literal('live'), Type.Literal('playground')], {
    default: 'live',
    description: 'ROLLER\'s environment of the credentials: live or playground. Connections of the other one are rejected.',
    examples: ['playground']
  }),
  ROLLER_BASE_URL: text(
    `Address of ROLLER's API for the transport direct, if not the environment's own host: ${ROLLER_BASE_URL_RULE}. If it is not a host ` +
    'of ROLLER, it serves the other environment as well.',
    'https://api.roller.app'
  ),
  SANDBOX: Type.Optional(Type.Boolean({
    description: 'true starts the sandbox (a simulated Nango and a simulated ROLLER) on any host and in any NODE_ENV; ' +
      'false never starts it. Not together with NANGO_SECRET_KEY.',
    examples: ['true']
  })),
  NODE_ENV: text(
    'A value other than development or test disables the sandbox, unless SANDBOX=true. production hides the banner.', 'production'
  )
})
export type Environment = Static<typeof Environment>

/**
 * Settings that authenticate or restrict. An empty value is a configuration error: `API_KEYS=${KEYS}` with KEYS unset must not start a
 * service without keys. Any other empty variable gets its default, as containers expect.
 */
export const securityVariables: ReadonlySet<keyof Environment> = new Set<keyof Environment>([
  'NANGO_SECRET_KEY', 'API_KEYS', 'NANGO_WEBHOOK_SIGNING_KEY', 'ROLLER_WEBHOOK_SECRET', 'WEBHOOK_TARGET_SECRET', 'ROLLER_READ_ONLY',
  'MCP_CONFIRM',
  'ROLLER_OPERATIONS_ALLOW',
  'ROLLER_OPERATIONS_DENY', 'ROLLER_CONNECTION_ID', 'JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE', 'CORS_ORIGINS', 'RATE_LIMIT',
  'TRUST_PROXY'
])
