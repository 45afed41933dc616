/** Credentials that were entered outside this gateway, without a webhook. */
import { test, type Test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { enterCredentials, enterThroughNango, start, stored, until, venueIdOf, type Life } from './fixture.ts'
import { ManualClock } from '../support/manual-clock.ts'

const PRODUCTS = { url: '/roller/products', headers: VENUE }
const productCalls = (life: Life): number => callsAtRoller(life).filter(({ url }) => url === '/products').length

async function rejected (t: Test, life: Life, app = life.app): Promise<void> {
  const sent = productCalls(life)
  t.match(
    (await app.inject(PRODUCTS)).json(),
    { status: 409, code: 'ROLLER_ERR_VENUE_CHANGED', pendingVenue: { id: venueIdOf(life, 'other-park') } }
  )
  t.equal(productCalls(life), sent, 'nothing was sent')
}

test('rejects another venue\'s credentials entered through Nango after the next read, and after a restart', async (t) => {
  const clock = new ManualClock()
  const life = await start(t, { webhooks: false, options: { clock } })
  t.equal((await life.app.inject(PRODUCTS)).statusCode, 200)
  await enterThroughNango(life, 'other-park')
  clock.advance(600_001)
  await rejected(t, life)
  t.same(life.names(), ['connection.venue-changed'], 'and emits the event')
  const restarted = await start(t, { webhooks: false, options: { nango: { host: life.nango.url } } })
  await rejected(t, life, restarted.app)
})

test('rejects them after the first poll', async (t) => {
  const clock = new ManualClock()
  const life = await start(t, { webhooks: false, options: { clock, pollInterval: 60_000 } })
  t.equal((await life.app.inject(PRODUCTS)).statusCode, 200)
  await enterThroughNango(life, 'other-park')
  await until(() => { clock.advance(5_000); return life.events.length > 0 })
  t.same(life.names(), ['connection.venue-changed'])
  await rejected(t, life)
})

test('does not treat credentials as verified if the tags were copied', async (t) => {
  const clock = new ManualClock()
  const life = await start(t, { webhooks: false, options: { clock } })
  t.equal((await life.app.inject(PRODUCTS)).statusCode, 200)
  await enterThroughNango(life, 'demo')
  clock.advance(600_001)
  t.equal((await life.app.inject(PRODUCTS)).statusCode, 200, 'verified, with the Client ID')
  await enterThroughNango(life, 'other-park', stored(life, 'demo-venue').tags)
  clock.advance(600_001)
  // The list does not contain the Client ID; a read of the row does.
  await life.app.inject({ method: 'POST', url: '/connect-session/reconnect', payload: { connectionId: 'demo-venue' } })
  await life.app.roller.connections.update('demo-venue', { tags: { region: 'south' } })
  await rejected(t, life)
})

test('verifies twice after a link was used twice', async (t) => {
  const life = await start(t)
  const session = await life.app.inject({ method: 'POST', url: '/connect-session/reconnect', payload: { connectionId: 'demo-venue' } })
  await enterCredentials(life, session.json().token, 'demo')
  await until(() => life.events.length === 1)
  t.equal((await life.app.inject(PRODUCTS)).statusCode, 200)
  await enterCredentials(life, session.json().token, 'other-park')
  await until(() => life.events.length === 2)
  t.same(life.names(), ['connection.reconnected', 'connection.venue-changed'])
  await rejected(t, life)
})

test('emits six events for six entries of credentials', async (t) => {
  const life = await start(t)
  for (let entries = 1; entries <= 6; entries++) {
    await enterThroughNango(life, entries % 2 === 0 ? 'demo' : 'other-park')
    await until(() => life.events.length === entries)
  }
  t.equal(new Set(life.events.map(({ id }) => id)).size, 6)
})

test('uses a token on the direct transport only with verified credentials', async (t) => {
  const life = await start(t, { webhooks: false, options: { transport: 'direct' } })
  const { url } = life.roller
  const direct = await start(t, { webhooks: false, options: { transport: 'direct', rollerBaseUrl: url, nango: { host: life.nango.url } } })
  t.equal((await direct.app.inject(PRODUCTS)).statusCode, 200)
  await enterThroughNango(life, 'other-park')
  life.roller.revokeTokens('demo')
  // This process was not notified and has a fresh copy: only the renewed token reveals the change.
  t.match((await direct.app.inject(PRODUCTS)).json(), { status: 409, code: 'ROLLER_ERR_VENUE_CHANGED' })
  const sent = life.roller.requests.filter(({ url }) => url === '/products')
  t.equal(sent.length, 2, 'the last one with the previous token, which ROLLER rejected')
  t.same(sent.filter(({ headers }) => headers.authorization === `Bearer ${stored(life, 'demo-venue').token}`), [])
})

test('verifies ten connections in a poll, and rejects calls of the others at once', async (t) => {
  const clock = new ManualClock()
  const life = await start(t, { webhooks: false, options: { clock, pollInterval: 60_000 } })
  await until(() => life.nango.requests.some(({ url }) => url.includes('limit=1000')))
  for (let index = 0; index < 30; index++) life.nango.addConnection({ connectionId: `c${index}`, clientId: `c${index}`, clientSecret: 's' })
  const verified = (): number => life.nango.connections.filter(
    ({ connectionId, tags }) => connectionId.startsWith('c') && tags.roller_entry !== undefined
  ).length
  await enterThroughNango(life, 'other-park')
  await until(() => { clock.advance(1_000); return verified() >= 9 })
  t.ok(verified() <= 10, 'not all at once: Nango\'s limit is for the calls, too')
  await rejected(t, life)
})
