/** Builds the service: the plugin, authentication, documents and health checks. It does not listen and reads no environment. */
import Fastify, { LogController, type FastifyError, type FastifyInstance } from 'fastify'
import { RollerError } from 'fastify-roller'
import {
  Addresses, roller, type AllOptions, isRollerWebhook, proxyFinder, rejectDelivery, sendProblem, toRollerError
} from 'fastify-roller/internal'
import { anyLimited } from './auth/caller.ts'
import { authorizeCaller, identifyCaller, requireCaller, requireScope } from './auth/authentication.ts'
import { requireLocalCaller } from './auth/local.ts'
import { addResourceMetadata, challengeOf, MCP_PATH } from './auth/resource-metadata.ts'
import { provesItself } from './auth/senders.ts'
import type { Config } from './config/config.ts'
import { exportReader } from './export/export-list.ts'
import { watchConnectionUse } from './http/connection-use.ts'
import { Cors } from './http/cors.ts'
import { addDocs } from './docs/docs.ts'
import type { ExampleCalls } from './docs/examples.ts'
import { addHealth } from './http/health.ts'
import { serverOptions, type Timeouts } from './http/server.ts'
import { endConnectionsAtClose } from './http/end-connections.ts'
import { createFetch } from './http/outgoing-fetch.ts'
import {
  createMetrics, requestCounter, serveMetrics, toolCallCounter, watchExports, watchPool, type Metrics
} from './observability/metrics.ts'
import { limitCallers, shedLoad } from './http/protection.ts'
import { connectionNames, loggerOptions, requestId, requestLogger } from './observability/logging.ts'
import { markResponses, SANDBOX_HEADER } from './http/sandbox-header.ts'
import { addSecurityHeaders, addSecurityHeadersForData } from './http/security-headers.ts'
import { rejectViolations } from './http/strict-http.ts'
import type { Tracing } from './observability/tracing.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** From now on `/ready` returns 503; everything else continues. */
    drain: () => void
  }
}

/** The configuration, with a Nango. */
export type ConnectedConfig = Omit<Config, 'nango'> & { readonly nango: NonNullable<Config['nango']> }

export interface AppOptions {
  readonly config: ConnectedConfig
  /** A working connection id for the documents. */
  readonly exampleConnectionId?: string
  /** Working example calls for the documents. */
  readonly exampleCalls?: ExampleCalls
  /** Created by the process, because it is shared by the whole process. */
  readonly tracing?: Tracing | undefined
  /** The sandbox's landing page. */
  readonly addLanding?: (app: FastifyInstance) => void
  /** Sandbox: every response has a header that marks it as simulated. */
  readonly sandbox?: boolean
  /** Logs every event; used if no webhook target is configured. */
  readonly logEvents?: boolean
  /** Settings for tests, without an environment variable. */
  readonly overrides?: Overrides
}

export interface Overrides extends Partial<Timeouts> {
  /** Maximum event-loop delay in milliseconds before requests get 503; 0 disables the check. */
  readonly maxEventLoopDelay?: number
  /** Options of the plugin that override the configuration. */
  readonly roller?: Partial<AllOptions>
}

const MAX_EVENT_LOOP_DELAY = 1_000

export async function buildApp (options: AppOptions): Promise<FastifyInstance> {
  const { config, exampleConnectionId, exampleCalls, tracing, addLanding, sandbox = false, logEvents = false, overrides = {} } = options
  const metrics = createMetrics()
  const count = requestCounter(metrics)
  const nameConnection = connectionNames(config.logConnectionIds, config.nango.secretKey)
  const addresses = new Addresses(config.webhooks.publicUrl ?? undefined)
  const cors = new Cors(config.corsOrigins)
  const log = requestLogger({ nameConnection, more: tracing?.idOf })
  const app = Fastify({
    ...serverOptions(config, overrides, { addresses, cors, sandbox }),
    logger: loggerOptions(config.logLevel, nameConnection),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    // Fastify's own errors concern the URL and occur before routing; no hook runs for them.
    frameworkErrors: (_error, request, reply) => {
      Object.assign(request, { caller: null, rollerCall: null }) // created without the decorators of this app
      reply.header('x-request-id', request.id)
      addSecurityHeadersForData(reply)
      reply.headers(cors.headersFor(request.headers.origin))
      if (sandbox) reply.header(...SANDBOX_HEADER)
      if (isRollerWebhook(request.raw.url ?? '')) rejectDelivery(reply)
      else {
        sendProblem(
          request, reply, new RollerError('ROLLER_ERR_PATH', { detail: 'The URL is not encoded correctly, or a part of it is too long.' }),
          addresses
        )
      }
      log(request, reply)
      count(request, reply)
    }
  })
  // The service's own routes take no input, and the plugin has its own compilers: Ajv is never built.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.decorateRequest('caller', null)
  app.decorateRequest('rollerCall', null) // the plugin's error handler, also for routes outside its scope
  app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(request, reply, toRollerError(error), addresses))
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, new RollerError('ROLLER_ERR_NOT_FOUND'), addresses))
  tracing?.addTo(app)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  if (sandbox) markResponses(app)
  watchConnectionUse(app)
  rejectViolations(app, cors)
  app.addHook('onResponse', (request, reply, done) => {
    log(request, reply)
    count(request, reply)
    done()
  })
  endConnectionsAtClose(app)
  addSecurityHeaders(app)
  await cors.addTo(app)
  const authenticated = config.keys.length > 0 || config.jwt !== null
  addDocs(app, { keys: authenticated, exampleConnectionId: exampleConnectionId ?? null, exampleCalls, sandbox })

  const redis = config.redisUrl === null ? null : (await import('./config/redis.ts')).connectRedis(config.redisUrl, app.log)
  if (redis !== null) app.addHook('onClose', async () => { redis.disconnect() })

  const { publicUrl, rollerSecrets, target: targetOptions } = config.webhooks
  const { webhookSigningKeys, ...nango } = config.nango
  const target = targetOptions === null
    ? null
    : (await import('./http/webhook-target.ts')).createWebhookTarget({ ...targetOptions, findProxy: proxyFinder(config.proxy) })
  if (target !== null) app.addHook('onClose', () => target.close())

  const readExports = config.exportDir === null ? null : exportReader(config.exportDir)
  watchExports(metrics, readExports)

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
      proxy: config.proxy,
      ...(config.rollerBaseUrl !== null && { rollerBaseUrl: config.rollerBaseUrl }),
      ...(config.otherBaseUrl !== null && { otherBaseUrl: config.otherBaseUrl }),
      authorize: authenticated ? authorizeCaller : 'open', // authentication is enforced by the hooks of guard()
      ...(anyLimited(config.keys) && { identify: identifyCaller }),
      readOnly: config.readOnly,
      ...(Object.keys(config.operations).length > 0 && { operations: config.operations }),
      cache: config.cache,
      ...(config.streamLimit !== null && { streamLimit: config.streamLimit }),
      rateLimits: { maxWait: config.maxWait, onRedisDown: config.onRedisDown, replicas: config.replicas },
      usageAllowance: config.usageAllowance,
      observer: metrics.rateLimits,
      ...(readExports !== null && { readExports }),
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
    if (config.mcp !== null) await addMcp(api, config.mcp, metrics)
  })
  if (config.mcp !== null && config.jwt !== null) addResourceMetadata(app, config.jwt.issuer, publicUrl)
  watchPool(metrics, () => api.roller)
  app.decorate('releaseWaiting', () => { api.roller.releaseWaiting() })
  // Public, but it reads the state of the plugin.
  addLanding?.(app)
  addHealth(app, { roller: () => api.roller, sandbox })
  return app
}

/** Loaded only where it is configured. */
async function addMcp (api: FastifyInstance, { confirm, pinnedTools }: NonNullable<Config['mcp']>, metrics: Metrics): Promise<void> {
  const { default: mcp } = await import('fastify-roller/mcp')
  await api.register(mcp, {
    path: MCP_PATH,
    confirm,
    pinnedTools,
    onToolCall: toolCallCounter(metrics),
    // A caller with a name may renew its token between the question and the confirmation.
    callerOf: ({ caller }) => caller === null || caller.anonymous === true ? undefined : caller.name
  })
}

/** Order: load shedding, authentication, rate limiting. */
async function protect (
  api: FastifyInstance, config: AppOptions['config'], authenticated: boolean, maxEventLoopDelay: number
): Promise<void> {
  await shedLoad(api, maxEventLoopDelay)
  const { onCalled, onRejected } = await limitCallers(api, config.rateLimit)
  if (authenticated) {
    const checkToken = config.jwt === null
      ? null
      : (await import('./auth/jwt.ts')).createTokenCheck({ ...config.jwt, fetch: createFetch(proxyFinder(config.proxy)) })
    requireCaller(api, {
      keys: config.keys,
      checkToken,
      onRejected,
      ...(config.mcp !== null && config.jwt !== null && { challenge: (request) => challengeOf(request, config.webhooks.publicUrl) })
    })
  } else if (config.loopbackOnly) requireLocalCaller(api, config.corsOrigins)
  if (onCalled !== null) api.addHook('onRequest', async (request, reply) => { if (!provesItself(request)) await onCalled(request, reply) })
}
