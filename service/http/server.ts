/** The HTTP server: timeouts, limits, request ids, logging and errors. */
import type { Server } from 'node:http'
import Fastify, { LogController, type FastifyError, type FastifyHttpOptions, type FastifyInstance } from 'fastify'
import { RollerError } from 'fastify-roller'
import { Addresses, sendProblem, toRollerError } from 'fastify-roller/internal'
import type { Config, ConnectedConfig } from '../config/config.ts'
import { connectionNames, loggerOptions, requestId, requestLogger } from '../observability/logging.ts'
import { requestCounter, type Metrics } from '../observability/metrics.ts'
import { onRequestEnd } from '../observability/request-end.ts'
import type { Tracing } from '../observability/tracing.ts'
import { watchConnectionUse } from './connection-use.ts'
import type { Cors } from './cors.ts'
import { MAX_HEADERS, respondToInvalidRequest, respondToInvalidUrl, type InvalidRequests } from './invalid-requests.ts'
import { markResponses } from './sandbox-header.ts'
import { rejectViolations } from './strict-http.ts'

/** Interval at which Node checks for connections that exceed these timeouts. Milliseconds. */
const LOOK_EVERY = 5_000

export interface Timeouts {
  /** Timeout for a request's headers in milliseconds. */
  readonly headersTimeout: number
  /** Timeout for a whole request, body included, in milliseconds. */
  readonly requestTimeout: number
}

function serverOptions (
  { keepAliveTimeout, trustProxy }: Pick<Config, 'keepAliveTimeout' | 'trustProxy'>,
  { headersTimeout = 15_000, requestTimeout = 300_000 }: Partial<Timeouts>, broken: InvalidRequests
): FastifyHttpOptions<Server> {
  return {
    // Fastify's type lacks the number, which its code accepts.
    trustProxy: typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : trustProxy,
    requestTimeout,
    keepAliveTimeout,
    http: {
      headersTimeout,
      connectionsCheckingInterval: Math.min(LOOK_EVERY, Math.ceil(headersTimeout / 2)),
      maxHeaderSize: MAX_HEADERS,
      requireHostHeader: false // strict-http.ts does it, with a problem response
    },
    routerOptions: { maxParamLength: 1024 },
    // During shutdown, requests on kept connections are still served: a load balancer may have sent them before it noticed.
    return503OnClosing: false,
    clientErrorHandler (this: FastifyInstance, error, socket) { respondToInvalidRequest(this, error, socket, broken) }
  }
}

export interface ServerParts {
  readonly config: ConnectedConfig
  readonly timeouts: Partial<Timeouts>
  readonly cors: Cors
  readonly sandbox: boolean
  readonly metrics: Metrics
  readonly tracing: Tracing | undefined
}

export function createServer ({ config, timeouts, cors, sandbox, metrics, tracing }: ServerParts): FastifyInstance {
  const nameConnection = connectionNames(config.logConnectionIds, config.nango.secretKey)
  const log = requestLogger({ nameConnection, more: tracing?.idOf })
  const count = requestCounter(metrics)
  const addresses = new Addresses(config.webhooks.publicUrl ?? undefined)
  const app = Fastify({
    ...serverOptions(config, timeouts, { addresses, cors, sandbox }),
    logger: loggerOptions(config.logLevel, nameConnection),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    // Fastify's own errors concern the URL and occur before routing; no hook runs for them.
    frameworkErrors: (_error, request, reply) => {
      respondToInvalidUrl(request, reply, { addresses, cors, sandbox })
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
  onRequestEnd(app, (request, reply) => {
    log(request, reply)
    count(request, reply)
  })
  return app
}
