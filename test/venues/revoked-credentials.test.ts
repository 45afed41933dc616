import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { start, stored, until } from './fixture.ts'

test('reports revoked credentials, the back-off, and the recovery', async (t) => {
  let ahead = 0
  const life = await start(t, { nango: { now: () => Date.now() + ahead } })
  const call = async () => await life.app.inject({ url: '/roller/products', headers: VENUE })
  t.equal((await call()).statusCode, 200)

  life.roller.rejectCredentials('demo')
  life.roller.revokeTokens('demo')
  t.match((await call()).json(), { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', hint: /reconnect/ })
  await until(() => life.events.length > 0)
  t.match(life.events, [{ name: 'connection.failed', connectionId: 'demo-venue', connection: { status: 'reconnect-required' } }])
  t.equal((await life.app.inject({ url: '/connections' })).json().connections[0].status, 'reconnect-required')
  const tokens = life.roller.tokensIssued
  for (let calls = 0; calls < 5; calls++) t.equal((await call()).statusCode, 424, 'within the back-off')
  t.equal(life.roller.tokensIssued, tokens)

  life.roller.rejectCredentials('demo', false)
  ahead += 31_000
  stored(life, 'demo-venue').expiresAt = 0
  await life.app.roller.connections.list()
  // Any read may make Nango renew the token: here a read of the connection.
  await life.app.roller.createReconnectSession('demo-venue')
  await until(() => life.events.length > 1)
  t.match(life.events.slice(1), [{ name: 'connection.recovered', connection: { status: 'connected' } }])
  t.equal((await life.app.inject({ url: '/connections' })).json().connections[0].status, 'connected')
})

test('emits one event for a failing refresh that Nango reports every 30 s', async (t) => {
  let ahead = 0
  const life = await start(t, { nango: { now: () => Date.now() + ahead } })
  life.roller.rejectCredentials('demo')
  for (let tries = 0; tries < 4; tries++) {
    stored(life, 'demo-venue').expiresAt = 0
    const reports = (): number => life.log().split('"url":"/webhooks/nango"').length
    const before = reports()
    await life.app.inject({ url: '/roller/products', headers: VENUE })
    await until(() => reports() > before)
    ahead += 31_000
  }
  await until(() => life.events.length > 0)
  t.same(life.names(), ['connection.failed'])
})
