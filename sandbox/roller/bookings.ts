/** Bookings: create, find, change, cancel, delete. */
import { amounts, findBooking, makeItem, subTotalOf } from './booking.ts'
import { search } from './booking-search.ts'
import { basicDetail, detail } from './booking-view.ts'
import { claim } from './capacity.ts'
import { checkOut, readMetadata, takeStock } from './checkout.ts'
import { Created, type Call, type Routes } from './contract.ts'
import { conflict, demand, flag, forbidden, list, number, text, textsOf, type Input } from './input.ts'
import { itemDemands, readItems } from './items.ts'
import { pay, readPayment } from './ledger.ts'
import { sum } from './record.ts'
import { instant } from './time.ts'
import { taxOf } from './venue.ts'
import type { Booking, BookingItem } from './types.ts'

/** ROLLER: the API can cancel or delete only future bookings that were created through it. */
function withdrawable ({ venue, now, param }: Call, verb: 'cancel' | 'delete'): Booking {
  const booking = findBooking(venue, param('uniqueId'))
  if (booking.channel !== 'Api') throw forbidden(`You can only ${verb} bookings you've made via the API`)
  const isPast = booking.items.every((item) => instant(item.bookingDate, item.startTime ?? '23:59', venue.profile.zone) <= now)
  if (booking.state === 'Cancelled' || isPast) throw forbidden(`You can only ${verb} future bookings`)
  return booking
}

function update (items: readonly BookingItem[], body: Input): void {
  for (const input of list(body, 'itemsToUpdate')) {
    const item = items.find(({ bookingItemId }) => bookingItemId === number(input, 'bookingItemId'))
    if (item === undefined) throw conflict('BookingItem', `Booking item '${text(input, 'bookingItemId') ?? ''}' not found`)
    Object.assign(item, textsOf(input, 'bookingEndDate'))
    for (const entry of list(input, 'tickets')) {
      const ticket = item.tickets.find(({ ticketId }) => ticketId === text(entry, 'ticketId'))
      if (ticket === undefined) continue
      Object.assign(ticket, textsOf(entry, 'customTicketId', 'name'))
      // ROLLER: an empty text removes what is there.
      if (ticket.customTicketId === '') delete ticket.customTicketId
      if (ticket.name === '') delete ticket.name
    }
  }
}

function change (booking: Booking, call: Call): void {
  const { venue, body, now } = call
  const wanted = readItems(venue, body, 'newItems')
  const gone = Array.isArray(body['idsToRemove']) ? body['idsToRemove'].map(Number) : []
  const kept = booking.items.filter((item) => !gone.includes(item.bookingItemId))
  claim(venue, [...kept, ...wanted], now, booking.uniqueId)
  takeStock(venue, wanted)
  update(kept, body)
  booking.items = [...kept, ...wanted.map((item) => makeItem(venue, booking.reference, item, 0, now))]
  booking.discount = sum(kept.map((item) => item.discount))
  booking.tax = taxOf(venue, subTotalOf(booking.items) - booking.discount)
  Object.assign(booking, textsOf(body, 'name', 'comments'))
  // ROLLER: null deletes a metadata key.
  for (const [key, entry] of readMetadata(body)) {
    if (typeof entry === 'string') booking.metadata[key] = entry
    else delete booking.metadata[key]
  }
}

export const bookingRoutes: Routes = {
  'POST /bookings': (call) => {
    const { body, emit, now } = call
    const { booking } = checkOut(call, { payments: list(body, 'payments').map((input) => readPayment(input, now)) })
    emit('Booking', 'Created', { booking })
    return new Created({ bookingReference: booking.reference, uniqueId: booking.uniqueId })
  },

  'GET /bookings': (call) => ({ bookings: search(call).map((booking) => basicDetail(call.venue, booking)) }),

  'GET /bookings/{uniqueId}': ({ venue, param }) => detail(venue, findBooking(venue, param('uniqueId'))),

  'PUT /bookings/{uniqueId}': (call) => {
    const { venue, body, param, now, emit } = call
    const booking = findBooking(venue, param('uniqueId'))
    if (booking.state !== 'Active') throw conflict('Booking', `Booking '${booking.uniqueId}' is ${booking.state.toLowerCase()}`)
    demand(body, ...itemDemands('newItems'), 'itemsToUpdate[].bookingItemId')
    change(booking, call)
    booking.modifiedAt = now
    emit('Booking', 'Updated', { booking })
  },

  'POST /bookings/{uniqueId}/cancel': (call) => {
    const { venue, body, now, emit } = call
    const refund = flag(body, 'issueRefund') === true
    demand(body, 'issueRefund', ...(refund ? ['refundType'] : []))
    const booking = withdrawable(call, 'cancel')
    const { paid } = amounts(venue, booking)
    if (refund && paid > 0) {
      const id = text(body, 'refundTransactionId') ?? `refund-${booking.reference}`
      pay(venue, booking, { id, method: text(body, 'refundType') ?? 'Other', amount: -paid, at: now })
    }
    booking.state = 'Cancelled'
    booking.modifiedAt = now
    emit('Booking', 'Cancelled', { booking })
  },

  'DELETE /bookings/{uniqueId}': (call) => {
    Object.assign(withdrawable(call, 'delete'), { state: 'Deleted', modifiedAt: call.now })
  }
}
