import { test } from '../support/tap.ts'
import { bookingOf, connect, DAY, productId, start, START, TOMORROW, type Send } from './roller-fixture.ts'

const paths = [
  '/venues/me',
  '/products',
  `/product-availability?Date=${TOMORROW}`,
  `/bookings?date=${TOMORROW}`,
  '/data/customers?startDate=2026-11-01&endDate=2026-11-02'
]

test('generates the same venue from the same seed, also after the same calls', async (t) => {
  const [one, same, other] = [await start(t), await start(t), await start(t, { seed: 2 })]
  const look = async (call: Send) => await Promise.all(paths.map(async (path) => (await call('GET', path)).body))
  t.same(await look(one.call), await look(same.call))
  const book = async (call: Send) => (await call('POST', '/bookings', bookingOf(productId(one.roller, 'All Day Pass'), 2))).body
  t.same(await book(one.call), await book(same.call))
  const [venue, another] = [await connect(one.roller, 'somewhere'), await connect(other.roller, 'somewhere')]
  t.notSame(await look(venue), await look(another), 'another seed is another venue')
})

test('generates the same visitors of a day, whenever the simulator was started', async (t) => {
  const one = await start(t)
  const later = await start(t, { now: () => START + 3 * DAY })
  const on = (roller: typeof one.roller) => [
    ...roller.venue('demo').bookings.values()
  ].filter((booking) => booking.items[0]?.bookingDate === '2026-11-20')
    .map((booking) => [booking.uniqueId, booking.name, booking.items[0]?.startTime])
  t.ok(on(one.roller).length > 0)
  t.same(on(one.roller), on(later.roller))
})

test('generates the same bookings, whatever was changed before they are read', async (t) => {
  const [one, changed] = [await start(t), await start(t)]
  const on = (roller: typeof one.roller) => [...roller.venue('demo').bookings.values()]
  const [booking] = on(one.roller)
  t.ok(booking?.name.includes(one.roller.venue('demo').guests.get(booking.customerId)?.firstName ?? '?'))
  const { status } = await changed.call('PUT', `/guests/${booking?.customerId}`, { firstName: 'Ada', lastName: 'Byron', phone: '1' })
  t.equal(status, 200)
  t.same(on(changed.roller), on(one.roller))
})
