/** ROLLER's deliveries contain guests' personal data: none of it is logged, whatever the result. */
import { test } from '../support/tap.ts'
import { webhookKey } from '#plugin/webhooks/keys.js'
import { build, CONNECTION_ID } from '../support/build.ts'
import { deliver, message, SECRET } from './fixture.ts'

test('logs no payload and no key', async (t) => {
  const { app, log } = await build(t, { options: { rollerWebhookSecrets: [SECRET] } })
  const canary = 'canary-guest-4f1d'
  const event = message({ data: { email: `${canary}@example.com` } })
  let work = (): void => {}
  app.roller.on(
    '*', (event) => { work(); if (event.name === 'booking.updated') throw Object.assign(new Error('no room'), { event, detail: event }) }
  )
  const key = webhookKey(SECRET, CONNECTION_ID)
  t.equal((await deliver(app, event)).statusCode, 200)
  t.equal((await deliver(app, event)).statusCode, 200)
  t.equal((await deliver(app, message({ eventType: 'Updated', data: event.data }))).statusCode, 503)
  t.equal((await deliver(app, message({ id: canary, eventType: 'Updated' }))).statusCode, 503)
  t.equal((await deliver(app, `{"${canary}`)).statusCode, 200)
  t.equal((await deliver(app, event, { key: `${key}x` })).statusCode, 500)
  t.equal((await deliver(app, canary.repeat(400_000))).statusCode, 500)
  work = () => { throw new Error('no room') }
  t.equal((await deliver(app, message({ data: canary }))).statusCode, 503)
  t.match(log(), /was not handled.*/, 'but it names the cause')
  t.match(log(), /Error: no room/)
  t.notMatch(log(), canary)
  t.notMatch(log(), key)
  t.notMatch(log(), SECRET)
})
