/**
 * ROLLER's own schedule is the queue: a handler that fails for a day loses nothing, and an idempotent one handles each event once.
 */
import { test } from '../support/tap.ts'
import { RETRY_DELAYS } from '#sandbox/roller/delivery.js'
import { bookingOf, productId } from '../sandbox/roller-fixture.ts'
import { CONNECTION_ID } from '../support/build.ts'
import { MINUTE, reachable } from './fixture.ts'

test('delivers every event to a handler that fails for a day, in any order', async (t) => {
  const { app, roller, pass } = await reachable(t)
  await app.roller.webhooks.subscribe(CONNECTION_ID)

  // An app that stores events by their id, and fails for a day.
  const kept = new Map<string, string>()
  let works = false
  let handled = 0
  app.roller.on('*', async (event) => {
    handled++
    await new Promise(setImmediate)
    if (!works) throw new Error('the database is unavailable')
    kept.set(event.id, event.name)
  })

  let made = 0
  const product = productId(roller, 'Jump Session 60 Minutes')
  for (let hour = 0; hour < 24; hour++) {
    const customer = { firstName: `Guest ${hour}`, lastName: 'Marsh', email: `guest-${hour}@example.com`, phone: '0400000000' }
    const date = `2026-12-${String(hour + 1).padStart(2, '0')}`
    // the fixture's, loosely typed
    await app.roller.request(
      'POST /bookings',
      { connectionId: CONNECTION_ID, body: bookingOf(product, 1, { customer, externalId: `hour-${hour}` }, date) as never }
    )
    made += 2 // the booking, and its new guest
    for (let minute = 0; minute < 60; minute++) { pass(MINUTE); await roller.deliverDue() }
  }
  t.equal(kept.size, 0)
  works = true
  const sum = RETRY_DELAYS.reduce((all, delay) => all + delay, 0)
  for (let time = 0; time < sum; time += 10 * MINUTE) { pass(10 * MINUTE); await roller.deliverDue() }

  t.equal(kept.size, made, 'everything came')
  t.ok(handled > kept.size, `after ${handled} tries`)
  t.strictSame(new Set(kept.values()), new Set(['booking.created', 'customer.created']))
  const taken = roller.deliveries.filter(({ status }) => status === 200)
  t.equal(taken.length, made, 'each was acknowledged once')
  const order = taken.map(({ eventId }) => eventId)
  const first = [...new Set(roller.deliveries.map(({ eventId }) => eventId))]
  t.notSame(order, first, 'and not in the sequence in which it happened')
  t.ok(roller.deliveries.every(({ status }) => status === 200 || status === 503), 'ROLLER saw nothing but 200 and 503')
  t.match(await app.roller.webhooks.list(CONNECTION_ID), [{ enabled: true }], 'the webhook was not disabled')
})
