import t from '../support/tap.ts'

import type { Identity } from 'fastify-roller'
import { callsAtRoller, type BuildOptions } from '../support/build.ts'
import { callTool, connectTo, startMcp } from './fixture.ts'

const scopes = (...granted: string[]) => ({ options: { authorize: (_: unknown, { scope }: { scope: string }) => granted.includes(scope) } })

t.test('a caller without the scope mcp gets 403', async (t) => {
  const { url } = await startMcp(t, scopes('roller:read'))
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  t.equal(response.status, 403)
  t.match(await response.json(), { code: 'ROLLER_ERR_SCOPE' })
  await t.rejects(connectTo(t, url))
})

t.test('search, description and call leave out what the caller may not use', async (t) => {
  const cases = [
    ['the scopes', scopes('mcp', 'roller:read'), 'ROLLER_ERR_CONNECTION_FORBIDDEN'],
    ['readOnly', { options: { readOnly: true } }, 'ROLLER_ERR_OPERATION_FORBIDDEN'],
    ['an allow list', { options: { operations: { allow: ['GET /bookings', 'Products'] } } }, 'ROLLER_ERR_OPERATION_FORBIDDEN'],
    ['a deny list', { options: { operations: { deny: ['money-moving'] } } }, 'ROLLER_ERR_OPERATION_FORBIDDEN']
  ]
  for (const [name, options, code] of cases as [string, BuildOptions, string][]) {
    const mcp = await startMcp(t, options, { confirm: 'never', pinnedTools: ['GET /products', 'POST /bookings'] })
    const client = await mcp.connect()
    t.same((await client.listTools()).tools.slice(5).map(({ name }) => name), ['listProducts'], `${name}: pinned`)
    const pinned = await callTool(client, 'createBooking', { body: {} })
    t.equal(pinned.data.code, code, `${name}: pinned, called nevertheless`)
    const { data: { operations } } = await callTool(client, 'search_operations', { words: 'create booking' })
    t.notOk(operations.some((line: string) => line.startsWith('POST /bookings:')), name)
    t.ok(operations.length > 0, name)
    const described = await callTool(client, 'describe_operation', { operation: 'POST /bookings' })
    t.match(described.data, { code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/operation' }] }, name)
    const called = await callTool(client, 'write_roller', { operation: 'POST /bookings', body: {} })
    t.equal(called.data.code, code, name)
    t.same(callsAtRoller(mcp), [], name)
  }
})

t.test('a caller of one venue needs not name it, and sees no other', async (t) => {
  const callers: Record<string, Identity> = {
    one: { connections: ['demo-venue'] },
    another: { connections: ['other'] },
    tagged: { tags: { organization_id: 'demo' } },
    stranger: { tags: { organization_id: 'acme' } }
  }
  const mcp = await startMcp(t, { options: { identify: ({ headers: { 'x-caller': caller = 'one' } }) => callers[String(caller)] ?? null } })
  mcp.nango.addConnection({
    connectionId: 'other', clientId: 'other', clientSecret: 'another-secret', tags: { roller_venue_id: '777', roller_environment: 'live' }
  })
  const client = await mcp.connect()
  t.equal((await callTool(client, 'list_venues')).data.venues.length, 1)
  const demo = String(mcp.roller.venue('demo').id)
  for (const [caller, ids] of [['another', ['777']], ['tagged', [demo]], ['stranger', []], ['one', [demo]]] as const) {
    const { venues } = (await callTool(await mcp.connect({ headers: { 'x-caller': caller } }), 'list_venues', { name: '' })).data
    t.same(venues.map(({ id }: { id: string }) => id), ids, `${caller} gets its own list`)
  }
  t.match((await callTool(client, 'read_roller', { operation: 'GET /venues/me' })).data, { data: { id: mcp.roller.venue('demo').id } })
  t.equal((await callTool(client, 'read_roller', { operation: 'GET /venues/me', venue: '777' })).data.code, 'ROLLER_ERR_CONNECTION_UNKNOWN')
})

t.test('a right that is lost while a call waits for a rate limit ends the call', async (t) => {
  let decisions = 0
  const mcp = await startMcp(t, {
    options: {
      authorize: (_request, { operation }) => operation !== 'GET /products' || ++decisions === 1,
      rateLimits: { rest: { limit: 1, windowMs: 1_000 }, maxWait: 5_000, margin: 0 }
    }
  })
  const client = await mcp.connect()
  await callTool(client, 'read_roller', { operation: 'GET /venues/me' })
  t.equal((await callTool(client, 'read_roller', { operation: 'GET /products' })).data.code, 'ROLLER_ERR_CONNECTION_FORBIDDEN')
  t.equal(decisions, 2)
  t.equal(callsAtRoller(mcp).length, 1)
})
