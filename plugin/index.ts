/**
 * fastify-roller: connects venues' ROLLER accounts through Nango, and calls the ROLLER API.
 *
 * `app.register(roller, { nango: { secretKey }, authorize })` adds the routes under `prefix` and decorates the app with `app.roller`.
 */
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { assemble } from './assemble.ts'
import { parseOptions, type RollerOptions } from './options.ts'
import type { Roller } from './roller.ts'
import { Access } from './routes/access.ts'
import { CacheHeaders } from './routes/cache-headers.ts'
import { decorateCallRecord } from './routes/call-record.ts'
import { connectPageRoutes } from './routes/connect-page.ts'
import { connectSessionRoutes } from './routes/connect-session.ts'
import { connectionRoutes } from './routes/connections.ts'
import { exportRoutes } from './routes/exports.ts'
import { takeJsonBodies } from './routes/json-body.ts'
import { nangoWebhookRoute } from './routes/nango-webhook.ts'
import { problemPages } from './routes/problem-pages.ts'
import { setProblemHandler } from './routes/problems.ts'
import { prepareRoutes } from './routes/route-config.ts'
import { rollerRoutes } from './routes/roller.ts'
import { webhookSubscriptionRoutes } from './routes/webhook-subscriptions.ts'
import { compileValidator } from './routes/validation.ts'
import { rollerWebhookRoutes } from './routes/webhooks.ts'

async function rollerPlugin (app: FastifyInstance, raw: RollerOptions): Promise<void> {
  const options = parseOptions(raw)
  const prefix = options.prefix?.replace(/\/+$/, '') ?? ''
  const parts = assemble(options, app.log, app.prefix.replace(/\/+$/, '') + prefix)
  const { roller, nango, venues, rateLimiter, credentialOf, client, usage, pipeline, entries, connectPage, webhooks, clock } = parts
  const { usageAllowance: allowance } = options
  const access = new Access(
    { authorize: options.authorize, identify: options.identify, connection: options.connection, index: venues.index }
  )

  // Several registrations stand side by side in one app: the first is app.roller, and each is found by its integration id.
  if (app.hasDecorator('roller')) app.roller.add(roller)
  else app.decorate('roller', roller)

  decorateCallRecord(app)

  // The routes live in a scope of their own, so that neither their parsers nor their error handler touch the host's routes.
  await app.register(async (scope) => {
    scope.setValidatorCompiler(compileValidator)
    scope.setSerializerCompiler(() => (payload) => JSON.stringify(payload))
    setProblemHandler(scope)
    prepareRoutes(scope, options)
    scope.addHook('onRequest', (_request, reply, done) => {
      reply.header('roller-answered-by', 'gateway')
      done()
    })
    await scope.register(async (own) => {
      // What is true of connections now is not what it was; and a session's token must stay in no cache.
      own.addHook('onRequest', (_request, reply, done) => {
        reply.header('cache-control', 'no-store')
        done()
      })
      takeJsonBodies(own, options.bodyLimit)
      await own.register(connectSessionRoutes, { nango, access, page: connectPage })
      if (connectPage !== null) await own.register(connectPageRoutes, { page: connectPage })
      await own.register(
        connectionRoutes,
        {
          connections: venues.connections,
          check: (connectionId) => roller.check(connectionId),
          rateLimiter,
          credentialOf,
          access,
          usage,
          allowance
        }
      )
      await own.register(webhookSubscriptionRoutes, { subscriptions: webhooks.subscriptions, access })
      await own.register(exportRoutes, { client, access, clock })
    })
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
  }, { prefix, ...(options.logLevel !== undefined && { logLevel: options.logLevel }) })

  app.addHook('onReady', async () => { parts.start() })
  app.addHook('onClose', parts.close)
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
export type { BulkExportEstimate } from './client/bulk-export-estimate.ts'
export type { Connection } from './nango/connection.ts'
export type { ConnectSession } from './nango/sessions.ts'
export type { ListFilter } from './nango/connections.ts'
export type { ConnectionEvent } from './nango/connection-events.ts'
export type { Venue } from './nango/venue.ts'
export type { AnyEvent, EventHandler, EventOf } from './webhooks/events.ts'
export type { RollerEvent } from './webhooks/roller-events.ts'
export type { Subscription, WebhookKinds } from './webhooks/subscriptions.ts'
export type { RateLimitState } from './util/rate-limit-state.ts'
export type { Clock } from './util/clock.ts'
export type { RedisLike } from './redis/client.ts'
export type { CheckReport } from './check.ts'
export type { Problem } from './problem.ts'
export type { CallRecord } from './routes/call-record.ts'
export type { RouteConfig } from './routes/route-config.ts'
export type { Roller } from './roller.ts'
