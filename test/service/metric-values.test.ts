/** Times are in seconds, and each value is that of its call. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { test } from '../support/tap.ts'
import { createMetrics, requestCounter, toolCallCounter } from '#service/observability/metrics.js'

const CALL = { operation: 'GET /products', tries: 2, repeats: 1, upstreamMs: 400, waitedMs: 1000, headMs: 1500 }

test('a request: its whole time, ROLLER\'s part, and the gateway\'s own without the wait', async (t) => {
  const metrics = createMetrics()
  const count = requestCounter(metrics)
  const end = (rollerCall: object | null, raw: object = {}): void => {
    // the fields that are read
    const request = { method: 'GET', routeOptions: { url: '/exports' }, rollerCall } as unknown as FastifyRequest
    const reply = { statusCode: 200, elapsedTime: 1600, raw, getHeader: () => 'roller' } as unknown as FastifyReply
    count(request, reply)
  }
  end(CALL)
  end({ ...CALL, tries: 0 })
  end(null, { destroyed: true, writableFinished: false })
  const text = await metrics.registry.metrics()
  for (const line of [
    'roller_requests_total{operation="GET /products",status="2xx",layer="roller"} 2',
    'roller_requests_total{operation="GET /exports",status="aborted",layer="roller"} 1',
    'roller_request_seconds_sum{operation="GET /exports"} 1.6',
    'roller_upstream_seconds_sum{operation="GET /products"} 0.4',
    'roller_overhead_seconds_sum 0.1',
    'roller_overhead_seconds_count 1',
    'roller_repeats_total 1'
  ]) t.ok(text.includes(`${line}\n`), `${line}: a shared response has no attempt of its own`)
})

test('a rate limit: waits, used units, and calls that wait now', async (t) => {
  const { registry, rateLimits } = createMetrics()
  rateLimits.granted('rest', 2500)
  rateLimits.used?.('rest', 3)
  for (const change of [1, 1, -1] as const) rateLimits.waiting('rest', change)
  const text = await registry.metrics()
  for (const line of [
    'roller_rate_limit_wait_seconds_sum{limit="rest"} 2.5', 'roller_usage_units_total{limit="rest"} 3',
    'roller_rate_limit_waiting{limit="rest"} 1'
  ]) t.ok(text.includes(`${line}\n`), line)
})

test('a tool call: its time, and its error', async (t) => {
  const metrics = createMetrics()
  const count = toolCallCounter(metrics)
  count({ tool: 'read_roller', operation: 'GET /products', outcome: 'ok', duration: 1500 })
  count({ tool: 'read_roller', operation: 'GET /products', outcome: 'ROLLER_ERR_TIMEOUT', duration: 500 })
  const text = await metrics.registry.metrics()
  t.notMatch(text, 'roller_errors_total{code="ok"}')
  for (const line of ['roller_tool_call_seconds_sum{tool="read_roller"} 2', 'roller_errors_total{code="ROLLER_ERR_TIMEOUT"} 1']) {
    t.ok(text.includes(`${line}\n`), line)
  }
})
