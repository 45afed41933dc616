/** Bookings: make, find, change, cancel, delete. */
import { claim } from './capacity.ts'
import { search } from './booking-search.ts'
import { basicDetail, detail, statusOf } from './booking-view.ts'
import { pay, readPayment, refundAll } from './payments.ts'
import { upsertGuest } from './guests.ts'
import { addDays, clockTime, instant, minutes } from './time.ts'
import { conflict, demand, flag, forbidden, list, money, notFound, number, object, present, text, type Input } from './input.ts'
import { itemNames, readItems, type WantedItem } from './items.ts'
import { findVariation } from './products.ts'
import { priceOf, type Costs } from './pricing.ts'
import type { Call, Routes } from './contract.ts'
import type { Booking, BookingItem, VenueState } from './types.ts'

const HOUR = 3_600_000

export const bookingDemands = [
  { at: '', names: ['externalId', 'customer', 'items'] },
  { at: 'customer', names: ['firstName', 'lastName', 'email', 'phone'] },
  { at: 'items', names: itemNames, each: true }
] as const

/** ROLLER: the booking reference may stand in for the unique id. */
export function findBooking (venue: VenueState, id: string | undefined): Booking {
  const booking = venue.bookings.get(id ?? '') ?? [...venue.bookings.values()].find((candidate) => candidate.reference === id)
  if (booking === undefined || booking.state === 'Deleted') throw notFound(`Booking '${id ?? ''}' not found`)
  return booking
}

export function makeItem (venue: VenueState, reference: string, wanted: WantedItem, discount: number, now: number): BookingItem {
  const found = findVariation(venue, wanted.productId)
  const { product } = found ?? {}
  const count = product?.type === 'addon' ? 0 : wanted.quantity * (found?.variation.groupSize ?? 1)
  return {
    bookingItemId: venue.next('item'),
    productId: wanted.productId,
    quantity: wanted.quantity,
    bookingDate: wanted.bookingDate,
    bookingEndDate: product?.validDays === undefined ? wanted.bookingDate : addDays(wanted.bookingDate, product.validDays),
    ...(wanted.startTime === undefined || product?.sessions === undefined
      ? {}
      : { startTime: wanted.startTime, endTime: clockTime(minutes(wanted.startTime) + (product.durationMinutes ?? 60)) }),
    cost: wanted.price,
    discount,
    createdAt: now,
    tickets: Array.from({ length: count }, (_, index) => ({
      ticketId: `${reference}-${venue.next('ticket')}`,
      redeemedAt: [],
      ...present({ customTicketId: wanted.tickets[index]?.id, name: wanted.tickets[index]?.name })
    }))
  }
}

/** Takes what is sold out of the stock on hand, where it is counted. */
function takeStock (venue: VenueState, items: readonly WantedItem[]): void {
  for (const item of items) {
    const variation = findVariation(venue, item.productId)?.variation
    if (typeof variation?.stock !== 'number') continue
    if (variation.stock < item.quantity) {
      throw conflict({ name: 'OutOfStock', message: `Only ${variation.stock} of ${variation.name} left` })
    }
  }
  for (const item of items) {
    const variation = findVariation(venue, item.productId)?.variation
    if (typeof variation?.stock === 'number') variation.stock -= item.quantity
  }
}

/** Makes a booking out of a request, with its capacity claimed; the caller stores it and settles the money. */
export function assemble (call: Call, state: 'Active' | 'Draft'): { booking: Booking, costs: Costs } {
  const { venue, body, now, world } = call
  demand(body, ...bookingDemands)
  const externalId = text(body, 'externalId') ?? ''
  if ([...venue.bookings.values()].some((known) => known.externalId === externalId && known.state === 'Active')) {
    throw conflict({ name: 'ExternalId', message: `The booking ${externalId} already exists` })
  }
  const items = readItems(venue, body)
  const hold = text(body, 'capacityReservationId')
  // A reservation that has run out is no error: the capacity is then simply claimed again, if there is any left.
  claim(venue, items, now, hold === undefined ? [] : [hold])
  takeStock(venue, items)
  const costs = priceOf(venue, items, body, now)
  const customer = object(body, 'customer')
  const guest = upsertGuest(venue, world, customer, now)
  const reference = String(venue.next('booking'))
  const hours = number(body, 'automaticCancelHours')
  const booking: Booking = {
    uniqueId: venue.random.uuid(),
    reference,
    externalId,
    channel: 'Api',
    state,
    name: text(body, 'name') ?? `${guest.firstName} ${guest.lastName}`,
    customerId: guest.customerId,
    ...present({ companyId: number(body, 'companyId'), comments: text(body, 'comments'), posNotes: text(body, 'posNotes') }),
    metadata: readMetadata(body),
    items: items.map((item, index) => makeItem(venue, reference, item, costs.itemDiscounts[index] ?? 0, now)),
    payments: [],
    links: [],
    discount: costs.discount,
    discountIds: costs.discountIds,
    discountCodes: costs.codes.filter((code) => code.validationMessage === undefined).map((code) => code.code),
    fees: costs.fees,
    tax: costs.subTotalTax,
    createdAt: now,
    modifiedAt: now,
    ...(hours === undefined || hours <= 0 ? {} : { expiresAt: now + hours * HOUR })
  }
  if (hold !== undefined) venue.holds.delete(hold)
  return { booking, costs }
}

function readMetadata (body: Input): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object(body, 'metadata')).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  )
}

/** Takes the deductions that were worked out off the gift cards, as payments. */
export function settleGiftCards (venue: VenueState, booking: Booking, costs: Costs, now: number): void {
  for (const { giftCardNumber, amountDeducted } of costs.giftCards) {
    if (amountDeducted > 0) pay(venue, booking, { id: giftCardNumber, method: 'Giftcard', amount: amountDeducted, giftCardNumber, at: now })
  }
}

function isPast (venue: VenueState, booking: Booking, now: number): boolean {
  return booking.items.every((item) => instant(item.bookingDate, item.startTime ?? '23:59', venue.profile.zone) <= now)
}

export const bookingRoutes: Routes = {
  'POST /bookings': (call) => {
    const { venue, world, body, now } = call
    demand(body, ...bookingDemands, { at: 'payments', names: ['id', 'paymentType', 'amount'], each: true })
    const payments = list(body, 'payments').map((input) => readPayment(input, now))
    const { booking, costs } = assemble(call, 'Active')
    for (const payment of payments) pay(venue, booking, payment)
    settleGiftCards(venue, booking, costs, now)
    venue.bookings.set(booking.uniqueId, booking)
    world.emit(venue, 'Booking', 'Created', { booking })
    return { status: 201, body: { bookingReference: booking.reference, uniqueId: booking.uniqueId } }
  },

  'GET /bookings': ({ venue, query, now }) => (
    { status: 200, body: { bookings: search(venue, query, now).map((booking) => basicDetail(venue, booking)) } }
  ),

  'GET /bookings/{uniqueId}': ({ venue, params }) => ({ status: 200, body: detail(venue, findBooking(venue, params['uniqueId'])) }),

  'PUT /bookings/{uniqueId}': ({ venue, world, params, body, now }) => {
    const booking = findBooking(venue, params['uniqueId'])
    if (booking.state !== 'Active') {
      throw conflict({ name: 'Booking', message: `Booking '${booking.uniqueId}' is ${booking.state.toLowerCase()}` })
    }
    demand(body, { at: 'newItems', names: itemNames, each: true }, { at: 'itemsToUpdate', names: ['bookingItemId'], each: true })
    change(venue, booking, body, now)
    booking.modifiedAt = now
    world.emit(venue, 'Booking', 'Updated', { booking })
    return { status: 200 }
  },

  'POST /bookings/{uniqueId}/cancel': ({ venue, world, params, body, now }) => {
    const booking = findBooking(venue, params['uniqueId'])
    demand(body, { at: '', names: flag(body, 'issueRefund') === true ? ['issueRefund', 'refundType'] : ['issueRefund'] })
    // ROLLER: only future bookings that came in through the API can be cancelled through it.
    if (booking.channel !== 'Api') throw forbidden("You can only cancel bookings you've made via the API")
    if (booking.state !== 'Active' || isPast(venue, booking, now)) throw forbidden('You can only cancel future bookings')
    if (flag(body, 'issueRefund') === true) {
      refundAll(venue, booking, text(body, 'refundType') ?? 'Other', text(body, 'refundTransactionId'), now)
    }
    booking.state = 'Cancelled'
    booking.modifiedAt = now
    world.emit(venue, 'Booking', 'Cancelled', { booking })
    return { status: 200 }
  },

  'DELETE /bookings/{uniqueId}': ({ venue, params, now }) => {
    const booking = findBooking(venue, params['uniqueId'])
    if (booking.channel !== 'Api') throw forbidden("You can only delete bookings you've made via the API")
    if (statusOf(venue, booking) === 'Cancelled') throw forbidden('Cancelled bookings cannot be deleted')
    if (isPast(venue, booking, now)) throw forbidden('You can only delete future bookings')
    booking.state = 'Deleted'
    booking.modifiedAt = now
    return { status: 200 }
  }
}

function change (venue: VenueState, booking: Booking, body: Input, now: number): void {
  const wanted = readItems(venue, body, 'newItems')
  const value = body['idsToRemove']
  const gone = new Set(Array.isArray(value) ? value.map(Number) : [])
  const kept = booking.items.filter((item) => !gone.has(item.bookingItemId))
  const asWanted = kept.map((item): WantedItem => ({ ...item, price: item.cost }))
  claim(venue, [...asWanted, ...wanted], now, [booking.uniqueId])
  takeStock(venue, wanted)
  for (const input of list(body, 'itemsToUpdate')) {
    const item = kept.find((candidate) => candidate.bookingItemId === number(input, 'bookingItemId'))
    if (item === undefined) {
      throw conflict({ name: 'BookingItem', message: `Booking item '${text(input, 'bookingItemId') ?? ''}' not found` })
    }
    item.bookingEndDate = text(input, 'bookingEndDate') ?? item.bookingEndDate
    for (const entry of list(input, 'tickets')) {
      const ticket = item.tickets.find((candidate) => candidate.ticketId === text(entry, 'ticketId'))
      if (ticket !== undefined) Object.assign(ticket, present({ customTicketId: text(entry, 'customTicketId'), name: text(entry, 'name') }))
    }
  }
  const before = kept.reduce((sum, item) => sum + item.discount, 0)
  booking.items = [...kept, ...wanted.map((item) => makeItem(venue, booking.reference, item, 0, now))]
  booking.discount = money(before)
  const net = booking.items.reduce((sum, item) => sum + item.cost * item.quantity, 0) - booking.discount
  const rate = venue.profile.taxPercent / 100
  booking.tax = money(venue.profile.pricesIncludeTax ? net - net / (1 + rate) : net * rate)
  booking.name = text(body, 'name') ?? booking.name
  Object.assign(booking, present({ comments: text(body, 'comments') }))
  // ROLLER: null takes a metadata key away.
  for (const [key, entry] of Object.entries(object(body, 'metadata'))) {
    if (typeof entry === 'string') booking.metadata[key] = entry
    else delete booking.metadata[key]
  }
}
