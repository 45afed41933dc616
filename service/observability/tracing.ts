/**
 * OpenTelemetry traces: a span for each request, a child span for each attempt at Nango or ROLLER, and `traceparent` in and out. Loaded
 * only with an endpoint; the packages are optional. Hand-written instead of the usual instrumentations, because those record the whole URL,
 * with query values and guests' ids. Sampling and other settings come from OpenTelemetry's own OTEL_* variables.
 */
import type { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attributes, Span, Tracer } from '@opentelemetry/api'
import type { SpanExporter } from '@opentelemetry/sdk-trace-node'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import { proxyFinder, VERSION, type ProxyOptions, type UpstreamTracer } from 'fastify-roller/internal'
import { isAborted, onRequestEnd } from './request-end.ts'
import { isRoutine, layerOf, operationOf } from './request-facts.ts'

export interface Tracing {
  /** Adds the hooks. Call before any other hook is added, so that all of them run inside the span. */
  readonly addTo: (app: FastifyInstance) => void
  /** For the plugin. */
  readonly tracer: UpstreamTracer
  /** Fields of the log line. */
  readonly idOf: (request: FastifyRequest) => { traceId?: string }
  /** Exports the remaining spans. @param timeLeft milliseconds */
  readonly close: (timeLeft: number) => Promise<void>
}

/** An unavailable collector does not delay the end of the process for longer. */
const MAX_CLOSE_MS = 3_000

/** The required packages, listed in package.json under optionalDependencies. */
const PACKAGES = [
  '@opentelemetry/api@1.9.1', '@opentelemetry/sdk-trace-node@2.12.0', '@opentelemetry/resources@2.12.0',
  '@opentelemetry/exporter-trace-otlp-http@0.223.0', 'https-proxy-agent@5.0.1'
]

export class TracingMissingError extends Error {
  constructor (cause: unknown) {
    super(
      'OTEL_EXPORTER_OTLP_ENDPOINT is set, but the packages for it are not installed. Install them, or leave it out: npm install ' +
      `${PACKAGES.join(' ')}`,
      { cause }
    )
    this.name = 'TracingMissingError'
  }
}

/** @throws TracingMissingError */
export async function startTracing (endpoint: string, proxies: ProxyOptions = {}): Promise<Tracing> {
  const packages = await load()
  const { api } = packages
  let log: FastifyBaseLogger | null = null
  const provider = createProvider(packages, endpoint, proxyFinder(proxies)(endpoint), (reason) => {
    log?.warn({ reason }, 'traces cannot be exported: check OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS and the collector')
  })
  provider.register()
  const tracer = provider.getTracer('fastify-roller', VERSION)
  const spans = new WeakMap<FastifyRequest, Span>()
  return {
    addTo (app) {
      log = app.log
      traceRequests(app, { api, tracer, spans })
    },
    tracer: (attempt) => traceAttempt(attempt, { api, tracer }),
    idOf (request) {
      const span = spans.get(request)
      return span === undefined ? {} : { traceId: span.spanContext().traceId }
    },
    async close (timeLeft) { await Promise.race([provider.shutdown().catch(() => {}), sleep(Math.min(timeLeft, MAX_CLOSE_MS))]) }
  }
}

type Packages = Awaited<ReturnType<typeof load>>

function createProvider (
  { sdk, resources, exporters, createProxyAgent }: Packages, endpoint: string, proxy: URL | null, onFailed: (reason: string) => void
) {
  const exporter = new exporters.OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    // its type is older than Node's, and node:http takes it
    ...(proxy !== null && { httpAgentOptions: () => createProxyAgent(proxy.href) as unknown as Agent })
  })
  return new sdk.NodeTracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': 'fastify-roller', 'service.version': VERSION })
      // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [new sdk.BatchSpanProcessor(reportFailures(exporter, onFailed))]
  })
}

/** OpenTelemetry drops the spans silently. Reported once, until the cause changes or an export succeeds. */
function reportFailures (exporter: SpanExporter, onFailed: (reason: string) => void): SpanExporter {
  let known = ''
  return {
    export (spans, done) {
      exporter.export(spans, (result) => {
        // Only the kind of error: the message may quote the collector's response.
        const { code, name } = (result.error ?? { name: '' }) as NodeJS.ErrnoException // network errors have a code, as have statuses
        const reason = String(code ?? name)
        if (reason !== '' && reason !== known) onFailed(reason)
        known = reason
        done(result)
      })
    },
    shutdown: () => exporter.shutdown()
  }
}

interface TraceParts { readonly api: Packages['api'], readonly tracer: Tracer }
interface RequestTraceParts extends TraceParts { readonly spans: WeakMap<FastifyRequest, Span> }

function traceRequests (app: FastifyInstance, { api, tracer, spans }: RequestTraceParts): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (isRoutine(request)) return done()
    // Without `baggage`: it has data of the caller, and would be sent to Nango and ROLLER.
    const { traceparent, tracestate } = request.headers
    const parent = api.propagation.extract(api.ROOT_CONTEXT, { traceparent, tracestate })
    const span = tracer.startSpan(request.method, { kind: api.SpanKind.SERVER, attributes: requestAttributes(request) }, parent)
    spans.set(request, span)
    api.context.with(api.trace.setSpan(parent, span), done)
  })
  onRequestEnd(app, (request, reply) => {
    const span = spans.get(request)
    if (span === undefined) return
    const layer = layerOf(request, reply)
    span.updateName(operationOf(request))
    span.setAttributes({
      ...(isAborted(reply) ? { 'error.type': 'aborted' } : { 'http.response.status_code': reply.statusCode }),
      'roller.layer': layer,
      ...callAttributes(request)
    })
    if (reply.statusCode >= 500 || isAborted(reply)) span.setStatus({ code: api.SpanStatusCode.ERROR })
    span.end()
  })
}

function traceAttempt ({ method, origin }: Parameters<UpstreamTracer>[0], { api, tracer }: TraceParts): ReturnType<UpstreamTracer> {
  const { hostname, port, protocol } = new URL(origin)
  const span = tracer.startSpan(method, {
    kind: api.SpanKind.CLIENT,
    attributes: {
      'http.request.method': method, 'server.address': hostname, 'server.port': Number(port) || (protocol === 'https:' ? 443 : 80)
    }
  })
  const headers: Record<string, string> = {}
  api.propagation.inject(api.trace.setSpan(api.context.active(), span), headers)
  return {
    headers,
    onStatus (status) {
      span.setAttribute('http.response.status_code', status)
      if (status >= 400) span.setStatus({ code: api.SpanStatusCode.ERROR })
    },
    onEnd (error) {
      if (error !== undefined) {
        // Only the kind of error: a message may quote the request.
        span.setAttribute('error.type', (error as NodeJS.ErrnoException).code ?? error.name) // network errors have a code
        span.setStatus({ code: api.SpanStatusCode.ERROR })
      }
      span.end()
    }
  }
}

function requestAttributes ({ method, routeOptions: { url } }: FastifyRequest): Attributes {
  return { 'http.request.method': method, ...(url !== undefined && { 'http.route': url }) }
}

function callAttributes ({ rollerCall }: FastifyRequest): Attributes {
  if (rollerCall === null) return {}
  const { operation, waitedMs, upstreamMs, tries } = rollerCall
  return { 'roller.operation': operation, 'roller.wait_ms': waitedMs, 'roller.upstream_ms': upstreamMs, 'roller.tries': tries }
}

async function load () {
  try {
    return await import('./opentelemetry.ts')
  } catch (error) {
    throw new TracingMissingError(error)
  }
}
