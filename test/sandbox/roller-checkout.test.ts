import { test } from '../support/tap.ts'
import { bookingOf, customer, productId, start, TOMORROW } from './roller-fixture.ts'

test('completes the checkout, from reservation to a paid booking', async (t) => {
  const { roller, call } = await start(t)
  const [jumper, socks] = [productId(roller, 'Jump Session 60 Minutes'), productId(roller, 'Grip Socks', 1)]
  const items = [
    { productId: jumper, quantity: 2, bookingDate: TOMORROW, startTime: '10:00' },
    { productId: socks, quantity: 2, bookingDate: TOMORROW }
  ]
  const hold = await call('POST', '/capacity-reservation', { items })
  const request = {
    externalId: 'order-1',
    customer,
    items,
    capacityReservationId: hold.body['uniqueId'],
    discounts: [{ code: 'WEEKDAY10' }]
  }
  const costs = await call('POST', '/bookings/draft/costs', request)
  t.match(
    costs.body,
    { bookingCosts: { subTotal: 53, discount: 5.3, total: 47.7, amountOwing: 47.7 }, discounts: [{ code: 'WEEKDAY10', discount: 5.3 }] }
  )

  const made = await call('POST', '/bookings', request)
  t.match(made, { status: 201, body: { bookingReference: String, uniqueId: String } })
  const id = made.body['uniqueId'] as string
  t.match((await call('GET', `/bookings/${id}`)).body, { status: 'PendingPayment', total: 47.7, remainder: 47.7, externalId: 'order-1' })
  t.equal((await call('POST', '/bookings', request)).status, 409, 'the external id is taken')

  const pay = async (transaction: string, amount: number) => await call(
    'POST', `/bookings/${id}/payments`, { id: transaction, paymentType: 'CreditCard', amount }
  )
  t.equal((await pay('tx-1', 20)).status, 200)
  t.match((await call('GET', `/bookings/${id}`)).body, { status: 'PartiallyPaid', remainder: 27.7 })
  t.equal((await pay('tx-1', 27.7)).status, 409, 'a transaction counts once')
  t.equal((await pay('tx-2', 27.7)).status, 200)
  const reference = made.body['bookingReference'] as string
  t.match((await call('GET', `/bookings/${reference}`)).body, { status: 'Paid', remainder: 0, uniqueId: id })
})

test('finds bookings by keywords and by date, and requires a criterion', async (t) => {
  const { roller, call } = await start(t)
  await call('POST', '/bookings', bookingOf(productId(roller, 'Jump Session 60 Minutes'), 2))
  t.equal((await call('GET', '/bookings')).status, 400)
  t.match((await call('GET', '/bookings?keywords=robin%20marsh')).body, { bookings: [{ name: 'Robin Marsh', status: 'PendingPayment' }] })
  const onDate = (await call('GET', `/bookings?date=${TOMORROW}`)).body['bookings'] as unknown as { name: string }[]
  t.ok(onDate.length > 1 && onDate.some((booking) => booking.name === 'Robin Marsh'))
})

test('finds a booking by the id of a ticket, or by its custom id', async (t) => {
  const { roller, call } = await start(t)
  const items = [{
    productId: productId(roller, 'All Day Pass'), quantity: 1, bookingDate: TOMORROW, tickets: [{ id: 'BAND-7' }]
  }]
  const { body: { uniqueId } } = await call('POST', '/bookings', { externalId: 'bands', customer, items })
  const ticket = roller.venue('demo').bookings.get(String(uniqueId))?.items[0]?.tickets[0]
  for (const id of [ticket?.ticketId, 'band-7']) {
    t.match((await call('GET', `/bookings?keywords=${String(id)}`)).body, { bookings: [{ uniqueId }] }, String(id))
  }
})

test('requires a ticket for each guest, with a custom id that is not in use', async (t) => {
  const { roller, call } = await start(t)
  const family = productId(roller, 'Jump Session 60 Minutes', 2)
  const book = async (externalId: string, ...ids: string[]) => await call('POST', '/bookings', {
    externalId,
    customer,
    items: [{ productId: family, quantity: 1, bookingDate: TOMORROW, startTime: '10:00', tickets: ids.map((id) => ({ id })) }]
  })
  t.match(await book('three', 'a', 'b', 'c'), { status: 409, body: { errors: [{ message: /needs 4 tickets/ }] } })
  t.match(await book('twice', 'a', 'b', 'c', 'a'), { status: 409, body: { errors: [{ message: /ticket id a already exists/ }] } })
  const { status, body: { uniqueId } } = await book('four', 'a', 'b', 'c', 'd')
  t.equal(status, 201)
  t.equal((await book('taken', 'd', 'e', 'f', 'g')).status, 409)

  const item = roller.venue('demo').bookings.get(String(uniqueId))?.items[0]
  const tickets = [{ ticketId: item?.tickets[3]?.ticketId, customTicketId: '' }]
  const change = { itemsToUpdate: [{ bookingItemId: item?.bookingItemId, tickets }] }
  t.equal((await call('PUT', `/bookings/${String(uniqueId)}`, change)).status, 200)
  t.equal((await book('taken', 'd', 'e', 'f', 'g')).status, 201, 'an empty text removes the custom id')
})

test('changes and deletes a booking', async (t) => {
  const { roller, call } = await start(t)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  const { body } = await call('POST', '/bookings', bookingOf(jumper, 2, { metadata: { source: 'web', old: 'x' } }))
  const path = `/bookings/${body['uniqueId'] as string}`
  const newItems = [{ productId: productId(roller, 'Grip Socks'), quantity: 1, bookingDate: TOMORROW }]
  t.equal((await call('PUT', path, { name: 'Marsh party', metadata: { old: null }, newItems })).status, 200)
  t.match((await call('GET', path)).body, { name: 'Marsh party', total: 48.5, metadata: { source: 'web' } })
  t.equal((await call('DELETE', path)).status, 200)
  t.equal((await call('GET', path)).status, 404)
})

test('publishes a draft without an amount due', async (t) => {
  const { roller, call } = await start(t)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  const paid = await call('POST', '/bookings/draft', bookingOf(jumper, 1))
  t.match(await call('POST', '/bookings/draft/publish', { uniqueId: paid.body['uniqueId'] }), { status: 409 })
  const free = await call('POST', '/bookings/draft', {
    ...bookingOf(jumper, 1, { externalId: 'free' }),
    items: [
      { productId: jumper, quantity: 1, bookingDate: TOMORROW, startTime: '10:00', priceOverride: 0 }
    ]
  })
  t.match(free.body, { costs: { amountOwing: 0 }, paymentJwt: /^[\w-]+\.[\w-]+\.[\w-]+$/ })
  t.equal((await call('POST', '/bookings/draft/publish', { uniqueId: free.body['uniqueId'] })).status, 200)
  t.equal((await call('GET', `/bookings/${free.body['uniqueId'] as string}`)).body['status'], 'NoPaymentRequired')
})
