/** GET /connections lists all pages, filters at Nango, and rejects unknown parameters. */
import type { LightMyRequestResponse } from 'fastify'
import { test } from '../support/tap.ts'
import type { Test } from 'tap'
import { sessionEntry } from '#plugin/nango/entry.js'
import { build, holdsNoSecret, type Built } from '../support/build.ts'

async function many (t: Test): Promise<Built> {
  const built = await build(t)
  for (let index = 0; index < 249; index++) {
    built.nango.addConnection({
      connectionId: `venue-${index}`,
      clientId: 'c',
      clientSecret: 's',
      tags: { organization_id: index % 2 === 0 ? 'even' : 'odd', roller_venue_id: String(index) }
    })
  }
  return built
}

const idsOf = (page: { connections: { connectionId: string }[] }): string[] => page.connections.map(({ connectionId }) => connectionId)

test('returns each connection once, page by page', async (t) => {
  const built = await many(t)
  const seen: string[] = []
  const pages: number[] = []
  for (let page: number | null = 0; page !== null;) {
    const response: LightMyRequestResponse = await built.app.inject({ url: `/connections?limit=100&page=${page}` })
    t.equal(response.statusCode, 200)
    holdsNoSecret(t, response.body, built)
    seen.push(...idsOf(response.json()))
    pages.push(response.json().connections.length)
    page = response.json().nextPage
  }
  t.same(pages, [100, 100, 50])
  t.equal(new Set(seen).size, 250)
})

test('returns 100 by default, and up to 1000', async (t) => {
  const { app, nango } = await many(t)
  t.match((await app.inject({ url: '/connections' })).json(), { connections: { length: 100 }, nextPage: 1 })
  t.match((await app.inject({ url: '/connections?limit=1000' })).json(), { connections: { length: 250 }, nextPage: null })
  t.match(nango.requests.at(-1)?.url, 'integrationId=roller')
})

test('filters by tags, venue and text at once', async (t) => {
  const { app, nango } = await many(t)
  const cases: [query: string, count: number][] = [
    ['tags[organization_id]=even', 125], ['tags%5Borganization_id%5D=odd', 124], ['tags[ORGANIZATION_ID]=odd', 124],
    ['tags[organization_id]=EVEN', 0],
    ['venue=7', 1], ['tags[organization_id]=odd&venue=7', 1], ['tags[organization_id]=even&venue=7', 0],
    ['search=venue-24', 10], ['search=venue-24&tags[organization_id]=even', 6], ['search=VENUE-248', 1], ['search=%26limit%3D1', 0]
  ]
  for (const [query, count] of cases) {
    t.equal((await app.inject({ url: `/connections?limit=1000&${query}` })).json().connections.length, count, query)
  }
  t.equal((await app.roller.connections.list({ tags: { ORGANIZATION_ID: 'odd' }, limit: 1_000 })).connections.length, 124)
  // Nango finds it by the tags of a link that was created before they changed.
  const tags = { organization_id: 'even', roller_entry: sessionEntry({ organization_id: 'even' }) }
  const metadata = { roller_tags: { organization_id: 'odd' } }
  nango.addConnection({ connectionId: 'moved', clientId: 'c', clientSecret: 's', tags, metadata })
  const page = (await app.inject({ url: '/connections?tags[organization_id]=even&limit=126' })).json()
  t.match(page, { connections: { length: 125 }, nextPage: 1 })
})

test('returns the documented fields only', async (t) => {
  const { app } = await build(t)
  const [connection] = (await app.inject({ url: '/connections' })).json().connections
  t.same(
    Object.keys(connection).sort(),
    ['connectionId', 'createdAt', 'integrationId', 'metadata', 'pendingVenue', 'status', 'tags', 'venue', 'warnings']
  )
  t.match(
    connection,
    {
      connectionId: 'demo-venue',
      integrationId: 'roller',
      status: 'connected',
      tags: { organization_id: 'demo' },
      venue: { environment: 'live', currency: 'AUD' },
      createdAt: /Z$/
    }
  )
  t.same(connection.metadata, {})
  t.same(connection.warnings, [])
})

test('rejects an invalid or unknown query parameter with 400 and its name', async (t) => {
  const { app, nango } = await build(t)
  const cases: [query: string, pointer: string][] = [
    ['limit=0', '/query/limit'], ['limit=1001', '/query/limit'], ['limit=ten', '/query/limit'], ['limit=', '/query/limit'],
    ['limit=1&limit=2', '/query/limit'],
    ['limit=-1', '/query/limit'], ['limit=1.5', '/query/limit'], ['limit=1e2', '/query/limit'], ['limit=true', '/query/limit'],
    ['page=-1', '/query/page'], ['page=x', '/query/page'], ['search=', '/query/search'],
    ['venue=', '/query/venue'], ['connectionId=x', '/query/connectionId'], ['integrationId=other', '/query/integrationId'],
    ['tags=x', '/query/tags'],
    ['tags[a]=', '/query/tags/a'], ['tags[1a]=x', '/query/tags/1a'], ['tags[a]=1&tags[a]=2', '/query/tags/a']
  ]
  for (const [query, pointer] of cases) {
    const response = await app.inject({ url: `/connections?${query}` })
    t.match(response.json(), { status: 400, code: 'ROLLER_ERR_VALIDATION' }, query)
    t.ok(response.json().errors?.some((fault: { pointer: string }) => fault.pointer === pointer), `${query}: ${response.body}`)
  }
  t.same(nango.requests, [])
})
