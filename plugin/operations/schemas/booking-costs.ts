/** The costs of a booking. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import { BookingCreateCustomer, BookingCreateGiftCard, BookingCreateItem, DiscountCode, paymentTypes } from './booking-parts.ts'

/** One object here, where POST /bookings has a list. */
export const DraftPayment = Type.Partial(Type.Object({
  id: Type.String({ maxLength: 32, description: 'Your transaction id' }),
  paymentType: StringEnum(['', ...paymentTypes]),
  amount: Type.Number({ description: 'Fees included' }),
  creditCardFees: Type.Number(),
  transactionFees: Type.Number({ description: 'Without the credit card fees' })
}))

export const BookingCostsBody = Type.Object({
  externalId: Type.String({ maxLength: 64, examples: ['UJJSK28374'], description: 'Your own reference' }),
  name: Type.Optional(Type.String({
    maxLength: 128,
    examples: ['Sports Group Booking'],
    description: 'Title; the owner\'s name by default'
  })),
  comments: Type.Optional(Type.String({ maxLength: 500 })),
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
  payments: Type.Optional(DraftPayment),
  discounts: Type.Optional(Type.Array(DiscountCode)),
  giftCards: Type.Optional(Type.Array(BookingCreateGiftCard)),
  sendConfirmations: Type.Optional(Type.Boolean({ examples: [false], description: 'True: ROLLER sends the guest the confirmation' })),
  customerPaysFees: Type.Optional(Type.Boolean({
    examples: [false],
    description: 'Apply the venue\'s fees; creditCardFees, if given, take their place'
  }))
})

export const BookingCostSummary = Type.Partial(Type.Object({
  subTotal: Type.Number({ examples: [22] }),
  amountOwing: Type.Number({ examples: [21.87], description: 'Still to be paid' }),
  discount: Type.Number({ examples: [2.2], description: 'Already taken off the totals' }),
  subTotalTax: Type.Number({ examples: [1.8] }),
  feeTax: Type.Number({ examples: [0.19] }),
  tax: Type.Number({ examples: [1.99] }),
  taxExclusive: Type.Number({ examples: [0], description: 'Part of the items whose prices come without tax' }),
  transactionFee: Type.Number({ examples: [1.43] }),
  cardFee: Type.Number({ examples: [0.64] }),
  fees: Type.Number({ examples: [2.07], description: 'transactionFee and cardFee together' }),
  totalExcludingFees: Type.Number({ examples: [19.8], description: 'What the guest pays without fees' }),
  total: Type.Number({ examples: [21.87], description: 'Taxes and fees included' }),
  totalIgnoringDeposit: Type.Number({ examples: [21.87], description: 'Total as if no deposit were due' })
}))

export const AppliedDiscount = Type.Partial(Type.Object({
  discount: Type.Number({ examples: [2.2] }),
  code: Type.String({ examples: ['AN829910'] })
}))

export const DiscountedItem = Type.Partial(Type.Object({
  itemNumber: Type.String({ examples: ['c7585bf9-cdbe-433a-8ab9-a4260d9ebbca'], description: 'Identifies the item in this response' }),
  discount: Type.Number({ examples: [2.2] })
}))

export const AppliedGiftCard = Type.Partial(Type.Object({
  giftCardNumber: Type.String({ examples: ['8839920172'] }),
  amountDeducted: Type.Number({ examples: [20], description: 'Taken from the card once the booking is published' })
}))

export const BookingCosts = Type.Partial(Type.Object({
  bookingCosts: BookingCostSummary,
  discounts: Type.Array(AppliedDiscount),
  discounteditems: Type.Array(DiscountedItem),
  giftCards: Type.Array(AppliedGiftCard),
  giftCardErrors: Type.Array(Type.String())
}))
