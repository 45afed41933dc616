import { test } from 'tap'
import { callsAtRoller } from '../support/build.ts'
import { start, stored, until, venueIdOf } from './fixture.ts'

test('without webhooks the venue is asked for behind the first call, once, and kept beside what is there', async (t) => {
  const life = await start(t, { webhooks: false })
  life.nango.addConnection({ connectionId: 'older', clientId: 'older', clientSecret: 's', tags: { region: 'north' }, metadata: { note: 'mine' } })
  for (let calls = 0; calls < 3; calls++) {
    t.equal((await life.app.inject({ url: '/roller/products', headers: { 'connection-id': 'older' } })).statusCode, 200)
  }
  await until(() => stored(life, 'older').tags.roller_venue_id !== undefined)
  const venueId = venueIdOf(life, 'older')
  t.same(stored(life, 'older').tags, { region: 'north', roller_venue_id: venueId, roller_environment: 'live' })
  t.match(stored(life, 'older').metadata, { note: 'mine', roller_venue: { id: venueId } })
  t.same(callsAtRoller(life).map(({ url }) => url).filter((url) => url === '/venues/me').length, 1)
})

test('a call that ROLLER refuses is no occasion to ask', async (t) => {
  const life = await start(t, { webhooks: false })
  life.nango.addConnection({ connectionId: 'older', clientId: 'noaccess-park', clientSecret: 's' })
  t.equal((await life.app.inject({ url: '/roller/products', headers: { 'connection-id': 'older' } })).statusCode, 403)
  await life.app.close()
  t.equal(callsAtRoller(life).length, 1)
})

test('a connection with as many tags as Nango keeps loses none, works by its id, and says what is wrong', async (t) => {
  const life = await start(t, { webhooks: false })
  const tags = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`tag${index}`, 'x']))
  life.nango.addConnection({ connectionId: 'full', clientId: 'full', clientSecret: 's', tags })
  t.equal((await life.app.inject({ url: '/roller/products', headers: { 'connection-id': 'full' } })).statusCode, 200)
  await until(() => life.log().includes('could not be kept'))
  t.same(stored(life, 'full').tags, tags)
  const shown = (await life.app.inject({ url: '/connections/full' })).json()
  t.match(shown, { warnings: ['no-room-for-venue'], venue: null })
  const missing = await life.app.inject({ url: '/roller/products', headers: { 'roller-venue': venueIdOf(life, 'full') } })
  t.match(missing.json(), { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN', hint: /GET \/connections/ })
})

test('Nango being away or saying no does not stand in the way of a call', async (t) => {
  const life = await start(t, { webhooks: false })
  life.nango.faults.next({ path: /^\/connections/, kind: 'status', status: 403, body: { error: { code: 'forbidden' } } })
  t.equal((await life.app.inject({ url: '/roller/products', headers: { 'connection-id': 'demo-venue' } })).statusCode, 200)
})
