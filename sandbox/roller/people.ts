/** Guests, signed waivers, staff, discounts and gift cards that a venue starts with. */
import { addDays, localDate } from './time.ts'
import type { Random } from './random.ts'
import type { VenueState } from './types.ts'

const DAY = 86_400_000
const firstNames = [
  'Amelia',
  'Noah',
  'Isla',
  'Oliver',
  'Mia',
  'Leo',
  'Ruby',
  'Theo',
  'Zara',
  'Finn',
  'Ava',
  'Max',
  'Priya',
  'Mateo',
  'Hana',
  'Kai'
] as const
const lastNames = [
  'Nguyen',
  'Smith',
  'Patel',
  'Walker',
  'Rossi',
  'Tane',
  'Brown',
  'Kim',
  'Garcia',
  'Okafor',
  'Lindqvist',
  'Murphy'
] as const
const streets = ['Riverside Drive', 'Station Street', 'Park Road', 'Harbour Esplanade', 'Mill Lane'] as const
/** Roles are a fixed list: ROLLER's API only reads them. */
export const roles = [
  { roleId: 1201, roleName: 'Administrator' },
  { roleId: 1202, roleName: 'Duty Manager' },
  { roleId: 1203, roleName: 'Front Desk' },
  { roleId: 1204, roleName: 'Court Marshal' }
] as const
export const WAIVER_ID = 2918
export const WAIVER_DAYS = 365

function seedGuests (venue: VenueState, random: Random, now: number): void {
  for (let index = 0; index < 48; index++) {
    const customerId = venue.next('guest')
    const firstName = random.pick(firstNames)
    const lastName = random.pick(lastNames)
    const createdAt = now - random.int(1, 400) * DAY
    const minor = random.next() < 0.3
    const [year, month, day] = [minor ? random.int(2014, 2020) : random.int(1968, 2001), random.int(10, 12), random.int(10, 28)]
    const dateOfBirth = `${year}-${month}-${day}`
    venue.guests.set(customerId, {
      customerId,
      firstName,
      lastName,
      email: `${firstName}.${lastName}.${index}@example.com`.toLowerCase(),
      phone: `${venue.profile.phonePrefix}${random.int(10_000_000, 99_999_999)}`,
      dateOfBirth,
      gender: random.pick(['Male', 'Female', 'Other', 'PreferNotToSay']),
      acceptMarketing: random.next() < 0.5,
      acceptMarketingSms: random.next() < 0.2,
      taxIdentificationNumber: '',
      address: {
        street: `${random.int(1, 240)} ${random.pick(streets)}`,
        suburb: 'Riverton',
        city: 'Riverton',
        state: '',
        postcode: String(random.int(1000, 9999)),
        country: venue.profile.country
      },
      flags: index % 16 === 5
        ? [
            { type: 'VIP', comment: 'Runs the school holiday programme', expiryDate: addDays(localDate(now, venue.profile.zone), 200) }
          ]
        : [],
      createdAt,
      modifiedAt: createdAt
    })
    if (random.next() < 0.7) {
      const signedWaiverId = venue.next('waiver')
      const signedAt = now - random.int(1, 60) * DAY - random.int(0, 600) * 60_000
      venue.waivers.set(signedWaiverId, {
        signedWaiverId,
        parentSignedWaiverId: minor && venue.waivers.has(signedWaiverId - 1) ? signedWaiverId - 1 : null,
        waiverId: WAIVER_ID,
        guestId: customerId,
        firstName,
        lastName,
        dateOfBirth,
        isForMinor: minor,
        email: `${firstName}.${lastName}.${index}@example.com`.toLowerCase(),
        contactNumber: `${venue.profile.phonePrefix}${random.int(10_000_000, 99_999_999)}`,
        createdAt: signedAt,
        expiresAt: signedAt + WAIVER_DAYS * DAY
      })
    }
  }
}

function seedStaff (venue: VenueState, random: Random, now: number): void {
  for (const [index, role] of [...roles, roles[2], roles[3]].entries()) {
    const uniqueId = random.uuid()
    const firstName = random.pick(firstNames)
    const lastName = random.pick(lastNames)
    venue.staff.set(uniqueId, {
      staffId: venue.next('staff'),
      uniqueId,
      roleId: role.roleId,
      firstName,
      lastName,
      email: `${firstName}.${lastName}.staff${index}@example.com`.toLowerCase(),
      posPin: String(1000 + index),
      displayName: `${firstName} ${lastName.slice(0, 1)}.`,
      staffIdentities: index === 0 ? ['Account Owner'] : [],
      hqVenueGroupTags: [],
      hqVenueUniqueIds: [],
      hasVerifiedEmail: true,
      isLocked: false,
      createdAt: now - random.int(30, 900) * DAY
    })
  }
}

function seedOffers (venue: VenueState, random: Random, now: number): void {
  const offers = [
    { name: 'Weekday Ten', percentOff: 10, amountOff: null, code: 'WEEKDAY10' },
    { name: 'Five Off', percentOff: null, amountOff: 5, code: 'FIVEOFF' }
  ]
  for (const { name, percentOff, amountOff, code } of offers) {
    const discountId = venue.next('discount')
    venue.discounts.set(discountId, {
      discountId,
      status: 'Active',
      name,
      amountOff,
      percentOff,
      productIds: [],
      salesChannels: ['VenueManager', 'POS', 'Online', 'SSK'],
      discountGenerationChannels: ['VenueManager'],
      printDiscountsOnReceipt: false,
      startDate: null,
      endDate: null,
      usageLimit: null,
      usageLimitType: null,
      codes: [code]
    })
  }
  const card = venue.products.find((product) => product.type === 'giftcard')?.variations[0]
  for (const value of [50, 50, 100]) {
    const giftCardNumber = String(random.int(2_000_000_000, 2_999_999_999))
    const createdAt = now - random.int(1, 200) * DAY
    venue.giftCards.set(giftCardNumber, {
      giftCardNumber,
      productId: card?.id ?? 0,
      bookingReference: String(venue.next('booking')),
      balance: value,
      initialValue: value,
      createdAt,
      modifiedAt: createdAt,
      expiresAt: createdAt + 3 * 365 * DAY
    })
  }
}

export function seedPeople (venue: VenueState, random: Random, now: number): void {
  seedGuests(venue, random, now)
  seedStaff(venue, random, now)
  seedOffers(venue, random, now)
}
