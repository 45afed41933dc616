/** Rows of the reports about guests, visits, waivers and memberships. */
import { publishedFlags } from '../guests.ts'
import { hash } from '../random.ts'
import { all, pick, present } from '../record.ts'
import { reported, stamps, ticketsOf, type Rows } from './rows.ts'
import type { VenueState } from '../types.ts'

const DAY = 86_400_000

export const customers: Rows = (venue, stamp) => [...venue.guests.values()].map((guest) => ({
  at: guest.modifiedAt,
  row: {
    customerId: String(guest.customerId),
    ...pick(guest, 'firstName', 'lastName', 'gender', 'acceptMarketing', 'acceptMarketingSms', 'taxIdentificationNumber'),
    email: guest.email ?? '',
    contactNumber: guest.phone ?? '',
    dateOfBirth: guest.dateOfBirth ?? '',
    postcode: guest.address?.postcode ?? '',
    country: guest.address?.country ?? '',
    ...stamps(stamp, guest),
    ...present({ address: guest.address ?? undefined }),
    // Here ROLLER writes the types of flags in lower case.
    flags: publishedFlags(guest).map((flag) => ({ ...flag, type: flag.type.toLowerCase() }))
  }
}))

/** ROLLER: a redeemed ticket is an attendance; add-ons and stock are not. */
export const attendances: Rows = (venue, stamp) => ticketsOf(venue).flatMap(({ booking, item, ticket, product }) =>
  ticket.redeemedAt.map((at) => ({
    at,
    row: {
      ...all(booking.reference, 'receiptNumber', 'bookingReference'),
      checkInDateTime: stamp(at),
      productId: String(item.productId),
      parentProductId: String(product.id),
      productName: product.name,
      bookingItemPartId: ticket.ticketId.split('-')[1] ?? '',
      ...present({ sessionStart: item.startTime, sessionEnd: item.endTime, customerId: ticket.customerId?.toString() }),
      bookingCustomerId: String(booking.customerId),
      locationIds: product.resourceId === undefined ? [] : [String(product.resourceId)]
    }
  })))

export const signedWaivers: Rows = (venue, stamp) => [...venue.waivers.values()].map((waiver) => ({
  at: waiver.createdAt,
  row: {
    signedWaiverId: String(waiver.signedWaiverId),
    ...present({ parentSignedWaiverId: waiver.parentSignedWaiverId?.toString() }),
    waiverId: String(waiver.waiverId),
    customerId: String(waiver.guestId),
    ...pick(waiver, 'firstName', 'lastName', 'dateOfBirth', 'isForMinor'),
    ...(waiver.isForMinor ? {} : pick(waiver, 'email', 'contactNumber')),
    expiryDate: stamp(waiver.expiresAt),
    ...stamps(stamp, waiver),
    isValid: true
  }
}))

export const bookingSignedWaivers: Rows = (venue, stamp) => ticketsOf(venue).flatMap(({ booking, ticket }) => {
  const [{ reference, createdAt }, { ticketId, signedWaiverId }] = [booking, ticket]
  if (signedWaiverId === undefined) return []
  const references = all(reference, 'receiptNumber', 'bookingReference')
  return [{ at: createdAt, row: { signedWaiverId: String(signedWaiverId), ...references, ticketId, ...stamps(stamp, { createdAt }) } }]
})

const memberships = (venue: VenueState) => ticketsOf(venue).filter(({ product }) => product.type === 'membership')
  .map(({ booking: { createdAt: at, reference: bookingReference }, ticket }) => (
    { at, ticket, common: { bookingReference, ticketId: ticket.ticketId } }))

export const membershipRedemptions: Rows = (venue, stamp) => memberships(venue).flatMap(({ ticket, common }) =>
  ticket.redeemedAt.map((at) => ({ at, row: { redemptionDate: stamp(at), ...common } })))

export const membershipStatuses: Rows = (venue, stamp) => memberships(venue).map(({ at, ticket, common }) => ({
  at,
  row: { eventDate: stamp(at), ...common, ...pick(ticket, 'customTicketId'), previousStatus: 'Pending Activation', newStatus: 'Current' }
}))

export const membershipCredits: Rows = (venue, stamp) => memberships(venue).filter(({ ticket }) => hash(ticket.ticketId) % 3 === 0)
  .map(({ at, common }) => ({
    at,
    row: { ...stamps(stamp, { createdAt: at }), creditValue: 10, ...common, status: 'new', comment: 'The foam pit was closed on the day' }
  }))

/** A guest in three answers the survey a day after the visit, and most of them liked it. */
export const surveyResponses: Rows = (venue, stamp) => reported(venue).flatMap((booking) => {
  const luck = hash(booking.uniqueId)
  const visited = booking.items[0]?.tickets[0]?.redeemedAt[0]
  if (visited === undefined || luck % 3 !== 0) return []
  const rating = 5 - (luck >>> 8) % 10 % 4
  const isFan = rating >= 4
  return [{
    at: visited + DAY,
    row: {
      gxsResponseId: String(luck % 100_000),
      customerId: String(booking.customerId),
      bookingReference: booking.reference,
      isFan,
      isCritic: !isFan,
      ...all(rating, 'overallRating', 'serviceRating', 'valueRating'),
      safetyRating: 5,
      facilitiesRating: Math.max(1, rating - 1),
      serviceRatingReasons: isFan ? ['Friendliness'] : ['WaitingTime'],
      safetyRatingReasons: ['Cleanliness'],
      facilitiesRatingReasons: [],
      valueRatingReasons: ['Variety'],
      comments: isFan ? 'The kids want to come back tomorrow' : 'We queued for the socks',
      actioned: false,
      ...stamps(stamp, { createdAt: visited + DAY })
    }
  }]
})
