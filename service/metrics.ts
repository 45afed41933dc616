/** Prometheus metrics at /metrics. Label sets are closed: operations, status classes and layers; no connection ids, no paths as written. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { Roller } from 'fastify-roller'
import type { Layer, RateLimitObserver } from 'fastify-roller/internal'
import { QuickHistogram } from './histogram.ts'
import { layerOf, operationOf } from './request-facts.ts'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
/** The gateway's own part of a call is a fraction of a millisecond. */
const FINE_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]
/** The first digit of a status is at most 5. */
const STATUS_CLASSES = 6

export interface Metrics {
  readonly registry: Registry
  /** For the plugin: what the rate budgets do. */
  readonly budgets: RateLimitObserver
}

export function createMetrics (): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry }) // memory, CPU, event loop, garbage collection
  const refused = new Counter({ name: 'roller_budget_refused_total', help: 'Calls that got no place, by reason.', labelNames: ['budget', 'reason'], registers })
  const waited = new QuickHistogram({ name: 'roller_budget_wait_seconds', help: 'Time calls waited for their place.', label: 'budget', buckets: SECONDS, registry })
  const granted = new Counter({
    name: 'roller_budget_used_total',
    help: 'Calls that took a place in a rate budget.',
    labelNames: ['budget'],
    registers,
    collect () {
      // Whoever got a place has waited for it, if only for no time.
      this.reset()
      for (const [budget, total] of waited.totals()) this.inc({ budget }, total)
    }
  })
  granted.reset()
  const waiting = new Gauge({ name: 'roller_budget_waiting', help: 'Calls that are waiting for their place now.', labelNames: ['budget'], registers })
  const cooling = new Counter({
    name: 'roller_cooling_off_total', help: 'Walls that went up after a 429: of ROLLER for a connection, of Nango for the account.', labelNames: ['whose'], registers
  })
  for (const budget of ['rest', 'reporting', 'bulk']) waiting.set({ budget }, 0) // a line that is empty is not one that is missing
  return {
    registry,
    budgets: {
      granted (budget, waitedMs) { waited.observe(waitedMs / 1000, budget) },
      refused (budget, reason) { refused.inc({ budget, reason }) },
      waiting (budget, change) { waiting.inc({ budget }, change) },
      coolingOffStarted (whose) { cooling.inc({ whose }) }
    }
  }
}

/** Counts a request that is done. */
export type CountRequest = (request: FastifyRequest, reply: FastifyReply) => void

export function requestCounter ({ registry }: Metrics): CountRequest {
  const registers = [registry]
  /** Counted since the last scrape, by operation, layer, and the first digit of the status. */
  const fresh = new Map<string, Map<Layer, Uint32Array>>()
  const requests: Counter = new Counter({
    name: 'roller_requests_total',
    help: 'Requests answered, by operation, status class, and the layer that the answer is of.',
    labelNames: ['operation', 'status', 'layer'],
    registers,
    collect () {
      for (const [operation, layers] of fresh) {
        for (const [layer, counts] of layers) {
          counts.forEach((count, status) => { if (count > 0) requests.inc({ operation, status: `${status}xx`, layer }, count) })
        }
      }
      fresh.clear()
    }
  })
  const whole = new QuickHistogram({
    name: 'roller_request_seconds', help: 'Time from a request to the end of its answer.', label: 'operation', buckets: SECONDS, registry
  })
  const upstream = new QuickHistogram({
    name: 'roller_upstream_seconds', help: 'Time a call waited for Nango or ROLLER, over all tries.', label: 'operation', buckets: SECONDS, registry
  })
  const overhead = new QuickHistogram({
    name: 'roller_overhead_seconds', help: 'Time the gateway itself took for a call, from the request to the head of the answer.', buckets: FINE_SECONDS, registry
  })
  const repeats = new Counter({ name: 'roller_repeats_total', help: 'Tries of calls beyond the first.', registers })
  return (request, reply) => {
    const operation = operationOf(request)
    const layer = layerOf(request, reply)
    let layers = fresh.get(operation)
    if (layers === undefined) fresh.set(operation, layers = new Map())
    let counts = layers.get(layer)
    if (counts === undefined) layers.set(layer, counts = new Uint32Array(STATUS_CLASSES))
    const status = Math.floor(reply.statusCode / 100)
    counts[status] = (counts[status] ?? 0) + 1
    whole.observe(reply.elapsedTime / 1000, operation)
    const call = request.rollerCall
    // Without a try of its own it shared another call's answer.
    if (call === null || call.tries === 0) return
    upstream.observe(call.upstreamMs / 1000, operation)
    if (call.tries > 1) repeats.inc(call.tries - 1)
    if (call.headMs !== null) overhead.observe(Math.max(0, call.headMs - call.waitedMs - call.upstreamMs) / 1000)
  }
}

/** Asked for at each scrape, and costs nothing in between. */
export function watchPool ({ registry }: Metrics, roller: () => Roller): void {
  const registers = [registry]
  const connections = new Gauge({
    name: 'roller_pool_connections',
    help: 'Open connections to Nango or ROLLER, those without a call among them.',
    labelNames: ['state'],
    registers,
    collect () {
      const { open, idle } = roller().pool()
      this.set({ state: 'idle' }, idle)
      this.set({ state: 'busy' }, open - idle)
    }
  })
  const calls = new Gauge({
    name: 'roller_pool_calls',
    help: 'Calls on a connection, and calls that wait for one.',
    labelNames: ['state'],
    registers,
    collect () {
      const { running, waiting } = roller().pool()
      this.set({ state: 'running' }, running)
      this.set({ state: 'waiting' }, waiting)
    }
  })
  for (const gauge of [connections, calls]) gauge.reset()
}

export function serveMetrics (app: FastifyInstance, { registry }: Metrics, onRequest: (request: FastifyRequest) => Promise<void>): void {
  app.get('/metrics', {
    onRequest,
    logLevel: 'warn',
    schema: { summary: 'Prometheus metrics', operationId: 'getMetrics', tags: ['Service'], produces: ['text/plain'] }
  }, async (_request, reply) => {
    reply.type(registry.contentType)
    return await registry.metrics()
  })
}
