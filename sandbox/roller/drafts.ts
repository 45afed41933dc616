/** Costs before a booking, draft bookings, and their publication. */
import { amounts } from './booking.ts'
import { claim, HOLD_MS, usageOf } from './capacity.ts'
import { bookingDemands, checkOut } from './checkout.ts'
import { conflict, demand, text } from './input.ts'
import { readItems } from './items.ts'
import { deduct } from './ledger.ts'
import { priceOf, publishedCosts, type Costs } from './pricing.ts'
import { pick } from './record.ts'
import type { Routes } from './contract.ts'

/** Has the shape of a JSON Web Token but is none: a simulator must not take money. */
const paymentJwt = (uniqueId: string): string => [{ alg: 'none', typ: 'JWT' }, { sub: uniqueId, sandbox: true }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.sandbox'

const codesOf = (costs: Costs) => costs.codes.map(({ code, discount }) => ({ code, discount }))

export const draftRoutes: Routes = {
  'POST /bookings/draft/costs': ({ venue, body, now }) => {
    demand(body, ...bookingDemands)
    const items = readItems(venue, body)
    claim(venue, items, now, text(body, 'capacityReservationId'))
    const costs = priceOf(venue, items, body, now)
    return {
      bookingCosts: { ...pick(costs, 'subTotal', 'subTotalTax', 'feeTax', 'fees'), ...publishedCosts(costs) },
      discounts: codesOf(costs),
      discounteditems: costs.itemDiscounts.flatMap((discount) => discount === 0 ? [] : [{ itemNumber: venue.random.uuid(), discount }]),
      ...pick(costs, 'giftCards', 'giftCardErrors')
    }
  },

  'POST /bookings/draft': (call) => {
    const { venue, now } = call
    const { booking, costs } = checkOut(call, { state: 'Draft' })
    const { uniqueId, items } = booking
    const capacityReservationId = venue.random.uuid()
    booking.capacityReservationId = capacityReservationId
    const usages = items.flatMap((item) => usageOf(venue, item))
    venue.holds.set(capacityReservationId, { uniqueId: capacityReservationId, usages, expiresAt: now + HOLD_MS })
    return {
      uniqueId,
      capacityReservationId,
      costs: publishedCosts(costs),
      discounts: codesOf(costs),
      giftCards: costs.giftCards,
      paymentJwt: paymentJwt(uniqueId)
    }
  },

  'POST /bookings/draft/publish': ({ venue, body, now, emit }) => {
    demand(body, 'uniqueId')
    const booking = venue.bookings.get(text(body, 'uniqueId') ?? '')
    if (booking?.state !== 'Draft') throw conflict('Draft', 'Draft not found')
    if (amounts(venue, booking).remainder > 0) throw conflict('Payment', 'Draft requires payment')
    const { items, payments, capacityReservationId = '' } = booking
    // The capacity of an expired draft may be in use by others.
    claim(venue, items, now, capacityReservationId)
    for (const { paymentMethod, transactionId, total } of payments) {
      if (paymentMethod === 'Giftcard') deduct(venue, transactionId, total, now)
    }
    venue.holds.delete(capacityReservationId)
    booking.state = 'Active'
    booking.modifiedAt = now
    emit('Booking', 'Created', { booking })
    return { bookingReference: booking.reference, uniqueId: booking.uniqueId }
  }
}
