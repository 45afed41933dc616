/** The first error of a kind is visible: Prometheus computes no increase from a series that begins with it. */
import { test } from '../support/tap.ts'
import { errorDefinitions } from 'fastify-roller'
import { service } from './fixture.ts'

test('has the series of closed label sets at 0 from the start', async (t) => {
  const { app } = await service(t)
  const { body } = await app.inject({ url: '/metrics' })
  const limits = ['rest', 'reporting', 'bulk']
  for (const line of [
    ...Object.keys(errorDefinitions).map((code) => `roller_errors_total{code="${code}"}`),
    ...['connection', 'account'].map((scope) => `roller_cooling_off_total{scope="${scope}"}`),
    ...limits.flatMap((limit) => ['limit', 'cooling-off', 'redis-down', 'queue']
      .map((reason) => `roller_rate_limit_rejected_total{limit="${limit}",reason="${reason}"}`)),
    ...limits.flatMap((limit) => [
      `roller_rate_limit_used_total{limit="${limit}"}`, `roller_usage_units_total{limit="${limit}"}`,
      `roller_rate_limit_wait_seconds_count{limit="${limit}"}`, `roller_rate_limit_waiting{limit="${limit}"}`
    ])
  ]) t.ok(body.includes(`${line} 0\n`), line)
})

test('names counters, and no other metric, by the ending of counters', async (t) => {
  const { app } = await service(t, { MCP: 'true' })
  const { body } = await app.inject({ url: '/metrics' })
  for (const [, name, type] of body.matchAll(/^# TYPE (\S+) (\S+)$/gm)) t.equal(String(name).endsWith('_total'), type === 'counter', String(name))
})
