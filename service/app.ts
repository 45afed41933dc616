/** Builds the service: the plugin, who may call it, its documents and its health. It starts nothing and reads no environment. */
import Fastify, { LogController, type FastifyError, type FastifyInstance } from 'fastify'
import { RollerError } from 'fastify-roller'
import { roller, type AllOptions, isRollerWebhook, refuseDelivery, sendProblem, toRollerError } from 'fastify-roller/internal'
import { anyLimited } from './auth/caller.ts'
import { authorizeCaller, identifyCaller, requireCaller, requireScope } from './auth/authentication.ts'
import { requireLocalCaller } from './auth/local.ts'
import { provesItself } from './auth/senders.ts'
import type { Config } from './config/config.ts'
import { watchConnectionUse } from './http/connection-use.ts'
import { addDocs } from './docs/docs.ts'
import type { ExampleCalls } from './docs/examples.ts'
import { addHealth } from './http/health.ts'
import { serverOptions, type Timeouts } from './http/server.ts'
import { endConnectionsAtClose } from './http/end-connections.ts'
import { createMetrics, requestCounter, serveMetrics, watchPool } from './observability/metrics.ts'
import { allowOrigins, limitCallers, shedLoad } from './http/protection.ts'
import { connectionNames, loggerOptions, requestId, requestLogger } from './observability/logging.ts'
import { markAnswers, SANDBOX_HEADER } from './http/sandbox-header.ts'
import { addSecurityHeaders, addSecurityHeadersForData } from './http/security-headers.ts'
import { refuseBrokenRules } from './http/strict-http.ts'
import type { Tracing } from './observability/tracing.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** From now on `/ready` says no; everything else goes on. */
    drain: () => void
  }
}

/** A configuration with a Nango to call. */
export type ConnectedConfig = Omit<Config, 'nango'> & { readonly nango: NonNullable<Config['nango']> }

export interface AppOptions {
  readonly config: ConnectedConfig
  /** A connection id that works, for the documents. */
  readonly exampleConnectionId?: string
  /** Calls that work on it, for the documents. */
  readonly exampleCalls?: ExampleCalls
  /** Started by the process, because it belongs to the process as a whole. */
  readonly tracing?: Tracing | undefined
  /** The sandbox's first page. */
  readonly addLanding?: (app: FastifyInstance) => void
  /** Nothing behind it is real, and every answer says so. */
  readonly sandbox?: boolean
  /** Logs every event; used where no target is configured. */
  readonly logEvents?: boolean
  /** What no operator turns, and tests do. */
  readonly overrides?: Overrides
}

export interface Overrides extends Partial<Timeouts> {
  /** Milliseconds by which the event loop may run late before requests get 503; 0 is never. */
  readonly maxEventLoopDelay?: number
  /** Of the plugin, in place of what the configuration says. */
  readonly roller?: Partial<AllOptions>
}

const MAX_EVENT_LOOP_DELAY = 1_000

export async function buildApp (options: AppOptions): Promise<FastifyInstance> {
  const { config, exampleConnectionId, exampleCalls, tracing, addLanding, sandbox = false, logEvents = false, overrides = {} } = options
  const metrics = createMetrics()
  const count = requestCounter(metrics)
  const nameConnection = connectionNames(config.logConnectionIds, config.nango.secretKey)
  const log = requestLogger({ nameConnection, more: tracing?.idOf })
  const app = Fastify({
    ...serverOptions(config, overrides, sandbox),
    logger: loggerOptions(config.logLevel, nameConnection),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    // Fastify's own are all about the URL, found before there is a route; no hook runs for them.
    frameworkErrors: (_error, request, reply) => {
      Object.assign(request, { caller: null, rollerCall: null }) // made without the decorators of this app
      reply.header('x-request-id', request.id)
      addSecurityHeadersForData(reply)
      if (sandbox) reply.header(...SANDBOX_HEADER)
      if (isRollerWebhook(request.raw.url ?? '')) refuseDelivery(reply)
      else {
        sendProblem(
          request, reply, new RollerError('ROLLER_ERR_PATH', { detail: 'The URL is not encoded correctly, or a part of it is too long.' })
        )
      }
      log(request, reply)
      count(request, reply)
    }
  })
  // The service's own routes take no input, and the plugin brings compilers of its own: Ajv is never built.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.decorateRequest('caller', null)
  app.decorateRequest('rollerCall', null) // the plugin's own, here also for routes outside its scope
  app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(request, reply, toRollerError(error)))
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, new RollerError('ROLLER_ERR_NOT_FOUND')))
  tracing?.addTo(app)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  if (sandbox) markAnswers(app)
  watchConnectionUse(app)
  refuseBrokenRules(app)
  app.addHook('onResponse', (request, reply, done) => {
    log(request, reply)
    count(request, reply)
    done()
  })
  endConnectionsAtClose(app)
  addSecurityHeaders(app)
  await allowOrigins(app, config.corsOrigins)
  const authenticated = config.keys.length > 0 || config.jwt !== null
  addDocs(app, { keys: authenticated, exampleConnectionId: exampleConnectionId ?? null, exampleCalls, sandbox })

  const redis = config.redisUrl === null ? null : (await import('./config/redis.ts')).connectRedis(config.redisUrl, app.log)
  if (redis !== null) app.addHook('onClose', async () => { redis.disconnect() })

  const { publicUrl, rollerSecrets, target: targetOptions } = config.webhooks
  const { webhookSigningKeys, ...nango } = config.nango
  const target = targetOptions === null ? null : (await import('./http/webhook-target.ts')).createWebhookTarget(targetOptions)
  if (target !== null) app.addHook('onClose', () => target.close())

  let api: FastifyInstance = app
  await app.register(async (scope) => {
    api = scope
    await protect(api, config, authenticated, overrides.maxEventLoopDelay ?? MAX_EVENT_LOOP_DELAY)
    serveMetrics(api, metrics, requireScope('metrics'))
    await api.register(roller, {
      nango: { ...nango, ...(webhookSigningKeys.length > 0 && { webhookSigningKeys }) },
      environment: config.environment,
      pollInterval: config.pollInterval,
      connectPage: config.connectPage,
      transport: config.transport,
      ...(config.rollerBaseUrl !== null && { rollerBaseUrl: config.rollerBaseUrl }),
      ...(config.otherBaseUrl !== null && { otherBaseUrl: config.otherBaseUrl }),
      authorize: authenticated ? authorizeCaller : 'open', // the hooks of guard() are what keeps others out
      ...(anyLimited(config.keys) && { identify: identifyCaller }),
      readOnly: config.readOnly,
      ...(Object.keys(config.operations).length > 0 && { operations: config.operations }),
      cache: config.cache,
      ...(config.streamLimit !== null && { streamLimit: config.streamLimit }),
      rateLimits: { maxWait: config.maxWait, onRedisDown: config.onRedisDown, replicas: config.replicas },
      usageAllowance: config.usageAllowance,
      observer: metrics.rateLimits,
      ...(tracing !== undefined && { tracer: tracing.tracer }),
      ...(publicUrl !== null && { publicUrl }),
      ...(rollerSecrets.length > 0 && { rollerWebhookSecrets: [...rollerSecrets] }),
      ...(target !== null && { onEvent: target.send }),
      ...(
        target === null && logEvents && {
          onEvent: ({ name, id, connectionId }) => { app.log.info({ event: name, id, connectionId }, 'an event') }
        }
      ),
      ...(redis !== null && { redis }),
      ...(config.connectionId !== null && { connection: config.connectionId }),
      ...overrides.roller
    })
  })
  watchPool(metrics, () => api.roller)
  app.decorate('releaseWaiting', () => { api.roller.releaseWaiting() })
  // Outside the guard, but it asks the plugin.
  addLanding?.(app)
  addHealth(app, { roller: () => api.roller, sandbox })
  return app
}

/** In the order in which a request meets it: is there time for it, whose is it, and is it one too many? */
async function protect (
  api: FastifyInstance, config: AppOptions['config'], authenticated: boolean, maxEventLoopDelay: number
): Promise<void> {
  await shedLoad(api, maxEventLoopDelay)
  const { onCalled, onRefused } = await limitCallers(api, config.rateLimit)
  if (authenticated) {
    const checkToken = config.jwt === null ? null : (await import('./auth/jwt.ts')).createTokenCheck(config.jwt)
    requireCaller(api, { keys: config.keys, checkToken, onRefused })
  } else if (config.loopbackOnly) requireLocalCaller(api, config.corsOrigins)
  if (onCalled !== null) api.addHook('onRequest', async (request, reply) => { if (!provesItself(request)) await onCalled(request, reply) })
}
