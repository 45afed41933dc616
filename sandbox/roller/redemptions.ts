/** Redeeming tickets: all of a request or none. */
import { demand, invalid, list, rejectWith, text } from './input.ts'
import { soldAs } from './products.ts'
import { localDate } from './time.ts'
import type { Routes } from './contract.ts'
import type { Booking, BookingItem, Product, Ticket, VenueState } from './types.ts'

/** ROLLER: at most 10 tickets in one call. */
const MAX_TICKETS = 10

/** Types of products whose tickets are redeemed. */
export const ticketTypes: readonly Product['type'][] = ['pass', 'sessionpass', 'recurringpass', 'membership']

interface Held { booking: Booking, item: BookingItem, ticket: Ticket }

function findTicket (venue: VenueState, id: string): Held | undefined {
  for (const booking of venue.bookings.values()) {
    if (booking.state === 'Deleted' || booking.state === 'Draft') continue
    for (const item of booking.items) {
      const ticket = item.tickets.find((candidate) => candidate.ticketId === id || candidate.customTicketId === id)
      if (ticket !== undefined) return { booking, item, ticket }
    }
  }
  return undefined
}

/** Why the ticket cannot be redeemed at that instant, in ROLLER's documented wording. */
function rejectionReason (venue: VenueState, { booking, item, ticket }: Held, at: number): string | undefined {
  if (booking.state === 'Cancelled') return 'Booking Cancelled'
  const { product } = soldAs(venue, item)
  if (!ticketTypes.includes(product.type)) return 'Product type not accepted'
  const date = localDate(at, venue.profile.zone)
  if (date < item.bookingDate || date > item.bookingEndDate) return 'Ticket is not valid for this date'
  return ticket.redeemedAt.length >= (product.uses ?? 1) ? 'Ticket usage exhausted' : undefined
}

export const redemptionRoutes: Routes = {
  'POST /redemptions': ({ venue, body, now, emit }) => {
    demand(body, 'tickets', 'tickets[].ticketId')
    const wanted = list(body, 'tickets').map((input) => {
      const [ticketId = '', date] = [text(input, 'ticketId'), Date.parse(text(input, 'redemptionDate') ?? '')]
      return { ticketId, at: Number.isNaN(date) ? now : date, held: findTicket(venue, ticketId) }
    })
    if (wanted.length > MAX_TICKETS) throw invalid('tickets', `tickets must have at most ${MAX_TICKETS} entries`)
    const problem = (message: string, ticketId: string) => ({ name: 'InvalidRedemption', message, ticketId })
    const repeated = wanted.filter(({ ticketId }, index) => wanted.findIndex((other) => other.ticketId === ticketId) !== index)
    rejectWith(409, repeated.map(({ ticketId }) => problem('Ticket IDs must be unique per request', ticketId)))
    rejectWith(409, wanted.flatMap(({ ticketId, held, at }) => {
      const message = held === undefined ? 'Ticket does not exist' : rejectionReason(venue, held, at)
      return message === undefined ? [] : [problem(message, ticketId)]
    }))
    for (const { held, at } of wanted) {
      if (held === undefined) continue
      const { booking, ticket: { ticketId, redeemedAt, customerId = booking.customerId } } = held
      redeemedAt.push(at)
      booking.modifiedAt = now
      const redemption = { redemptionDate: new Date(at).toISOString(), ticketId, quantityRedeemed: redeemedAt.length, customerId }
      emit('Redemption', 'Created', { redemptions: [redemption], booking })
    }
  }
}
