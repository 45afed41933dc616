/** Initial guests, signed waivers, staff, discounts and gift cards of a venue. */
import { channels } from '../discounts.ts'
import { VALID_MS } from '../gift-cards.ts'
import { genders } from '../guests.ts'
import { roles } from '../staff.ts'
import { addDays, localDate } from '../time.ts'
import { WAIVER_DAYS, WAIVER_ID } from '../waivers.ts'
import type { Random } from '../random.ts'
import type { SignedWaiver, VenueState } from '../types.ts'

const DAY = 86_400_000
const GUESTS = 48
const firstNames = [
  'Amelia', 'Noah', 'Isla', 'Oliver', 'Mia', 'Leo', 'Ruby', 'Theo', 'Zara', 'Finn', 'Ava', 'Max', 'Priya', 'Mateo', 'Hana', 'Kai'
] as const
const lastNames = [
  'Nguyen', 'Smith', 'Patel', 'Walker', 'Rossi', 'Tane', 'Brown', 'Kim', 'Garcia', 'Okafor', 'Lindqvist', 'Murphy'
] as const
const streets = ['Riverside Drive', 'Station Street', 'Park Avenue', 'Harbour Esplanade', 'Mill Lane'] as const

const phoneOf = ({ profile }: VenueState, random: Random): string => `${profile.phonePrefix}${random.int(10_000_000, 99_999_999)}`

function seedGuest (venue: VenueState, random: Random, now: number, index: number): void {
  const isForMinor = random.next() < 0.3
  const person = { firstName: random.pick(firstNames), lastName: random.pick(lastNames) }
  const createdAt = now - random.int(1, 400) * DAY
  const [year, month, day] = [isForMinor ? random.int(2014, 2020) : random.int(1968, 2001), random.int(10, 12), random.int(10, 28)]
  const dateOfBirth = `${year}-${month}-${day}`
  const [email, phone] = [`${person.firstName}.${person.lastName}.${index}@example.com`.toLowerCase(), phoneOf(venue, random)]
  const street = { street: `${random.int(1, 240)} ${random.pick(streets)}`, postcode: String(random.int(1000, 9999)) }
  const vip = { type: 'VIP' as const, comment: 'Runs the school holiday programme' }
  const customerId = venue.next('guest')
  venue.guests.set(customerId, {
    customerId,
    ...person,
    email,
    phone,
    dateOfBirth,
    gender: random.pick(genders),
    acceptMarketing: random.next() < 0.5,
    acceptMarketingSms: random.next() < 0.2,
    taxIdentificationNumber: '',
    address: { ...street, suburb: 'Riverton', city: 'Riverton', state: '', country: venue.profile.country },
    flags: index % 16 === 5 ? [{ ...vip, expiryDate: addDays(localDate(now, venue.profile.zone), 200) }] : [],
    createdAt,
    modifiedAt: createdAt
  })
  const signer = { guestId: customerId, ...person, dateOfBirth, isForMinor, email, contactNumber: phone }
  if (random.next() < 0.7) signWaiver(venue, random, now, signer)
}

type Signer = Pick<SignedWaiver, 'guestId' | 'firstName' | 'lastName' | 'dateOfBirth' | 'isForMinor' | 'email' | 'contactNumber'>

function signWaiver (venue: VenueState, random: Random, now: number, signer: Signer): void {
  const signedWaiverId = venue.next('waiver')
  const parentSignedWaiverId = signer.isForMinor && venue.waivers.has(signedWaiverId - 1) ? signedWaiverId - 1 : null
  const createdAt = now - random.int(1, 60) * DAY - random.int(0, 600) * 60_000
  const times = { createdAt, expiresAt: createdAt + WAIVER_DAYS * DAY }
  venue.waivers.set(signedWaiverId, { signedWaiverId, parentSignedWaiverId, waiverId: WAIVER_ID, ...signer, ...times })
}

function seedStaff (venue: VenueState, random: Random, now: number): void {
  for (const [index, { roleId }] of [...roles, ...roles.slice(2)].entries()) {
    const [uniqueId, firstName, lastName] = [random.uuid(), random.pick(firstNames), random.pick(lastNames)]
    const email = `${firstName}.${lastName}.staff${index}@example.com`.toLowerCase()
    const account = { email, posPin: String(1000 + index), displayName: `${firstName} ${lastName.slice(0, 1)}.` }
    const lists = { staffIdentities: index === 0 ? ['Account Owner'] : [], hqVenueGroupTags: [], hqVenueUniqueIds: [] }
    const state = { hasVerifiedEmail: true, isLocked: false, createdAt: now - random.int(30, 900) * DAY }
    venue.staff.set(uniqueId, { staffId: venue.next('staff'), uniqueId, roleId, firstName, lastName, ...account, ...lists, ...state })
  }
}

const unlimited = { startDate: null, endDate: null, usageLimit: null, usageLimitType: null } as const

function seedOffers (venue: VenueState, random: Random, now: number): void {
  for (const { code, ...offer } of [
    { name: 'Weekday Ten', percentOff: 10, amountOff: null, code: 'WEEKDAY10' },
    { name: 'Five Off', percentOff: null, amountOff: 5, code: 'FIVEOFF' }
  ]) {
    const discountId = venue.next('discount')
    const sale = { salesChannels: [...channels], discountGenerationChannels: ['VenueManager'], printDiscountsOnReceipt: false }
    venue.discounts.set(discountId, { discountId, status: 'Active', ...offer, productIds: [], ...sale, ...unlimited, codes: [code] })
  }
  const productId = venue.products.find((product) => product.type === 'giftcard')?.variations[0]?.id ?? 0
  for (const balance of [50, 50, 100]) {
    const giftCardNumber = String(random.int(2_000_000_000, 2_999_999_999))
    const bookingReference = String(venue.next('booking'))
    const createdAt = now - random.int(1, 200) * DAY
    const times = { createdAt, modifiedAt: createdAt, expiresAt: createdAt + VALID_MS }
    venue.giftCards.set(giftCardNumber, { giftCardNumber, productId, bookingReference, balance, initialValue: balance, ...times })
  }
}

export function seedPeople (venue: VenueState, random: Random, now: number): void {
  for (let index = 0; index < GUESTS; index++) seedGuest(venue, random, now, index)
  seedStaff(venue, random, now)
  seedOffers(venue, random, now)
}
