/** The key of a connection stays valid when the connection is gone: deliveries with it are rejected and reach no handler. */
import { test } from '../support/tap.ts'
import { request } from 'undici'
import { asConnected, build, CONNECTION_ID, SECRET_KEY } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { deliver, listener, message, SECRET } from './fixture.ts'

const options = { rollerWebhookSecrets: [SECRET] }
const LISTED = (url: string): boolean => url.startsWith('/connections?')

test('rejects events of a connection that does not exist', async (t) => {
  const { app, log } = await build(t, { options })
  const received = listener(app)
  for (const connectionId of ['unknown', 'demo-venue2', 'demo']) {
    const response = await deliver(app, message(), { connectionId })
    t.equal(response.statusCode, 500, connectionId)
  }
  t.same(received, [])
  t.match(log(), /there is no such connection/)
  t.notMatch(log(), /Sports Club/, 'nothing of the event is in the log')
})

test('rejects events of another integration\'s connection', async (t) => {
  const { app, nango } = await build(t, {
    options, nango: { integrations: [{ uniqueKey: 'roller', provider: 'roller' }, { uniqueKey: 'another', provider: 'roller' }] }
  })
  const received = listener(app)
  nango.addConnection({ connectionId: 'of-another', integrationId: 'another', clientId: 'a', clientSecret: 's' })
  t.equal((await deliver(app, message(), { connectionId: 'of-another' })).statusCode, 500)
  t.same(received, [])
})

test('rejects the next event after a disconnect', async (t) => {
  const { app } = await build(t, { options })
  const received = listener(app)
  t.equal((await deliver(app, message())).statusCode, 200)
  t.equal((await app.inject({ method: 'DELETE', url: `/connections/${CONNECTION_ID}` })).statusCode, 204)
  const event = message()
  t.equal((await deliver(app, event)).statusCode, 500)
  t.equal((await deliver(app, event)).statusCode, 500, 'and its repeat')
  t.same(received.filter(({ name }) => !name.startsWith('connection.')).length, 1)
})

test('does not store a bulk export of a deleted connection', async (t) => {
  const { app, nango } = await build(t, { options })
  const body = message(
    { type: 'BulkExport', data: { exportType: 'BookingItems', processId: 'p', sequenceNumber: 1, sequenceTotal: 1, preSignedUrls: [] } }
  )
  t.equal((await deliver(app, body, { connectionId: 'unknown' })).statusCode, 500)
  t.ok(nango.url)
})

test('caches a connection deleted elsewhere for a minute, then reads it again', async (t) => {
  const clock = new ManualClock()
  const { app, nango } = await build(t, { options: { ...options, clock } })
  listener(app)
  for (let count = 0; count < 3; count++) t.equal((await deliver(app, message())).statusCode, 200)
  t.equal(nango.requests.filter(({ url }) => LISTED(url)).length, 1, 'one question for all of them')
  const headers = { authorization: `Bearer ${SECRET_KEY}` }
  await (await request(`${nango.url}/connections/${CONNECTION_ID}?provider_config_key=roller`, { method: 'DELETE', headers })).body.dump()
  clock.advance(60_000)
  t.equal((await deliver(app, message())).statusCode, 500)
})

test('makes one read for many concurrent events', async (t) => {
  const { app, nango } = await build(t, { options })
  listener(app)
  const responses = await Promise.all(Array.from({ length: 20 }, async () => (await deliver(app, message())).statusCode))
  t.same(new Set(responses), new Set([200]))
  t.equal(nango.requests.filter(({ url }) => LISTED(url)).length, 1)
})

test('finds a connection by its id before the list contains it', async (t) => {
  const { app, nango } = await build(t, { options })
  const received = listener(app)
  nango.faults.next({ path: /^\/connections\?/, kind: 'status', status: 200, body: { connections: [] } })
  t.equal((await deliver(app, message())).statusCode, 200)
  t.equal(received.length, 1)
})

test('returns 503 while Nango is unavailable, and accepts ROLLER\'s retry', async (t) => {
  const { app, log } = await build(t, { options: { ...options, nango: { host: 'http://127.0.0.1:9' } } })
  const received = listener(app)
  t.equal((await deliver(app, message())).statusCode, 503)
  t.same(received, [])
  t.match(log(), /could not be read/)
})

test('rejects events of a venue other than the connection\'s', async (t) => {
  const { app, nango, roller, log } = await build(t, { options })
  const received = listener(app)
  const { id } = roller.venue('demo')
  t.equal((await deliver(app, message({ data: { venueId: id } }))).statusCode, 200)
  t.equal((await deliver(app, message({ data: { venueId: String(id) } }))).statusCode, 200)
  t.equal((await deliver(app, message({ data: { venueId: id + 1 } }))).statusCode, 500)
  t.equal((await deliver(app, message())).statusCode, 200, 'most kinds do not carry it')
  t.same(received.map((event) => 'venueId' in event && event.venueId), [String(id), String(id), String(id)])
  t.match(log(), /venue other than the connection's/)
  // Another replica has confirmed another venue: its first event is not rejected by what this one remembers.
  Object.assign(nango.connections[0] ?? {}, asConnected(roller, 'other-park'))
  t.equal((await deliver(app, message({ data: { venueId: roller.venue('other-park').id } }))).statusCode, 200)
})

test('accepts events of any venue for a connection without a venue', async (t) => {
  const { app, nango } = await build(t, { options })
  const received = listener(app)
  nango.addConnection({ connectionId: 'untold', clientId: 'untold', clientSecret: 's' })
  t.equal((await deliver(app, message({ data: { venueId: 7 } }), { connectionId: 'untold' })).statusCode, 200)
  t.match(received, [{ venueId: '7' }])
})
