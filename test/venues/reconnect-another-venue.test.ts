import { test, type Test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { reconnect, start, stored, until, venueIdOf, type Life } from './fixture.ts'
import { ManualClock } from '../support/manual-clock.ts'

const PRODUCTS = { url: '/roller/products', headers: VENUE }

async function rejected (t: Test, life: Life): Promise<void> {
  const calls = callsAtRoller(life).length
  const response = await life.app.inject(PRODUCTS)
  t.match(response.json(), { status: 409, code: 'ROLLER_ERR_VENUE_CHANGED', hint: /confirm-venue/ })
  await t.rejects(
    life.app.roller.request('GET /products', { connectionId: 'demo-venue' }), { code: 'ROLLER_ERR_VENUE_CHANGED' }, 'in process too'
  )
  t.equal(callsAtRoller(life).length, calls, 'nothing was sent')
}

test('rejects calls with another venue\'s credentials until they are confirmed', async (t) => {
  const life = await start(t)
  const [known, other] = [venueIdOf(life, 'demo'), venueIdOf(life, 'other-park')]
  t.equal((await life.app.inject(PRODUCTS)).statusCode, 200)
  await reconnect(life, 'other-park')
  const pendingVenue = { id: other, name: life.roller.venue('other-park').profile.name }
  t.match(
    life.events, [{ name: 'connection.venue-changed', connection: { venue: { id: known }, pendingVenue, warnings: ['venue-changed'] } }]
  )
  t.match((await life.app.inject(PRODUCTS)).json(), { pendingVenue, detail: new RegExp(other) })
  t.match((await life.app.inject({ url: '/connections/demo-venue' })).json(), { pendingVenue })
  t.match(
    (await life.app.inject({ url: '/connections/demo-venue/check' })).json(),
    { ok: false, steps: [{}, {}, {}, {}, {}, {}, { detail: new RegExp(other) }] }
  )
  await rejected(t, life)
  t.match((await life.app.inject({ url: '/connections/demo-venue' })).json(), { venue: { id: known }, warnings: ['venue-changed'] })

  const url = '/connections/demo-venue/confirm-venue'
  t.match(
    (await life.app.inject({ method: 'POST', url, payload: { venueId: known } })).json(),
    { status: 400, errors: [{ pointer: '/body/venueId' }] }
  )
  await rejected(t, life)
  const confirmed = await life.app.inject({ method: 'POST', url, payload: { venueId: other } })
  t.match(confirmed.json(), { venue: { id: other }, warnings: [] })
  t.equal(confirmed.statusCode, 200)
  t.equal(stored(life, 'demo-venue').tags.roller_venue_id, other)
  t.equal((await life.app.inject(PRODUCTS)).statusCode, 200)
  t.equal((await life.app.inject({ url: '/roller/venues/me', headers: { 'roller-venue': other } })).json().id, Number(other))
  t.equal((await life.app.inject({ url: '/roller/venues/me', headers: { 'roller-venue': known } })).statusCode, 404)
})

test('allows calls again after the correct credentials are entered', async (t) => {
  const life = await start(t)
  await reconnect(life, 'other-park')
  await rejected(t, life)
  await reconnect(life, 'demo')
  t.same(life.names(), ['connection.venue-changed', 'connection.reconnected'])
  t.equal((await life.app.inject(PRODUCTS)).statusCode, 200)
  t.same((await life.app.inject({ url: '/connections/demo-venue' })).json().warnings, [])
})

test('sends no call while ROLLER is unavailable for the verification', async (t) => {
  const clock = new ManualClock()
  const life = await start(t, { options: { clock } })
  life.roller.faults.next({ path: /venues\/me/, kind: 'status', status: 500 })
  const ticking = setInterval(() => { clock.advance(1) }, 2) // for the delays between attempts
  await reconnect(life, 'other-park')
  clearInterval(ticking)
  t.match(life.events, [{ name: 'connection.reconnected', connection: { warnings: ['venue-unverified'] } }], 'that much is known')
  t.match((await life.app.inject(PRODUCTS)).json(), { status: 503, code: 'ROLLER_ERR_VENUE_UNVERIFIED' })
  clock.advance(5_001)
  t.match(
    (await life.app.inject(PRODUCTS)).json(), { status: 409, code: 'ROLLER_ERR_VENUE_CHANGED' }, 'detected as soon as ROLLER responds'
  )
  await until(() => life.events.length === 2)
  t.equal(life.events[1]?.name, 'connection.venue-changed')
  t.same(callsAtRoller(life).filter(({ url }) => url === '/products'), [])
})

test('rejects calls on another replica once it has read the connection', async (t) => {
  const life = await start(t)
  await reconnect(life, 'other-park')
  const replica = await start(t, { options: { nango: { host: life.nango.url } }, webhooks: false })
  t.match((await replica.app.inject(PRODUCTS)).json(), { code: 'ROLLER_ERR_VENUE_CHANGED' })
})

test('drops cached responses of the previous venue', async (t) => {
  const life = await start(t, { options: { cache: { 'GET /venues/me': 60_000 } } })
  const me = async (): Promise<number> => (await life.app.inject({ url: '/roller/venues/me', headers: VENUE })).json().id
  t.equal(await me(), life.roller.venue('demo').id)
  await reconnect(life, 'other-park')
  await life.app.inject(
    { method: 'POST', url: '/connections/demo-venue/confirm-venue', payload: { venueId: venueIdOf(life, 'other-park') } }
  )
  t.equal(await me(), life.roller.venue('other-park').id)
})
