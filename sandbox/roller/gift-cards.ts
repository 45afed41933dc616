/** Gift cards: issued in one request, used by number. */
import { makeBooking, makeItem } from './booking.ts'
import { personDemands } from './checkout.ts'
import { upsertGuest } from './guests.ts'
import { conflict, demand, flag, invalid, list, number, object, rejectWith, text, type Input, type Problem } from './input.ts'
import { pay } from './ledger.ts'
import { findVariation } from './products.ts'
import { sum } from './record.ts'
import { localDate } from './time.ts'
import type { Call, Routes } from './contract.ts'
import type { Variation, VenueState } from './types.ts'

export const VALID_MS = 3 * 365 * 86_400_000
const MAX_CARDS = 100

/** Errors of one card of the request, checked before any is created. */
function problems (card: Input, index: number, { openValue }: Variation, emails: boolean, now: number): Problem[] {
  const value = number(card, 'value')
  const length = text(card, 'giftCardNumber')?.length ?? 6
  const recipient = object(card, 'recipient')
  const complete = text(recipient, 'name') !== undefined && text(recipient, 'email') !== undefined
  const wrong: [boolean, string, string][] = [
    [openValue !== undefined && (value === undefined || value <= 0), 'value', 'must be greater than zero'],
    [openValue === undefined && value !== undefined, 'value', 'is fixed for this product'],
    [length < 6 || length > 128, 'giftCardNumber', 'must have 6 to 128 characters'],
    [(emails || Object.keys(recipient).length > 0) && !complete, 'recipient', 'needs a name and an email'],
    [Date.parse(text(recipient, 'deliveryDateTime') ?? '') <= now, 'recipient.deliveryDateTime', 'must be in the future']
  ]
  return wrong.filter(([is]) => is).map(([, field, message]) => (
    { name: `giftCards[${index}].${field}`, message: `giftCards[${index}].${field} ${message}` }))
}

interface Order { externalId: string, productId: number, variation: Variation, cards: Input[] }

function readOrder ({ venue, body, now }: Call): Order {
  demand(body, 'externalId', 'productId', ...personDemands('bookingOwner'), 'giftCards')
  const externalId = text(body, 'externalId') ?? ''
  // ROLLER: the external id is the idempotency key; a repeated request is rejected, not answered with the first result.
  if (venue.giftCardOrders.has(externalId)) throw conflict('ExternalId', `The booking ${externalId} already exists`)
  const productId = number(body, 'productId') ?? 0
  const sold = findVariation(venue, productId)
  if (sold?.product.type !== 'giftcard') throw conflict('ProductId', `Product ${productId} is not a gift card product`)
  const cards = list(body, 'giftCards')
  if (cards.length === 0 || cards.length > MAX_CARDS) throw invalid('giftCards', `giftCards must have 1 to ${MAX_CARDS} entries`)
  const emails = flag(body, 'sendGiftCardEmails') === true
  rejectWith(400, cards.flatMap((card, index) => problems(card, index, sold.variation, emails, now)))
  const chosen = cards.flatMap((card) => text(card, 'giftCardNumber') ?? [])
  const taken = chosen.filter((value, index) => venue.giftCards.has(value) || chosen.indexOf(value) !== index)
  rejectWith(409, taken.map((value) => ({ name: 'GiftCardNumber', message: `Gift card number ${value} already exists` })))
  return { externalId, productId, variation: sold.variation, cards }
}

function newNumber (venue: VenueState): string {
  const giftCardNumber = String(venue.random.int(2_000_000_000, 2_999_999_999))
  return venue.giftCards.has(giftCardNumber) ? newNumber(venue) : giftCardNumber
}

export const giftCardRoutes: Routes = {
  'POST /giftcards': (call) => {
    const { venue, body, now, emit } = call
    const { externalId, productId, variation, cards } = readOrder(call)
    const { customerId, firstName, lastName } = upsertGuest(call, object(body, 'bookingOwner'))
    const reference = String(venue.next('booking'))
    const bookingDate = localDate(now, venue.profile.zone)
    const values = cards.map((card) => number(card, 'value') ?? variation.price)
    const items = values.map((price) => makeItem(venue, reference, { productId, quantity: 1, bookingDate, price, tickets: [] }, 0, now))
    const name = `${firstName} ${lastName}`
    const booking = makeBooking({
      uniqueId: venue.random.uuid(), reference, externalId, channel: 'Api', name, customerId, items, createdAt: now
    })
    // The reseller has collected the money already.
    pay(venue, booking, { id: `giftcards-${externalId}`, method: 'Other', amount: sum(values), at: now })
    venue.giftCardOrders.add(externalId)
    venue.bookings.set(booking.uniqueId, booking)
    const giftCardNumbers = cards.map((card, index) => {
      const giftCardNumber = text(card, 'giftCardNumber') ?? newNumber(venue)
      const value = { balance: values[index] ?? 0, initialValue: values[index] ?? 0 }
      const times = { createdAt: now, modifiedAt: now, expiresAt: now + VALID_MS }
      venue.giftCards.set(giftCardNumber, { giftCardNumber, productId, bookingReference: reference, ...value, ...times })
      return giftCardNumber
    })
    emit('Booking', 'Created', { booking })
    return { giftCardNumbers }
  },

  'POST /giftcards/balance': ({ venue, body }) => {
    const giftCardNumber = text(body, 'giftCardNumber') ?? ''
    // Here ROLLER returns 409 even for a missing record.
    if (giftCardNumber === '') throw conflict('GiftCardNumber', 'Gift card number is required')
    const card = venue.giftCards.get(giftCardNumber)
    if (card === undefined) throw conflict('GiftCardNumber', `Could not find giftcard for number ${giftCardNumber}`)
    const { balance, initialValue, expiresAt } = card
    // Without an offset, as in ROLLER's documents: venue-local time.
    return { giftCardNumber, balance, initialValue, expiryDate: `${localDate(expiresAt, venue.profile.zone)}T00:00:00` }
  }
}
