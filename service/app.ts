/** Builds the service: the plugin, authentication, documents and health checks. It does not listen and reads no environment. */
import type { FastifyInstance } from 'fastify'
import { roller, type AllOptions, proxyFinder } from 'fastify-roller/internal'
import { requireCaller, requireScope } from './auth/authentication.ts'
import { requireLocalCaller } from './auth/local.ts'
import { addResourceMetadata, challengeOf, MCP_PATH } from './auth/resource-metadata.ts'
import { provesItself } from './auth/senders.ts'
import type { Config, ConnectedConfig } from './config/config.ts'
import { exportReader } from './export/export-list.ts'
import { Cors } from './http/cors.ts'
import { addDocs } from './docs/docs.ts'
import type { ExampleCalls } from './docs/examples.ts'
import { addHealth } from './http/health.ts'
import { createServer, type Timeouts } from './http/server.ts'
import { endConnectionsAtClose } from './http/end-connections.ts'
import { createFetch } from './http/outgoing-fetch.ts'
import { createMetrics, serveMetrics, toolCallCounter, watchExports, watchPool, type Metrics } from './observability/metrics.ts'
import { limitCallers, shedLoad } from './http/protection.ts'
import { addSecurityHeaders } from './http/security-headers.ts'
import type { Tracing } from './observability/tracing.ts'
import { rollerOptions } from './roller-options.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** From now on `/ready` returns 503; everything else continues. */
    drain: () => void
  }
}

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
  const authenticated = config.keys.length > 0 || config.jwt !== null
  const metrics = createMetrics()
  const cors = new Cors(config.corsOrigins)
  const app = createServer({ config, timeouts: overrides, cors, sandbox, metrics, tracing })
  endConnectionsAtClose(app)
  addSecurityHeaders(app)
  await cors.addTo(app)
  addDocs(app, { keys: authenticated, exampleConnectionId: exampleConnectionId ?? null, exampleCalls, sandbox })
  const redis = await openRedis(app, config)
  const target = await openWebhookTarget(app, config)
  const readExports = config.exportDir === null ? null : exportReader(config.exportDir)
  watchExports(metrics, readExports)

  let api: FastifyInstance = app
  await app.register(async (scope) => {
    api = scope
    await protect(api, config, authenticated, overrides.maxEventLoopDelay ?? MAX_EVENT_LOOP_DELAY)
    serveMetrics(api, metrics, requireScope('metrics'))
    const parts = { authenticated, metrics, tracing, redis, target, readExports, eventLog: logEvents ? app.log : null }
    await api.register(roller, { ...rollerOptions(config, parts), ...overrides.roller })
    if (config.mcp !== null) await addMcp(api, config.mcp, metrics)
  })
  if (config.mcp !== null && config.jwt !== null) addResourceMetadata(app, config.jwt.issuer, config.webhooks.publicUrl)
  watchPool(metrics, () => api.roller)
  app.decorate('releaseWaiting', () => { api.roller.releaseWaiting() })
  // Public, but it reads the state of the plugin.
  addLanding?.(app)
  addHealth(app, { roller: () => api.roller, sandbox })
  return app
}

/** Redis, the target and MCP are loaded only where they are configured. */
async function openRedis (app: FastifyInstance, { redisUrl }: ConnectedConfig) {
  if (redisUrl === null) return null
  const redis = (await import('./config/redis.ts')).connectRedis(redisUrl, app.log)
  app.addHook('onClose', async () => { redis.disconnect() })
  return redis
}

async function openWebhookTarget (app: FastifyInstance, { webhooks: { target: options }, proxy }: ConnectedConfig) {
  if (options === null) return null
  const target = (await import('./http/webhook-target.ts')).createWebhookTarget({ ...options, findProxy: proxyFinder(proxy) })
  app.addHook('onClose', () => target.close())
  return target
}

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
  api: FastifyInstance, config: ConnectedConfig, authenticated: boolean, maxEventLoopDelay: number
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
      ...(config.jwt !== null && { challenge: (request) => challengeOf(request, config.webhooks.publicUrl) })
    })
  } else if (config.loopbackOnly) requireLocalCaller(api, config.corsOrigins)
  if (onCalled !== null) api.addHook('onRequest', async (request, reply) => { if (!provesItself(request)) await onCalled(request, reply) })
}
