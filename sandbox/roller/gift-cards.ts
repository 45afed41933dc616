/** Gift cards: issued in one request, used by number. */
import { conflict, demand, flag, invalid, list, number, object, text, type Input, type Problem } from './input.ts'
import { findVariation } from './products.ts'
import { makeItem } from './bookings.ts'
import { pay } from './payments.ts'
import { upsertGuest } from './guests.ts'
import { localDate } from './time.ts'
import type { Routes } from './contract.ts'
import type { Booking, Variation, VenueState } from './types.ts'

const VALID_MS = 3 * 365 * 86_400_000
const MAX_CARDS = 100

/** What is wrong with one card of the request, before any is made. */
function problems (card: Input, index: number, variation: Variation, emails: boolean): Problem[] {
  const found: Problem[] = []
  const value = number(card, 'value')
  const name = `giftCards[${index}]`
  if (variation.openValue !== undefined && (value === undefined || value <= 0)) {
    found.push({ name: `${name}.value`, message: `${name}.value must be greater than zero` })
  }
  if (variation.openValue === undefined && value !== undefined) {
    found.push({ name: `${name}.value`, message: `${name}.value is fixed for this product` })
  }
  const length = text(card, 'giftCardNumber')?.length
  if (length !== undefined && (length < 6 || length > 128)) {
    found.push({ name: `${name}.giftCardNumber`, message: `${name}.giftCardNumber must have 6 to 128 characters` })
  }
  const recipient = object(card, 'recipient')
  const complete = text(recipient, 'name') !== undefined && text(recipient, 'email') !== undefined
  if ((emails || Object.keys(recipient).length > 0) && !complete) {
    found.push({ name: `${name}.recipient`, message: `${name}.recipient needs a name and an email` })
  }
  return found
}

function numberOf (venue: VenueState, card: Input): string {
  let chosen = text(card, 'giftCardNumber')
  while (chosen === undefined || (text(card, 'giftCardNumber') === undefined && venue.giftCards.has(chosen))) {
    chosen = String(venue.random.int(2_000_000_000, 2_999_999_999))
  }
  return chosen
}

export const giftCardRoutes: Routes = {
  'POST /giftcards': ({ venue, world, body, now }) => {
    demand(
      body,
      { at: '', names: ['externalId', 'productId', 'bookingOwner', 'giftCards'] },
      { at: 'bookingOwner', names: ['firstName', 'lastName', 'email', 'phone'] }
    )
    const externalId = text(body, 'externalId') ?? ''
    // ROLLER: the external id is the idempotency key, so a repeated request is refused and not answered again.
    if (venue.giftCardOrders.has(externalId)) throw conflict({ name: 'ExternalId', message: `The booking ${externalId} already exists` })
    const productId = number(body, 'productId') ?? 0
    const found = findVariation(venue, productId)
    if (found?.product.type !== 'giftcard') {
      throw conflict({ name: 'ProductId', message: `Product ${productId} is not a gift card product` })
    }
    const { variation } = found
    const cards = list(body, 'giftCards')
    if (cards.length === 0 || cards.length > MAX_CARDS) {
      throw invalid({ name: 'giftCards', message: `giftCards must have 1 to ${MAX_CARDS} entries` })
    }
    const wrong = cards.flatMap((card, index) => problems(card, index, variation, flag(body, 'sendGiftCardEmails') === true))
    if (wrong.length > 0) throw invalid(...wrong)
    const chosen = cards.flatMap((card) => text(card, 'giftCardNumber') ?? [])
    const taken = chosen.filter((value, index) => venue.giftCards.has(value) || chosen.indexOf(value) !== index)
    if (taken.length > 0) {
      throw conflict(...taken.map((value) => ({ name: 'GiftCardNumber', message: `Gift card number ${value} already exists` })))
    }

    const guest = upsertGuest(venue, world, object(body, 'bookingOwner'), now)
    const reference = String(venue.next('booking'))
    const today = localDate(now, venue.profile.zone)
    const values = cards.map((card) => number(card, 'value') ?? variation.price)
    const booking: Booking = {
      uniqueId: venue.random.uuid(),
      reference,
      externalId,
      channel: 'Api',
      state: 'Active',
      name: `${guest.firstName} ${guest.lastName}`,
      customerId: guest.customerId,
      metadata: {},
      items: values.map((price) => makeItem(venue, reference, { productId, quantity: 1, bookingDate: today, price, tickets: [] }, 0, now)),
      payments: [],
      links: [],
      discount: 0,
      discountIds: [],
      discountCodes: [],
      fees: 0,
      tax: 0,
      createdAt: now,
      modifiedAt: now
    }
    // The reseller has taken the money already.
    pay(venue, booking, { id: `giftcards-${externalId}`, method: 'Other', amount: values.reduce((sum, value) => sum + value, 0), at: now })
    venue.giftCardOrders.add(externalId)
    venue.bookings.set(booking.uniqueId, booking)
    const giftCardNumbers = cards.map((card, index) => {
      const giftCardNumber = numberOf(venue, card)
      const value = values[index] ?? 0
      venue.giftCards.set(giftCardNumber, {
        giftCardNumber,
        productId,
        bookingReference: reference,
        balance: value,
        initialValue: value,
        createdAt: now,
        modifiedAt: now,
        expiresAt: now + VALID_MS
      })
      return giftCardNumber
    })
    world.emit(venue, 'Booking', 'Created', { booking })
    return { status: 200, body: { giftCardNumbers } }
  },

  'POST /giftcards/balance': ({ venue, body }) => {
    const giftCardNumber = text(body, 'giftCardNumber') ?? ''
    // Here ROLLER answers 409 even for what is missing.
    if (giftCardNumber === '') throw conflict({ name: 'GiftCardNumber', message: 'Gift card number is required' })
    const card = venue.giftCards.get(giftCardNumber)
    if (card === undefined) throw conflict({ name: 'GiftCardNumber', message: `Could not find giftcard for number ${giftCardNumber}` })
    const { balance, initialValue, expiresAt } = card
    // Without an offset, as the documents show it: venue-local time.
    return {
      status: 200,
      body: { giftCardNumber, balance, initialValue, expiryDate: `${localDate(expiresAt, venue.profile.zone)}T00:00:00` }
    }
  }
}
