/**
 * fastify-roller: connects venues' ROLLER accounts through Nango, and calls the ROLLER API.
 *
 * `app.register(roller, { nango: { secretKey }, authorize })` adds the routes under `prefix` and decorates the app with `app.roller`.
 */
import fp from 'fastify-plugin'
import type { FastifyError, FastifyInstance } from 'fastify'
import { assemble } from './assemble.ts'
import { OptionsError, parseOptions, type ParsedOptions, type RollerOptions } from './options.ts'
import { keepRegistration } from './registration.ts'
import { isRoller, type Roller } from './roller.ts'
import { Access } from './routes/access.ts'
import { Addresses, hasParameters } from './routes/addresses.ts'
import { CacheHeaders } from './routes/cache-headers.ts'
import { decorateCallRecord } from './routes/call-record.ts'
import { connectPageRoutes } from './routes/connect-page.ts'
import { connectSessionRoutes } from './routes/connect-session.ts'
import { connectionRoutes } from './routes/connections.ts'
import { connectionUsageRoutes } from './routes/connection-usage.ts'
import { exportListRoutes } from './routes/export-list.ts'
import { exportRoutes } from './routes/exports.ts'
import { parseJsonBodies } from './routes/json-body.ts'
import { nangoWebhookRoute } from './routes/nango-webhook.ts'
import { problemPages } from './routes/problem-pages.ts'
import { setProblemHandler } from './routes/problems.ts'
import { prepareRoutes } from './routes/route-config.ts'
import { rollerRoutes } from './routes/roller.ts'
import { webhookSubscriptionRoutes } from './routes/webhook-subscriptions.ts'
import { compileValidator } from './routes/validation.ts'
import { rollerWebhookRoutes } from './routes/webhooks.ts'

const MAX_ID_LENGTH = 255

interface RouteParts {
  readonly options: ParsedOptions
  readonly parts: ReturnType<typeof assemble>
  readonly access: Access
  readonly addresses: Addresses
}

async function rollerPlugin (app: FastifyInstance, raw: RollerOptions): Promise<void> {
  const options = parseOptions(raw)
  const { logLevel, logSerializers } = options
  const prefix = options.prefix?.replace(/\/+$/, '') ?? ''
  noteShortParameters(app)
  const addresses = new Addresses(options.publicUrl)
  rejectWebhooksBelowParameters(app.prefix + prefix, options)
  const parts = assemble(options, app.log, app.prefix.replace(/\/+$/, '') + prefix)
  const { roller, venues } = parts
  const access = new Access(
    { authorize: options.authorize, identify: options.identify, connection: options.connection, index: venues.index }
  )
  keepRegistration(roller, {
    access,
    addresses,
    client: parts.client,
    entries: parts.entries,
    policy: parts.policy,
    connections: venues.connections,
    secretKey: options.nango.secretKey,
    redis: options.redis
  })
  decorateApp(app, roller)
  decorateCallRecord(app)
  // The routes have a scope of their own, so that neither their parsers nor their error handler affect the host's routes.
  await app.register(
    (scope) => addRoutes(scope, { options, parts, access, addresses }),
    { prefix, ...(logLevel !== undefined && { logLevel }), ...(logSerializers !== undefined && { logSerializers }) }
  )
  app.addHook('onReady', async () => { parts.start() })
  app.addHook('onClose', parts.close)
}

/** Several registrations can exist in one app: the first is app.roller, and each is found by its integration id. */
function decorateApp (app: FastifyInstance, roller: Roller): void {
  const present: unknown = app.hasDecorator('roller') ? app.roller : undefined
  if (present === undefined) app.decorate('roller', roller)
  else if (isRoller(present)) present.add(roller)
  else throw new OptionsError(['the app already has a decorator named roller; rename it, or register this plugin in a scope without it'])
}

async function addRoutes (scope: FastifyInstance, routeParts: RouteParts): Promise<void> {
  const { options, parts: { clock, entries, pipeline, roller, venues, webhooks }, access, addresses } = routeParts
  // Each scope inside has them set again: a schema that the host adds later makes Fastify compile it again, with the host's compilers.
  setCompilers(scope)
  scope.addHook('onRegister', setCompilers)
  setProblemHandler(scope, addresses)
  prepareRoutes(scope, options)
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.header('roller-answered-by', 'gateway')
    done()
  })
  await scope.register((own) => addOwnRoutes(own, routeParts))
  await scope.register(rollerWebhookRoutes, { secrets: options.rollerWebhookSecrets ?? [], intake: webhooks.intake, clock })
  await scope.register(problemPages)
  await scope.register(
    nangoWebhookRoute,
    { signingKeys: options.nango.webhookSigningKeys ?? [], integrationId: roller.integrationId, lifecycle: venues.lifecycle }
  )
  await scope.register(rollerRoutes, {
    pipeline,
    access,
    entries,
    maxWaitLimit: options.rateLimits.maxWaitLimit,
    cacheHeaders: new CacheHeaders({ sharedCaching: options.sharedCaching, vary: options.vary ?? [] }),
    limits: { whole: options.bodyLimit, stream: options.streamLimit }
  })
}

/** Connect sessions, connections and exports. */
async function addOwnRoutes (own: FastifyInstance, { options, parts, access, addresses }: RouteParts): Promise<void> {
  const { client, clock, connectPage, nango, roller, venues: { connections }, webhooks: { subscriptions } } = parts
  const { rateLimiter, credentialOf, venueOf, usage } = parts
  // The state of connections changes, and a session's token must not be cached.
  own.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })
  parseJsonBodies(own, options.bodyLimit)
  await own.register(connectSessionRoutes, { nango, access, addresses, page: connectPage })
  if (connectPage !== null) await own.register(connectPageRoutes, { page: connectPage })
  await own.register(connectionRoutes, { connections, check: (connectionId) => roller.check(connectionId), access })
  await own.register(connectionUsageRoutes, { access, rateLimiter, credentialOf, venueOf, usage, allowance: options.usageAllowance })
  await own.register(webhookSubscriptionRoutes, { subscriptions, access })
  await own.register(exportRoutes, { client, access, clock })
  const { readExports } = options
  if (readExports !== undefined) await own.register(exportListRoutes, { access, connections, readExports })
}

/** Nango's ids have up to 255 characters. A host rejects a parameter above its limit with 404 or 414, before any route. */
function noteShortParameters ({ initialConfig, log }: FastifyInstance): void {
  const { maxParamLength = 0, routerOptions } = initialConfig
  const longest = Math.max(maxParamLength, Number(routerOptions?.maxParamLength ?? 0))
  if (longest >= MAX_ID_LENGTH) return
  // No warning: most hosts keep the default, and most ids are far shorter.
  log.info(
    { maxParamLength: longest },
    `connection ids longer than ${longest} characters are not found in paths: set routerOptions.maxParamLength to ${MAX_ID_LENGTH}`
  )
}

/** Subscriptions are also created and removed without a request, where the value of a parameter is unknown. */
function rejectWebhooksBelowParameters (prefix: string, { rollerWebhookSecrets }: ParsedOptions): void {
  if (rollerWebhookSecrets === undefined || !hasParameters(prefix)) return
  throw new OptionsError([
    `option rollerWebhookSecrets cannot be used below the prefix ${prefix}: ROLLER's webhooks need an address without parameters. ` +
    'Use a prefix without parameters and separate tenants with the option identify'
  ])
}

function setCompilers (scope: FastifyInstance): void {
  scope.setValidatorCompiler(compileValidator)
  scope.setSerializerCompiler(() => serialize)
  scope.setReplySerializer(serialize)
}

/** Fastify's default error handler passes an error of the host's hooks, whose properties JSON.stringify does not see. */
function serialize (payload: unknown): string {
  if (!(payload instanceof Error)) return JSON.stringify(payload)
  const { statusCode, code, error, message } = payload as FastifyError & { error?: string } // Fastify adds `error`
  return JSON.stringify({ statusCode, code, error, message })
}

export default fp(rollerPlugin, { fastify: '5.x', name: 'fastify-roller' })

declare module 'fastify' {
  interface FastifyInstance {
    /** The first registration's calls and connections; `app.roller.integration(id)` finds the others. */
    roller: Roller
  }
}

export { errorDefinitions, isRollerError, RollerError, type ErrorCode } from './errors.ts'
export { OptionsError, type Authorize, type Identify, type Identity, type RollerOptions, type Scope } from './options.ts'
export type { CallResult, CallInput, OperationName } from './operations/call-types.ts'
export { cursorOf, type Pager, type PageProgress, type ReportName, type ReportRecord } from './client/paginate.ts'
export type { BulkExportFile, BulkExportInput } from './client/bulk-export.ts'
export type { BulkExportEstimate, EstimateInput } from './client/bulk-export-estimate.ts'
export type { Connection } from './nango/connection.ts'
export type { ConnectSession, SessionInput } from './nango/sessions.ts'
export type { ConnectionChange, ListFilter, NewConnection } from './nango/connections.ts'
export type { ConnectionEvent } from './nango/connection-events.ts'
export type { KeyRight } from './nango/key-rights.ts'
export type { Venue } from './nango/venue.ts'
export type { ConnectionPage, ManagedConnections } from './venues/managed-connections.ts'
export type { AnyEvent, EventHandler, EventOf, EventPattern } from './webhooks/events.ts'
export type { RollerEvent } from './webhooks/roller-events.ts'
export type { Subscription, Subscriptions, WebhookKinds } from './webhooks/subscriptions.ts'
export type { PoolUse } from './gateway/transport/pool-use.ts'
export type { RateLimitState } from './util/rate-limit-state.ts'
export type { Clock } from './util/clock.ts'
export type { RedisLike } from './redis/client.ts'
export type { CheckReport } from './check.ts'
export type { Problem } from './problem.ts'
export type { CallRecord } from './routes/call-record.ts'
export type { RouteConfig } from './routes/route-config.ts'
export type { ReportInput, Roller } from './roller.ts'
