/** Builds the service: the plugin, who may call it, its documents and its health. It starts nothing and reads no environment. */
import helmet from '@fastify/helmet'
import Fastify, { LogController, type FastifyError, type FastifyInstance } from 'fastify'
import roller, { RollerError, sendProblem, toRollerError } from '../plugin/index.ts'
import { requireKey, requireLocalCaller } from './auth.ts'
import type { Config } from './config.ts'
import { addDocs } from './docs.ts'
import { healthRoutes } from './health.ts'
import { countRequests, createMetrics, serveMetrics } from './metrics.ts'
import { connectRedis } from './redis.ts'
import { loggerOptions, logRequests, requestId } from './logging.ts'

export interface AppOptions {
  readonly config: Omit<Config, 'nango'> & { readonly nango: NonNullable<Config['nango']> }
  /** A connection id that works, for the documents. */
  readonly exampleConnectionId?: string
}

/** Slow or endless requests end here. Milliseconds. */
const REQUEST_TIMEOUT = 300_000
const KEEP_ALIVE_TIMEOUT = 72_000

export async function buildApp ({ config, exampleConnectionId }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: loggerOptions(config.logLevel) ?? false,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    trustProxy: config.trustProxy,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    routerOptions: { maxParamLength: 1024 },
    // Fastify's own are all about the URL, found before there is a route.
    frameworkErrors: (_error, request, reply) => {
      sendProblem(request, reply, new RollerError('ROLLER_ERR_PATH', { detail: 'The URL is not well encoded, or a part of it is too long.' }))
    }
  })
  app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(request, reply, toRollerError(error)))
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, new RollerError('ROLLER_ERR_NOT_FOUND')))
  logRequests(app)
  endConnectionsAtClose(app)
  // TLS ends in front of the service, so HSTS is said there. Swagger UI brings a policy of its own.
  await app.register(helmet, { contentSecurityPolicy: false, hsts: false })
  await addDocs(app, { keys: config.apiKeys.length > 0, exampleConnectionId: exampleConnectionId ?? config.connectionId })

  const metrics = createMetrics()
  countRequests(app, metrics)
  const redis = config.redisUrl === null ? null : await connectRedis(config.redisUrl, app.log)
  if (redis !== null) app.addHook('onClose', async () => { redis.disconnect() })

  let api: FastifyInstance = app
  await app.register(async (scope) => {
    api = scope
    if (config.apiKeys.length > 0) await requireKey(api, config.apiKeys)
    else if (config.loopbackOnly) requireLocalCaller(api)
    serveMetrics(api, metrics)
    await api.register(roller, {
      nango: config.nango,
      transport: config.transport,
      rollerBaseUrl: config.rollerBaseUrl,
      authorize: 'open', // the hooks above are the guard
      readOnly: config.readOnly,
      budgets: { maxWait: config.maxWait, whenAway: config.whenAway, replicas: config.replicas },
      observer: metrics.budgets,
      ...(redis !== null && { redis }),
      ...(config.connectionId !== null && { connection: config.connectionId })
    })
  })
  // Outside the guard, but it asks the plugin. Registered after it: what is registered inside inherits its hooks.
  await app.register(healthRoutes, { roller: () => api.roller })
  return app
}

/** A connection that was busy when the closing began would be kept for further requests, and hold the process up until its idle time is over. */
function endConnectionsAtClose (app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => { closing = true })
  app.addHook('onResponse', (request, _reply, done) => {
    if (closing) request.raw.socket.end()
    done()
  })
}
