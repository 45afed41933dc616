import t from '../support/tap.ts'
import { checkMcpOptions } from '#plugin/mcp/options.js'
import { operations } from '#plugin/operations/operations.js'

import { startMcp } from './fixture.ts'

/** Tokenizers differ: English JSON has some four characters a token, and never fewer than three and a half. */
const CHARACTERS_A_TOKEN = 3.5

t.test('the list of tools is under 1,500 tokens, in a fixed order, with true annotations', async (t) => {
  const client = await (await startMcp(t)).connect()
  const { tools } = await client.listTools()
  const tokens = JSON.stringify(tools).length / CHARACTERS_A_TOKEN
  t.ok(tokens < 1_500, `${Math.round(tokens)} tokens`)
  t.same(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint, annotations?.destructiveHint]), [
    ['list_venues', true, false],
    ['search_operations', true, false],
    ['describe_operation', true, false],
    ['read_roller', true, false],
    ['write_roller', false, true]
  ])
})

t.test('pinned operations are tools with their own schemas', async (t) => {
  const mcp = await startMcp(t, {}, { pinnedTools: ['GET /product-availability', 'POST /bookings'] })
  const client = await mcp.connect()
  const { tools } = await client.listTools()
  t.same(tools.slice(5).map(({ name }) => name), ['getAvailability', 'createBooking'])
  t.match(tools[5]?.inputSchema, { properties: { query: { properties: { Date: { type: 'string' } } } } })
  t.match(tools[6]?.inputSchema, { required: ['body'], properties: { body: { properties: { customer: { type: 'object' } } } } })
  const { structuredContent } = await client.callTool({ name: 'getAvailability', arguments: { query: { Date: '2026-12-01' } } })
  t.match(structuredContent, { operation: 'GET /product-availability', data: [{}] })
})

t.test('the list never changes, so a subscription to its changes ends at once and keeps no app open', async (t) => {
  const { url } = await startMcp(t)
  const response = await fetch(url, {
    method: 'POST',
    signal: AbortSignal.timeout(5_000),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen'
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'subscriptions/listen',
      params: {
        notifications: { toolsListChanged: true },
        _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} }
      }
    })
  })
  t.equal(response.status, 200)
  t.match(await response.text(), /"resultType":"complete"/)
})

t.test('wrong options are named at registration', async (t) => {
  await t.rejects(startMcp(t, {}, { pinnedTools: ['GET /nothing'] as never, confirm: 'maybe' as never, pth: '/mcp' } as never), {
    message: 'fastify-roller: pth is not an option; confirm must be always or never; ' +
      'pinnedTools holds GET /nothing, which the catalog does not have'
  })
  const names = Object.keys(operations)
  for (const [wrong, message] of [
    [{ path: 'mcp' }, /path must be a path such as \/mcp/],
    [{ path: '/mcp/:tenant' }, /path must be a path/],
    [{ maxResultSize: 999 }, /maxResultSize must be a whole number of at least 1000/],
    [{ maxResultSize: 1000.5 }, /maxResultSize must be/],
    [{ pinnedTools: 'GET /products' }, /pinnedTools must be an array of operations$/],
    [{ pinnedTools: ['toString'] }, /pinnedTools holds toString/],
    [{ pinnedTools: names.slice(0, 21) }, /at most 20 operations/],
    [{ pinnedTools: ['GET /products', 'GET /products'] }, /each operation once/]
  ] as const) t.throws(() => { checkMcpOptions(wrong as never) }, { message }, JSON.stringify(wrong))
  checkMcpOptions({ path: '/a/b.c-d', maxResultSize: 1000, pinnedTools: names.slice(0, 20) as never, prefix: '/x' } as never)
})
