/** Prometheus metrics at /metrics. Label sets are closed: no connection ids, no paths as written. */
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { BudgetObserver } from '../plugin/index.ts'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export interface Metrics {
  readonly registry: Registry
  /** For the plugin: what the rate budgets do. */
  readonly budgets: BudgetObserver
}

export function createMetrics (): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const granted = new Counter({ name: 'roller_budget_used_total', help: 'Calls that took a place in a rate budget.', labelNames: ['budget'], registers })
  const refused = new Counter({ name: 'roller_budget_refused_total', help: 'Calls that got no place, by reason.', labelNames: ['budget', 'reason'], registers })
  const waited = new Histogram({ name: 'roller_budget_wait_seconds', help: 'Time calls waited for their place.', labelNames: ['budget'], buckets: SECONDS, registers })
  const waiting = new Gauge({ name: 'roller_budget_waiting', help: 'Calls that are waiting for their place now.', labelNames: ['budget'], registers })
  const cooling = new Counter({
    name: 'roller_cooling_off_total', help: 'Walls that went up after a 429: of ROLLER for a connection, of Nango for the account.', labelNames: ['whose'], registers
  })
  return {
    registry,
    budgets: {
      granted (budget, waitedMs) {
        granted.inc({ budget })
        waited.observe({ budget }, waitedMs / 1000)
      },
      refused (budget, reason) { refused.inc({ budget, reason }) },
      waiting (budget, change) { waiting.inc({ budget }, change) },
      walled (whose) { cooling.inc({ whose }) }
    }
  }
}

/** Counts requests by route, status class and who answered. */
export function countRequests (app: FastifyInstance, { registry }: Metrics): void {
  const requests = new Histogram({
    name: 'roller_request_seconds',
    help: 'Requests answered, by route, status class and who answered.',
    labelNames: ['method', 'route', 'status', 'by'],
    buckets: SECONDS,
    registers: [registry]
  })
  app.addHook('onResponse', async (request, reply) => {
    requests.observe({
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: `${Math.floor(reply.statusCode / 100)}xx`,
      by: String(reply.getHeader('roller-answered-by') ?? 'gateway')
    }, reply.elapsedTime / 1000)
  })
}

export function serveMetrics (app: FastifyInstance, { registry }: Metrics): void {
  app.get('/metrics', {
    logLevel: 'warn', schema: { summary: 'Prometheus metrics', operationId: 'getMetrics', tags: ['Service'], produces: ['text/plain'] }
  }, async (_request, reply) => {
    reply.type(registry.contentType)
    return await registry.metrics()
  })
}
