import { test } from '../support/tap.ts'
import { bookingOf, placesLeft, productId, start, TOMORROW } from './roller-fixture.ts'

test('reduces the availability with each booking, down to a 409', async (t) => {
  const { roller, call } = await start(t)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  const before = await placesLeft(call, jumper)
  t.ok(before > 10 && before <= 60)
  t.equal((await call('POST', '/bookings', bookingOf(jumper, 7))).status, 201)
  t.equal(await placesLeft(call, jumper), before - 7)
  const family = productId(roller, 'Jump Session 60 Minutes', 2)
  t.equal((await call('POST', '/bookings', bookingOf(family, 1))).status, 201, 'a group ticket takes four places')
  t.equal(await placesLeft(call, jumper), before - 11)
  const over = await call('POST', '/bookings', bookingOf(jumper, before - 10))
  t.match(over, { status: 409, body: { errors: [{ name: 'LocationFullyBooked', message: /^Fully booked on 26 Nov, 10:00/ }] } })
  t.equal((await call('POST', '/bookings', bookingOf(jumper, before - 11))).status, 201)
  t.equal(await placesLeft(call, jumper), 0)
})

test('shares the court between two-hour and one-hour sessions', async (t) => {
  const { roller, call } = await start(t)
  const [short, long] = [productId(roller, 'Jump Session 60 Minutes'), productId(roller, 'Jump Session 120 Minutes')]
  const before = await placesLeft(call, short)
  t.equal((await call('POST', '/bookings', bookingOf(long, 5))).status, 201)
  t.equal(await placesLeft(call, short), before - 5)
})

test('releases the capacity of a cancelled booking', async (t) => {
  const { roller, call } = await start(t)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  const before = await placesLeft(call, jumper)
  const { body } = await call('POST', '/bookings', bookingOf(jumper, 4))
  await call('POST', `/bookings/${body['uniqueId'] as string}/cancel`, { issueRefund: false })
  t.equal(await placesLeft(call, jumper), before)
})

test('reduces the capacity of a resource while it is blocked', async (t) => {
  const { roller, call } = await start(t)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  const before = await placesLeft(call, jumper)
  const court = roller.venue('demo').resources[0]?.id
  const block = { resourceId: court, blockoutCapacity: 10, date: TOMORROW, startTime: '09:30', endTime: '11:00' }
  const made = await call('POST', '/capacity-reservation/block', block)
  t.equal(await placesLeft(call, jumper), before - 10)
  const id = made.body['resourceCapacityBlockId'] as number
  t.match((await call('GET', `/capacity-reservation/block/${id}`)).body, { blockId: id, resourceId: court, date: TOMORROW })
  t.equal((await call('POST', '/capacity-reservation/block', { ...block, blockoutCapacity: 60 })).status, 409)
  t.equal((await call('DELETE', `/capacity-reservation/block/${id}`)).status, 200)
  t.equal((await call('GET', `/capacity-reservation/block/${id}`)).status, 404)
  t.equal(await placesLeft(call, jumper), before)
})

test('lists the days with availability in the calendar', async (t) => {
  const { roller, call } = await start(t)
  const rooms = productId(roller, 'Ultimate Birthday Party')
  const day = async (date: string): Promise<string | undefined> => {
    const { body } = await call('GET', `/product-availability/calendar?productId=${rooms}&date=2026-12`)
    return (body as unknown as { date: string, availability: string }[]).find((entry) => entry.date === date)?.availability
  }
  t.equal(await day('2026-12-30'), 'available')
  for (const [index, startTime] of ['10:00', '12:30', '15:00'].entries()) {
    const items = [{ productId: rooms, quantity: 3, bookingDate: '2026-12-30', startTime }]
    t.equal((await call('POST', '/bookings', bookingOf(rooms, 1, { externalId: `party-${index}`, items }))).status, 201)
  }
  t.equal(await day('2026-12-30'), 'soldOut')
  t.equal((await call('GET', '/product-availability/calendar?productId=1&date=2026-12')).status, 404)
})
