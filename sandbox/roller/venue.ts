/** The venue itself, its fees and taxes, and its accounting settings. */
import { text } from './input.ts'
import { money, type Json } from './record.ts'
import type { Routes } from './contract.ts'
import type { VenueState } from './types.ts'

/** Fees of the online checkout, in percent and per transaction. */
export const fees = { transactionPercent: 3, cardPercent: 2.5, perTransaction: 1.5 }

export const taxId = (venue: VenueState): number => venue.id % 1000 + 1

/** The tax that is included in an amount, or added to it. */
export function taxOf ({ profile: { pricesIncludeTax, taxPercent } }: VenueState, amount: number): number {
  return money(pricesIncludeTax ? amount - amount / (1 + taxPercent / 100) : amount * taxPercent / 100)
}

function detail (venue: VenueState): Json {
  const { zone: _, phonePrefix: _prefix, pricesIncludeTax, taxName, taxPercent, ...published } = venue.profile
  return {
    id: venue.id,
    ...published,
    productPricesIncludeTax: pricesIncludeTax,
    transactionFeePercent: fees.transactionPercent,
    creditCardFeePercent: fees.cardPercent,
    feePerTransaction: fees.perTransaction,
    codeOfConduct: 'Everyone on the courts wears grip socks, has a signed waiver and follows the court marshals.',
    paymentSettings: {
      apiUrl: 'https://payment.service.example',
      configurationId: 'ee1807ae-58f8-4438-b17b-b60f7810a0cf',
      integrationId: 'bf8abcf0-f773-42cb-b1ea-f42b9f1d488b'
    },
    taxes: [{ id: taxId(venue), name: taxName, taxPercent, isDefault: true }],
    taxComponents: [],
    venueGroups: []
  }
}

export const venueRoutes: Routes = {
  'GET /venues/me': ({ venue }) => detail(venue),
  'GET /netsuite-settings': ({ venue }) => venue.netsuite,
  'PUT /netsuite-settings': ({ venue, body }) => {
    // ROLLER: null or a missing property clears the setting.
    const setting = (name: string): string => (text(body, name) ?? '').slice(0, 64)
    venue.netsuite = { locationId: setting('locationId'), exportId: setting('exportId') }
  }
}
