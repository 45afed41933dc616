/** Guests, called customers in the older part of the API. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import { CustomerFlag, PostalAddress, genders } from './common.ts'

export const CustomerDetail = Type.Partial(Type.Object({
  customerId: Type.Integer({ examples: [27718291] }),
  firstName: Type.String({ examples: ['John'] }),
  lastName: Type.String({ examples: ['Smith'] }),
  email: Type.String({ examples: ['johnsmith@example.com'] }),
  phone: Type.String({ examples: ['12345678'] }),
  dateOfBirth: Type.String({ examples: ['2001-03-26'], description: 'yyyy-MM-dd' }),
  gender: StringEnum(genders, { examples: ['Female'] }),
  acceptMarketing: Type.Boolean({ examples: [false], description: 'Agreed to marketing by email' }),
  address: PostalAddress,
  flags: Type.Array(Type.Partial(Type.Object({
    type: Type.String({ examples: ['VIP'] }),
    comment: Type.String(),
    expiryDate: Type.String({ examples: ['2024-11-22'] })
  })))
}), { $id: 'CustomerDetail' })

export const CustomerMultiPass = Type.Partial(Type.Object({
  BookingItemId: Type.Integer({ description: 'The booking line that sold the pass' }),
  ProductId: Type.Integer({ description: 'Variation id' }),
  ParentProductName: Type.String(),
  Name: Type.String({ description: 'Variation name' }),
  UsesRemaining: Type.Integer(),
  UsesTotal: Type.Integer(),
  ExpiryDate: Nullable(Type.String()),
  IsExpired: Type.Boolean(),
  IsExhausted: Type.Boolean()
}), { $id: 'CustomerMultiPass' })

export const Guest = Type.Object({
  firstName: Type.String({ maxLength: 32, examples: ['John'] }),
  lastName: Type.String({ maxLength: 32, examples: ['Smith'] }),
  email: Nullable(Type.String({ maxLength: 256 }), {
    examples: ['johnsmith@example.com'],
    description: 'Either email or phone may be null, not both'
  }),
  phone: Nullable(Type.String({ maxLength: 20 }), { examples: ['12345678'], description: 'Either email or phone may be null, not both' }),
  dateOfBirth: Type.Optional(Nullable(Type.String(), { examples: ['2001-03-26'], description: 'yyyy-MM-dd, from 1900 until today' })),
  gender: Type.Optional(StringEnum(genders)),
  acceptMarketing: Type.Optional(Type.Boolean({ examples: [false], description: 'Agreed to marketing by email' })),
  acceptMarketingSms: Type.Optional(Type.Boolean({ examples: [false], description: 'Agreed to marketing by SMS' })),
  taxIdentificationNumber: Type.Optional(Type.String({ maxLength: 64, description: 'For tax documents' })),
  address: Type.Optional(Nullable(Type.Partial(Type.Object({
    street: Type.String({ maxLength: 256, examples: ['123 Fake Street'] }),
    suburb: Type.String({ maxLength: 64, examples: ['Orange County'] }),
    city: Type.String({ maxLength: 64, examples: ['Los Angeles'] }),
    state: Type.String({ maxLength: 64, examples: ['CA'] }),
    postcode: Type.String({ maxLength: 12, examples: ['27385'] }),
    country: Type.String({ maxLength: 64, examples: ['United States'] })
  })))),
  flags: Type.Optional(Type.Array(CustomerFlag))
}, { $id: 'Guest' })

export const CustomerPath = Type.Object({
  customerId: Type.String({ deprecated: true, examples: ['32444'], description: 'The same as guestId' })
})

export const GuestPath = Type.Object({
  guestId: Type.String({ examples: ['32444'] })
})
