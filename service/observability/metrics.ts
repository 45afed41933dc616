/** Prometheus metrics at /metrics. Label sets are closed: operations, status classes and layers; no connection ids and no raw paths. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { errorDefinitions, type Roller } from 'fastify-roller'
import type { ToolCall } from 'fastify-roller/mcp'
import { problemOf, problemResponses, type RateLimitObserver, type ReadExports } from 'fastify-roller/internal'
import { isAborted } from './request-end.ts'
import { isRoutine, layerOf, operationOf } from './request-facts.ts'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
/** The gateway's own part of a call takes a fraction of a millisecond. */
const FINE_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]

/** Gauges of prom-client with the ending of a counter, by which a query would compute a rate of them. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

type Limit = Parameters<RateLimitObserver['rejected']>[0]
type Reason = Parameters<RateLimitObserver['rejected']>[1]
const LIMITS: readonly Limit[] = ['rest', 'reporting', 'bulk']
const REASONS: readonly Reason[] = ['limit', 'cooling-off', 'redis-down', 'queue']

export interface Metrics {
  readonly registry: Registry
  readonly errors: Counter<'code'>
  /** Passed to the plugin's option `observer`. */
  readonly rateLimits: RateLimitObserver
}

/**
 * Series of closed label sets exist from the start, at 0: Prometheus takes the first value of a new series for no increase, so that the
 * first cooling-off period, or the first error of a kind, would raise no alert.
 */
export function createMetrics (): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry }) // memory, CPU, event loop, garbage collection
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  const errors = new Counter({
    name: 'roller_errors_total', help: 'Errors of the gateway in responses and tool calls, by code.', labelNames: ['code'], registers
  })
  const rejected = new Counter(
    { name: 'roller_rate_limit_rejected_total', help: 'Calls that a rate limit rejected.', labelNames: ['limit', 'reason'], registers }
  )
  const waited = new Histogram(
    { name: 'roller_rate_limit_wait_seconds', help: 'Wait of a call for a rate limit.', labelNames: ['limit'], buckets: SECONDS, registers }
  )
  const granted = new Counter(
    { name: 'roller_rate_limit_used_total', help: 'Calls counted against a rate limit.', labelNames: ['limit'], registers }
  )
  const used = new Counter({
    name: 'roller_usage_units_total', help: 'Units of the monthly allowances that calls have used.', labelNames: ['limit'], registers
  })
  const waiting = new Gauge(
    { name: 'roller_rate_limit_waiting', help: 'Calls waiting for a rate limit.', labelNames: ['limit'], registers }
  )
  const cooling = new Counter({
    name: 'roller_cooling_off_total',
    help: 'Cooling-off periods started after a 429: of ROLLER for a connection, of Nango for the account.',
    labelNames: ['scope'],
    registers
  })
  for (const limit of LIMITS) {
    waiting.set({ limit }, 0)
    waited.zero({ limit })
    granted.inc({ limit }, 0)
    used.inc({ limit }, 0)
    for (const reason of REASONS) rejected.inc({ limit, reason }, 0)
  }
  for (const scope of ['connection', 'account']) cooling.inc({ scope }, 0)
  for (const code of Object.keys(errorDefinitions)) errors.inc({ code }, 0)
  return {
    registry,
    errors,
    rateLimits: {
      granted (limit, waitedMs) {
        granted.inc({ limit })
        waited.observe({ limit }, waitedMs / 1000)
      },
      rejected (limit, reason) { rejected.inc({ limit, reason }) },
      waiting (limit, change) { waiting.inc({ limit }, change) },
      coolingOffStarted (scope) { cooling.inc({ scope }) },
      used (limit, units) { used.inc({ limit }, units) }
    }
  }
}

/** For the MCP endpoint's option `onToolCall`. */
export function toolCallCounter ({ registry, errors }: Metrics): (call: ToolCall) => void {
  const registers = [registry]
  const toolCalls = new Counter({
    name: 'roller_tool_calls_total',
    help: 'Tool calls of agents over MCP, by tool, operation and outcome: ok, confirmation, or the code of the error.',
    labelNames: ['tool', 'operation', 'outcome'],
    registers
  })
  const toolSeconds = new Histogram(
    { name: 'roller_tool_call_seconds', help: 'Time of a tool call over MCP.', labelNames: ['tool'], buckets: SECONDS, registers }
  )
  return ({ tool, operation, outcome, duration }) => {
    toolCalls.inc({ tool, operation: operation ?? '', outcome })
    if (outcome in errorDefinitions) errors.inc({ code: outcome })
    toolSeconds.observe({ tool }, duration / 1000)
  }
}

/** Counts an ended request, except routine ones: a probe's 503 while Nango is down would look like a failure of the gateway. */
export type CountRequest = (request: FastifyRequest, reply: FastifyReply) => void

export function requestCounter ({ registry, errors }: Metrics): CountRequest {
  const registers = [registry]
  const requests = new Counter({
    name: 'roller_requests_total',
    help: 'Ended requests, by operation, status class (aborted: the client left), and layer of the response.',
    labelNames: ['operation', 'status', 'layer'],
    registers
  })
  const whole = new Histogram({
    name: 'roller_request_seconds',
    help: 'Time from a request to the end of its response.',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers
  })
  const upstream = new Histogram({
    name: 'roller_upstream_seconds',
    help: 'Time a call waited for Nango or ROLLER, over all attempts.',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers
  })
  const overhead = new Histogram({
    name: 'roller_overhead_seconds',
    help: 'Time the gateway itself took for a call, from the request to the head of the response.',
    buckets: FINE_SECONDS,
    registers
  })
  const repeats = new Counter({ name: 'roller_repeats_total', help: 'Retries of calls.', registers })
  return (request, reply) => {
    if (isRoutine(request)) return
    const operation = operationOf(request)
    const problem = problemOf(request)
    if (problem !== undefined) errors.inc({ code: problem.code })
    const status = isAborted(reply) ? 'aborted' : `${Math.floor(reply.statusCode / 100)}xx`
    requests.inc({ operation, status, layer: layerOf(request, reply) })
    whole.observe({ operation }, reply.elapsedTime / 1000)
    const call = request.rollerCall
    // Without an attempt of its own, it shared another call's response.
    if (call === null || call.tries === 0) return
    upstream.observe({ operation }, call.upstreamMs / 1000)
    repeats.inc(call.repeats)
    if (call.headMs !== null) overhead.observe(Math.max(0, call.headMs - call.waitedMs - call.upstreamMs) / 1000)
  }
}

/** Computed at each scrape only. By report alone: venues are no label. */
export function watchExports ({ registry }: Metrics, readExports: ReadExports | null): void {
  registry.registerMetric(new Gauge({
    name: 'roller_export_age_seconds',
    help: 'Time since the export command last fetched a report, of the venue for which it is longest.',
    labelNames: ['report'],
    registers: [],
    async collect () {
      this.reset()
      const latest = new Map<string, { report: string, at: number }>() // of any format
      for (const { report, venueId, lastFetchedAt } of (await readExports?.())?.exports ?? []) {
        const key = `${report} ${venueId}`
        latest.set(key, { report, at: Math.max(latest.get(key)?.at ?? 0, Date.parse(lastFetchedAt)) })
      }
      const oldest = new Map<string, number>()
      for (const { report, at } of latest.values()) oldest.set(report, Math.min(oldest.get(report) ?? Infinity, at))
      for (const [report, at] of oldest) this.set({ report }, (Date.now() - at) / 1000)
    }
  }))
}

/** Computed at each scrape only. */
export function watchPool ({ registry }: Metrics, roller: () => Roller): void {
  registry.registerMetric(new Gauge({
    name: 'roller_pool_connections',
    help: 'Open connections to Nango or ROLLER, including idle ones.',
    labelNames: ['state'],
    registers: [],
    collect () {
      const { open, idle } = roller().pool()
      this.set({ state: 'idle' }, idle)
      this.set({ state: 'busy' }, open - idle)
    }
  }))
  registry.registerMetric(new Gauge({
    name: 'roller_pool_calls',
    help: 'Calls on a connection, and calls waiting for one.',
    labelNames: ['state'],
    registers: [],
    collect () {
      const { running, waiting } = roller().pool()
      this.set({ state: 'running' }, running)
      this.set({ state: 'waiting' }, waiting)
    }
  }))
}

export function serveMetrics (app: FastifyInstance, { registry }: Metrics, onRequest: (request: FastifyRequest) => Promise<void>): void {
  app.get('/metrics', {
    onRequest,
    logLevel: 'warn',
    schema: {
      summary: 'Prometheus metrics',
      operationId: 'getMetrics',
      tags: ['Service'],
      response: {
        200: {
          description: 'The text format of Prometheus.',
          content: { 'text/plain': { schema: { type: 'string' } } }
        },
        ...problemResponses
      }
    }
  }, async (_request, reply) => {
    reply.type(registry.contentType)
    return await registry.metrics()
  })
}
