/** Reports about guests, visits, waivers and memberships. */
import { publishedFlags } from '../guests.ts'
import { hash } from '../random.ts'
import { all } from '../record.ts'
import { report, reported, ticketsOf } from './rows.ts'
import type { VenueState } from '../types.ts'

const DAY = 86_400_000

export const customers = report((venue) => [...venue.guests.values()], (guest) => guest.modifiedAt, `
  #customerId firstName lastName gender acceptMarketing acceptMarketingSms taxIdentificationNumber createdDate=@createdAt
  modifiedDate=@modifiedAt`,
(guest) => ({
  email: guest.email ?? '',
  contactNumber: guest.phone ?? '',
  dateOfBirth: guest.dateOfBirth ?? '',
  postcode: guest.address?.postcode ?? '',
  country: guest.address?.country ?? '',
  ...(guest.address === null ? {} : { address: guest.address }),
  // Here ROLLER writes the types of flags in lower case.
  flags: publishedFlags(guest).map((flag) => ({ ...flag, type: flag.type.toLowerCase() }))
}))

/** ROLLER: a redeemed ticket is an attendance; add-ons and stock are not. */
export const attendances = report(
  (venue) => ticketsOf(venue).flatMap((line) => line.ticket.redeemedAt.map((at) => ({ ...line, at }))), ({ at }) => at, `
  receiptNumber=booking.reference bookingReference=booking.reference checkInDateTime=@at productId=#item.productId
  parentProductId=#product.id productName=product.name sessionStart=item.startTime sessionEnd=item.endTime
  customerId=#ticket.customerId bookingCustomerId=#booking.customerId`,
  ({ ticket, product }) => ({
    bookingItemPartId: ticket.ticketId.split('-')[1] ?? '',
    locationIds: product.resourceId === undefined ? [] : [String(product.resourceId)]
  }))

export const signedWaivers = report((venue) => [...venue.waivers.values()], (waiver) => waiver.createdAt, `
  #signedWaiverId #parentSignedWaiverId #waiverId customerId=#guestId firstName lastName dateOfBirth isForMinor expiryDate=@expiresAt
  createdDate=@createdAt modifiedDate=@createdAt`,
({ isForMinor, email, contactNumber }) => ({ isValid: true, ...(isForMinor ? {} : { email, contactNumber }) }))

export const bookingSignedWaivers = report(
  (venue) => ticketsOf(venue).filter(({ ticket }) => ticket.signedWaiverId !== undefined), ({ booking }) => booking.createdAt, `
  signedWaiverId=#ticket.signedWaiverId receiptNumber=booking.reference bookingReference=booking.reference ticketId=ticket.ticketId
  createdDate=@booking.createdAt modifiedDate=@booking.createdAt`)

const memberships = (venue: VenueState) => ticketsOf(venue).filter(({ product }) => product.type === 'membership')

export const membershipRedemptions = report(
  (venue) => memberships(venue).flatMap((line) => line.ticket.redeemedAt.map((at) => ({ ...line, at }))), ({ at }) => at,
  'redemptionDate=@at bookingReference=booking.reference ticketId=ticket.ticketId')

export const membershipStatuses = report(memberships, ({ booking }) => booking.createdAt,
  'eventDate=@booking.createdAt bookingReference=booking.reference ticketId=ticket.ticketId customTicketId=ticket.customTicketId',
  () => ({ previousStatus: 'Pending Activation', newStatus: 'Current' }))

export const membershipCredits = report(
  (venue) => memberships(venue).filter(({ ticket }) => hash(ticket.ticketId) % 3 === 0), ({ booking }) => booking.createdAt,
  'createdDate=@booking.createdAt modifiedDate=@booking.createdAt bookingReference=booking.reference ticketId=ticket.ticketId',
  () => ({ creditValue: 10, status: 'new', comment: 'The foam pit was closed on the day' }))

/** One guest in three answers the survey a day after the visit, mostly with good ratings. */
export const surveyResponses = report((venue) => reported(venue).flatMap((booking) => {
  const luck = hash(booking.uniqueId)
  const visited = booking.items[0]?.tickets[0]?.redeemedAt[0]
  const rating = 5 - (luck >>> 8) % 10 % 4
  return visited === undefined || luck % 3 !== 0 ? [] : [{ ...booking, id: luck % 100_000, at: visited + DAY, rating }]
}), ({ at }) => at, `
  gxsResponseId=#id #customerId bookingReference=reference overallRating=rating serviceRating=rating valueRating=rating createdDate=@at
  modifiedDate=@at`,
({ rating }) => ({
  isFan: rating >= 4,
  isCritic: rating < 4,
  safetyRating: 5,
  facilitiesRating: Math.max(1, rating - 1),
  serviceRatingReasons: rating >= 4 ? ['Friendliness'] : ['WaitingTime'],
  ...all([], 'safetyRatingReasons', 'facilitiesRatingReasons', 'valueRatingReasons'),
  comments: rating >= 4 ? 'The kids want to visit again tomorrow' : 'We queued for the socks',
  actioned: false
}))
