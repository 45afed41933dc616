/** Rows of the reports about guests, visits, waivers and memberships. */
import { present } from './input.ts'
import { findVariation } from './products.ts'
import { hash } from './random.ts'
import { reported, type Rows } from './report-rows.ts'
import type { Booking, BookingItem, Ticket, VenueState } from './types.ts'

interface Held { booking: Booking, item: BookingItem, ticket: Ticket }

const ticketsOf = (venue: VenueState): Held[] =>
  reported(venue).flatMap((booking) => booking.items.flatMap((item) => item.tickets.map((ticket) => ({ booking, item, ticket }))))

const memberships = (venue: VenueState): Held[] =>
  ticketsOf(venue).filter(({ item }) => findVariation(venue, item.productId)?.product.type === 'membership')

export const customers: Rows = (venue, stamp) => [...venue.guests.values()].map((guest) => ({
  at: guest.modifiedAt,
  row: {
    customerId: String(guest.customerId),
    firstName: guest.firstName,
    lastName: guest.lastName,
    email: guest.email ?? '',
    contactNumber: guest.phone ?? '',
    dateOfBirth: guest.dateOfBirth ?? '',
    gender: guest.gender,
    postcode: guest.address?.postcode ?? '',
    country: guest.address?.country ?? '',
    acceptMarketing: guest.acceptMarketing,
    acceptMarketingSms: guest.acceptMarketingSms,
    createdDate: stamp(guest.createdAt),
    modifiedDate: stamp(guest.modifiedAt),
    taxIdentificationNumber: guest.taxIdentificationNumber,
    ...present({ address: guest.address ?? undefined }),
    // Here ROLLER writes the types of flags in lower case.
    flags: guest.flags.map(
      ({ type, comment, expiryDate }) => ({ type: type.toLowerCase(), comment, ...present({ expiryDate: expiryDate ?? undefined }) })
    )
  }
}))

/** ROLLER: a redeemed ticket is an attendance; add-ons and stock are not. */
export const attendances: Rows = (venue, stamp) => ticketsOf(venue).flatMap(({ booking, item, ticket }) => {
  const product = findVariation(venue, item.productId)?.product
  return ticket.redeemedAt.map((at) => ({
    at,
    row: {
      receiptNumber: booking.reference,
      bookingReference: booking.reference,
      checkInDateTime: stamp(at),
      productId: String(item.productId),
      parentProductId: String(product?.id ?? ''),
      productName: product?.name ?? '',
      bookingItemPartId: ticket.ticketId.split('-')[1] ?? '',
      ...present({ sessionStart: item.startTime, sessionEnd: item.endTime, customerId: ticket.customerId?.toString() }),
      bookingCustomerId: String(booking.customerId),
      locationIds: product?.resourceId === undefined ? [] : [String(product.resourceId)]
    }
  }))
})

export const signedWaivers: Rows = (venue, stamp) => [...venue.waivers.values()].map((waiver) => ({
  at: waiver.createdAt,
  row: {
    signedWaiverId: String(waiver.signedWaiverId),
    ...present({ parentSignedWaiverId: waiver.parentSignedWaiverId?.toString() }),
    waiverId: String(waiver.waiverId),
    firstName: waiver.firstName,
    lastName: waiver.lastName,
    customerId: String(waiver.guestId),
    dateOfBirth: waiver.dateOfBirth,
    ...(waiver.isForMinor ? {} : { email: waiver.email, contactNumber: waiver.contactNumber }),
    isForMinor: waiver.isForMinor,
    expiryDate: stamp(waiver.expiresAt),
    modifiedDate: stamp(waiver.createdAt),
    isValid: true,
    createdDate: stamp(waiver.createdAt)
  }
}))

export const bookingSignedWaivers: Rows = (venue, stamp) => ticketsOf(venue).flatMap(({ booking, ticket }) =>
  ticket.signedWaiverId === undefined
    ? []
    : [{
        at: booking.createdAt,
        row: {
          signedWaiverId: String(ticket.signedWaiverId),
          receiptNumber: booking.reference,
          bookingReference: booking.reference,
          ticketId: ticket.ticketId,
          modifiedDate: stamp(booking.createdAt),
          createdDate: stamp(booking.createdAt)
        }
      }])

export const membershipRedemptions: Rows = (venue, stamp) => memberships(venue).flatMap(({ booking, ticket }) =>
  ticket.redeemedAt.map((at) => ({
    at,
    row: { redemptionDate: stamp(at), bookingReference: booking.reference, ticketId: ticket.ticketId }
  })))

export const membershipStatuses: Rows = (venue, stamp) => memberships(venue).map(({ booking, ticket }) => ({
  at: booking.createdAt,
  row: {
    eventDate: stamp(booking.createdAt),
    bookingReference: booking.reference,
    ticketId: ticket.ticketId,
    ...present({ customTicketId: ticket.customTicketId }),
    previousStatus: 'Pending Activation',
    newStatus: 'Current'
  }
}))

export const membershipCredits: Rows = (venue, stamp) => memberships(venue).filter(({ ticket }) => hash(ticket.ticketId) % 3 === 0)
  .map(({ booking, ticket }) => ({
    at: booking.createdAt,
    row: {
      createdDate: stamp(booking.createdAt),
      modifiedDate: stamp(booking.createdAt),
      creditValue: 10,
      bookingReference: booking.reference,
      ticketId: ticket.ticketId,
      status: 'new',
      comment: 'The foam pit was closed on the day'
    }
  }))

/** A guest in three answers the survey a day after the visit, and most of them liked it. */
export const surveyResponses: Rows = (venue, stamp) => reported(venue).flatMap((booking) => {
  const luck = hash(booking.uniqueId)
  const visited = booking.items[0]?.tickets[0]?.redeemedAt[0]
  if (visited === undefined || luck % 3 !== 0) return []
  const rating = 5 - (luck >>> 8) % 10 % 4
  const at = visited + 86_400_000
  return [{
    at,
    row: {
      gxsResponseId: String(luck % 100_000),
      customerId: String(booking.customerId),
      bookingReference: booking.reference,
      isFan: rating >= 4,
      isCritic: rating < 4,
      overallRating: rating,
      serviceRating: rating,
      serviceRatingReasons: rating >= 4 ? ['Friendliness'] : ['WaitingTime'],
      safetyRating: 5,
      safetyRatingReasons: ['Cleanliness'],
      facilitiesRating: Math.max(1, rating - 1),
      facilitiesRatingReasons: [],
      valueRating: rating,
      valueRatingReasons: ['Variety'],
      comments: rating >= 4 ? 'The kids want to come back tomorrow' : 'We queued for the socks',
      actioned: false,
      createdDate: stamp(at),
      modifiedDate: stamp(at)
    }
  }]
})
