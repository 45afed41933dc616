/** Credentials that were entered outside this gateway, without a webhook. */
import { test, type Test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { enterCredentials, enterThroughNango, start, stored, until, venueIdOf, type Setup } from './fixture.ts'
import { ManualClock } from '../support/manual-clock.ts'

const PRODUCTS = { url: '/roller/products', headers: VENUE }
const productCalls = (setup: Setup): number => callsAtRoller(setup).filter(({ url }) => url === '/products').length

async function rejected (t: Test, setup: Setup, app = setup.app): Promise<void> {
  const sent = productCalls(setup)
  t.match(
    (await app.inject(PRODUCTS)).json(),
    { status: 409, code: 'ROLLER_ERR_VENUE_CHANGED', pendingVenue: { id: venueIdOf(setup, 'other-park') } }
  )
  t.equal(productCalls(setup), sent, 'nothing was sent')
}

test('rejects another venue\'s credentials entered through Nango after the next read, and after a restart', async (t) => {
  const clock = new ManualClock()
  const setup = await start(t, { webhooks: false, options: { clock } })
  t.equal((await setup.app.inject(PRODUCTS)).statusCode, 200)
  await enterThroughNango(setup, 'other-park')
  clock.advance(600_001)
  await rejected(t, setup)
  t.same(setup.names(), ['connection.venue-changed'], 'and emits the event')
  const restarted = await start(t, { webhooks: false, options: { nango: { host: setup.nango.url } } })
  await rejected(t, setup, restarted.app)
})

test('rejects them after the first poll', async (t) => {
  const clock = new ManualClock()
  const setup = await start(t, { webhooks: false, options: { clock, pollInterval: 60_000 } })
  t.equal((await setup.app.inject(PRODUCTS)).statusCode, 200)
  await enterThroughNango(setup, 'other-park')
  await until(() => { clock.advance(5_000); return setup.events.length > 0 })
  t.same(setup.names(), ['connection.venue-changed'])
  await rejected(t, setup)
})

test('does not treat credentials as verified if the tags were copied', async (t) => {
  const clock = new ManualClock()
  const setup = await start(t, { webhooks: false, options: { clock } })
  t.equal((await setup.app.inject(PRODUCTS)).statusCode, 200)
  await enterThroughNango(setup, 'demo')
  clock.advance(600_001)
  t.equal((await setup.app.inject(PRODUCTS)).statusCode, 200, 'verified, with the Client ID')
  await enterThroughNango(setup, 'other-park', stored(setup, 'demo-venue').tags)
  clock.advance(600_001)
  // The list does not contain the Client ID; a read of the row does.
  await setup.app.inject({ method: 'POST', url: '/connect-session/reconnect', payload: { connectionId: 'demo-venue' } })
  await setup.app.roller.connections.update('demo-venue', { tags: { region: 'south' } })
  await rejected(t, setup)
})

test('verifies twice after a link was used twice', async (t) => {
  const setup = await start(t)
  const session = await setup.app.inject({ method: 'POST', url: '/connect-session/reconnect', payload: { connectionId: 'demo-venue' } })
  await enterCredentials(setup, session.json().token, 'demo')
  await until(() => setup.events.length === 1)
  t.equal((await setup.app.inject(PRODUCTS)).statusCode, 200)
  await enterCredentials(setup, session.json().token, 'other-park')
  await until(() => setup.events.length === 2)
  t.same(setup.names(), ['connection.reconnected', 'connection.venue-changed'])
  await rejected(t, setup)
})

test('emits six events for six entries of credentials', async (t) => {
  const setup = await start(t)
  for (let entries = 1; entries <= 6; entries++) {
    await enterThroughNango(setup, entries % 2 === 0 ? 'demo' : 'other-park')
    await until(() => setup.events.length === entries)
  }
  t.equal(new Set(setup.events.map(({ id }) => id)).size, 6)
})

test('uses a token on the direct transport only with verified credentials', async (t) => {
  const setup = await start(t, { webhooks: false, options: { transport: 'direct' } })
  const { url } = setup.roller
  const direct = await start(t, { webhooks: false, options: { transport: 'direct', rollerBaseUrl: url, nango: { host: setup.nango.url } } })
  t.equal((await direct.app.inject(PRODUCTS)).statusCode, 200)
  await enterThroughNango(setup, 'other-park')
  setup.roller.revokeTokens('demo')
  // This process was not notified and has a fresh copy: only the renewed token reveals the change.
  t.match((await direct.app.inject(PRODUCTS)).json(), { status: 409, code: 'ROLLER_ERR_VENUE_CHANGED' })
  const sent = setup.roller.requests.filter(({ url }) => url === '/products')
  t.equal(sent.length, 2, 'the last one with the previous token, which ROLLER rejected')
  t.same(sent.filter(({ headers }) => headers.authorization === `Bearer ${stored(setup, 'demo-venue').token}`), [])
})

test('does not send a call again whose renewed token belongs to another venue', async (t) => {
  const setup = await start(t, { webhooks: false })
  t.equal((await setup.app.inject(PRODUCTS)).statusCode, 200)
  await enterThroughNango(setup, 'other-park')
  setup.roller.revokeTokens('other-park')
  // This process was not notified: only what is read with the renewal reveals the change.
  t.match((await setup.app.inject(PRODUCTS)).json(), { status: 409, code: 'ROLLER_ERR_VENUE_CHANGED' })
})

test('verifies ten connections in a poll, and rejects calls of the others at once', async (t) => {
  const clock = new ManualClock()
  const setup = await start(t, { webhooks: false, options: { clock, pollInterval: 60_000 } })
  await until(() => setup.nango.requests.some(({ url }) => url.includes('limit=1000')))
  for (let index = 0; index < 30; index++) {
    setup.nango.addConnection({ connectionId: `c${index}`, clientId: `c${index}`, clientSecret: 's' })
  }
  const verified = (): number => setup.nango.connections.filter(
    ({ connectionId, tags }) => connectionId.startsWith('c') && tags.roller_entry !== undefined
  ).length
  await enterThroughNango(setup, 'other-park')
  await until(() => { clock.advance(1_000); return verified() >= 9 })
  t.ok(verified() <= 10, 'not all at once: Nango\'s limit is for the calls, too')
  await rejected(t, setup)
})
