/** How a booking is published: amounts, statuses and the three shapes that ROLLER answers with. */
import { money, present } from './input.ts'
import { findVariation } from './products.ts'
import { usageOf } from './capacity.ts'
import type { Booking, BookingItem, VenueState } from './types.ts'

export function amounts (venue: VenueState, booking: Booking): { subTotal: number, total: number, paid: number, remainder: number } {
  const subTotal = money(booking.items.reduce((sum, item) => sum + item.cost * item.quantity, 0))
  const total = money(subTotal - booking.discount + (venue.profile.pricesIncludeTax ? 0 : booking.tax) + booking.fees)
  // A tip is money received, but it settles nothing.
  const paid = money(booking.payments.reduce((sum, payment) => sum + payment.total - payment.tip, 0))
  return { subTotal, total, paid, remainder: money(Math.max(0, total - paid)) }
}

export type DetailStatus = 'Draft' | 'NoPaymentRequired' | 'PendingPayment' | 'PartiallyPaid' | 'Paid' | 'Cancelled' | 'Deleted'

export function statusOf (venue: VenueState, booking: Booking): DetailStatus {
  if (booking.state !== 'Active') return booking.state
  const { total, paid } = amounts(venue, booking)
  if (total <= 0) return 'NoPaymentRequired'
  if (paid <= 0) return 'PendingPayment'
  return paid < total ? 'PartiallyPaid' : 'Paid'
}

/** The search endpoint has its own words for the same statuses, and none for cancelled bookings or drafts. */
function basicStatus (venue: VenueState, booking: Booking): string {
  const status = statusOf(venue, booking)
  if (status === 'Paid') return 'PaidFull'
  if (status === 'PartiallyPaid') return 'PaidPart'
  return status === 'NoPaymentRequired' ? status : 'PendingPayment'
}

function flagsOf (venue: VenueState, booking: Booking): Record<string, unknown>[] {
  return (venue.guests.get(booking.customerId)?.flags ?? []).map((flag) => ({ ...flag }))
}

function tickets (venue: VenueState, item: BookingItem): Record<string, unknown>[] {
  const membership = findVariation(venue, item.productId)?.product.type === 'membership'
  const locations = usageOf(venue, item).map((usage) => usage.resourceId)
  return item.tickets.map((ticket) => ({
    ticketId: ticket.ticketId,
    ...present(
      {
        customTicketId: ticket.customTicketId,
        ticketHolderName: ticket.name,
        customerId: ticket.customerId,
        signedWaiverId: ticket.signedWaiverId
      }
    ),
    ...(membership ? { membershipStatus: 'Current' } : {}),
    locations
  }))
}

export function basicDetail (venue: VenueState, booking: Booking): Record<string, unknown> {
  return {
    bookingReference: booking.reference,
    uniqueId: booking.uniqueId,
    createdDate: new Date(booking.createdAt).toISOString(),
    status: basicStatus(venue, booking),
    name: booking.name,
    customerId: booking.customerId,
    total: amounts(venue, booking).total,
    items: booking.items.map(
      ({ productId, quantity, bookingDate, startTime }) => ({ productId, quantity, bookingDate, ...present({ startTime }) })
    ),
    customerFlags: flagsOf(venue, booking)
  }
}

/** What a booking webhook may leave out, by the names of its `include`. */
export interface Included { externalId?: boolean, tickets?: boolean, payments?: boolean, metadata?: boolean, customerFlags?: boolean }

export function detail (venue: VenueState, booking: Booking, include?: Included): Record<string, unknown> {
  const wants = (name: keyof Included): boolean => include === undefined || include[name] === true
  const { total, remainder } = amounts(venue, booking)
  return {
    bookingReference: booking.reference,
    ...(wants('externalId') ? present({ externalId: booking.externalId }) : {}),
    uniqueId: booking.uniqueId,
    createdDate: new Date(booking.createdAt).toISOString(),
    channel: booking.channel,
    status: statusOf(venue, booking),
    name: booking.name,
    customerId: booking.customerId,
    ...present({ companyId: booking.companyId, comments: booking.comments, posNotes: booking.posNotes }),
    total,
    remainder,
    fees: booking.fees,
    discount: booking.discount,
    items: booking.items.map((item) => ({
      bookingItemId: item.bookingItemId,
      productId: item.productId,
      quantity: item.quantity,
      bookingDate: item.bookingDate,
      bookingEndDate: item.bookingEndDate,
      ...present({ sessionStartTime: item.startTime, sessionEndTime: item.endTime }),
      ...(wants('tickets') ? { tickets: tickets(venue, item) } : {}),
      cost: item.cost,
      discount: item.discount,
      modifiers: []
    })),
    ...(wants('metadata') ? { metadata: booking.metadata } : {}),
    ...(wants('payments')
      ? {
          payments: booking.payments.map((payment) => ({
            bookingPaymentId: payment.bookingPaymentId,
            transactionId: payment.transactionId,
            paymentMethod: payment.paymentMethod,
            total: payment.total,
            tip: payment.tip,
            createdDate: new Date(payment.createdAt).toISOString()
          }))
        }
      : {}),
    ...(include?.customerFlags === true ? { customerFlags: flagsOf(venue, booking) } : {}),
    source: booking.channel
  }
}
