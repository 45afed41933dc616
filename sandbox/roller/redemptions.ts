/** Redeeming tickets: all of a call or none. */
import { conflict, demand, invalid, list, text, type Problem } from './input.ts'
import { findVariation } from './products.ts'
import { localDate } from './time.ts'
import type { Routes } from './contract.ts'
import type { Booking, BookingItem, Product, Ticket, VenueState } from './types.ts'

/** ROLLER: at most 10 tickets in one call. */
const MAX_TICKETS = 10
const redeemable: readonly Product['type'][] = ['pass', 'sessionpass', 'recurringpass', 'membership']

interface Found { booking: Booking, item: BookingItem, ticket: Ticket }

function findTicket (venue: VenueState, id: string): Found | undefined {
  for (const booking of venue.bookings.values()) {
    if (booking.state === 'Deleted' || booking.state === 'Draft') continue
    for (const item of booking.items) {
      const ticket = item.tickets.find((candidate) => candidate.ticketId === id || candidate.customTicketId === id)
      if (ticket !== undefined) return { booking, item, ticket }
    }
  }
  return undefined
}

/** Why the ticket cannot be redeemed at that instant, in ROLLER's documented words. */
function objection (venue: VenueState, found: Found | undefined, at: number): string | undefined {
  if (found === undefined) return 'Ticket does not exist'
  const { booking, item, ticket } = found
  if (booking.state === 'Cancelled') return 'Booking Cancelled'
  const product = findVariation(venue, item.productId)?.product
  if (product === undefined || !redeemable.includes(product.type)) return 'Product type not accepted'
  const date = localDate(at, venue.profile.zone)
  if (date < item.bookingDate || date > item.bookingEndDate) return 'Ticket is not valid for this date'
  return ticket.redeemedAt.length >= (product.uses ?? 1) ? 'Ticket usage exhausted' : undefined
}

export const redemptionRoutes: Routes = {
  'POST /redemptions': ({ venue, world, body, now }) => {
    demand(body, { at: '', names: ['tickets'] }, { at: 'tickets', names: ['ticketId'], each: true })
    const wanted = list(body, 'tickets').map((input) => {
      const date = Date.parse(text(input, 'redemptionDate') ?? '')
      return { ticketId: text(input, 'ticketId') ?? '', at: Number.isNaN(date) ? now : date }
    })
    if (wanted.length > MAX_TICKETS) throw invalid({ name: 'tickets', message: `tickets must have at most ${MAX_TICKETS} entries` })
    const error = (message: string, ticketId: string): Problem => ({ name: 'InvalidRedemption', message, ticketId })
    const repeated = wanted.filter(({ ticketId }, index) => wanted.findIndex((other) => other.ticketId === ticketId) !== index)
    if (repeated.length > 0) throw conflict(...repeated.map(({ ticketId }) => error('Ticket IDs must be unique per request', ticketId)))
    const found = wanted.map((entry) => ({ ...entry, found: findTicket(venue, entry.ticketId) }))
    const errors = found.flatMap((entry) => {
      const message = objection(venue, entry.found, entry.at)
      return message === undefined ? [] : [error(message, entry.ticketId)]
    })
    if (errors.length > 0) throw conflict(...errors)
    for (const { found: match, at } of found) {
      if (match === undefined) continue
      const { booking, ticket } = match
      ticket.redeemedAt.push(at)
      booking.modifiedAt = now
      world.emit(venue, 'Redemption', 'Created', {
        redemptions: [{
          redemptionDate: new Date(at).toISOString(),
          ticketId: ticket.ticketId,
          quantityRedeemed: ticket.redeemedAt.length,
          customerId: ticket.customerId ?? booking.customerId
        }],
        booking
      })
    }
    return { status: 200 }
  }
}
