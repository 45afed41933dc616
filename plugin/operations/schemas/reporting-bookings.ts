/** Reports on bookings, tickets and gift cards. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import { bookingStatuses, frequencies, salesChannels } from './common.ts'

export const BookingMeta = Type.Partial(Type.Object({
  attribute: Type.String({ examples: ['MembershipStatus'], description: 'For example MembershipStatus or ExternalId' }),
  value: Type.String({ examples: ['Terminated'], description: 'Possible values depend on the attribute' })
}))

export const ItemDiscount = Type.Partial(Type.Object({
  discountId: Type.Integer(),
  code: Type.String(),
  amount: Type.Number(),
  quantity: Type.Integer()
}))

export const ItemModifier = Type.Partial(Type.Object({
  modifierId: Type.String(),
  amount: Type.Number({ description: 'Value of the modifier' }),
  quantity: Type.Integer({ examples: [1], description: 'How often it was applied' })
}))

export const BookingItemRecord = Type.Partial(Type.Object({
  bookingReference: Type.String({ examples: ['27738461'], description: 'The booking number guests see' }),
  bookingUniqueId: Type.String({ format: 'uuid', examples: ['550e8400-e29b-41d4-a716-446655440000'] }),
  bookingName: Type.String({ examples: ['Alex\'s Birthday Party'], description: 'The owner\'s name by default' }),
  bookingItemId: Type.String({ examples: ['588100203'], description: 'One line of the booking' }),
  bookingCustomerId: Type.String({ examples: ['2993019922'], description: 'Guest who owns the booking' }),
  bookingCompanyId: Type.String({ examples: ['9211'] }),
  bookingStatus: StringEnum(bookingStatuses, { examples: ['Paid'] }),
  bookingLocation: StringEnum(salesChannels, {
    examples: ['Doorlist'],
    description: 'Sales channel; Doorlist is the point of sale, Consumer and Forms are the online checkout'
  }),
  bookingDate: Type.String({ examples: ['2019-01-29'], description: 'Valid on or from this day' }),
  bookingEndDate: Type.String({ format: 'date', examples: ['2020-01-29'], description: 'Valid until this day' }),
  sessionStart: Type.String({ examples: ['11:30'], description: 'HH:mm' }),
  sessionEnd: Type.String({ examples: ['13:30'], description: 'HH:mm; midnight is 00:00' }),
  bookingNotes: Type.String(),
  bookingPosNotes: Type.String(),
  productId: Type.String({ examples: ['9337288'] }),
  quantity: Type.Integer({ examples: [5] }),
  groupSize: Type.Integer({ examples: [1], description: 'Guests for each unit' }),
  createdDate: Type.String({ examples: ['2020-01-29T20:29:58Z'] }),
  bookingCreatedDate: Type.String({ format: 'date-time', examples: ['2020-01-29T20:29:58Z'] }),
  bookingModifiedDate: Type.String({ format: 'date-time', examples: ['2020-01-29T20:30:05Z'] }),
  bookingCreatedByStaffId: Type.String({ examples: ['14697'] }),
  meta: Type.Array(BookingMeta),
  bookingDiscountIds: Type.Array(Type.String({ examples: ['2839911'] }), { description: 'Discounts on the whole booking' }),
  bookingDiscountCodes: Type.Array(Type.String({ examples: ['freemembership'] }), { description: 'Codes used on the whole booking' }),
  discounts: ItemDiscount,
  discountAmount: Nullable(Type.Number(), { examples: [15.5], description: 'Taken off this line' }),
  bookingFeeAmount: Type.Number({ examples: [15.5], description: 'Fees on the whole booking' }),
  cost: Type.Number({ examples: [9.25], description: 'Unit price at the sale' }),
  bookingTotal: Type.Number({ examples: [299.95] }),
  taxExemptId: Type.String({ examples: ['2990'], description: 'Given when the tax was overridden' }),
  modifiers: Type.Array(ItemModifier),
  barcodeId: Type.String({ examples: ['2931882001'], description: 'Barcode or SKU' }),
  deviceId: Type.String({ examples: ['1920'], description: 'Point-of-sale device, if any' })
}), { title: 'BookingItemRecord' })

export const TicketRecord = Type.Partial(Type.Object({
  bookingReference: Type.String({ examples: ['38299912'], description: 'The booking number guests see' }),
  bookingItemId: Type.String({ examples: ['588100203'], description: 'One line of the booking' }),
  ticketId: Type.String({ examples: ['38299912-399288123'] }),
  customTicketId: Type.String({ examples: ['132252'], description: 'Number given by hand, for example of a printed card' }),
  name: Type.String({ examples: ['Danny Smith'] }),
  customerId: Type.String({ examples: ['2299300211'], description: 'Guest linked to the ticket' }),
  productId: Type.String({ examples: ['201228'] }),
  createdDate: Type.String({ examples: ['2019-09-29T18:41:32Z'] }),
  bookingDate: Type.String({ examples: ['2020-09-19'], description: 'Valid on or from this day' }),
  expiryDate: Type.String({ examples: ['2020-09-26'], description: 'No longer valid after it' }),
  productType: Type.String({ examples: ['Pass'] }),
  productSubType: Type.String({ examples: ['Membership'] }),
  discountIds: Type.Array(Type.String({ examples: ['9178'] }), { description: 'Memberships: discounts it gives on other bookings' }),
  numberOfRecurringPayments: Type.Integer({ examples: [4], description: 'Memberships: payments made so far' }),
  recurringPaymentFrequency: StringEnum(frequencies, { examples: ['Monthly'], description: 'Memberships only' })
}), { title: 'TicketRecord' })

export const GiftCardRecord = Type.Partial(Type.Object({
  giftCardId: Type.String({ examples: ['2910HA000'] }),
  bookingReference: Type.String({ examples: ['4611022'], description: 'The booking number guests see' }),
  ticketId: Type.String({ examples: ['4611022-89100023'] }),
  giftCardNumber: Type.String({ examples: ['29938177283321'], description: 'What the guest redeems; unique in the venue' }),
  balance: Type.Number({ examples: [25.5] }),
  initialValue: Type.Number({ examples: [50] }),
  lastUsedDate: Type.String({ examples: ['2020-01-12T00:00:00Z'] }),
  expiryDate: Type.String({ examples: ['2022-08-29T22:51:44Z'] }),
  createdDate: Type.String({ examples: ['2018-08-29T22:51:44Z'] }),
  modifiedDate: Type.String({ examples: ['2020-01-12T00:00:00Z'] })
}), { title: 'GiftCardRecord' })
