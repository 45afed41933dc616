/** Waits and attempts of calls that an agent's tool or an export makes are logged and measured like those of a call over HTTP. */
import tap, { test } from '../support/tap.ts'
import { callTool, connectTo } from '../mcp/fixture.ts'
import { SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'
import { service, startProcess, until } from './fixture.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

const RANGE = 'startDate=2026-11-01&endDate=2026-11-03'

test('measures the calls of tools and exports, and counts their retries alone as retries', async (t) => {
  const { app, nango } = await service(t, { MCP: 'true' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const client = await connectTo(t, `${url}/mcp`)
  nango.faults.next({ path: /^\/proxy\/products/, kind: 'reset' })
  t.equal((await callTool(client, 'read_roller', { operation: 'GET /products' })).isError, false)
  t.equal((await app.inject({ url: `/exports/bookingitems?${RANGE}`, headers: VENUE })).statusCode, 200)
  const { body } = await app.inject({ url: '/metrics' })
  t.match(body, 'roller_upstream_seconds_count{operation="GET /products"} 1\n')
  t.match(body, 'roller_upstream_seconds_count{operation="GET /data/bookingitems"} 1\n')
  t.match(body, 'roller_repeats_total 1\n', 'a further page is no retry')
})

test('logs the attempts of a tool call and of an export', async (t) => {
  const { nango } = await startSimulators(t)
  const process = startProcess(t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, MCP: 'true' })
  const url = await process.url()
  const client = await connectTo(t, `${url}/mcp`)
  await callTool(client, 'read_roller', { operation: 'GET /products' })
  await (await fetch(`${url}/exports/bookingitems?${RANGE}`, { headers: VENUE })).text()
  const lines = (): { operation?: string, tries?: number, upstreamMs?: number }[] => process.stdout().split('\n')
    .filter((line) => line.includes('"msg":"request"')).map((line) => JSON.parse(line)).filter(({ operation }) => operation !== undefined)
  await until(() => lines().length === 2)
  t.match(lines(), [{ operation: 'GET /products', tries: 1 }, { operation: 'GET /data/bookingitems', tries: 2 }])
})
