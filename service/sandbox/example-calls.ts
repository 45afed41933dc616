/**
 * One working call of each operation on the demo venue, for the forms of the API explorer. The records that they use are created
 * beforehand, and no two calls delete each other's records: each works at least once, in any order.
 */
import type { ExampleCalls } from '../docs/examples.ts'
import type { RollerSimulator } from 'roller-sandbox'
import { addDays, toVenueDate } from 'fastify-roller/time'

type Json = Record<string, unknown>

export function makeExampleCalls (roller: RollerSimulator, clientId = 'demo'): ExampleCalls {
  const venue = roller.venue(clientId)
  // an object, or undefined
  const call = (method: string, path: string, body?: Json): Json => roller.perform(clientId, method, path, body) as Json
  const today = toVenueDate(Date.now(), venue.profile.zone)
  const [yesterday, tomorrow, weekAgo, nextWeek] = [-1, 1, -7, 7].map((days) => addDays(today, days)) as [string, string, string, string]
  const product = (name: string, variation = 0): number => {
    const id = venue.products.find((one) => one.name === name)?.variations[variation]?.id
    if (id === undefined) throw new Error(`the demo venue does not sell ${name}`)
    return id
  }
  const jump = product('Jump Session 60 Minutes')
  const customer = { firstName: 'Robin', lastName: 'Marsh', email: 'robin.marsh@example.com', phone: '0400000000' }
  const items = (quantity: number, date = tomorrow): Json[] => [{ productId: jump, quantity, bookingDate: date, startTime: '10:00' }]
  const booking = (externalId: string): string => String(call('POST', '/bookings', { externalId, customer, items: items(1) })['uniqueId'])
  const shirts = {
    externalId: 'SHIRTS',
    name: 'Shirts',
    stockProductType: 'retail',
    products: [{ externalId: 'SHIRTS_M', name: 'Medium', price: 25, taxId: null }]
  }
  const discount = {
    name: 'Early bird', percentOff: 10, amountOff: null, usageLimit: 5, usageLimitType: 'PerCode', startDate: today, endDate: nextWeek
  }
  // Disabled: the sandbox sends nothing off this machine.
  const hook = {
    url: 'https://example.com/roller',
    enabled: false,
    authentication: { apiKey: 'a-key-of-your-own' },
    webhooks: { booking: { events: ['Created'] } }
  }
  const person = (name: string): Json => (
    { roleId: 1203, firstName: name, lastName: 'Reed', email: `${name.toLowerCase()}.reed@example.com` }
  )
  const block = { resourceId: venue.resources[0]?.id, blockoutCapacity: 1, date: nextWeek, blockEntireDay: true }
  const free = (externalId: string): Json => ({ externalId, customer, items: items(1).map((item) => ({ ...item, priceOverride: 0 })) })
  const cardOrder = (externalId: string): Json => (
    { externalId, productId: product('Gift Card', 1), bookingOwner: customer, giftCards: [{ value: 40 }] }
  )

  const [stock, hold, blocked, coupon, spent, draft, cards, webhook, webhookToEnd, staff, staffToEnd] = [
    call(
      'POST', '/products/stock',
      { ...shirts, externalId: 'CAPS', name: 'Caps', products: [{ externalId: 'CAPS_M', name: 'Medium', price: 25, taxId: null }] }
    ),
    call('POST', '/capacity-reservation', { items: items(1) }),
    call('POST', '/capacity-reservation/block', block),
    call('POST', '/discounts', { ...discount, name: 'Members' }),
    call('POST', '/discounts', { ...discount, name: 'Spring' }),
    call('POST', '/bookings/draft', free('docs-draft')),
    call('POST', '/giftcards', cardOrder('docs-cards')),
    call('POST', '/webhooks', hook),
    call('POST', '/webhooks', hook),
    call('POST', '/staff', person('Sam')),
    call('POST', '/staff', person('Kim'))
  ]
  const [open, toCancel, toDelete] = [booking('docs-open'), booking('docs-cancel'), booking('docs-delete')]
  const blockToEnd = call('POST', '/capacity-reservation/block', block)
  call('POST', `/discounts/${String(coupon['discountId'])}/codes`, { codes: ['MEMBER'] })
  call('POST', `/discounts/${String(spent['discountId'])}/codes`, { codes: ['SPRING'] })
  const link = call('POST', `/bookings/${open}/payments/links`, { amount: 5, email: customer.email, phone: customer.phone })
  const visit = call(
    'POST', '/bookings',
    { externalId: 'docs-visit', customer, items: [{ productId: product('Bounce Club'), quantity: 1, bookingDate: today }] }
  )
  // A hold expires after ten minutes, too soon for readers of the documents.
  const held = venue.holds.get(String(hold['uniqueId']))
  if (held !== undefined) held.expiresAt = Infinity

  const guestId = [...venue.guests.keys()][5] ?? 0
  const signedWaiverId = [...venue.waivers.keys()][0] ?? 0
  const ticketId = venue.bookings.get(String(visit['uniqueId']))?.items[0]?.tickets[0]?.ticketId
  const withResponses = [...venue.bookings.values()].find(({ state }) => state === 'Active')?.uniqueId ?? open
  const medium = (stock['products'] as Json[])[0]?.['productId'] // created above
  const colleague = [...venue.staff.values()].find(({ hasVerifiedEmail }) => hasVerifiedEmail)?.uniqueId ?? ''
  const caps = {
    externalId: 'CAPS',
    name: 'Caps',
    stockProductType: 'retail',
    productId: String(stock['productId']),
    products: [{ productId: String(medium), name: 'Medium', price: 27 }]
  }
  const id = (uniqueId: unknown): Readonly<Record<string, string>> => ({ uniqueId: String(uniqueId) })
  const day = { values: { startDate: yesterday, endDate: today } }
  const dayPages = { values: { startDate: yesterday, endDate: today, pageNumber: 1, pageSize: 100 } }
  const pages = { values: { pageNumber: 1, pageSize: 100 } }
  const onDay = { values: { date: yesterday } }

  return {
    'GET /product-availability': { values: { Date: tomorrow } },
    'GET /product-availability/calendar': { values: { productId: jump, date: tomorrow.slice(0, 7) } },
    'POST /products/stock': { body: shirts },
    'PUT /products/stock': { body: caps },
    'PUT /products/stock/{parentProductId}/quantity': {
      values: { parentProductId: String(stock['productId']) }, body: { productId: Number(medium), quantity: 12 }
    },
    'POST /capacity-reservation': { body: { items: items(2) } },
    'DELETE /capacity-reservation/{uniqueId}': { values: id(hold['uniqueId']) },
    'POST /capacity-reservation/block': { body: block },
    'GET /capacity-reservation/block': { values: { date: nextWeek } },
    'GET /capacity-reservation/block/{blockId}': { values: { blockId: Number(blocked['resourceCapacityBlockId']) } },
    'DELETE /capacity-reservation/block/{blockId}': { values: { blockId: Number(blockToEnd['resourceCapacityBlockId']) } },
    'GET /bookings': { values: { keywords: 'smith' } },
    'POST /bookings': { body: { externalId: 'my-first-booking', customer, items: items(2) } },
    'GET /bookings/{uniqueId}': { values: id(open) },
    'PUT /bookings/{uniqueId}': {
      values: id(open), body: { newItems: [{ productId: product('Grip Socks'), quantity: 1, bookingDate: tomorrow }] }
    },
    'DELETE /bookings/{uniqueId}': { values: id(toDelete), body: { comments: 'Entered twice' } },
    'POST /bookings/{uniqueId}/cancel': { values: id(toCancel), body: { issueRefund: false } },
    'POST /bookings/draft/costs': { body: { externalId: 'my-cart', customer, items: items(2) } },
    'POST /bookings/draft': { body: free('my-draft') },
    'POST /bookings/draft/publish': { body: id(draft['uniqueId']) },
    'GET /bookings/{uniqueId}/form-responses': { values: id(withResponses) },
    'POST /bookings/{uniqueId}/payments': { values: id(open), body: { id: 'my-payment', paymentType: 'CreditCard', amount: 5 } },
    'POST /bookings/{uniqueId}/payments/tips': {
      values: id(open), body: { id: 'my-tip', paymentType: 'Cash', amount: 2, tipNote: 'Thanks' }
    },
    'POST /bookings/{uniqueId}/payments/links': { values: id(open), body: { amount: 5, email: customer.email, phone: customer.phone } },
    'DELETE /bookings/{uniqueId}/payments/links/{paymentLinkId}': { values: { ...id(open), paymentLinkId: Number(link['id']) } },
    'POST /discounts': { body: discount },
    'GET /discounts/{discountId}': { values: { discountId: Number(coupon['discountId']) } },
    'PUT /discounts/{discountId}': {
      values: { discountId: Number(spent['discountId']) }, body: { ...discount, name: 'Spring', percentOff: 15 }
    },
    'POST /discounts/{discountId}/codes': { values: { discountId: Number(coupon['discountId']) }, body: { codes: ['WELCOME'] } },
    'DELETE /discounts/{discountId}/codes': { values: { discountId: Number(spent['discountId']) }, body: { codes: ['SPRING'] } },
    'POST /discounts/validate': { body: { items: [{ productId: String(jump), quantity: 1, discounts: [{ code: 'MEMBER' }] }] } },
    'GET /guests/{guestId}': { values: { guestId: String(guestId) } },
    'PUT /guests/{guestId}': { values: { guestId: String(guestId) }, body: call('GET', `/guests/${guestId}`) },
    'GET /customers/{customerId}': { values: { customerId: String(guestId) } },
    'GET /customers/{customerId}/multi-passes': { values: { customerId: String(guestId) } },
    'GET /signed-waivers/{signedWaiverId}': { values: { signedWaiverId: String(signedWaiverId) } },
    'GET /signed-waivers/{signedWaiverId}/form-responses': { values: { signedWaiverId: String(signedWaiverId) } },
    'POST /redemptions': { body: { tickets: [{ ticketId }] } },
    'POST /giftcards': { body: cardOrder('my-cards') },
    'POST /giftcards/balance': { body: { giftCardNumber: (cards['giftCardNumbers'] as string[])[0] } },
    'POST /webhooks': { body: hook },
    'PUT /webhooks/{webhookId}': { values: { webhookId: String(webhook['webhookId']) }, body: hook },
    'DELETE /webhooks/{webhookId}': { values: { webhookId: String(webhookToEnd['webhookId']) } },
    'POST /staff': { body: person('Alex') },
    'GET /staff/{uniqueId}': { values: id(staff['uniqueId']) },
    'PUT /staff/{uniqueId}': { values: id(staff['uniqueId']), body: { ...person('Sam'), displayName: 'Sammy' } },
    'DELETE /staff/{uniqueId}': { values: id(staffToEnd['uniqueId']) },
    'POST /staff/{uniqueId}/send-invitation': { values: id(staff['uniqueId']) },
    'POST /staff/{uniqueId}/lock': { values: id(colleague) },
    'POST /staff/{uniqueId}/unlock': { values: id(colleague) },
    'PUT /netsuite-settings': { body: { locationId: 'L1', exportId: 'E1' } },
    'GET /reporting/revenue-entries': day,
    'GET /data/tillreconciliations': { values: { endDate: today, pageNumber: 1, pageSize: 100 } },
    ...Object.fromEntries([
      '/data/bookingitems', '/data/tickets', '/data/giftcards', '/data/bookingpayments', '/data/customers', '/data/attendances',
      '/data/signedwaivers', '/data/bookingsignedwaivers', '/reporting/gxs'
    ]
      .map((path) => [`GET ${path}`, dayPages])),
    ...Object.fromEntries(
      [
        'products', 'modifiers', 'discounts', 'locations', 'devices', 'staffs', 'roles', 'waivers'
      ].map((name) => [`GET /data/${name}`, pages])
    ),
    ...Object.fromEntries(['membershipredemptions', 'membershipstatuses', 'membershipcredits'].map((name) => [`GET /data/${name}`, onDay])),
    'POST /reporting/bulk': { body: { exportType: 'Payments', startDate: weekAgo, endDate: today } },
    // The catalog's example is valid for every venue.
    ...Object.fromEntries(
      [
        'GET /venues/me', 'GET /products', 'GET /webhooks', 'GET /netsuite-settings', 'GET /data/reportingcategories'
      ].map((name) => [name, {}])
    ),
    // The sandbox's echo operation, which returns the request.
    ...Object.fromEntries(
      ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [`${method} /{path}`, { values: { path: 'sandbox/echo' } }])
    )
  }
}
