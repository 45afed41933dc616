import t from '../support/tap.ts'

import { callsAtRoller } from '../support/build.ts'
import { until } from '../upstream/fixture.ts'
import { callTool, startMcp } from './fixture.ts'

t.test('a thousand calls at once are all answered, and ROLLER gets no more than its limit', async (t) => {
  const mcp = await startMcp(t, {
    options: { rateLimits: { rest: { limit: 50 }, maxWait: 0, margin: 0 }, validation: true }
  })
  const client = await mcp.connect()
  const results = await Promise.all(Array.from({ length: 1_000 }, async (_, i) => await callTool(client, 'read_roller', {
    operation: 'GET /bookings/{uniqueId}', path: { uniqueId: `b-${i}` }
  })))
  const limited = results.filter(({ data }) => data.code === 'ROLLER_ERR_RATE_LIMITED')
  t.equal(limited.length, 950)
  t.ok(limited.every(({ data }) => data.retryAfter > 0 && /Wait for retryAfter seconds/.test(data.hint)))
  t.equal(callsAtRoller(mcp).length, 50)
})

t.test('a client that disconnects ends the call that waits for a rate limit', async (t) => {
  const mcp = await startMcp(t, {
    // The client opens a connection in place of the cancelled one, and a server waits long for the first request of a connection.
    server: { forceCloseConnections: true },
    options: { rateLimits: { rest: { limit: 1, windowMs: 5_000 }, maxWait: 20_000, margin: 0 } }
  })
  const client = await mcp.connect()
  await callTool(client, 'read_roller', { operation: 'GET /venues/me' })
  const aborted = new AbortController()
  const waiting = client.callTool({ name: 'read_roller', arguments: { operation: 'GET /products' } }, { signal: aborted.signal })
  const gone = t.rejects(waiting)
  const remaining = async (): Promise<unknown> => (await mcp.app.roller.rateLimits('demo-venue')).rateLimits[0]?.resetMs
  await new Promise((resolve) => setTimeout(resolve, 300))
  const whileWaiting = Number(await remaining())
  aborted.abort()
  await gone
  await new Promise((resolve) => setTimeout(resolve, 300))
  t.ok(Number(await remaining()) < whileWaiting, 'its turn is free again')
  t.equal(callsAtRoller(mcp).length, 1)
})

t.test('a client that disconnects cancels the call at ROLLER', async (t) => {
  const outcomes: string[] = []
  const mcp = await startMcp(
    t,
    { server: { forceCloseConnections: true }, options: { transport: 'direct' } },
    { onToolCall: ({ outcome }) => { outcomes.push(outcome) } }
  )
  const client = await mcp.connect()
  mcp.roller.faults.next({ kind: 'hang', path: /products/ })
  const aborted = new AbortController()
  const gone = t.rejects(
    client.callTool({ name: 'read_roller', arguments: { operation: 'GET /products' } }, { signal: aborted.signal })
  )
  await until(() => callsAtRoller(mcp).length === 1)
  t.equal(mcp.app.roller.pool().running, 1)
  aborted.abort()
  await gone
  await until(() => outcomes.length === 1)
  t.same(outcomes, ['ROLLER_ERR_CLOSING'])
  await until(() => mcp.app.roller.pool().running === 0)
  t.equal((await callTool(client, 'read_roller', { operation: 'GET /products' })).isError, false, 'the next call works')
  t.equal(callsAtRoller(mcp).length, 2, 'and nothing is repeated')
})
