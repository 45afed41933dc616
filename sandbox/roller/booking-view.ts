/** The published form of a booking: in search results, and in full. */
import { amounts, statusOf } from './booking.ts'
import { usageOf } from './capacity.ts'
import { soldAs } from './products.ts'
import { pick, present, type Json } from './record.ts'
import type { Booking, BookingItem, VenueState } from './types.ts'

/** The search endpoint has different names for the same statuses, and none for cancelled bookings or drafts. */
const basicStatuses: Readonly<Record<string, string>> =
  { Paid: 'PaidFull', PartiallyPaid: 'PaidPart', NoPaymentRequired: 'NoPaymentRequired' }

const flagsOf = (venue: VenueState, { customerId }: Booking) => venue.guests.get(customerId)?.flags ?? []

export const basicDetail = (venue: VenueState, booking: Booking): Json => ({
  bookingReference: booking.reference,
  ...pick(booking, 'uniqueId', 'name', 'customerId'),
  createdDate: new Date(booking.createdAt).toISOString(),
  status: basicStatuses[statusOf(venue, booking)] ?? 'PendingPayment',
  total: amounts(venue, booking).total,
  items: booking.items.map((item) => pick(item, 'productId', 'quantity', 'bookingDate', 'startTime')),
  customerFlags: flagsOf(venue, booking)
})

function tickets (venue: VenueState, item: BookingItem): Json[] {
  const membership = soldAs(venue, item).product.type === 'membership'
  const locations = usageOf(venue, item).map((usage) => usage.resourceId)
  return item.tickets.map((ticket) => ({
    ...pick(ticket, 'ticketId', 'customTicketId', 'customerId', 'signedWaiverId'),
    ...present({ ticketHolderName: ticket.name, membershipStatus: membership ? 'Current' : undefined }),
    locations
  }))
}

/** The parts that a booking webhook may leave out, by the names of its `include`. */
export interface Included { externalId?: boolean, tickets?: boolean, payments?: boolean, metadata?: boolean, customerFlags?: boolean }

const everything: Included = { externalId: true, tickets: true, payments: true, metadata: true }

export function detail (venue: VenueState, booking: Booking, include = everything): Json {
  const { total, remainder } = amounts(venue, booking)
  const payments = () => booking.payments.map((payment) => ({
    ...pick(payment, 'bookingPaymentId', 'transactionId', 'paymentMethod', 'total', 'tip'),
    createdDate: new Date(payment.createdAt).toISOString()
  }))
  return {
    bookingReference: booking.reference,
    ...pick(booking, 'uniqueId', 'channel', 'name', 'customerId', 'companyId', 'comments', 'posNotes', 'fees', 'discount'),
    createdDate: new Date(booking.createdAt).toISOString(),
    status: statusOf(venue, booking),
    total,
    remainder,
    items: booking.items.map((item) => ({
      ...pick(item, 'bookingItemId', 'productId', 'quantity', 'bookingDate', 'bookingEndDate', 'cost', 'discount'),
      ...present({ sessionStartTime: item.startTime, sessionEndTime: item.endTime }),
      ...(include.tickets === true ? { tickets: tickets(venue, item) } : {}),
      modifiers: []
    })),
    ...present({
      externalId: include.externalId === true ? booking.externalId : undefined,
      metadata: include.metadata === true ? booking.metadata : undefined,
      payments: include.payments === true ? payments() : undefined,
      customerFlags: include.customerFlags === true ? flagsOf(venue, booking) : undefined
    }),
    source: booking.channel
  }
}
