import { test } from '../support/tap.ts'
import { bookingOf, MINUTE, placesLeft, productId, start, TOMORROW } from './roller-fixture.ts'

test('holds the capacity of a reservation for ten minutes', async (t) => {
  const { roller, clock, call } = await start(t)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  const before = await placesLeft(call, jumper)
  const items = [{ productId: jumper, quantity: before, bookingDate: TOMORROW, startTime: '10:00' }]
  t.match(await call('POST', '/capacity-reservation', { items }), { status: 200, body: { uniqueId: String } })
  t.equal(await placesLeft(call, jumper), 0)
  t.equal((await call('POST', '/capacity-reservation', { items })).status, 409)
  clock.forward(10 * MINUTE - 1)
  t.equal(await placesLeft(call, jumper), 0)
  clock.forward(1)
  t.equal(await placesLeft(call, jumper), before)
})

test('uses the reservation of a booking, and releases a deleted one', async (t) => {
  const { roller, call } = await start(t)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  const before = await placesLeft(call, jumper)
  const reserve = async () => await call('POST', '/capacity-reservation', { items: bookingOf(jumper, before)['items'] })
  const first = await reserve()
  t.equal((await call('DELETE', `/capacity-reservation/${first.body['uniqueId'] as string}`)).status, 200)
  t.equal((await call('DELETE', `/capacity-reservation/${first.body['uniqueId'] as string}`)).status, 400)
  const second = await reserve()
  t.equal((await call('POST', '/bookings', bookingOf(jumper, before))).status, 409, 'held by another booking')
  const capacityReservationId = second.body['uniqueId']
  t.equal((await call('POST', '/bookings', bookingOf(jumper, before, { capacityReservationId }))).status, 201)
  t.equal(roller.venue('demo').holds.size, 0)
})
