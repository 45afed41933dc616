/** Finding and reading bookings. */
import { StringEnum, Type } from '../schema.ts'
import { CustomerFlag, bookingStatuses } from './common.ts'

export const bookingApplications = ['VenueManager', 'POS', 'Online', 'Forms', 'SSK', 'DataImport', 'Api', 'Marketplaces'] as const

export const BookingItemBasicDetail = Type.Partial(Type.Object({
  productId: Type.Integer({ examples: [12345678] }),
  quantity: Type.Integer({ examples: [26] }),
  bookingDate: Type.String({ examples: ['2020-07-31'], description: 'Valid on or from this day' }),
  startTime: Type.String({ examples: ['14:30'], description: 'HH:mm' })
}), { $id: 'BookingItemBasicDetail' })

export const BookingBasicDetail = Type.Partial(Type.Object({
  bookingReference: Type.String({ examples: ['12345678'], description: 'The booking number guests see' }),
  uniqueId: Type.String({ examples: ['ffdae420-a912-4d93-9234-9faca5e6194f'] }),
  createdDate: Type.String({ examples: ['2020-07-31T03:43:40.4085882+00:00'] }),
  status: StringEnum(['PendingPayment', 'NoPaymentRequired', 'PaidPart', 'PaidFull'], {
    examples: ['PaidPart'],
    description: 'Cancelled and venue-draft bookings are not found by the search'
  }),
  name: Type.String({ examples: ['Sports Club Booking'], description: 'Title; the owner\'s name by default' }),
  customerId: Type.Integer({ examples: [77388293], description: 'Guest who owns the booking' }),
  total: Type.Number({ examples: [55.5] }),
  items: Type.Array(BookingItemBasicDetail),
  customerFlags: Type.Array(CustomerFlag)
}), { $id: 'BookingBasicDetail' })

export const BookingTicket = Type.Partial(Type.Object({
  ticketId: Type.String({ examples: ['2880029-2746533'] }),
  customTicketId: Type.String({ examples: ['2299300211'], description: 'Number given by hand, for example of a printed card' }),
  ticketHolderName: Type.String({ examples: ['Ben Smith'] }),
  membershipStatus: Type.String({
    examples: ['Current'],
    description: 'Memberships only: Current, Pending Activation, Paused, Terminated and so on'
  }),
  membershipPauseDate: Type.String({ examples: ['2026-07-14'], description: 'Paused memberships only; venue-local day' }),
  membershipResumeDate: Type.String({ examples: ['2026-08-14'], description: 'Paused memberships only; venue-local day' }),
  membershipCancellationDate: Type.String({ examples: ['2026-09-01'], description: 'Ending or ended memberships only; venue-local day' }),
  photoUrl: Type.String({ examples: ['https://images.example.com/ticket.jpg'] }),
  locations: Type.Array(Type.Integer(), { examples: [[2334, 2883]], description: 'Resources this ticket holds capacity of' }),
  customerId: Type.Integer({ examples: [849993002], description: 'Guest linked by a waiver' }),
  signedWaiverId: Type.Integer({ examples: [849995753], description: 'Waiver linked to the ticket' }),
  externalTicketId: Type.String({ deprecated: true, description: 'Superseded by customTicketId' }),
  name: Type.String({ deprecated: true, description: 'Superseded by ticketHolderName' })
}), { $id: 'BookingTicket' })

export const AppliedModifier = Type.Partial(Type.Object({
  modifierId: Type.String({ examples: ['657b6cc8-0532-4299-bd44-182674fcb68d'] }),
  amount: Type.Integer({ examples: [1], description: 'Value of the modifier' }),
  quantity: Type.Integer({ examples: [1], description: 'How often it was applied' })
}))

/** ROLLER's term for one line. */
export const Items = Type.Partial(Type.Object({
  bookingItemId: Type.Integer({ examples: [2387746211], description: 'One line of the booking' }),
  productId: Type.Integer({ examples: [123999221], description: 'Variation id' }),
  quantity: Type.Integer({ examples: [26] }),
  bookingDate: Type.String({ examples: ['2020-07-31'], description: 'Valid on or from this day' }),
  bookingEndDate: Type.String({ examples: ['2020-07-31'], description: 'Valid until this day' }),
  sessionStartTime: Type.String({ examples: ['14:30'], description: 'HH:mm' }),
  sessionEndTime: Type.String({ examples: ['16:30'], description: 'HH:mm; midnight is 00:00' }),
  tickets: Type.Array(BookingTicket),
  cost: Type.Number({ examples: [8.9], description: 'Price of one' }),
  discount: Type.Number({ examples: [4.5], description: 'For the whole quantity' }),
  modifiers: Type.Array(AppliedModifier)
}), { $id: 'Items', description: 'A line of the booking' })

export const BookingPayment = Type.Partial(Type.Object({
  bookingPaymentId: Type.Integer(),
  transactionId: Type.String({ description: 'For gift card payments the id of the card' }),
  paymentMethod: Type.String({ description: 'CreditCard, Cash, Eftpos, PayPal, Giftcard and others' }),
  total: Type.Number({ description: 'Negative for a refund' }),
  tip: Type.Number({ description: 'Gratuity' }),
  createdDate: Type.String({ format: 'date-time' })
}))

export const BookingDetail = Type.Partial(Type.Object({
  bookingReference: Type.String({ examples: ['12345678'], description: 'The booking number guests see' }),
  externalId: Type.String({ examples: ['ILLF2883456'], description: 'Your own reference' }),
  uniqueId: Type.String({ examples: ['ffdae420-a912-4d93-9234-9faca5e6194f'] }),
  createdDate: Type.String({ examples: ['2020-07-31T03:43:40.4085882+00:00'] }),
  channel: StringEnum(bookingApplications, { examples: ['Api'], description: 'Application the booking was made in' }),
  status: StringEnum(bookingStatuses, {
    examples: ['Paid'],
    description: 'Compare the whole word: PartiallyPaid contains Paid, and GET /bookings has other values (PaidPart, PaidFull)'
  }),
  name: Type.String({ examples: ['Sports Club Booking'], description: 'Title; the owner\'s name by default' }),
  customerId: Type.Integer({ examples: [77388293], description: 'Guest who owns the booking' }),
  companyId: Type.Integer({ examples: [87732719], description: 'Company that books' }),
  comments: Type.String(),
  total: Type.Number({ examples: [55.5] }),
  remainder: Type.Number({ examples: [20.8], description: 'Still to be paid' }),
  fees: Type.Number({ examples: [1.5], description: 'Booking fees' }),
  discount: Type.Number({ examples: [10.2] }),
  items: Type.Array(Items),
  deviceId: Type.Integer({ examples: [37881], description: 'Point-of-sale device, if any' }),
  posNotes: Type.String({ description: 'Notes of the point of sale' }),
  metadata: Type.Record(Type.String(), Type.String(), {
    examples: [{ reservationSource: 'partner-portal', groupId: '881234' }],
    description: 'Left out when there is none'
  }),
  payments: Type.Array(BookingPayment),
  source: StringEnum(bookingApplications, { deprecated: true, examples: ['Api'], description: 'Superseded by channel' })
}), { $id: 'BookingDetail' })

export const SearchBookingsQuery = Type.Partial(Type.Object({
  keywords: Type.String({
    examples: ['Andrew Smith'],
    description: 'At least 3 characters of a booking name, ticket id, guest name, email or phone'
  }),
  date: Type.String({ format: 'date', examples: ['2025-07-14'], description: 'Day of the visit' }),
  startTime: Type.String({ examples: ['14:00'], description: 'Session start, HH:mm' }),
  productIds: Type.String({ examples: ['23882991'], description: 'Separated by commas; needs date' }),
  locationIds: Type.String({ examples: ['27366'], description: 'Resource ids, separated by commas; needs date' })
}))

export const BookingSearchResult = Type.Partial(Type.Object({
  bookings: Type.Array(BookingBasicDetail)
}))

export const BookingPath = Type.Object({
  uniqueId: Type.String({ examples: ['3c3aa180-bf44-4f0c-92a2-0cd120596014'], description: 'Id of the booking' })
})

export const BookingDetailPath = Type.Object({
  uniqueId: Type.String({ examples: ['3c3aa180-bf44-4f0c-92a2-0cd120596014'], description: 'Id of the booking, or its bookingReference' })
})
