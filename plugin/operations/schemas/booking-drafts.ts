/** Draft bookings that await payment. */
import { Nullable, Type } from '../schema.ts'
import { AppliedDiscount, AppliedGiftCard } from './booking-costs.ts'
import { BookingCreateCustomer, BookingCreateGiftCard, BookingCreateItem, DiscountCode } from './booking-parts.ts'

export const DraftBookingBody = Type.Object({
  externalId: Type.String({ examples: ['UJJSK28374'], description: 'Your own reference' }),
  name: Type.Optional(Type.String({ examples: ['Sports Group Booking'], description: 'Title; the owner\'s name by default' })),
  comments: Type.Optional(Type.String()),
  purchaseDate: Type.Optional(Nullable(Type.String(), {
    examples: ['2020-07-29T06:57:18.5306035+00:00'],
    description: 'UTC; for bookings moved from elsewhere'
  })),
  capacityReservationId: Type.Optional(Nullable(Type.String(), {
    examples: ['c07128c8-adb1-45a0-9241-dc3875518468'],
    description: 'From POST /capacity-reservation; recommended, or capacity may be gone'
  })),
  companyId: Type.Optional(Nullable(Type.Integer(), { examples: [12345], description: 'Company that books' })),
  customer: BookingCreateCustomer,
  items: Type.Array(BookingCreateItem),
  discounts: Type.Optional(Type.Array(DiscountCode)),
  giftCards: Type.Optional(Type.Array(BookingCreateGiftCard)),
  sendConfirmations: Type.Optional(Type.Boolean({ examples: [false], description: 'True: ROLLER sends the guest the confirmation' })),
  customerPaysFees: Type.Optional(Type.Boolean({ description: 'Apply the venue\'s fees; creditCardFees, if given, take their place' })),
  metadata: Type.Optional(Type.Record(Type.String(), Type.String(), {
    examples: [{ reservationSource: 'partner-portal', groupId: '881234' }],
    description: 'At most 20 pairs; keys up to 40 characters, values up to 500'
  }))
})

export const DraftCosts = Type.Partial(Type.Object({
  total: Type.Number({ examples: [96.95], description: 'Taxes and fees included' }),
  totalIgnoringDeposit: Type.Number({ examples: [96.95], description: 'Total as if no deposit were due' }),
  totalExcludingFees: Type.Number({ examples: [1.95], description: 'What the guest pays without fees' }),
  amountOwing: Type.Number({ examples: [96.95], description: 'Still to be paid' }),
  tax: Type.Number({ examples: [8.64] }),
  taxExclusive: Type.Number({ examples: [0], description: 'Part of the items whose prices come without tax' }),
  transactionFee: Type.Number({ examples: [1.95] }),
  cardFee: Type.Number({ examples: [0] }),
  discount: Type.Number({ examples: [5], description: 'Already taken off the totals' })
}))

export const DraftBooking = Type.Partial(Type.Object({
  uniqueId: Type.String({ examples: ['6199b5d4-093f-4b29-bf3c-1603498de5f9'] }),
  capacityReservationId: Type.String({
    examples: ['c07128c8-adb1-45a0-9241-dc3875518468'],
    description: 'Pass it on when creating the booking'
  }),
  costs: DraftCosts,
  discounts: Type.Array(AppliedDiscount),
  giftCards: Type.Array(AppliedGiftCard),
  paymentJwt: Type.String({ examples: ['eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.eyJpbn'], description: 'Token for the payment' })
}))

export const PublishDraftBody = Type.Object({
  uniqueId: Type.String({ examples: ['afb0feb2-383d-415c-bcbe-9e1644ec2598'], description: 'From POST /bookings/draft' })
})

/** Without the field name that the other 400 responses have. */
export const PublishErrors = Type.Partial(Type.Object({
  errors: Type.Array(Type.Partial(Type.Object({
    message: Type.String({ examples: ['Draft not found'] })
  })))
}), { title: 'PublishErrors' })
