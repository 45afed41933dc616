import t from '../support/tap.ts'

import { callsAtRoller } from '../support/build.ts'
import { ACCEPT, BOOKING, callTool, startMcp } from './fixture.ts'

t.test('every wrong argument is named, and nothing is sent to ROLLER', async (t) => {
  const mcp = await startMcp(t)
  const client = await mcp.connect({ person: () => ACCEPT })
  const cases: [tool: string, args: Record<string, unknown>, errors: RegExp][] = [
    ['read_roller', { operation: 'GET /nothing' }, /\/operation: "GET \/nothing" is not an operation of this caller/],
    ['read_roller', { operation: 'POST /bookings' }, /\/operation: is not a GET operation: use write_roller/],
    ['read_roller', { operation: 'POST /bookings', body: {} }, /\/operation: is not a GET operation: use write_roller/],
    ['write_roller', { operation: 'GET /products' }, /\/operation: is a GET operation: use read_roller/],
    ['read_roller', { operation: 'GET /bookings/{uniqueId}' }, /\/path\/uniqueId: is missing/],
    ['read_roller', { operation: 'GET /product-availability', query: { Date: 'soon' } }, /\/query\/Date: /],
    ['read_roller', { operation: 'GET /product-availability', query: { date: '2026-12-01' } }, /\/query\/date: is not one of Date, /],
    ['read_roller', { operation: 'GET /venues/me', query: { a: 1 } }, /\/query\/a: is not taken by this operation/],
    ['write_roller', { operation: 'POST /bookings', body: { items: [] } }, /\/body\/customer: /],
    ['write_roller', { operation: 'POST /bookings' }, /\/body: is missing/],
    ['write_roller', { operation: 'POST /giftcards', body: BOOKING }, /\/body\/items: is not one of /],
    ['write_roller', { operation: 'DELETE /capacity-reservation/{uniqueId}', path: { uniqueId: 'b' }, body: {} }, /\/body: is not taken by/]
  ]
  for (const [tool, args, expected] of cases) {
    const { isError, data } = await callTool(client, tool, args)
    t.ok(isError)
    t.equal(data.code, 'ROLLER_ERR_VALIDATION', JSON.stringify(args))
    t.match(data.errors.map(({ pointer, detail }: { pointer: string, detail: string }) => `${pointer}: ${detail}`).join('\n'), expected)
  }
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${index}`.padEnd(300, 'x'), 1]))
  const { data: { errors } } = await callTool(client, 'read_roller', { operation: 'GET /venues/me', query: many })
  t.equal(errors.length, 20)
  t.ok(errors.every(({ pointer }: { pointer: string }) => pointer.length < 120), 'long names are cut')
  t.same(callsAtRoller(mcp), [])
})

t.test('an unknown tool is an error of the protocol', async (t) => {
  const client = await (await startMcp(t)).connect()
  await t.rejects(client.callTool({ name: 'drop_tables', arguments: {} }), /drop_tables/)
})

t.test('arguments of another type are named, also those of a pinned tool', async (t) => {
  const mcp = await startMcp(t, {}, { pinnedTools: ['GET /product-availability'] })
  const client = await mcp.connect()
  const cases: [tool: string, args: Record<string, unknown>, pointers: string[]][] = [
    ['read_roller', { operation: 7 }, ['/operation']],
    ['read_roller', {}, ['/operation']],
    ['read_roller', { operation: 'GET /products', query: 'a=1', fields: 'id', body: {} }, ['/body', '/query', '/fields']],
    ['read_roller', { operation: 'GET /bookings/{uniqueId}', path: { uniqueId: { a: 1 } } }, ['/path/uniqueId']],
    ['getAvailability', { Date: '2026-12-01', venue: 7, path: [] }, ['/Date', '/venue', '/path']],
    ['getAvailability', { query: { Date: '2026-12-01', ProductIds: null } }, ['/query/ProductIds']]
  ]
  for (const [tool, args, pointers] of cases) {
    const { data } = await callTool(client, tool, args)
    t.equal(data.code, 'ROLLER_ERR_VALIDATION')
    t.same(data.errors.map(({ pointer }: { pointer: string }) => pointer).sort(), [...pointers].sort(), JSON.stringify(args))
  }
  t.same(callsAtRoller(mcp), [])
})

t.test('a venue that does not exist and a venue that is not the caller\'s look the same', async (t) => {
  const mcp = await startMcp(t, { options: { identify: () => ({ tags: { organization_id: 'acme' } }) } })
  const client = await mcp.connect()
  const venue = mcp.roller.venue('demo')
  t.same((await callTool(client, 'list_venues')).data, { venues: [], found: 0 })
  const names = ['99999', String(venue.id), 'no such park', venue.profile.name, undefined, 'demo-venue', '*', '../demo-venue', '']
  const responses = await Promise.all(names.map(async (name) => {
    const { data } = await callTool(client, 'read_roller', { operation: 'GET /venues/me', ...(name !== undefined && { venue: name }) })
    return { code: data.code, detail: data.detail.replace(String(name), ''), hint: data.hint }
  }))
  for (const response of responses) t.equal(response.code, 'ROLLER_ERR_CONNECTION_UNKNOWN')
  t.same(responses[0], responses[1])
  t.same(responses[2], responses[3])
  t.match(responses[0]?.hint, /list_venues/)
  t.same(callsAtRoller(mcp), [])
})

t.test('a name that fits two venues is rejected with their ids', async (t) => {
  const mcp = await startMcp(t)
  const { id, profile: { name } } = mcp.roller.venue('demo')
  mcp.nango.addConnection({
    connectionId: 'twin',
    clientId: 'demo',
    clientSecret: 'another-secret-of-16',
    tags: { roller_venue_id: '777', roller_environment: 'live' },
    metadata: { roller_venue: { id: '777', environment: 'live', name, timeZone: null, currency: null, locale: null } }
  })
  const client = await mcp.connect()
  const { data } = await callTool(client, 'read_roller', { operation: 'GET /venues/me', venue: name.toUpperCase() })
  t.equal(data.code, 'ROLLER_ERR_CONNECTION_AMBIGUOUS')
  t.ok(data.detail.includes('777') && data.detail.includes(String(id)), data.detail)
  t.equal((await callTool(client, 'read_roller', { operation: 'GET /venues/me' })).data.code, 'ROLLER_ERR_CONNECTION_REQUIRED')
  t.equal((await callTool(client, 'read_roller', { operation: 'GET /venues/me', venue: String(id) })).isError, false)
})

t.test('a megabyte of arguments is too large, and a body that is not JSON is an error of the protocol', async (t) => {
  const { url } = await startMcp(t)
  const post = async (body: string): Promise<Response> => await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }, body
  })
  const large = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x'.repeat(1_000_000) } }))
  t.equal(large.status, 413)
  t.match(await large.json(), { code: 'ROLLER_ERR_BODY_TOO_LARGE', detail: 'The body is larger than 524288 bytes.' })
  t.equal((await fetch(url)).status, 405, 'GET')
  const broken = await post('{')
  t.equal(broken.status, 400)
  t.match(await broken.json(), { error: { code: -32700 } })
})
