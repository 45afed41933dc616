/** Names and locations of the simulated venues. */
import { hash } from './random.ts'

const brands = ['SkyBound', 'Gravity Loft', 'Rebound Republic', 'Airtime Arena', 'Leap House', 'Bounce Foundry'] as const

type Home = [countryCode: string, country: string, currency: string, locale: string, phonePrefix: string]

/** `zone` is used for calculations; `ianaTimeZone` is published. */
function placeOf (name: string, timeZone: string, zone: string, home: Home, tax: [boolean, string, number]) {
  const [countryCode, country, currency, locale, phonePrefix] = home
  const [pricesIncludeTax, taxName, taxPercent] = tax
  const where = { timeZone, ianaTimeZone: zone, zone, countryCode, country, currency, locale, phonePrefix }
  return { name, ...where, pricesIncludeTax, taxName, taxPercent }
}

export type Profile = ReturnType<typeof placeOf>

const brisbane = placeOf('Brisbane North', '(UTC+10:00) Brisbane', 'Australia/Brisbane',
  ['AU', 'Australia', 'AUD', 'en-AU', '04'], [true, 'GST', 10])
const places: readonly Profile[] = [
  brisbane,
  placeOf('London Docklands', '(UTC+00:00) Dublin, Edinburgh, Lisbon, London', 'Europe/London',
    ['GB', 'United Kingdom', 'GBP', 'en-GB', '07'], [true, 'VAT', 20]),
  placeOf('Austin South', '(UTC-06:00) Central Time (US & Canada)', 'America/Chicago',
    ['US', 'United States', 'USD', 'en-US', '512'], [false, 'Sales Tax', 8.25]),
  placeOf('Auckland Harbour', '(UTC+12:00) Auckland, Wellington', 'Pacific/Auckland',
    ['NZ', 'New Zealand', 'NZD', 'en-NZ', '02'], [true, 'GST', 15])
]

export function createProfile (clientId: string, seed: number): Profile {
  if (clientId === 'demo') return { ...brisbane, name: 'SkyBound Trampoline Park Brisbane' }
  const number = hash(`${seed} ${clientId}`)
  const place = places[number % places.length] ?? brisbane
  const name = `${brands[(number >>> 8) % brands.length] ?? ''} Trampoline Park ${place.name}`
  // ROLLER's published example of `ianaTimeZone` is a label and not an IANA name, so one venue publishes such a label.
  return clientId.startsWith('badzone') ? { ...brisbane, name, ianaTimeZone: brisbane.timeZone } : { ...place, name }
}
