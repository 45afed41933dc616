/** The venue itself: who it is, where it is, and its accounting settings. */
import { text } from './input.ts'
import { hash } from './random.ts'
import { money, type Json } from './record.ts'
import type { Routes } from './contract.ts'
import type { Profile, VenueState } from './types.ts'

type Place = [name: string, timeZone: string, zone: string, countryCode: string, country: string, currency: string, locale: string,
  phonePrefix: string, pricesIncludeTax: boolean, taxName: string, taxPercent: number]

const brisbane: Place =
  ['Brisbane North', '(UTC+10:00) Brisbane', 'Australia/Brisbane', 'AU', 'Australia', 'AUD', 'en-AU', '04', true, 'GST', 10]
const places: readonly Place[] = [
  brisbane,
  ['London Docklands', '(UTC+00:00) Dublin, Edinburgh, Lisbon, London', 'Europe/London', 'GB', 'United Kingdom', 'GBP', 'en-GB', '07', true,
    'VAT', 20],
  ['Austin South', '(UTC-06:00) Central Time (US & Canada)', 'America/Chicago', 'US', 'United States', 'USD', 'en-US', '512', false,
    'Sales Tax', 8.25],
  ['Auckland Harbour', '(UTC+12:00) Auckland, Wellington', 'Pacific/Auckland', 'NZ', 'New Zealand', 'NZD', 'en-NZ', '02', true, 'GST', 15]
]
const brands = ['SkyBound', 'Gravity Loft', 'Rebound Republic', 'Airtime Arena', 'Leap House', 'Bounce Foundry'] as const

function profileAt (place: Place, name: string): Profile {
  const [, timeZone, zone, countryCode, country, currency, locale, phonePrefix, pricesIncludeTax, taxName, taxPercent] = place
  const home = { countryCode, country, currency, locale, phonePrefix }
  return { name, timeZone, ianaTimeZone: zone, zone, ...home, pricesIncludeTax, taxName, taxPercent }
}

export function createProfile (clientId: string, seed: number): Profile {
  if (clientId === 'demo') return profileAt(brisbane, 'SkyBound Trampoline Park Brisbane')
  const number = hash(`${seed} ${clientId}`)
  const place = places[number % places.length] ?? brisbane
  const name = `${brands[(number >>> 8) % brands.length] ?? ''} Trampoline Park ${place[0]}`
  // ROLLER's published example of `ianaTimeZone` is a label and not an IANA name, so some venue has to answer that way.
  if (clientId.startsWith('badzone')) return { ...profileAt(brisbane, name), ianaTimeZone: brisbane[1] }
  return profileAt(place, name)
}

/** Fees of the online checkout, in percent and per transaction. */
export const fees = { transactionPercent: 3, cardPercent: 2.5, perTransaction: 1.5 }

export const taxId = (venue: VenueState): number => venue.id % 1000 + 1

/** The tax that is part of an amount, or comes on top of it. */
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
