/** Costs before a booking, draft bookings, and their publication. */
import { claim, HOLD_MS } from './capacity.ts'
import { amounts } from './booking-view.ts'
import { assemble, bookingDemands, settleGiftCards } from './bookings.ts'
import { conflict, demand, text } from './input.ts'
import { readItems } from './items.ts'
import { priceOf, publishedCosts } from './pricing.ts'
import type { Routes } from './contract.ts'

/** Looks like a JSON Web Token and is none: nothing in a simulator can take money. */
const paymentJwt = (uniqueId: string): string =>
  [
    { alg: 'none', typ: 'JWT' },
    { sub: uniqueId, sandbox: true }
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.sandbox'

export const draftRoutes: Routes = {
  'POST /bookings/draft/costs': ({ venue, body, now }) => {
    demand(body, ...bookingDemands)
    const items = readItems(venue, body)
    const hold = text(body, 'capacityReservationId')
    claim(venue, items, now, hold === undefined ? [] : [hold])
    const costs = priceOf(venue, items, body, now)
    const { subTotal, subTotalTax, feeTax, fees } = costs
    return {
      status: 200,
      body: {
        bookingCosts: { subTotal, subTotalTax, feeTax, fees, ...publishedCosts(costs) },
        discounts: costs.codes.map(({ code, discount }) => ({ code, discount })),
        discounteditems: items.flatMap((_, index) => {
          const discount = costs.itemDiscounts[index] ?? 0
          return discount === 0 ? [] : [{ itemNumber: venue.random.uuid(), discount }]
        }),
        giftCards: costs.giftCards,
        giftCardErrors: costs.giftCardErrors
      }
    }
  },

  'POST /bookings/draft': (call) => {
    const { venue, now } = call
    const { booking, costs } = assemble(call, 'Draft')
    // A draft holds its capacity as long as a reservation does.
    booking.expiresAt = now + HOLD_MS
    settleGiftCards(venue, booking, costs, now)
    venue.bookings.set(booking.uniqueId, booking)
    return {
      status: 200,
      body: {
        uniqueId: booking.uniqueId,
        capacityReservationId: venue.random.uuid(),
        costs: publishedCosts(costs),
        discounts: costs.codes.map(({ code, discount }) => ({ code, discount })),
        giftCards: costs.giftCards,
        paymentJwt: paymentJwt(booking.uniqueId)
      }
    }
  },

  'POST /bookings/draft/publish': ({ venue, world, body, now }) => {
    demand(body, { at: '', names: ['uniqueId'] })
    const booking = venue.bookings.get(text(body, 'uniqueId') ?? '')
    if (booking === undefined || booking.state !== 'Draft') throw conflict({ name: 'Draft', message: 'Draft not found' })
    if (amounts(venue, booking).remainder > 0) throw conflict({ name: 'Payment', message: 'Draft requires payment' })
    // A draft that has run out may have lost its places to somebody else meanwhile.
    claim(venue, booking.items.map((item) => ({ ...item, price: item.cost })), now, [booking.uniqueId])
    booking.state = 'Active'
    delete booking.expiresAt
    booking.modifiedAt = now
    world.emit(venue, 'Booking', 'Created', { booking })
    return { status: 200, body: { bookingReference: booking.reference, uniqueId: booking.uniqueId } }
  }
}
