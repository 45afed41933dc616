import t from '../support/tap.ts'

import { operations } from '#plugin/operations/operations.js'
import { openShape } from '#plugin/mcp/schema-text.js'
import { callTool, startMcp } from './fixture.ts'

t.test('every tool has an output schema, and a pinned one the shape of its operation', async (t) => {
  const client = await (await startMcp(t, {}, { pinnedTools: ['GET /venues/me', 'POST /bookings'] })).connect()
  const { tools } = await client.listTools()
  t.ok(tools.every(({ outputSchema }) => outputSchema?.type === 'object'))
  t.match(tools[5]?.outputSchema, {
    required: ['operation', 'venue', 'data'],
    properties: { data: { properties: { id: { description: /^integer/ }, currency: { description: /^string/ } } } }
  })
})

t.test('no shape of a response can reject a value', async (t) => {
  const keywords = new Set<string>()
  const collect = (shape: Record<string, unknown>): void => {
    for (const [keyword, value] of Object.entries(shape)) {
      keywords.add(keyword)
      if (keyword === 'properties') for (const one of Object.values(value as object)) collect(one)
      if (keyword === 'items') collect(value as Record<string, unknown>)
    }
  }
  for (const { responses } of Object.values(operations)) {
    for (const { schema } of Object.values(responses)) if (schema !== undefined) collect(openShape(schema))
  }
  t.same([...keywords].sort(), ['description', 'examples', 'items', 'properties'])
})

t.test('the official client accepts whatever ROLLER returns', async (t) => {
  const mcp = await startMcp(t, {}, { pinnedTools: ['GET /products', 'GET /product-availability'] })
  const client = await mcp.connect()
  const bodies = [
    null, 'text', 7, false, [], {}, [null], [{ id: '7', name: null, extra: { a: [1] }, products: 'none' }], { id: [], products: { a: 1 } }
  ]
  for (const body of bodies) {
    for (const [tool, operation, args] of [
      ['read_roller', 'GET /products', { operation: 'GET /products' }],
      ['listProducts', 'GET /products', {}],
      ['getAvailability', 'GET /product-availability', { query: { Date: '2026-12-01' } }]
    ] as const) {
      mcp.roller.faults.next({ kind: 'status', status: 200, path: /product/, body: Buffer.from(JSON.stringify(body)) })
      const { isError, data } = await callTool(client, tool, args)
      t.equal(isError, false)
      t.same(data, { operation, venue: data.venue, data: body }, `${tool} ${JSON.stringify(body)}`)
    }
  }
  mcp.roller.faults.next({ kind: 'status', status: 409, path: /product/, body: { id: 'x' } })
  t.match(await callTool(client, 'listProducts'), { isError: true, data: { code: 'ROLLER_ERR_REFUSED' } })
})

t.test('a result states in _meta where it is from, and the id of its request', async (t) => {
  const mcp = await startMcp(t)
  const client = await mcp.connect()
  const from = async (tool: string, args: Record<string, unknown>): Promise<unknown> => {
    const { meta } = await callTool(client, tool, args)
    t.match(meta['fastify-roller/request-id'], /./)
    return meta['fastify-roller/answered-by']
  }
  t.equal(await from('list_venues', {}), 'gateway')
  t.equal(await from('read_roller', { operation: 'GET /venues/me' }), 'roller')
  t.equal(await from('read_roller', { operation: 'GET /bookings/{uniqueId}', path: { uniqueId: 'none' } }), 'roller', 'its 404')
  t.equal(await from('read_roller', { operation: 'GET /nothing' }), 'gateway')
  mcp.nango.faults.always({ kind: 'status', status: 401, path: /^\/proxy/, body: { error: { code: 'unknown_account' } } })
  t.equal(await from('read_roller', { operation: 'GET /products' }), 'nango')
})
