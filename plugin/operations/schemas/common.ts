/** Shapes shared by several domains. */
import { Nullable, StringEnum, Type } from '../schema.ts'

export const salesChannels = [
  'VenueManager', 'Doorlist', 'Consumer', 'Forms', 'SelfServe', 'DataImport', 'RecurringPayment', 'Api', 'ChannelPartners'
] as const

export const frequencies = ['Daily', 'Weekly', 'Monthly', 'Yearly'] as const

export const bookingStatuses = ['Draft', 'NoPaymentRequired', 'PendingPayment', 'PartiallyPaid', 'Paid', 'Cancelled', 'Deleted'] as const

export const genders = ['Male', 'Female', 'Other', 'PreferNotToSay'] as const

export const PostalAddress = Type.Partial(Type.Object({
  street: Type.String({ examples: ['123 Fake Street'] }),
  suburb: Type.String({ examples: ['Orange County'] }),
  state: Type.String({ examples: ['CA'] }),
  postcode: Type.String({ examples: ['27385'] }),
  city: Type.String({ examples: ['Los Angeles'] }),
  country: Type.String({ examples: ['United States'] })
}))

export const ProductType = StringEnum([
  'pass', 'sessionpass', 'addon', 'giftcard', 'wallet', 'package', 'custom', 'membership', 'recurringpass', 'cashlesscard', 'partypackage'
], { $id: 'ProductType' })

export const StockProductType = StringEnum(['untagged', 'foodAndBeverage', 'retail', 'miscellaneous'], {
  $id: 'StockProductType',
  description: 'Given for stock products only'
})

export const CustomerFlag = Type.Partial(Type.Object({
  type: StringEnum(['Ban', 'VIP', 'Medical', 'Alert', 'Competency']),
  comment: Type.String(),
  expiryDate: Nullable(Type.String({ format: 'date' }), { examples: ['2025-07-14'], description: 'The flag no longer counts after it' })
}), { $id: 'CustomerFlag', description: 'A guest has at most one flag of each type' })

export const RequestErrors = Type.Partial(Type.Object({
  errors: Type.Array(Type.Partial(Type.Object({
    name: Type.String({ examples: ['VenueCapacity'] }),
    message: Type.String()
  })))
}), { title: 'RequestErrors' })
