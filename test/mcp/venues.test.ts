import t, { type Test } from '../support/tap.ts'

import { callsAtRoller, type BuildOptions } from '../support/build.ts'
import { callTool, startMcp, type Mcp } from './fixture.ts'

const OTHERS = 450

async function startWithMany (t: Test, options: BuildOptions['options'] = {}): Promise<Mcp> {
  const mcp = await startMcp(t, { options })
  for (let i = 1; i <= OTHERS; i++) {
    const id = String(700_000 + i)
    mcp.nango.addConnection({
      connectionId: `other-${i}`,
      clientId: `other-${i}`,
      clientSecret: 'another-secret-of-16',
      tags: { roller_venue_id: id, roller_environment: 'live' },
      metadata: {
        roller_venue: { id, environment: 'live', name: `Park ${i}`, timeZone: 'Australia/Brisbane', currency: 'AUD', locale: null }
      }
    })
  }
  return mcp
}

/** Reads of the whole list. */
const listsOf = ({ nango }: Mcp): number => nango.requests.filter(({ url }) => /^\/connections\?(?!.*(?:connectionId|tags))/.test(url)).length

t.test('450 venues are listed in pages, and found by a part of the name', async (t) => {
  const mcp = await startWithMany(t)
  const client = await mcp.connect()
  const { data: first } = await callTool(client, 'list_venues')
  t.equal(first.found, OTHERS + 1)
  t.equal(first.venues.length, 100)
  t.match(first.truncated, /send page 2, or a part of the name/)
  const { data: last } = await callTool(client, 'list_venues', { page: 5 })
  t.equal(last.venues.length, 51)
  t.notOk(last.truncated)
  const { data: some } = await callTool(client, 'list_venues', { name: ' park 44' })
  t.same(some.venues.map(({ name }: { name: string }) => name), ['Park 44', ...Array.from({ length: 10 }, (_, i) => `Park 44${i}`)])
  t.match(some.venues[0], { id: '700044', localTime: /^\d{4}-/, status: 'connected' })
  t.same((await callTool(client, 'list_venues', { name: 'none' })).data, { venues: [], found: 0 })
  t.equal(listsOf(mcp), 1, 'the pages and the search are of one list')
})

t.test('calls that name one of many venues share one read of the list', async (t) => {
  const mcp = await startWithMany(t)
  const client = await mcp.connect()
  const { id, profile: { name } } = mcp.roller.venue('demo')
  const results = await Promise.all(Array.from({ length: 10 }, async () =>
    await callTool(client, 'read_roller', { operation: 'GET /venues/me', venue: name.toUpperCase() })))
  for (const { data } of results) t.equal(data.data.id, id)
  t.equal(listsOf(mcp), 1)
  const { data } = await callTool(client, 'read_roller', { operation: 'GET /venues/me', venue: 'Park 450' })
  t.not(data.code, 'ROLLER_ERR_CONNECTION_UNKNOWN', 'found, though its credentials are not good')
})

t.test('a caller with many venues of its own sees these alone', async (t) => {
  const own = Array.from({ length: 300 }, (_, i) => `other-${i + 1}`)
  const mcp = await startWithMany(t, { identify: () => ({ connections: own }) })
  const client = await mcp.connect()
  t.equal((await callTool(client, 'list_venues', { name: 'park' })).data.found, 300)
  t.equal((await callTool(client, 'list_venues', { name: 'Park 301' })).data.found, 0)
  const { data } = await callTool(client, 'read_roller', { operation: 'GET /venues/me', venue: 'Park 301' })
  t.equal(data.code, 'ROLLER_ERR_CONNECTION_UNKNOWN')
  t.equal(mcp.nango.requests.filter(({ url }) => url.startsWith('/connections')).length, 1)
})

t.test('a connection that the server chooses is the only venue', async (t) => {
  const mcp = await startMcp(t, { options: { connection: 'demo-venue' } })
  const client = await mcp.connect()
  const { id, profile: { name } } = mcp.roller.venue('demo')
  t.match((await callTool(client, 'list_venues')).data, { venues: [{ id: String(id), name }], found: 1 })
  for (const venue of [undefined, String(id), ` ${name.toUpperCase()} `]) {
    const { data } = await callTool(client, 'read_roller', { operation: 'GET /venues/me', ...(venue !== undefined && { venue }) })
    t.equal(data.data.id, id, String(venue))
  }
  const { data } = await callTool(client, 'read_roller', { operation: 'GET /venues/me', venue: '777' })
  t.equal(data.code, 'ROLLER_ERR_CONNECTION_UNKNOWN')
  t.equal(callsAtRoller(mcp).length, 3)
})
