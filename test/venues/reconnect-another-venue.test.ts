import { test, type Test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { reconnect, start, stored, until, venueIdOf, type Setup } from './fixture.ts'
import { ManualClock } from '../support/manual-clock.ts'

const PRODUCTS = { url: '/roller/products', headers: VENUE }

async function rejected (t: Test, setup: Setup): Promise<void> {
  const calls = callsAtRoller(setup).length
  const response = await setup.app.inject(PRODUCTS)
  t.match(response.json(), { status: 409, code: 'ROLLER_ERR_VENUE_CHANGED', hint: /confirm-venue/ })
  await t.rejects(
    setup.app.roller.request('GET /products', { connectionId: 'demo-venue' }), { code: 'ROLLER_ERR_VENUE_CHANGED' }, 'in process too'
  )
  t.equal(callsAtRoller(setup).length, calls, 'nothing was sent')
}

test('rejects calls with another venue\'s credentials until they are confirmed', async (t) => {
  const setup = await start(t)
  const [known, other] = [venueIdOf(setup, 'demo'), venueIdOf(setup, 'other-park')]
  t.equal((await setup.app.inject(PRODUCTS)).statusCode, 200)
  await reconnect(setup, 'other-park')
  const pendingVenue = { id: other, name: setup.roller.venue('other-park').profile.name }
  t.match(
    setup.events, [{ name: 'connection.venue-changed', connection: { venue: { id: known }, pendingVenue, warnings: ['venue-changed'] } }]
  )
  t.match((await setup.app.inject(PRODUCTS)).json(), { pendingVenue, detail: new RegExp(other) })
  t.match((await setup.app.inject({ url: '/connections/demo-venue' })).json(), { pendingVenue })
  t.match(
    (await setup.app.inject({ url: '/connections/demo-venue/check' })).json(),
    { ok: false, steps: [{}, {}, {}, {}, {}, {}, { detail: new RegExp(other) }] }
  )
  await rejected(t, setup)
  t.match((await setup.app.inject({ url: '/connections/demo-venue' })).json(), { venue: { id: known }, warnings: ['venue-changed'] })

  const url = '/connections/demo-venue/confirm-venue'
  t.match(
    (await setup.app.inject({ method: 'POST', url, payload: { venueId: known } })).json(),
    { status: 400, errors: [{ pointer: '/body/venueId' }] }
  )
  await rejected(t, setup)
  const confirmed = await setup.app.inject({ method: 'POST', url, payload: { venueId: other } })
  t.match(confirmed.json(), { venue: { id: other } })
  t.same(confirmed.json().warnings, [])
  t.equal(confirmed.statusCode, 200)
  t.equal(stored(setup, 'demo-venue').tags.roller_venue_id, other)
  t.equal((await setup.app.inject(PRODUCTS)).statusCode, 200)
  t.equal((await setup.app.inject({ url: '/roller/venues/me', headers: { 'roller-venue': other } })).json().id, Number(other))
  t.equal((await setup.app.inject({ url: '/roller/venues/me', headers: { 'roller-venue': known } })).statusCode, 404)
})

test('allows calls again after the correct credentials are entered', async (t) => {
  const setup = await start(t)
  await reconnect(setup, 'other-park')
  await rejected(t, setup)
  await reconnect(setup, 'demo')
  t.same(setup.names(), ['connection.venue-changed', 'connection.reconnected'])
  t.equal((await setup.app.inject(PRODUCTS)).statusCode, 200)
  t.same((await setup.app.inject({ url: '/connections/demo-venue' })).json().warnings, [])
})

test('sends no call while ROLLER is unavailable for the verification', async (t) => {
  const clock = new ManualClock()
  const setup = await start(t, { options: { clock } })
  setup.roller.faults.next({ path: /venues\/me/, kind: 'status', status: 500 })
  const ticking = setInterval(() => { clock.advance(1) }, 2) // for the delays between attempts
  await reconnect(setup, 'other-park')
  clearInterval(ticking)
  t.match(setup.events, [{ name: 'connection.reconnected', connection: { warnings: ['venue-unverified'] } }], 'that much is known')
  t.match((await setup.app.inject(PRODUCTS)).json(), { status: 503, code: 'ROLLER_ERR_VENUE_UNVERIFIED' })
  clock.advance(5_001)
  t.match(
    (await setup.app.inject(PRODUCTS)).json(), { status: 409, code: 'ROLLER_ERR_VENUE_CHANGED' }, 'detected as soon as ROLLER responds'
  )
  await until(() => setup.events.length === 2)
  t.equal(setup.events[1]?.name, 'connection.venue-changed')
  t.same(callsAtRoller(setup).filter(({ url }) => url === '/products'), [])
})

test('rejects calls on another replica once it has read the connection', async (t) => {
  const setup = await start(t)
  await reconnect(setup, 'other-park')
  const replica = await start(t, { options: { nango: { host: setup.nango.url } }, webhooks: false })
  t.match((await replica.app.inject(PRODUCTS)).json(), { code: 'ROLLER_ERR_VENUE_CHANGED' })
})

test('drops cached responses of the previous venue', async (t) => {
  const setup = await start(t, { options: { cache: { 'GET /venues/me': 60_000 } } })
  const me = async (): Promise<number> => (await setup.app.inject({ url: '/roller/venues/me', headers: VENUE })).json().id
  t.equal(await me(), setup.roller.venue('demo').id)
  await reconnect(setup, 'other-park')
  await setup.app.inject(
    { method: 'POST', url: '/connections/demo-venue/confirm-venue', payload: { venueId: venueIdOf(setup, 'other-park') } }
  )
  t.equal(await me(), setup.roller.venue('other-park').id)
})
