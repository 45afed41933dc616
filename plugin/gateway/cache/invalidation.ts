/**
 * The resources that a write changes. A table, because ROLLER's paths do not show it: a booking uses capacity, so it changes GET
 * /product-availability. Uncertain cases count as changed.
 */
import type { OperationName } from '../../operations/call-types.ts'

export type Resource =
  'venue' | 'products' | 'availability' | 'blocks' | 'bookings' | 'discounts' | 'guests' | 'waivers' | 'webhooks' | 'staff' | 'netsuite' |
  'reports'

/** The reads; only these are cacheable. */
export type ReadName = Extract<OperationName, `GET ${string}`>
type WriteName = Exclude<OperationName, ReadName>
type ReportName = Extract<ReadName, `GET /data/${string}` | `GET /reporting/${string}`>

const reads: Readonly<Record<Exclude<ReadName, ReportName>, Resource>> = {
  'GET /venues/me': 'venue',
  'GET /products': 'products',
  'GET /product-availability': 'availability',
  'GET /product-availability/calendar': 'availability',
  'GET /capacity-reservation/block': 'blocks',
  'GET /capacity-reservation/block/{blockId}': 'blocks',
  'GET /bookings': 'bookings',
  'GET /bookings/{uniqueId}': 'bookings',
  'GET /bookings/{uniqueId}/form-responses': 'bookings',
  'GET /discounts/{discountId}': 'discounts',
  'GET /guests/{guestId}': 'guests',
  'GET /customers/{customerId}': 'guests',
  'GET /customers/{customerId}/multi-passes': 'guests',
  'GET /signed-waivers/{signedWaiverId}': 'waivers',
  'GET /signed-waivers/{signedWaiverId}/form-responses': 'waivers',
  'GET /webhooks': 'webhooks',
  'GET /staff/{uniqueId}': 'staff',
  'GET /netsuite-settings': 'netsuite'
}

/** The customer of a booking becomes a guest record, or updates one. */
const BOOKING = ['availability', 'bookings', 'guests', 'reports'] as const
const PAYMENT = ['bookings', 'reports'] as const
const CAPACITY = ['availability'] as const
const BLOCK = ['availability', 'blocks'] as const
const STOCK = ['products', 'availability', 'reports'] as const
const DISCOUNT = ['discounts', 'reports'] as const
const STAFF = ['staff', 'reports'] as const
const NOTHING = [] as const

const writes: Readonly<Record<WriteName, readonly Resource[]>> = {
  'POST /products/stock': STOCK,
  'PUT /products/stock': STOCK,
  'PUT /products/stock/{parentProductId}/quantity': STOCK,
  'POST /capacity-reservation': CAPACITY,
  'DELETE /capacity-reservation/{uniqueId}': CAPACITY,
  'POST /capacity-reservation/block': BLOCK,
  'DELETE /capacity-reservation/block/{blockId}': BLOCK,
  'POST /bookings': BOOKING,
  'PUT /bookings/{uniqueId}': BOOKING,
  'DELETE /bookings/{uniqueId}': BOOKING,
  'POST /bookings/{uniqueId}/cancel': BOOKING,
  'POST /bookings/draft/costs': NOTHING,
  'POST /bookings/draft': BOOKING,
  'POST /bookings/draft/publish': BOOKING,
  'POST /bookings/{uniqueId}/payments': PAYMENT,
  'POST /bookings/{uniqueId}/payments/tips': PAYMENT,
  'POST /bookings/{uniqueId}/payments/links': PAYMENT,
  'DELETE /bookings/{uniqueId}/payments/links/{paymentLinkId}': PAYMENT,
  'POST /discounts': DISCOUNT,
  'PUT /discounts/{discountId}': DISCOUNT,
  'POST /discounts/{discountId}/codes': DISCOUNT,
  'DELETE /discounts/{discountId}/codes': DISCOUNT,
  'POST /discounts/validate': NOTHING,
  // Bookings contain their customer's name.
  'PUT /guests/{guestId}': ['guests', 'bookings', 'waivers', 'reports'],
  'POST /redemptions': ['bookings', 'guests', 'reports'],
  'POST /giftcards': ['bookings', 'guests', 'reports'],
  'POST /giftcards/balance': NOTHING,
  'POST /webhooks': ['webhooks'],
  'PUT /webhooks/{webhookId}': ['webhooks'],
  'DELETE /webhooks/{webhookId}': ['webhooks'],
  'POST /staff': STAFF,
  'PUT /staff/{uniqueId}': STAFF,
  'DELETE /staff/{uniqueId}': STAFF,
  'POST /staff/{uniqueId}/send-invitation': STAFF,
  'POST /staff/{uniqueId}/lock': STAFF,
  'POST /staff/{uniqueId}/unlock': STAFF,
  'PUT /netsuite-settings': ['netsuite'],
  'POST /reporting/bulk': NOTHING
}

const resources: ReadonlyMap<string, Resource> = new Map(Object.entries(reads))
const changes: ReadonlyMap<string, readonly Resource[]> = new Map(Object.entries(writes))

/** Resources that a read returns. Operations outside the table are reports, which nearly every write changes. */
export function resourceOf (name: string): Resource {
  return resources.get(name) ?? 'reports'
}

/** Resources that a write changes; null: unknown, so all. */
export function changedBy (name: string | undefined): readonly Resource[] | null {
  return name === undefined ? null : changes.get(name) ?? null
}
