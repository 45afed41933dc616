/** The venue itself: who it is, where it is, and its accounting settings. */
import { hash } from './random.ts'
import { text } from './input.ts'
import type { Routes } from './contract.ts'
import type { Profile, VenueState } from './types.ts'

const places: readonly Profile[] = [
  {
    name: 'Brisbane North',
    timeZone: '(UTC+10:00) Brisbane',
    ianaTimeZone: 'Australia/Brisbane',
    zone: 'Australia/Brisbane',
    countryCode: 'AU',
    country: 'Australia',
    currency: 'AUD',
    locale: 'en-AU',
    phonePrefix: '04',
    pricesIncludeTax: true,
    taxName: 'GST',
    taxPercent: 10
  },
  {
    name: 'London Docklands',
    timeZone: '(UTC+00:00) Dublin, Edinburgh, Lisbon, London',
    ianaTimeZone: 'Europe/London',
    zone: 'Europe/London',
    countryCode: 'GB',
    country: 'United Kingdom',
    currency: 'GBP',
    locale: 'en-GB',
    phonePrefix: '07',
    pricesIncludeTax: true,
    taxName: 'VAT',
    taxPercent: 20
  },
  {
    name: 'Austin South',
    timeZone: '(UTC-06:00) Central Time (US & Canada)',
    ianaTimeZone: 'America/Chicago',
    zone: 'America/Chicago',
    countryCode: 'US',
    country: 'United States',
    currency: 'USD',
    locale: 'en-US',
    phonePrefix: '512',
    pricesIncludeTax: false,
    taxName: 'Sales Tax',
    taxPercent: 8.25
  },
  {
    name: 'Auckland Harbour',
    timeZone: '(UTC+12:00) Auckland, Wellington',
    ianaTimeZone: 'Pacific/Auckland',
    zone: 'Pacific/Auckland',
    countryCode: 'NZ',
    country: 'New Zealand',
    currency: 'NZD',
    locale: 'en-NZ',
    phonePrefix: '02',
    pricesIncludeTax: true,
    taxName: 'GST',
    taxPercent: 15
  }
]

const brands = ['SkyBound', 'Gravity Loft', 'Rebound Republic', 'Airtime Arena', 'Leap House', 'Bounce Foundry'] as const

export function createProfile (clientId: string, seed: number): Profile {
  const [home] = places
  if (home === undefined) throw new Error('No places to choose from')
  if (clientId === 'demo') return { ...home, name: 'SkyBound Trampoline Park Brisbane' }
  const number = hash(`${seed} ${clientId}`)
  const place = places[number % places.length] ?? home
  const profile = { ...place, name: `${brands[(number >>> 8) % brands.length] ?? ''} Trampoline Park ${place.name}` }
  // ROLLER's published example of `ianaTimeZone` is a label and not an IANA name, so some venue has to answer that way.
  if (clientId.startsWith('badzone')) return { ...home, name: profile.name, ianaTimeZone: '(UTC+10:00) Brisbane' }
  return profile
}

/** Fees of the online checkout, in percent and per transaction. */
export const fees = { transactionPercent: 3, cardPercent: 2.5, perTransaction: 1.5 }

function detail (venue: VenueState): Record<string, unknown> {
  const { profile } = venue
  return {
    id: venue.id,
    name: profile.name,
    timeZone: profile.timeZone,
    ianaTimeZone: profile.ianaTimeZone,
    countryCode: profile.countryCode,
    country: profile.country,
    currency: profile.currency,
    locale: profile.locale,
    productPricesIncludeTax: profile.pricesIncludeTax,
    transactionFeePercent: fees.transactionPercent,
    creditCardFeePercent: fees.cardPercent,
    feePerTransaction: fees.perTransaction,
    codeOfConduct: 'Everyone on the courts wears grip socks, has a signed waiver and follows the court marshals.',
    paymentSettings: {
      apiUrl: 'https://payment.service.example',
      configurationId: 'ee1807ae-58f8-4438-b17b-b60f7810a0cf',
      integrationId: 'bf8abcf0-f773-42cb-b1ea-f42b9f1d488b'
    },
    taxes: [{ id: taxId(venue), name: profile.taxName, taxPercent: profile.taxPercent, isDefault: true }],
    taxComponents: [],
    venueGroups: []
  }
}

export const taxId = (venue: VenueState): number => venue.id % 1000 + 1

export const venueRoutes: Routes = {
  'GET /venues/me': ({ venue }) => ({ status: 200, body: detail(venue) }),
  'GET /netsuite-settings': ({ venue }) => ({ status: 200, body: venue.netsuite }),
  'PUT /netsuite-settings': ({ venue, body }) => {
    // ROLLER: null or a missing property clears the setting.
    venue.netsuite = { locationId: (text(body, 'locationId') ?? '').slice(0, 64), exportId: (text(body, 'exportId') ?? '').slice(0, 64) }
    return { status: 200 }
  }
}
