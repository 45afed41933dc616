/** The parts of a new booking. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import { genders } from './common.ts'

export const paymentTypes = ['CreditCard', 'CreditCardPreAuth', 'Cash', 'Cheque', 'BankTransfer', 'Other'] as const

export const TicketInput = Type.Partial(Type.Object({
  id: Type.String({ maxLength: 32, examples: ['277AHU7610'], description: 'Your own ticket number; ROLLER generates one if omitted' }),
  name: Type.String({ maxLength: 50, examples: ['John Smith'], description: 'Ticket holder' })
}))

export const PackageInclusion = Type.Partial(Type.Object({
  productId: Type.String({ examples: ['9817726'] }),
  quantity: Type.Integer({ examples: [2] })
}))

export const OptionSetSelection = Type.Partial(Type.Object({
  productPackageOptionSetId: Type.Integer({ examples: [4471], description: 'Option set of GET /products that the choice belongs to' }),
  productId: Type.Integer({ examples: [9817726], description: 'Variation id of the chosen product' }),
  quantity: Type.Integer({ examples: [2] })
}))

export const BookingCreateItem = Type.Object({
  productId: Type.Integer({ examples: [12345679], description: 'Variation id, not the parent product' }),
  quantity: Type.Integer({ examples: [5], description: 'Makes quantity times groupSize tickets' }),
  bookingDate: Type.String({ examples: ['2020-07-29'], description: 'Day of the visit, yyyy-MM-dd' }),
  startTime: Type.Optional(Type.String({ examples: ['14:00'], description: 'Session start, HH:mm' })),
  priceOverride: Type.Optional(Nullable(Type.Number(), { examples: [23.8], description: 'Unit price to charge in place of ROLLER\'s' })),
  tickets: Type.Optional(Type.Array(TicketInput, { description: 'If given, exactly quantity times groupSize of them' })),
  partyPackageInclusions: Type.Optional(Type.Array(PackageInclusion, { description: 'For packages without option sets' })),
  optionSetSelections: Type.Optional(Type.Array(OptionSetSelection, {
    description: 'For packages with option sets; ROLLER does not fill up sets'
  }))
}, { $id: 'BookingCreateItem', description: 'One product of a new booking' })

export const BookingCreateCustomerAddress = Type.Partial(Type.Object({
  street: Type.String({ examples: ['123 Fake Street'] }),
  suburb: Type.String({ examples: ['Orange County'] }),
  state: Type.String({ examples: ['CA'] }),
  postcode: Type.String({ examples: ['27385'] }),
  city: Type.String({ examples: ['Los Angeles'] }),
  country: Type.String({ examples: ['United States'] })
}), { $id: 'BookingCreateCustomerAddress' })

export const BookingCreateCustomer = Type.Object({
  firstName: Type.String({ examples: ['John'] }),
  lastName: Type.String({ examples: ['Smith'] }),
  email: Type.String({ examples: ['johnsmith@example.com'], description: 'For a known guest, the other fields overwrite that guest\'s' }),
  phone: Type.String({ examples: ['12345678'] }),
  gender: Type.Optional(StringEnum(genders)),
  acceptMarketing: Type.Optional(Type.Boolean({ examples: [false], description: 'Agreed to marketing by email' })),
  acceptMarketingSms: Type.Optional(Type.Boolean({ examples: [false], description: 'Agreed to marketing by SMS' })),
  taxIdentificationNumber: Type.Optional(Type.String({ maxLength: 64, description: 'For tax documents' })),
  address: Type.Optional(BookingCreateCustomerAddress)
}, { $id: 'BookingCreateCustomer', description: 'The owner of the booking' })

export const PaymentCreate = Type.Object({
  id: Type.String({ examples: ['HYA728830013'], description: 'Your transaction id' }),
  paymentType: StringEnum(paymentTypes, { examples: ['CreditCard'] }),
  amount: Type.Number({ examples: [25.5], description: 'In the venue\'s currency, fees included' }),
  creditCardFees: Type.Optional(Type.Number({ examples: [1.5], description: 'Only with a credit card payment' })),
  transactionDate: Type.Optional(Nullable(Type.String(), {
    examples: ['2020-07-29T06:57:18.5326035+00:00'],
    description: 'UTC; for bookings moved from elsewhere'
  }))
}, { $id: 'PaymentCreate', description: 'Record of a payment taken elsewhere' })

export const BookingCreateDiscount = Type.Partial(Type.Object({
  code: Type.String({ examples: ['JMA99281'], description: 'The guest\'s discount code' }),
  amount: Type.Number({ examples: [4.5], description: 'Amount off the booking' }),
  percentage: Type.Number({ examples: [10], description: 'Percent off the booking' }),
  productIds: Type.Array(Type.Integer({ examples: [12345679] }), {
    description: 'Limits a discount without a code to these products or parent products'
  })
}), { $id: 'BookingCreateDiscount', description: 'A code, or an amount or percentage without one' })

export const BookingCreateGiftCard = Type.Partial(Type.Object({
  giftCardNumber: Type.String({ examples: ['264445645'], description: 'A ROLLER or external card' })
}), { $id: 'BookingCreateGiftCard' })

export const DiscountCode = Type.Partial(Type.Object({
  code: Type.String({ examples: ['AN829910'] })
}))
