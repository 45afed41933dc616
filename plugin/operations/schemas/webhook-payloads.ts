/** The `data` of ROLLER's webhooks, where no operation of the API returns the same. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import { bulkExportTypes } from './bulk.ts'
import { CustomerFlag } from './common.ts'

export const MultiPass = Type.Partial(Type.Object({
  bookingItemId: Type.Integer({ examples: [257902], description: 'The booking line that sold the pass' }),
  bookingItemPartId: Type.Integer({ examples: [598032], description: 'The ticket within that line' }),
  productId: Type.Integer({ examples: [37792], description: 'Variation id' }),
  usesRemaining: Type.Integer({ examples: [2], description: 'Of all passes of the same booking together' }),
  usesTotal: Type.Integer({ examples: [3], description: 'Of this pass alone' }),
  expiryDate: Nullable(Type.String(), { examples: ['2027-06-03'] }),
  isExpired: Type.Boolean(),
  isExhausted: Type.Boolean(),
  bookingUniqueId: Type.String({ examples: ['51992a23-1036-4ccb-9fa1-09060769d006'] }),
  customerId: Type.String({ examples: ['74545'], description: 'Guest who bought the pass' })
}))

export const Redemption = Type.Partial(Type.Object({
  redemptionDate: Type.String({ examples: ['2021-12-07T04:20:35Z'] }),
  ticketHolderName: Type.String({ examples: ['Ben Smith'] }),
  ticketId: Type.String({ examples: ['2880029-2746533'] }),
  customTicketId: Type.String({ examples: ['2299300211'], description: 'Number given by hand, for example of a printed card' }),
  photoUrl: Type.String(),
  quantityRedeemed: Nullable(Type.Integer(), { examples: [3], description: 'How often so far, this time included' }),
  isUsed: Type.Boolean({ description: 'No uses are left; never true for a ticket without a limit' }),
  deviceId: Nullable(Type.Integer(), { examples: [984], description: 'Point-of-sale device' }),
  customerId: Nullable(Type.Integer(), { examples: [1522], description: 'Guest' }),
  customerFlags: Type.Array(CustomerFlag),
  membershipStatus: Type.String({ examples: ['Current'], description: 'With membershipDetail in include' }),
  locations: Type.Array(Type.String(), { description: 'Resource ids' }),
  multiPass: MultiPass,
  numberRedeemed: Nullable(Type.Integer(), { deprecated: true, description: 'Superseded by quantityRedeemed' }),
  externalTicketId: Type.String({ deprecated: true, description: 'Superseded by customTicketId' }),
  name: Type.String({ deprecated: true, description: 'Superseded by ticketHolderName' })
}))

/** The point of sale batches redemptions of 15 seconds. */
export const RedemptionDetail = Type.Partial(Type.Object({
  redemptions: Type.Array(Redemption)
}))

export const PaymentLinkDetail = Type.Partial(Type.Object({
  id: Type.Integer({ examples: [188] }),
  bookingUniqueIdentifier: Type.String({ examples: ['ffdae420-a912-4d93-9234-9faca5e6194f'] }),
  amount: Type.Number({ examples: [23.3] }),
  url: Type.String({ examples: ['https://pay.example.com/188'] }),
  email: Type.String({ examples: ['steven@example.com'], description: 'Of the booking holder' }),
  phone: Type.String({ examples: ['0475755223'], description: 'Of the booking holder' }),
  bookingPaymentId: Nullable(Type.Integer())
}))

export const BulkExportCompleted = Type.Partial(Type.Object({
  venueId: Type.Integer({ examples: [3066] }),
  preSignedUrls: Type.Array(Type.String(), { description: 'Files of one month, good for 5 days; none for a month without records' }),
  exportType: StringEnum(bulkExportTypes, { examples: ['BookingItems'] }),
  processId: Type.String({ examples: ['EbqmlvPZW0mA-ZVgfGrgGg'], description: 'The same for all months of one order' }),
  sequenceNumber: Type.Integer({ examples: [1] }),
  sequenceTotal: Type.Integer({ examples: [6] })
}))
