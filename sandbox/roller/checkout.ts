/** Creates a booking from a request. */
import { makeBooking, makeItem } from './booking.ts'
import { claim } from './capacity.ts'
import { upsertGuest } from './guests.ts'
import { conflict, demand, number, object, rejectWith, text, textsOf, type Input } from './input.ts'
import { itemDemands, readItems, type WantedItem } from './items.ts'
import { pay, type NewPayment } from './ledger.ts'
import { priceOf, type Costs } from './pricing.ts'
import { soldAs } from './products.ts'
import { pick, present } from './record.ts'
import type { Call } from './contract.ts'
import type { Booking, VenueState } from './types.ts'

const HOUR = 3_600_000

export const personDemands = (name: string): string[] =>
  [name, ...['firstName', 'lastName', 'email', 'phone'].map((property) => `${name}.${property}`)]

export const bookingDemands = ['externalId', ...personDemands('customer'), 'items', ...itemDemands('items')]

/** Subtracts sold items from the stock on hand, where it is counted. */
export function takeStock (venue: VenueState, items: readonly WantedItem[]): void {
  const counted = items.flatMap((item) => {
    const { variation } = soldAs(venue, item)
    return typeof variation.stock === 'number' ? [{ variation, left: variation.stock - item.quantity }] : []
  })
  const short = counted.find(({ left }) => left < 0)
  if (short !== undefined) throw conflict('OutOfStock', `Only ${short.variation.stock} of ${short.variation.name} left`)
  for (const { variation, left } of counted) variation.stock = left
}

/** ROLLER: a new booking cannot have a custom ticket id that is in use; an update can. */
function checkTicketIds (venue: VenueState, items: readonly WantedItem[]): void {
  const known = [...venue.bookings.values()].filter(({ state }) => state !== 'Deleted')
    .flatMap((booking) => booking.items.flatMap((item) => item.tickets.map((ticket) => ticket.customTicketId)))
  const ids = items.flatMap(({ tickets }) => tickets.flatMap(({ id }) => id ?? []))
  const taken = ids.filter((id, index) => known.includes(id) || ids.indexOf(id) !== index)
  rejectWith(409, taken.map((id) => ({ name: 'CustomTicketId', message: `The ticket id ${id} already exists` })))
}

export const readMetadata = (body: Input): [string, unknown][] => Object.entries(object(body, 'metadata'))

interface Terms { state?: 'Draft', payments?: readonly NewPayment[] }

/** Creates and stores a booking, claims its capacity and records its payments. */
export function checkOut (call: Call, { state, payments = [] }: Terms = {}): { booking: Booking, costs: Costs } {
  const { venue, body, now } = call
  demand(body, ...bookingDemands)
  const externalId = text(body, 'externalId') ?? ''
  if ([...venue.bookings.values()].some((known) => known.externalId === externalId && known.state === 'Active')) {
    throw conflict('ExternalId', `The booking ${externalId} already exists`)
  }
  const items = readItems(venue, body)
  checkTicketIds(venue, items)
  const hold = text(body, 'capacityReservationId')
  // An expired reservation is not an error: the capacity is claimed again if there is any left.
  claim(venue, items, now, hold)
  takeStock(venue, items)
  const costs = priceOf(venue, items, body, now)
  const guest = upsertGuest(call, object(body, 'customer'))
  const reference = String(venue.next('booking'))
  const hours = number(body, 'automaticCancelHours') ?? 0
  const booking = makeBooking({
    uniqueId: venue.random.uuid(),
    reference,
    externalId,
    channel: 'Api',
    ...present({ state }),
    name: text(body, 'name') ?? `${guest.firstName} ${guest.lastName}`,
    customerId: guest.customerId,
    ...present({ companyId: number(body, 'companyId'), expiresAt: hours > 0 ? now + hours * HOUR : undefined }),
    ...textsOf(body, 'comments', 'posNotes'),
    metadata: Object.fromEntries(readMetadata(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
    items: items.map((item, index) => makeItem(venue, reference, item, costs.itemDiscounts[index] ?? 0, now)),
    ...pick(costs, 'discount', 'discountIds', 'fees'),
    discountCodes: costs.codes.filter((code) => code.validationMessage === undefined).map((code) => code.code),
    tax: costs.subTotalTax,
    createdAt: now
  })
  if (hold !== undefined) venue.holds.delete(hold)
  for (const payment of payments) pay(venue, booking, payment)
  for (const { giftCardNumber, amountDeducted: amount } of costs.giftCards) {
    if (amount > 0) pay(venue, booking, { id: giftCardNumber, method: 'Giftcard', amount, giftCardNumber, at: now })
  }
  venue.bookings.set(booking.uniqueId, booking)
  return { booking, costs }
}
