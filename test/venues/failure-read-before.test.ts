/** A failure that a read has shown before it is reported is an event nevertheless, and so is its end. */
import { createHmac } from 'node:crypto'
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { SIGNING_KEY, start, stored } from './fixture.ts'

test('emits a failure and a recovery that the list has shown before Nango reports them', async (t) => {
  let ahead = 0
  const { app, names, ...setup } = await start(t, { webhooks: false, nango: { now: () => Date.now() + ahead } })
  const report = async (success: boolean): Promise<number> => {
    const payload = JSON.stringify(
      { from: 'nango', type: 'auth', operation: 'refresh', success, connectionId: 'demo-venue', providerConfigKey: 'roller' }
    )
    const headers = {
      'content-type': 'application/json', 'x-nango-hmac-sha256': createHmac('sha256', SIGNING_KEY).update(payload).digest('hex')
    }
    return (await app.inject({ method: 'POST', url: '/webhooks/nango', headers, payload })).statusCode
  }
  const listed = async (): Promise<string> => (await app.inject({ url: '/connections' })).json().connections[0].status
  setup.roller.rejectCredentials('demo')
  setup.roller.revokeTokens('demo')
  t.equal((await app.inject({ url: '/roller/products', headers: VENUE })).statusCode, 424)
  t.equal(await listed(), 'reconnect-required')
  for (let reports = 0; reports < 2; reports++) t.equal(await report(false), 204)
  t.same(names(), ['connection.failed'], 'once')

  setup.roller.rejectCredentials('demo', false)
  ahead = 31_000
  stored(setup, 'demo-venue').expiresAt = 0
  await app.roller.createReconnectSession('demo-venue') // any read of the connection may make Nango renew its token
  t.equal(await listed(), 'connected')
  for (let reports = 0; reports < 2; reports++) t.equal(await report(true), 204)
  t.same(names(), ['connection.failed', 'connection.recovered'], 'once')

  setup.roller.rejectCredentials('demo')
  setup.roller.revokeTokens('demo')
  t.equal((await app.inject({ url: '/roller/products', headers: VENUE })).statusCode, 424)
  t.equal(await report(false), 204)
  t.same(names(), ['connection.failed', 'connection.recovered', 'connection.failed'])
})
