/** The requests, the same for each contestant. */

/**
 * Number of venues that calls rotate through: equal calls of one venue share one call to ROLLER, and each venue has its own rate limits.
 */
export const VENUES = 1_000
export const venue = (index: number): string => `venue-${index}`

export const MIB = 1024 ** 2

export const API_KEY = 'bench-key-0123456789abcdef'
/** Has the format of a Nango key; valid nowhere. */
export const NANGO_KEY = '0c0ffee0-aaaa-4bbb-8ccc-5ec4e7000001'

/** The path prefix of ROLLER's routes on every contestant. */
export const BASE = '/roller'
export const SEARCH = '/bookings?keywords=smith&date=2026-11-30'

export interface Workload {
  readonly name: string
  readonly connections: number
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
}

/** A search for bookings with a query, which the gateway validates. */
function get (connections: number): Workload {
  return { name: `GET 1.5 KB, ${connections} connection${connections === 1 ? '' : 's'}`, connections, method: 'GET', path: SEARCH }
}

export const GET_1 = get(1)
export const GET_10 = get(10)
export const GET_100 = get(100)
export const POST_10: Workload = {
  name: 'POST 2 KB, 10 connections', connections: 10, method: 'POST', path: '/bookings', body: newBooking(2_048)
}

/** ROLLER's response to a search, 1.5 KB. */
export const FOUND = padded(1_536, (filler) => ({
  bookings: Array.from({ length: 5 }, (_, index) => ({
    bookingReference: `1234567${index}`,
    uniqueId: `ffdae420-a912-4d93-9234-9faca5e6194${index}`,
    createdDate: '2026-07-31T03:43:40.4085882+00:00',
    status: 'PaidFull',
    total: 55.5,
    items: [{ productId: 12345678, quantity: 2, bookingDate: '2026-11-30', startTime: '14:30' }]
  })),
  name: filler
}))

/** A booking that passes validation. */
function newBooking (size: number): string {
  return padded(size, (posNotes) => ({
    externalId: 'shop-1',
    posNotes,
    customer: {
      firstName: 'Robin',
      lastName: 'Marsh',
      email: 'robin.marsh@example.com',
      phone: '0400000000',
      address: { city: 'Perth', country: 'Australia' }
    },
    items: Array.from({ length: 9 }, (_, index) => ({
      productId: 12345670 + index,
      quantity: 2,
      bookingDate: '2026-11-30',
      startTime: '10:00',
      tickets: [{ name: 'John Smith' }, { name: 'Ben Smith' }]
    })),
    payments: [{ id: 'HYA728830013', paymentType: 'CreditCard', amount: 25.5, creditCardFees: 1.5 }],
    sendConfirmations: false,
    metadata: { reservationSource: 'partner-portal', groupId: '881234' }
  }))
}

/** JSON of exactly this size. */
function padded (size: number, document: (filler: string) => unknown): string {
  const bare = JSON.stringify(document(''))
  if (bare.length > size) throw new Error(`${bare.length} bytes are more than ${size}`)
  return JSON.stringify(document('x'.repeat(size - bare.length)))
}
