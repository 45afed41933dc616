/** The venue itself and its NetSuite settings. */
import { Type } from '../schema.ts'

export const NetSuiteSettings = Type.Partial(Type.Object({
  locationId: Type.String({ examples: ['SZ-USA-RIVERSIDE-01'], description: 'At most 64 characters; null or left out clears it' }),
  exportId: Type.String({
    examples: ['NS-EXPORT-2026'],
    description: 'Prefix of exported row ids, at most 64 characters; null or left out clears it'
  })
}), { $id: 'NetSuiteSettings' })

export const PaymentSettings = Type.Partial(Type.Object({
  apiUrl: Type.String({ examples: ['https://payment.service.roller.app'] }),
  configurationId: Type.String({ format: 'uuid', examples: ['ee1807ae-58f8-4438-b17b-b60f7810a0cf'] }),
  integrationId: Type.String({ format: 'uuid', examples: ['bf8abcf0-f773-42cb-b1ea-f42b9f1d488b'] })
}))

export const TaxRate = Type.Partial(Type.Object({
  id: Type.Integer({ examples: [45] }),
  name: Type.String({ examples: ['State Tax'] }),
  taxPercent: Type.Number({ examples: [8.5], description: '0 to 100' }),
  isDefault: Type.Boolean({ description: 'Counts for products without a rate of their own' })
}))

export const TaxComponent = Type.Partial(Type.Object({
  id: Type.String(),
  name: Type.String(),
  taxPercent: Type.String()
}))

export const VenueGroup = Type.Partial(Type.Object({
  hqVenueGroupTag: Type.String(),
  hqVenueUniqueIds: Type.Array(Type.String({ format: 'uuid' }), { description: 'Venues in the group' })
}))

export const Venue = Type.Partial(Type.Object({
  id: Type.Integer({ examples: [20981] }),
  name: Type.String({ examples: ['ROLLER World Australia'] }),
  timeZone: Type.String({ examples: ['(UTC+10:00) Brisbane'], description: 'Windows-style label' }),
  ianaTimeZone: Type.String({ examples: ['Australia/Brisbane'], description: 'Check before use: not always an IANA name' }),
  countryCode: Type.String({ examples: ['AU'] }),
  country: Type.String({ examples: ['Australia'] }),
  currency: Type.String({ examples: ['AUD'] }),
  locale: Type.String({ examples: ['en-AU'] }),
  productPricesIncludeTax: Type.Boolean({ examples: [true] }),
  transactionFeePercent: Type.Number({ examples: [3], description: 'Fee on online payments' }),
  creditCardFeePercent: Type.Number({ examples: [2.5], description: 'Fee on card payments online and in Venue Manager' }),
  feePerTransaction: Type.Number({ examples: [1.5], description: 'Fixed fee on online payments' }),
  codeOfConduct: Type.String({ description: 'What the guest agrees to when buying' }),
  paymentSettings: PaymentSettings,
  taxes: Type.Array(TaxRate),
  taxComponents: Type.Array(TaxComponent),
  venueGroups: Type.Array(VenueGroup, { description: 'HQ venues only' })
}))
