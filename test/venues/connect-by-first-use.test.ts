import { test } from '../support/tap.ts'
import { callsAtRoller } from '../support/build.ts'
import { start, stored, venueIdOf } from './fixture.ts'
import { ManualClock } from '../support/manual-clock.ts'

const headers = { 'connection-id': 'older' }

test('requests the venue once before the first call, and stores it beside existing metadata', async (t) => {
  const setup = await start(t, { webhooks: false })
  setup.nango.addConnection(
    { connectionId: 'older', clientId: 'older', clientSecret: 's', tags: { region: 'north' }, metadata: { note: 'mine' } }
  )
  for (let calls = 0; calls < 3; calls++) t.equal((await setup.app.inject({ url: '/roller/products', headers })).statusCode, 200)
  const venueId = venueIdOf(setup, 'older')
  const { roller_entry: entry, ...tags } = stored(setup, 'older').tags
  t.same(tags, { region: 'north', roller_venue_id: venueId, roller_environment: 'live' })
  t.match(stored(setup, 'older').metadata, { note: 'mine', roller_venue: { id: venueId }, roller_verified: { entry } })
  t.same(callsAtRoller(setup).map(({ url }) => url), ['/venues/me', '/products', '/products', '/products'])
})

test('sends no call for a connection that may not read its venue, and caches that', async (t) => {
  const clock = new ManualClock()
  const setup = await start(t, { webhooks: false, options: { clock } })
  setup.nango.addConnection({ connectionId: 'older', clientId: 'noaccess-park', clientSecret: 's' })
  for (let calls = 0; calls < 3; calls++) {
    t.match((await setup.app.inject({ url: '/roller/products', headers })).json(), { status: 403, code: 'ROLLER_ERR_ACCESS_DENIED' })
  }
  t.same(callsAtRoller(setup).map(({ url }) => url), ['/venues/me'])
  clock.advance(30_001)
  await setup.app.inject({ url: '/roller/products', headers })
  t.same(callsAtRoller(setup).map(({ url }) => url), ['/venues/me', '/venues/me'])
})

test('rejects a connection with the maximum number of tags, with a hint, and keeps its tags', async (t) => {
  const setup = await start(t, { webhooks: false })
  const tags = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`tag${index}`, 'x']))
  setup.nango.addConnection({ connectionId: 'older', clientId: 'full', clientSecret: 's', tags })
  const rejected = (await setup.app.inject({ url: '/roller/products', headers })).json()
  t.match(rejected, { status: 503, code: 'ROLLER_ERR_VENUE_UNVERIFIED', detail: /has 10 tags/, hint: /PATCH/ })
  t.same(stored(setup, 'older').tags, tags)
  t.match(
    (await setup.app.inject({ url: '/connections/older' })).json(), { warnings: ['venue-unverified', 'no-room-for-venue'], venue: null }
  )
  const change = { tags: { tag0: null, tag1: null, tag2: null } }
  t.equal((await setup.app.inject({ method: 'PATCH', url: '/connections/older', payload: change })).statusCode, 200)
  t.equal((await setup.app.inject({ url: '/roller/products', headers })).statusCode, 200)
})

test('sends nothing while Nango is unavailable for the verification', async (t) => {
  const setup = await start(t, { webhooks: false })
  const products = { url: '/roller/products', headers: { 'connection-id': 'demo-venue' } }
  setup.nango.faults.next({ path: /^\/connections/, kind: 'status', status: 500, body: { error: { code: 'generic_error_support' } } })
  const rejected = await setup.app.inject(products)
  t.match(rejected.json(), { status: 503, code: 'ROLLER_ERR_VENUE_UNVERIFIED', layer: 'network' })
  t.ok(Number(rejected.headers['retry-after']) >= 1)
  t.same(callsAtRoller(setup), [])
})
