/** `null` in optional fields, where ROLLER's own collection and texts have it. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, VENUE } from '../support/build.ts'
import { bookingOf, productId, START, TOMORROW } from '../sandbox/roller-fixture.ts'

const now = (): number => START

test('sends null where ROLLER accepts it', async (t) => {
  const built = await build(t, { roller: { now }, nango: { now } })
  const jump = productId(built.roller, 'Jump Session 60 Minutes')
  const call = async (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object, status = 200) => {
    const response = await built.app.inject({ method, url: `/roller${url}`, headers: VENUE, ...(payload !== undefined && { payload }) })
    t.equal(response.statusCode, status, `${method} ${url}: ${response.body.slice(0, 200)}`)
    return response.body === '' ? null : response.json()
  }
  const nothing = { purchaseDate: null, capacityReservationId: null, companyId: null }
  await call('POST', '/bookings/draft', bookingOf(jump, 1, { externalId: 'draft', ...nothing }))
  const discount = { name: 'Ten', percentOff: 10, amountOff: null, startDate: null, endDate: null, usageLimit: null, usageLimitType: null }
  const { discountId } = await call('POST', '/discounts', discount)
  await call('PUT', `/discounts/${discountId}`, { ...discount, status: 'Active' })
  t.match(await call('GET', `/discounts/${discountId}`), { usageLimit: null, usageLimitType: null })
  await call('POST', '/discounts/validate', { items: [{ productId: String(jump), quantity: 1, priceOverride: null }] })

  const payments = [{ id: 'p', paymentType: 'Cash', amount: 1, transactionDate: null }]
  const { uniqueId } = await call('POST', '/bookings', bookingOf(jump, 1, { payments }), 201)
  await call('POST', `/bookings/${uniqueId}/payments`, { id: 'q', paymentType: 'Cash', amount: 1, transactionDate: null })
  const { items: [{ bookingItemId, tickets: [{ ticketId }] }] } = await call('GET', `/bookings/${uniqueId}`)
  await call('PUT', `/bookings/${uniqueId}`, {
    newItems: [{ productId: productId(built.roller, 'Grip Socks'), quantity: 1, bookingDate: TOMORROW, priceOverride: null }],
    itemsToUpdate: [{ bookingItemId: String(bookingItemId), tickets: [{ ticketId, name: null }] }]
  })
  t.ok(callsAtRoller(built).length > 8)
})

test('rejects null for required properties', async (t) => {
  const built = await build(t, { roller: { now }, nango: { now } })
  const jump = productId(built.roller, 'Jump Session 60 Minutes')
  for (const fault of [{ externalId: null }, { customer: null }, { items: null }]) {
    const response = await built.app.inject(
      { method: 'POST', url: '/roller/bookings/draft', headers: VENUE, payload: bookingOf(jump, 1, fault) }
    )
    t.match(response.json(), { status: 400, code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: `/body/${Object.keys(fault)[0] ?? ''}` }] })
  }
  t.same(callsAtRoller(built), [])
})
