/** Every variable of the service's environment, with its default and meaning: what messages and the documents say of it comes from here. */
import { Type, type Static } from '@sinclair/typebox'
import { HTTP_ADDRESS_RULE, PUBLIC_URL_RULE, ROLLER_BASE_URL_RULE } from 'fastify-roller/internal'
import { KEYS_EXAMPLE } from '../auth/key-file.ts'
import { REDIS_URL_RULE } from './urls.ts'

export const Environment = Type.Object({
  NANGO_SECRET_KEY: Type.Optional(Type.String({
    description: 'API key of the Nango environment. Without it the sandbox starts: on loopback where NODE_ENV is unset, development or ' +
      'test, and anywhere with SANDBOX=true.',
    examples: ['00000000-0000-4000-8000-000000000000']
  })),
  SANDBOX: Type.Optional(Type.Boolean({
    description: 'true starts the sandbox (a simulated Nango and a simulated ROLLER) on any host and in any NODE_ENV; ' +
      'false never starts it. Not together with NANGO_SECRET_KEY.',
    examples: ['true']
  })),
  NANGO_HOST: Type.String({
    default: 'https://api.nango.dev', description: `Address of Nango's API: ${HTTP_ADDRESS_RULE}.`, examples: ['https://nango.example.com']
  }),
  NANGO_PUBLIC_HOST: Type.Optional(Type.String({ description: `Nango's API as browsers reach it, when NANGO_HOST is an address of your own network: ${PUBLIC_URL_RULE}.`, examples: ['https://nango.example.com'] })),
  NANGO_CONNECT_URL: Type.Optional(Type.String({ description: `Nango's Connect UI as browsers reach it, for a self-hosted Nango: ${PUBLIC_URL_RULE}. Nango Cloud's is known.`, examples: ['https://connect.nango.example.com'] })),
  CONNECT_PAGE: Type.Union([Type.Literal('on'), Type.Literal('off')], {
    default: 'on', description: 'on or off: the page at /connect, on which a venue manager enters the keys. It needs a Nango that browsers reach.', examples: ['off']
  }),
  NANGO_INTEGRATION_ID: Type.String({ default: 'roller', maxLength: 255, pattern: '^[A-Za-z0-9~:.@ _-]+$', description: 'Unique key of the ROLLER integration in Nango.', examples: ['roller'] }),
  NANGO_WEBHOOK_SIGNING_KEY: Type.Optional(Type.String({
    description: 'Webhook signing keys of the Nango environment, separated by commas: the current one, and after a rotation the one before.', examples: ['8b8e7f1c-0d4b-4f55-9a3c-2f3a6f0f5a11']
  })),
  ROLLER_ENVIRONMENT: Type.Union([Type.Literal('live'), Type.Literal('playground')], {
    default: 'live', description: 'live or playground: the environment that the integration\'s keys are of. Connections of the other one are refused.', examples: ['playground']
  }),
  VENUE_IDENTITY: Type.Union([Type.Literal('on'), Type.Literal('off')], {
    default: 'on', description: 'on or off: asks ROLLER once for the venue of every connection, for Roller-Venue, and refuses calls when another venue\'s credentials were entered.', examples: ['on']
  }),
  CONNECTION_WATCH: Type.Optional(Type.Integer({
    minimum: 0, maximum: 86_400, description: 'Seconds between two looks at Nango\'s list of connections, for what its webhooks did not tell; 0 is never. When not given: 60 without NANGO_WEBHOOK_SIGNING_KEY, 600 with it.', examples: ['60']
  })),
  ROLLER_TRANSPORT: Type.Union([Type.Literal('nango'), Type.Literal('direct')], {
    default: 'nango', description: 'nango or direct: calls go through Nango\'s proxy, or straight to ROLLER with a token that Nango gives.', examples: ['direct']
  }),
  ROLLER_BASE_URL: Type.Optional(Type.String({
    description: `Where the direct transport calls, when not the environment's own host: ${ROLLER_BASE_URL_RULE}.`, examples: ['https://api.roller.app']
  })),
  ROLLER_OTHER_BASE_URL: Type.Optional(Type.String({
    description: 'ROLLER\'s other environment, when not at its own host. A refused Client ID and Client Secret are shown to it, to tell keys of the wrong environment.', examples: ['https://api.play.roller.app']
  })),
  ROLLER_CONNECTION_ID: Type.Optional(Type.String({ maxLength: 255, description: 'Serves one venue alone; callers then name no connection.', examples: ['demo-venue'] })),
  ROLLER_READ_ONLY: Type.Boolean({ default: false, description: 'Lets only GET calls through to ROLLER.', examples: ['true'] }),
  ROLLER_OPERATIONS_ALLOW: Type.Optional(Type.String({ description: 'The only operations that are open, by name, tag or group, separated by commas.', examples: ['GET /bookings,Products'] })),
  ROLLER_OPERATIONS_DENY: Type.Optional(Type.String({ description: 'Operations that are closed, by name, tag or group, separated by commas.', examples: ['money-moving,staff-accounts'] })),
  ROLLER_WILDCARD: Type.Optional(Type.Boolean({ description: 'Whether paths outside the catalogue are passed on; when not given, they are unless an operation is closed.', examples: ['false'] })),
  PUBLIC_URL: Type.Optional(Type.String({ description: `Where ROLLER reaches this gateway, for its webhooks: ${PUBLIC_URL_RULE}.`, examples: ['https://gateway.example.com'] })),
  ROLLER_WEBHOOK_SECRET: Type.Optional(Type.String({
    description: 'From which the keys of ROLLER\'s webhooks are made, at least 16 characters; after a rotation a list, the current one first.', examples: ['new-secret-of-64-characters,the-one-before']
  })),
  WEBHOOK_TARGET_URL: Type.Optional(Type.String({ description: 'Where events are passed on to, signed by the Standard Webhooks convention.', examples: ['http://app:8080/webhooks/roller'] })),
  WEBHOOK_TARGET_SECRET: Type.Optional(Type.String({ description: 'With which they are signed: whsec_ and base64; during a rotation a list, the current one first.', examples: ['whsec_…'] })),
  REDIS_URL: Type.Optional(Type.String({
    description: `Redis through which replicas share the rate budgets: ${REDIS_URL_RULE}.`, examples: ['redis://redis:6379']
  })),
  BUDGET_WHEN_AWAY: Type.Union([Type.Literal('share'), Type.Literal('refuse')], {
    default: 'share', description: 'share or refuse: without Redis each replica uses its part of the limits, or nothing is sent.', examples: ['share']
  }),
  REPLICAS: Type.Integer({ default: 1, minimum: 1, maximum: 1000, description: 'How many replicas share the limits, for BUDGET_WHEN_AWAY=share.', examples: ['3'] }),
  MAX_WAIT_LIMIT: Type.Integer({
    default: 60,
    minimum: 0,
    maximum: 3600,
    description: 'The longest wait in seconds that Roller-Max-Wait may ask for; a call that asks for more waits this long.',
    examples: ['60']
  }),
  MAX_WAIT: Type.Integer({ default: 10, minimum: 0, maximum: 3600, description: 'Seconds a call waits for its place in the rate budget when it does not say with Roller-Max-Wait.', examples: ['10'] }),
  API_KEYS: Type.Optional(Type.String({
    description: 'Keys of the callers, at least 16 characters each: separated by commas, or a JSON document that names each and limits what it may do.',
    examples: ['old-key-of-32-characters,new-key-of-32-characters', KEYS_EXAMPLE]
  })),
  JWT_JWKS_URL: Type.Optional(Type.String({ description: 'Where the issuer of the callers\' tokens publishes its keys.', examples: ['https://login.example.com/.well-known/jwks.json'] })),
  JWT_ISSUER: Type.Optional(Type.String({ description: 'What a token must have in iss.', examples: ['https://login.example.com/'] })),
  JWT_AUDIENCE: Type.Optional(Type.String({ description: 'What a token must have in aud.', examples: ['roller-gateway'] })),
  JWT_CLOCK_TOLERANCE: Type.Integer({ default: 30, minimum: 0, maximum: 600, description: 'Seconds by which the issuer\'s clock may differ.', examples: ['30'] }),
  JWT_SCOPE_CLAIM: Type.String({ default: 'scope', minLength: 1, description: 'Claim that lists a token\'s rights: words in a text, or a list.', examples: ['scope'] }),
  RATE_LIMIT: Type.Integer({ default: 0, minimum: 0, maximum: 10_000_000, description: 'Requests a minute that each caller may send to this replica; 0 is no limit. It protects the gateway: ROLLER\'s limits are kept by the budgets.', examples: ['6000'] }),
  MAX_EVENT_LOOP_DELAY: Type.Integer({ default: 1000, minimum: 0, maximum: 60_000, description: 'Milliseconds by which the process may run late before it sheds load with 503; 0 is never.', examples: ['1000'] }),
  HEADERS_TIMEOUT: Type.Integer({ default: 15, minimum: 1, maximum: 600, description: 'Seconds for a request\'s headers to arrive.', examples: ['15'] }),
  REQUEST_TIMEOUT: Type.Integer({ default: 300, minimum: 1, maximum: 86_400, description: 'Seconds for a request to arrive as a whole, its body included.', examples: ['300'] }),
  KEEP_ALIVE_TIMEOUT: Type.Integer({ default: 72, minimum: 1, maximum: 3600, description: 'Seconds that a connection without a request is kept. Longer than the balancer\'s own, or it sends calls into a connection that is just being closed.', examples: ['72'] }),
  BODY_LIMIT: Type.Optional(Type.Integer({ minimum: 1, description: 'Largest body of a typed route. Bytes.', examples: ['1048576'] })),
  STREAM_LIMIT: Type.Optional(Type.Integer({ minimum: 1, description: 'Largest body of a path outside the catalogue, which is streamed. Bytes.', examples: ['78643200'] })),
  CORS_ORIGINS: Type.Optional(Type.String({ description: 'Origins whose pages may call, separated by commas. Without it no page of another origin may.', examples: ['https://app.example.com'] })),
  AUTH: Type.Optional(Type.Literal('none', { description: 'Says in words that anybody who reaches the port may call.', examples: ['none'] })),
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on.', examples: ['0.0.0.0'] }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65_535, description: 'Port to listen on.', examples: ['3000'] }),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'fatal, error, warn, info, debug, trace or silent.', examples: ['info'] }
  ),
  LOG_CONNECTION_IDS: Type.Boolean({ default: false, description: 'Writes connection ids into the log as they are, in place of a hash.', examples: ['true'] }),
  TRUST_PROXY: Type.String({
    default: 'false', description: 'Whose X-Forwarded-For is believed for the caller\'s address: true for anybody\'s, a number of proxies, or their addresses and networks.', examples: ['10.0.0.0/8']
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(Type.String({
    description: `Where traces are sent, by OTLP over HTTP: ${HTTP_ADDRESS_RULE}. Credentials go into OTEL_EXPORTER_OTLP_HEADERS. ` +
      'Without it nothing of OpenTelemetry is loaded.',
    examples: ['http://otel-collector:4318']
  })),
  SHUTDOWN_DELAY: Type.Integer({ default: 0, minimum: 0, maximum: 3600, description: 'Seconds after SIGTERM in which everything is still served while /ready says no, for balancers to notice.', examples: ['5'] }),
  SHUTDOWN_GRACE: Type.Integer({ default: 30, minimum: 1, maximum: 3600, description: 'Seconds that calls in flight may take after that.', examples: ['30'] }),
  NODE_ENV: Type.Optional(Type.String({
    description: 'Anything but development or test keeps the sandbox closed, unless SANDBOX=true. production also leaves out the banner.',
    examples: ['production']
  }))
})
export type Environment = Static<typeof Environment>

/**
 * Settings that authenticate or restrict. Each of them, given and empty, is a configuration error: `API_KEYS=${KEYS}` with KEYS unset must
 * not start a service without keys. Every other variable that is empty has its default, as containers expect.
 */
export const securityVariables: ReadonlySet<keyof Environment> = new Set<keyof Environment>([
  'NANGO_SECRET_KEY', 'NANGO_WEBHOOK_SIGNING_KEY', 'API_KEYS', 'JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE', 'CORS_ORIGINS', 'TRUST_PROXY',
  'RATE_LIMIT', 'ROLLER_CONNECTION_ID', 'ROLLER_READ_ONLY', 'ROLLER_OPERATIONS_ALLOW', 'ROLLER_OPERATIONS_DENY', 'ROLLER_WILDCARD',
  'ROLLER_WEBHOOK_SECRET', 'WEBHOOK_TARGET_SECRET'
])
