/** ROLLER repeats deliveries, sometimes even successful ones: the same id is handled once. */
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { DAY, deliver, listener, message, SECRET } from './fixture.ts'

test('acknowledges a handled event again without handling it', async (t) => {
  const clock = new ManualClock()
  const { app } = await build(t, { options: { clock, rollerWebhookSecrets: [SECRET] } })
  const received = listener(app)
  const event = message()
  for (let count = 0; count < 3; count++) {
    t.equal((await deliver(app, { ...event, sendDate: `2026-11-25T00:0${count}:00Z` })).statusCode, 200)
  }
  t.equal(received.length, 1)
  clock.advance(4.1 * DAY)
  t.equal((await deliver(app, event)).statusCode, 200)
  t.equal(received.length, 1, 'remembered beyond ROLLER\'s last try')
})

test('identifies an undocumented message by its bytes', async (t) => {
  const { app } = await build(t, { options: { rollerWebhookSecrets: [SECRET] } })
  const received = listener(app)
  for (const body of ['hello', 'hello', 'hallo']) t.equal((await deliver(app, body)).statusCode, 200)
  t.strictSame(received.map((event) => 'data' in event && event.data), ['hello', 'hallo'])
})

test('handles a repeat of a failed event', async (t) => {
  const { app } = await build(t, { options: { rollerWebhookSecrets: [SECRET] } })
  let tries = 0
  app.roller.on('*', () => { if (++tries < 3) throw new Error('not yet') })
  const event = message()
  const responses = []
  for (let count = 0; count < 4; count++) responses.push((await deliver(app, event)).statusCode)
  t.strictSame(responses, [503, 503, 200, 200])
  t.equal(tries, 3)
})

test('treats the same id of two connections as two events', async (t) => {
  const { app, nango } = await build(t, { options: { rollerWebhookSecrets: [SECRET] } })
  const received = listener(app)
  const event = message()
  for (const connectionId of ['one', 'two']) nango.addConnection({ connectionId, clientId: connectionId, clientSecret: 's' })
  for (const connectionId of ['one', 'two']) t.equal((await deliver(app, event, { connectionId })).statusCode, 200)
  t.equal(received.length, 2)
})
