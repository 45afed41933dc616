/** Reports on guests, their visits, waivers and memberships. */
import { StringEnum, Type } from '../schema.ts'
import { PostalAddress } from './common.ts'

export const membershipStatuses = [
  'Current', 'Pending Activation', 'Declined Payment', 'Terminated', 'Pending Cancellation', 'Upgraded', 'Expired', 'Upgraded from pass',
  'Renewed', 'Imported', 'GroupMembership', 'Pending Pause', 'Paused'
] as const

export const GuestFlag = Type.Partial(Type.Object({
  type: StringEnum(['ban', 'vip', 'medical', 'alert', 'competency']),
  comment: Type.String(),
  expiryDate: Type.String({ format: 'date', description: 'The flag no longer counts after it' })
}))

export const GuestRecord = Type.Partial(Type.Object({
  customerId: Type.String({ examples: ['201882947'] }),
  firstName: Type.String({ examples: ['Danny'] }),
  lastName: Type.String({ examples: ['Smith'] }),
  email: Type.String({ examples: ['dannysmith@example.com'] }),
  contactNumber: Type.String({ examples: ['130-2291-5883'] }),
  dateOfBirth: Type.String({ examples: ['1978-12-28'] }),
  gender: Type.String({ examples: ['Male'] }),
  postcode: Type.String({ examples: ['90277'] }),
  country: Type.String({ examples: ['United States'] }),
  acceptMarketing: Type.Boolean({ examples: [false], description: 'Agreed to marketing by email' }),
  acceptMarketingSms: Type.Boolean({ examples: [false], description: 'Agreed to marketing by SMS' }),
  createdDate: Type.String({ examples: ['2020-01-01T16:40:30Z'] }),
  modifiedDate: Type.String({ examples: ['2020-01-01T16:40:30Z'] }),
  taxIdentificationNumber: Type.String({ description: 'For tax documents' }),
  address: PostalAddress,
  flags: Type.Array(GuestFlag)
}), { title: 'GuestRecord' })

export const AttendanceRecord = Type.Partial(Type.Object({
  receiptNumber: Type.String({ examples: ['7314557'], description: 'Same as bookingReference' }),
  bookingReference: Type.String({ examples: ['7314557'], description: 'The booking number guests see' }),
  checkInDateTime: Type.String({ examples: ['2020-01-01T19:25:00Z'] }),
  productId: Type.String({ examples: ['1156321'] }),
  parentProductId: Type.String({ examples: ['1156320'], description: 'The product that holds the variations' }),
  productName: Type.String({ examples: ['General Admission'] }),
  bookingItemPartId: Type.String({ examples: ['190227361'], description: 'The ticket' }),
  sessionStart: Type.String({ examples: ['13:00'], description: 'HH:mm' }),
  sessionEnd: Type.String({ examples: ['14:30'], description: 'HH:mm; midnight is 00:00' }),
  customerId: Type.String({ examples: ['100284772'], description: 'Guest linked to the ticket' }),
  bookingCustomerId: Type.String({ examples: ['288192001'], description: 'Guest who owns the booking' }),
  locationIds: Type.Array(Type.String({ examples: ['1099211'] }), { description: 'Resources whose capacity is used' }),
  employeeId: Type.String({ examples: ['29182'], description: 'Staff member who checked in' })
}), { title: 'AttendanceRecord' })

export const SignedWaiverRecord = Type.Partial(Type.Object({
  signedWaiverId: Type.String({ examples: ['18829122'] }),
  parentSignedWaiverId: Type.String({ examples: ['18829121'], description: 'Waiver of the parent or guardian; minors only' }),
  waiverId: Type.String({ examples: ['2918'], description: 'The version of the waiver text' }),
  firstName: Type.String({ examples: ['Danny'] }),
  lastName: Type.String({ examples: ['Smith'] }),
  customerId: Type.String({ examples: ['64310293'] }),
  dateOfBirth: Type.String({ examples: ['2004-07-13'] }),
  email: Type.String({ examples: ['dannysmith@example.com'], description: 'Not given for minors' }),
  contactNumber: Type.String({ description: 'Not given for minors' }),
  isForMinor: Type.Boolean({ examples: [true], description: 'Minor at the time of signing' }),
  expiryDate: Type.String({ examples: ['2020-02-11T12:56:02Z'] }),
  modifiedDate: Type.String({ examples: ['2019-02-11T12:56:02Z'] }),
  isValid: Type.Boolean({ examples: [true], description: 'Only where the venue verifies waivers' }),
  createdDate: Type.String({ examples: ['2019-02-11T12:56:02Z'] })
}), { title: 'SignedWaiverRecord' })

export const BookingSignedWaiver = Type.Partial(Type.Object({
  signedWaiverId: Type.String({ examples: ['48992011'] }),
  receiptNumber: Type.String({ examples: ['2010922'], description: 'Same as bookingReference' }),
  bookingReference: Type.String({ examples: ['2010922'], description: 'The booking number guests see' }),
  ticketId: Type.String({ examples: ['2010922-19928331'] }),
  modifiedDate: Type.String({ examples: ['2019-02-11T17:42:56Z'] }),
  createdDate: Type.String({ examples: ['2019-02-11T17:42:56Z'] })
}), { title: 'BookingSignedWaiver' })

export const MembershipRedemption = Type.Partial(Type.Object({
  redemptionDate: Type.String({ examples: ['2020-01-03T03:48:37Z'] }),
  bookingReference: Type.String({ examples: ['2910029'], description: 'The booking number guests see' }),
  ticketId: Type.String({ examples: ['199201192'] })
}), { title: 'MembershipRedemption' })

export const MembershipStatusChange = Type.Partial(Type.Object({
  eventDate: Type.String({ examples: ['2020-02-25T01:26:01Z'] }),
  bookingReference: Type.String({ examples: ['29918293'], description: 'The booking number guests see' }),
  ticketId: Type.String({ examples: ['29918293-672109201'] }),
  customTicketId: Type.String({ examples: ['28819'], description: 'Number given by hand, for example of a printed card' }),
  previousStatus: StringEnum(membershipStatuses, { examples: ['Current'] }),
  newStatus: StringEnum(membershipStatuses, { examples: ['Current'] })
}), { title: 'MembershipStatusChange' })

export const MembershipCredit = Type.Partial(Type.Object({
  createdDate: Type.String({ examples: ['2020-02-25T01:26:01Z'] }),
  modifiedDate: Type.String({ examples: ['2020-02-28T01:26:01Z'] }),
  creditValue: Type.Number({ examples: [25.55] }),
  bookingReference: Type.String({ examples: ['29918293'], description: 'The booking number guests see' }),
  ticketId: Type.String({ examples: ['2883771-3998167'] }),
  status: Type.String({ examples: ['Voided'], description: 'New, applied or voided' }),
  comment: Type.String({ description: 'Note of the staff member' })
}), { title: 'MembershipCredit' })

export const GxScoreResponse = Type.Partial(Type.Object({
  gxsResponseId: Type.String({ examples: ['32659'] }),
  customerId: Type.String({ examples: ['49043110'] }),
  bookingReference: Type.String({ examples: ['80821183'], description: 'Empty when the survey was opened by QR code or link' }),
  isFan: Type.Boolean({ examples: [true], description: 'Overall rating of 4 or 5' }),
  isCritic: Type.Boolean({ examples: [false], description: 'Overall rating of 1 to 3' }),
  overallRating: Type.Integer({ examples: [4] }),
  serviceRating: Type.Integer({ examples: [3] }),
  serviceRatingReasons: Type.Array(Type.String({ examples: ['Professionalism'] })),
  safetyRating: Type.Integer({ examples: [4] }),
  safetyRatingReasons: Type.Array(Type.String({ examples: ['Cleanliness'] })),
  facilitiesRating: Type.Integer({ examples: [3] }),
  facilitiesRatingReasons: Type.Array(Type.String({ examples: ['FacilityAge'] })),
  valueRating: Type.Integer({ examples: [2] }),
  valueRatingReasons: Type.Array(Type.String({ examples: ['Variety'] })),
  comments: Type.String(),
  actioned: Type.Boolean({ examples: [true], description: 'Marked as dealt with in Venue Manager' }),
  actionComments: Type.String({ description: 'Internal note' }),
  actionedByStaffId: Type.String({ examples: ['90221'] }),
  actionedDate: Type.String({ examples: ['2022-07-18T01:25:23Z'], description: 'Venue-local' }),
  createdDate: Type.String({
    format: 'date-time',
    examples: ['2022-07-14T01:25:23Z'],
    description: 'Survey sent or first opened; venue-local'
  }),
  modifiedDate: Type.String({
    format: 'date-time',
    examples: ['2022-07-14T01:25:23Z'],
    description: 'Last changed by the guest; venue-local'
  })
}), { title: 'GxScoreResponse' })
