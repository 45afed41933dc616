/** A venue with past and future bookings, generated from the client id, the seed and the date. */
import { createProfile } from '../profiles.ts'
import { createRandom, hash, type Random } from '../random.ts'
import { addDays, localDate } from '../time.ts'
import { seedBooking } from './bookings.ts'
import { seedPeople } from './people.ts'
import { seedProducts } from './products.ts'
import type { VenueState } from '../types.ts'

const DAYS_BEFORE = 35
const DAYS_AFTER = 14

/** Numbers for each kind of record; the ranges do not overlap, so a number in a log identifies the kind. */
const firstNumbers: Readonly<Record<string, number>> = Object.fromEntries([
  ['booking', 70_000_000], ['item', 500_000_000], ['ticket', 900_000_000], ['payment', 200_000_000], ['guest', 30_000_000],
  ['waiver', 18_000_000], ['link', 2_500], ['discount', 260], ['staff', 90_000], ['webhook', 230], ['block', 5_500]
])

function counters (venueId: number): (kind: string) => number {
  const numbers = new Map<string, number>()
  return (kind) => {
    const number = numbers.get(kind) ?? firstNumbers[kind] ?? venueId * 1000 + 500
    numbers.set(kind, number + 1)
    return number
  }
}

/** The bookings are generated when they are first read: many programs and tests read none. */
export function createVenue (clientId: string, seed: number, now: number): VenueState {
  const id = 20_000 + (clientId === 'demo' ? hash('demo') : hash(`${seed} ${clientId}`)) % 70_000
  let bookings: VenueState['bookings'] | null = null
  const venue: VenueState = {
    id,
    profile: createProfile(clientId, seed),
    random: createRandom(hash(`${seed} ${clientId} calls`)),
    ...seedProducts(id * 1000),
    get bookings () {
      if (bookings !== null) return bookings
      bookings = new Map()
      seedBookings(venue, (date) => createRandom(hash(`${seed} ${clientId} ${date}`)), now)
      return bookings
    },
    holds: new Map(),
    blocks: new Map(),
    guests: new Map(),
    waivers: new Map(),
    discounts: new Map(),
    giftCards: new Map(),
    giftCardOrders: new Set(),
    staff: new Map(),
    webhooks: new Map(),
    netsuite: { locationId: '', exportId: '' },
    bulkRequests: new Map(),
    next: counters(id)
  }
  seedPeople(venue, createRandom(hash(`${seed} ${clientId} people`)), now)
  return venue
}

function seedBookings (venue: VenueState, randomOf: (date: string) => Random, now: number): void {
  const today = localDate(now, venue.profile.zone)
  for (let day = -DAYS_BEFORE; day <= DAYS_AFTER; day++) {
    const date = addDays(today, day)
    const random = randomOf(date)
    const count = random.int(3, 7)
    for (let booking = 0; booking < count; booking++) seedBooking(venue, random, date, now)
  }
}

/** Before a call that changes the venue: the bookings are generated from its guests, waivers and products. */
export function generateBookings ({ bookings }: VenueState): number { return bookings.size }
