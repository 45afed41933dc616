/**
 * One working call of each operation on the demo venue, for the forms of the API explorer. The records that they use are created
 * beforehand, and no two calls delete each other's records: each works at least once, in any order.
 */
import type { ExampleCalls } from '../docs/examples.ts'
import type { RollerSimulator } from 'roller-sandbox'
import { exampleBodies, person, stockProduct, WEBHOOK, type ExampleBodies, type Json } from './example-bodies.ts'
import { createRecords, type Call, type ExampleRecords } from './example-records.ts'

export function makeExampleCalls (roller: RollerSimulator, clientId = 'demo'): ExampleCalls {
  const venue = roller.venue(clientId)
  // an object, or undefined
  const call: Call = (method, path, body) => roller.perform(clientId, method, path, body) as Json
  const bodies = exampleBodies(venue)
  const records = createRecords(call, venue, bodies)
  return {
    ...products(bodies, records),
    ...bookings(bodies, records),
    ...payments(bodies, records),
    ...discounts(bodies, records),
    ...guests(records, call('GET', `/guests/${records.guest}`)),
    ...staff(records),
    ...settings(records),
    ...reports(bodies),
    // The catalog's example is valid for every venue.
    ...each(['GET /venues/me', 'GET /products', 'GET /webhooks', 'GET /netsuite-settings', 'GET /data/reportingcategories'], {}),
    // The sandbox's echo operation, which returns the request.
    ...each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => `${method} /{path}`), { values: { path: 'sandbox/echo' } })
  }
}

function products ({ block, days, items, jump }: ExampleBodies, { stock, medium, ...records }: ExampleRecords): ExampleCalls {
  return {
    'GET /product-availability': { values: { Date: days.tomorrow } },
    'GET /product-availability/calendar': { values: { productId: jump, date: days.tomorrow.slice(0, 7) } },
    'POST /products/stock': { body: stockProduct('Shirts') },
    'PUT /products/stock': {
      body: { ...stockProduct('Caps'), productId: String(stock), products: [{ productId: String(medium), name: 'Medium', price: 27 }] }
    },
    'PUT /products/stock/{parentProductId}/quantity': {
      values: { parentProductId: String(stock) }, body: { productId: medium, quantity: 12 }
    },
    'POST /capacity-reservation': { body: { items: items(2) } },
    'DELETE /capacity-reservation/{uniqueId}': { values: { uniqueId: records.hold } },
    'POST /capacity-reservation/block': { body: block },
    'GET /capacity-reservation/block': { values: { date: days.nextWeek } },
    'GET /capacity-reservation/block/{blockId}': { values: { blockId: records.block } },
    'DELETE /capacity-reservation/block/{blockId}': { values: { blockId: records.blockToDelete } }
  }
}

function bookings ({ booking, freeItems, items, socks }: ExampleBodies, records: ExampleRecords): ExampleCalls {
  const open = { uniqueId: records.open }
  return {
    'GET /bookings': { values: { keywords: 'smith' } },
    'POST /bookings': { body: booking('my-first-booking', items(2)) },
    'GET /bookings/{uniqueId}': { values: open },
    'PUT /bookings/{uniqueId}': { values: open, body: { newItems: [socks] } },
    'DELETE /bookings/{uniqueId}': { values: { uniqueId: records.toDelete }, body: { comments: 'Entered twice' } },
    'POST /bookings/{uniqueId}/cancel': { values: { uniqueId: records.toCancel }, body: { issueRefund: false } },
    'POST /bookings/draft/costs': { body: booking('my-cart', items(2)) },
    'POST /bookings/draft': { body: booking('my-draft', freeItems) },
    'POST /bookings/draft/publish': { body: { uniqueId: records.draft } },
    'GET /bookings/{uniqueId}/form-responses': { values: { uniqueId: records.withResponses } },
    'POST /redemptions': { body: { tickets: [{ ticketId: records.ticket }] } }
  }
}

function payments ({ giftCards, payment }: ExampleBodies, records: ExampleRecords): ExampleCalls {
  const open = { uniqueId: records.open }
  return {
    'POST /bookings/{uniqueId}/payments': { values: open, body: { id: 'my-payment', paymentType: 'CreditCard', amount: 5 } },
    'POST /bookings/{uniqueId}/payments/tips': { values: open, body: { id: 'my-tip', paymentType: 'Cash', amount: 2, tipNote: 'Thanks' } },
    'POST /bookings/{uniqueId}/payments/links': { values: open, body: payment },
    'DELETE /bookings/{uniqueId}/payments/links/{paymentLinkId}': { values: { ...open, paymentLinkId: records.paymentLink } },
    'POST /giftcards': { body: giftCards('my-cards') },
    'POST /giftcards/balance': { body: { giftCardNumber: records.giftCardNumber } }
  }
}

function discounts ({ discount, jump }: ExampleBodies, records: ExampleRecords): ExampleCalls {
  const members = { discountId: records.discount }
  const spring = { discountId: records.discountToChange }
  return {
    'POST /discounts': { body: discount },
    'GET /discounts/{discountId}': { values: members },
    'PUT /discounts/{discountId}': { values: spring, body: { ...discount, name: 'Spring', percentOff: 15 } },
    'POST /discounts/{discountId}/codes': { values: members, body: { codes: ['WELCOME'] } },
    'DELETE /discounts/{discountId}/codes': { values: spring, body: { codes: ['SPRING'] } },
    'POST /discounts/validate': { body: { items: [{ productId: String(jump), quantity: 1, discounts: [{ code: 'MEMBER' }] }] } }
  }
}

function guests (records: ExampleRecords, guest: Json): ExampleCalls {
  const guestId = String(records.guest)
  const signedWaiverId = String(records.signedWaiver)
  return {
    'GET /guests/{guestId}': { values: { guestId } },
    'PUT /guests/{guestId}': { values: { guestId }, body: guest },
    'GET /customers/{customerId}': { values: { customerId: guestId } },
    'GET /customers/{customerId}/multi-passes': { values: { customerId: guestId } },
    'GET /signed-waivers/{signedWaiverId}': { values: { signedWaiverId } },
    'GET /signed-waivers/{signedWaiverId}/form-responses': { values: { signedWaiverId } }
  }
}

function settings ({ webhook, webhookToDelete }: ExampleRecords): ExampleCalls {
  return {
    'POST /webhooks': { body: WEBHOOK },
    'PUT /webhooks/{webhookId}': { values: { webhookId: webhook }, body: WEBHOOK },
    'DELETE /webhooks/{webhookId}': { values: { webhookId: webhookToDelete } },
    'PUT /netsuite-settings': { body: { locationId: 'L1', exportId: 'E1' } }
  }
}

function staff (records: ExampleRecords): ExampleCalls {
  const sam = { uniqueId: records.staff }
  const colleague = { uniqueId: records.colleague }
  return {
    'POST /staff': { body: person('Alex') },
    'GET /staff/{uniqueId}': { values: sam },
    'PUT /staff/{uniqueId}': { values: sam, body: { ...person('Sam'), displayName: 'Sammy' } },
    'DELETE /staff/{uniqueId}': { values: { uniqueId: records.staffToDelete } },
    'POST /staff/{uniqueId}/send-invitation': { values: sam },
    'POST /staff/{uniqueId}/lock': { values: colleague },
    'POST /staff/{uniqueId}/unlock': { values: colleague }
  }
}

function reports ({ days: { today, yesterday, weekAgo } }: ExampleBodies): ExampleCalls {
  const range = { startDate: yesterday, endDate: today }
  const page = { pageNumber: 1, pageSize: 100 }
  const data = (...names: string[]): string[] => names.map((name) => `GET /data/${name}`)
  return {
    'GET /reporting/revenue-entries': { values: range },
    'GET /data/tillreconciliations': { values: { endDate: today, ...page } },
    ...each(data(
      'bookingitems', 'tickets', 'giftcards', 'bookingpayments', 'customers', 'attendances', 'signedwaivers', 'bookingsignedwaivers'
    ), { values: { ...range, ...page } }),
    'GET /reporting/gxs': { values: { ...range, ...page } },
    ...each(data('products', 'modifiers', 'discounts', 'locations', 'devices', 'staffs', 'roles', 'waivers'), { values: page }),
    ...each(data('membershipredemptions', 'membershipstatuses', 'membershipcredits'), { values: { date: yesterday } }),
    'POST /reporting/bulk': { body: { exportType: 'Payments', startDate: weekAgo, endDate: today } }
  }
}

function each (operations: string[], call: ExampleCalls[string]): ExampleCalls {
  return Object.fromEntries(operations.map((operation) => [operation, call]))
}
