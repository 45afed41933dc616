import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { start, stored, until } from './fixture.ts'

test('reports revoked credentials, the back-off, and the recovery', async (t) => {
  let ahead = 0
  const setup = await start(t, { nango: { now: () => Date.now() + ahead } })
  const call = async () => await setup.app.inject({ url: '/roller/products', headers: VENUE })
  t.equal((await call()).statusCode, 200)

  setup.roller.rejectCredentials('demo')
  setup.roller.revokeTokens('demo')
  t.match((await call()).json(), { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', hint: /reconnect/ })
  await until(() => setup.events.length > 0)
  t.match(setup.events, [{ name: 'connection.failed', connectionId: 'demo-venue', connection: { status: 'reconnect-required' } }])
  t.equal((await setup.app.inject({ url: '/connections' })).json().connections[0].status, 'reconnect-required')
  const tokens = setup.roller.tokensIssued
  for (let calls = 0; calls < 5; calls++) t.equal((await call()).statusCode, 424, 'within the back-off')
  t.equal(setup.roller.tokensIssued, tokens)

  setup.roller.rejectCredentials('demo', false)
  ahead += 31_000
  stored(setup, 'demo-venue').expiresAt = 0
  await setup.app.roller.connections.list()
  // Any read may make Nango renew the token: here a read of the connection.
  await setup.app.roller.createReconnectSession('demo-venue')
  await until(() => setup.events.length > 1)
  t.match(setup.events.slice(1), [{ name: 'connection.recovered', connection: { status: 'connected' } }])
  t.equal((await setup.app.inject({ url: '/connections' })).json().connections[0].status, 'connected')
})

test('emits one event for a failing refresh that Nango reports every 30 s', async (t) => {
  let ahead = 0
  const setup = await start(t, { nango: { now: () => Date.now() + ahead } })
  setup.roller.rejectCredentials('demo')
  for (let tries = 0; tries < 4; tries++) {
    stored(setup, 'demo-venue').expiresAt = 0
    const reports = (): number => setup.log().split('"url":"/webhooks/nango"').length
    const before = reports()
    await setup.app.inject({ url: '/roller/products', headers: VENUE })
    await until(() => reports() > before)
    ahead += 31_000
  }
  await until(() => setup.events.length > 0)
  t.same(setup.names(), ['connection.failed'])
})
