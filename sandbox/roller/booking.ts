/** A booking: creating its parts, its totals, and its storage. */
import { found } from './input.ts'
import { soldAs } from './products.ts'
import { all, money, present, sum } from './record.ts'
import { addDays, clockTime, minutes } from './time.ts'
import type { WantedItem } from './items.ts'
import type { Booking, BookingItem, VenueState } from './types.ts'

/** ROLLER: the booking reference is accepted in place of the unique id. */
export function findBooking (venue: VenueState, id: string): Booking {
  const booking = venue.bookings.get(id) ?? [...venue.bookings.values()].find((candidate) => candidate.reference === id)
  return found(booking?.state === 'Deleted' ? undefined : booking, `Booking '${id}' not found`)
}

export function makeItem (venue: VenueState, reference: string, wanted: WantedItem, discount: number, now: number): BookingItem {
  const { productId, quantity, bookingDate, startTime, price: cost } = wanted
  const { product, variation } = soldAs(venue, wanted)
  const session = startTime === undefined || product.sessions === undefined
    ? {}
    : { startTime, endTime: clockTime(minutes(startTime) + (product.durationMinutes ?? 60)) }
  return {
    bookingItemId: venue.next('item'),
    productId,
    quantity,
    bookingDate,
    bookingEndDate: addDays(bookingDate, product.validDays ?? 0),
    ...session,
    cost,
    discount,
    createdAt: now,
    tickets: Array.from({ length: product.type === 'addon' ? 0 : quantity * variation.groupSize }, (_, index) => ({
      ticketId: `${reference}-${venue.next('ticket')}`,
      redeemedAt: [],
      ...present({ customTicketId: wanted.tickets[index]?.id, name: wanted.tickets[index]?.name })
    }))
  }
}

type Essentials = Pick<Booking, 'uniqueId' | 'reference' | 'channel' | 'name' | 'customerId' | 'items' | 'createdAt'> & Partial<Booking>

export const makeBooking = (values: Essentials): Booking => ({
  state: 'Active',
  metadata: {},
  payments: [],
  links: [],
  discountIds: [],
  discountCodes: [],
  ...all(0, 'discount', 'fees', 'tax'),
  modifiedAt: values.createdAt,
  ...values
})

export const subTotalOf = (items: readonly BookingItem[]): number => sum(items.map((item) => item.cost * item.quantity))

export function amounts (venue: VenueState, booking: Booking) {
  const { items, discount, tax, fees, payments } = booking
  const subTotal = subTotalOf(items)
  const total = money(subTotal - discount + (venue.profile.pricesIncludeTax ? 0 : tax) + fees)
  // A tip is money received, but does not reduce the amount owed.
  const paid = sum(payments.map((payment) => payment.total - payment.tip))
  return { subTotal, total, paid, remainder: money(Math.max(0, total - paid)) }
}

export function statusOf (venue: VenueState, booking: Booking) {
  if (booking.state !== 'Active') return booking.state
  const { total, paid } = amounts(venue, booking)
  if (total <= 0) return 'NoPaymentRequired'
  if (paid <= 0) return 'PendingPayment'
  return paid < total ? 'PartiallyPaid' : 'Paid'
}
