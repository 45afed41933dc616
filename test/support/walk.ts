/** Calls every documented operation at least once through `call`; requests and responses must match the catalog. */
import { checkerOf } from '#plugin/operations/checker.js'
import type { Test } from 'tap'
import { operations } from '#plugin/operations/operations.js'
import type { Operation } from '#plugin/operations/operation.js'
import type { TSchema } from '#plugin/operations/schema.js'
import type { RollerSimulator } from '#sandbox/roller.js'
import { bookingOf, customer, productId, TODAY, TOMORROW, type Json, type Result, type Send } from '../sandbox/roller-fixture.ts'

export type Key = keyof typeof operations
const catalog: Readonly<Record<string, Operation>> = operations

function fits (t: Test, schema: TSchema, value: unknown, name: string): void {
  const [error] = [...checkerOf(schema).errors(value)]
  t.equal(error === undefined ? undefined : `${error.path}: ${error.message}`, undefined, name)
}

/** Calls an operation by its key, and validates request and response against the catalog. */
function caller (t: Test, call: Send, seen: Set<string>) {
  return async (key: Key, path: string, body?: unknown, expected = 200): Promise<Result> => {
    const [method = ''] = key.split(' ')
    const operation = catalog[key]
    if (operation === undefined) throw new Error(`${key} is not in the catalog`)
    seen.add(key)
    if (operation.body !== undefined && body !== undefined && expected < 300) fits(t, operation.body, body, `${key}: the request`)
    const result = await call(method, path, body)
    t.equal(result.status, expected, `${key}: ${result.text.slice(0, 120)}`)
    const response = operation.responses[expected]
    if (response?.schema !== undefined) fits(t, response.schema, result.body, `${key}: the response`)
    else if (expected < 300) t.equal(result.text, '', `${key}: nothing is documented, so nothing is answered`)
    return result
  }
}

/** @param call gets ROLLER's method, path and body */
export async function walkCatalog (t: Test, roller: RollerSimulator, call: Send): Promise<void> {
  const venue = roller.venue('demo')
  const seen = new Set<string>()
  const send = caller(t, call, seen)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  const idOf = (result: Result, name = 'uniqueId'): string => String(result.body[name])

  await send('GET /venues/me', '/venues/me')
  await send('PUT /netsuite-settings', '/netsuite-settings', { locationId: 'L1', exportId: 'E1' })
  await send('GET /netsuite-settings', '/netsuite-settings')

  await send('GET /products', '/products')
  await send('GET /product-availability', `/product-availability?Date=${TOMORROW}`)
  await send('GET /product-availability/calendar', `/product-availability/calendar?productId=${jumper}&date=2026-12`)
  const shirts = {
    externalId: 'SHIRTS',
    name: 'Shirts',
    stockProductType: 'retail',
    products: [{ externalId: 'SHIRTS_M', name: 'Medium', price: 25, taxId: null }]
  }
  const stock = await send('POST /products/stock', '/products/stock', shirts)
  const medium = Number((stock.body['products'] as Json[])[0]?.['productId'])
  const changed = { ...shirts, productId: idOf(stock, 'productId'), products: [{ productId: String(medium), name: 'Medium', price: 27 }] }
  await send('PUT /products/stock', '/products/stock', changed)
  await send(
    'PUT /products/stock/{parentProductId}/quantity',
    `/products/stock/${idOf(stock, 'productId')}/quantity`,
    { productId: medium, quantity: 12 }
  )

  const items = bookingOf(jumper, 2)['items']
  const hold = await send('POST /capacity-reservation', '/capacity-reservation', { items })
  await send('DELETE /capacity-reservation/{uniqueId}', `/capacity-reservation/${idOf(hold)}`)
  await send(
    'POST /capacity-reservation',
    '/capacity-reservation',
    { items: [{ productId: jumper, quantity: 100, bookingDate: TOMORROW, startTime: '10:00' }] },
    409
  )
  const block = { resourceId: venue.resources[0]?.id, blockoutCapacity: 2, date: TOMORROW, blockEntireDay: true }
  const blocked = await send('POST /capacity-reservation/block', '/capacity-reservation/block', block)
  const blockPath = `/capacity-reservation/block/${idOf(blocked, 'resourceCapacityBlockId')}`
  await send('GET /capacity-reservation/block', `/capacity-reservation/block?date=${TOMORROW}`)
  await send('GET /capacity-reservation/block/{blockId}', blockPath)
  await send('DELETE /capacity-reservation/block/{blockId}', blockPath)

  const discount = {
    name: 'Ten',
    percentOff: 10,
    amountOff: null,
    usageLimit: 5,
    usageLimitType: 'PerCode',
    startDate: TODAY,
    endDate: '2026-12-31'
  }
  const discountPath = `/discounts/${idOf(await send('POST /discounts', '/discounts', discount), 'discountId')}`
  await send('POST /discounts/{discountId}/codes', `${discountPath}/codes`, { codes: ['TEN'] })
  await send(
    'POST /discounts/validate',
    '/discounts/validate',
    { items: [{ productId: String(jumper), quantity: 1, discounts: [{ code: 'TEN' }, { code: 'NO' }] }] }
  )

  const request = bookingOf(jumper, 2, { discounts: [{ code: 'TEN' }], customerPaysFees: true, metadata: { source: 'walk' } })
  await send('POST /bookings/draft/costs', '/bookings/draft/costs', { ...request, metadata: undefined })
  const booking = await send('POST /bookings', '/bookings', request, 201)
  const path = `/bookings/${idOf(booking)}`
  await send('POST /bookings', '/bookings', request, 409)
  await send('GET /bookings', '/bookings?keywords=Robin')
  await send(
    'PUT /bookings/{uniqueId}', path, { newItems: [{ productId: productId(roller, 'Grip Socks'), quantity: 1, bookingDate: TOMORROW }] }
  )
  await send('POST /bookings/{uniqueId}/payments', `${path}/payments`, { id: 'tx-1', paymentType: 'CreditCard', amount: 10 })
  await send(
    'POST /bookings/{uniqueId}/payments/tips',
    `${path}/payments/tips`,
    { id: 'tip-1', paymentType: 'Cash', amount: 2, tipNote: 'Thanks' },
    201
  )
  const link = { amount: 5, email: 'robin.marsh@example.com' }
  const linked = await send('POST /bookings/{uniqueId}/payments/links', `${path}/payments/links`, link)
  await send('DELETE /bookings/{uniqueId}/payments/links/{paymentLinkId}', `${path}/payments/links/${idOf(linked, 'id')}`)
  await send('GET /bookings/{uniqueId}', path)
  for (const known of venue.bookings.values()) {
    await send(
      'GET /bookings/{uniqueId}/form-responses', `/bookings/${known.uniqueId}/form-responses`
    )
  }
  await send('POST /bookings/{uniqueId}/cancel', `${path}/cancel`, { issueRefund: true, refundType: 'CreditCard' })
  const doomed = await send('POST /bookings', '/bookings', bookingOf(jumper, 1), 201)
  await send('DELETE /bookings/{uniqueId}', `/bookings/${idOf(doomed)}`, { comments: 'Twice' })
  const free = {
    externalId: 'free',
    customer,
    items: [{ productId: jumper, quantity: 1, bookingDate: TOMORROW, startTime: '10:00', priceOverride: 0 }]
  }
  const draft = await send('POST /bookings/draft', '/bookings/draft', free)
  await send('POST /bookings/draft/publish', '/bookings/draft/publish', { uniqueId: idOf(draft) })
  await send('DELETE /discounts/{discountId}/codes', `${discountPath}/codes`, { codes: ['TEN'] })
  await send('PUT /discounts/{discountId}', discountPath, { ...discount, status: 'Archived' })
  await send('GET /discounts/{discountId}', discountPath)

  const guest = [...venue.guests.keys()][5] ?? 0
  await send('GET /customers/{customerId}', `/customers/${guest}`)
  await send('GET /customers/{customerId}/multi-passes', `/customers/${guest}/multi-passes`)
  const before = await send('GET /guests/{guestId}', `/guests/${guest}`)
  await send('PUT /guests/{guestId}', `/guests/${guest}`, before.body)
  for (const id of venue.waivers.keys()) {
    await send('GET /signed-waivers/{signedWaiverId}', `/signed-waivers/${id}`)
    await send('GET /signed-waivers/{signedWaiverId}/form-responses', `/signed-waivers/${id}/form-responses`)
  }

  const visit = await send(
    'POST /bookings', '/bookings', bookingOf(productId(roller, 'Bounce Club'), 1, { externalId: 'visit' }, TODAY), 201
  )
  const ticketId = venue.bookings.get(idOf(visit))?.items[0]?.tickets[0]?.ticketId
  await send('POST /redemptions', '/redemptions', { tickets: [{ ticketId }] })
  await send('POST /redemptions', '/redemptions', { tickets: [{ ticketId: 'none' }] }, 409)

  const order = { externalId: 'cards', productId: productId(roller, 'Gift Card', 1), bookingOwner: customer, giftCards: [{ value: 40 }] }
  const cards = await send('POST /giftcards', '/giftcards', order)
  await send('POST /giftcards', '/giftcards', order, 409)
  await send('POST /giftcards/balance', '/giftcards/balance', { giftCardNumber: (cards.body['giftCardNumbers'] as string[])[0] })

  const hook = {
    url: 'https://example.com/hook',
    enabled: true,
    authentication: { apiKey: 'key' },
    webhooks: { booking: { events: ['Created'] } }
  }
  const hookPath = `/webhooks/${idOf(await send('POST /webhooks', '/webhooks', hook, 201), 'webhookId')}`
  await send('PUT /webhooks/{webhookId}', hookPath, { ...hook, enabled: false })
  await send('GET /webhooks', '/webhooks')
  await send('DELETE /webhooks/{webhookId}', hookPath)

  const person = { roleId: 1203, firstName: 'Sam', lastName: 'Reed', email: 'sam.reed@example.com' }
  const staffPath = `/staff/${idOf(await send('POST /staff', '/staff', person, 201))}`
  await send('GET /staff/{uniqueId}', staffPath)
  await send('PUT /staff/{uniqueId}', staffPath, { ...person, displayName: 'Sammy' })
  await send('POST /staff/{uniqueId}/send-invitation', `${staffPath}/send-invitation`)
  await send('DELETE /staff/{uniqueId}', staffPath)
  const verified = `/staff/${[...venue.staff.keys()][0] ?? ''}`
  await send('POST /staff/{uniqueId}/lock', `${verified}/lock`)
  await send('POST /staff/{uniqueId}/unlock', `${verified}/unlock`)

  const rows: Record<string, number> = {}
  for (const key of Object.keys(operations).filter((name): name is Key => /^GET \/(data|reporting)\//.test(name))) {
    // Some reports contain rare events, so the venue's whole recent past is requested, day by day.
    for (let day = 1; day <= 25; day++) {
      const date = `2026-11-${String(day).padStart(2, '0')}`
      const period = key.includes('till') ? `endDate=${date}` : `startDate=${date}&endDate=${date}`
      const query = key.includes('membership') ? `date=${date}` : period
      const { body } = await send(key, `${key.slice(4)}?${query}&pageSize=500`)
      rows[key] = (rows[key] ?? 0) + (Array.isArray(body['items']) ? body['items'].length : 1)
    }
  }
  t.same(Object.entries(rows).filter(([, count]) => count === 0), [], 'no report is empty')
  await send('POST /reporting/bulk', '/reporting/bulk', { exportType: 'Payments', startDate: '2026-11-01', endDate: '2026-11-20' })

  t.same(Object.keys(operations).filter((key) => !seen.has(key)), [], 'every operation was called')
}
