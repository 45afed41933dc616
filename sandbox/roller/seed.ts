/** A venue with a past and a future, made out of its client id, the seed and the calendar alone. */
import { usageOf, usagesOn, remaining } from './capacity.ts'
import { createCatalogue } from './catalogue.ts'
import { addDays, clockTime, instant, localDate, minutes } from './time.ts'
import { createProfile } from './venue.ts'
import { createRandom, hash, type Random } from './random.ts'
import { seedPeople } from './people.ts'
import { money } from './input.ts'
import type { Booking, BookingItem, Product, Variation, VenueState } from './types.ts'

const DAYS_BEFORE = 35
const DAYS_AFTER = 14

/** Numbers per kind of record; the start keeps kinds apart, so that a number found in a log tells what it is. */
const firstNumbers: Readonly<Record<string, number>> = {
  booking: 70_000_000,
  item: 500_000_000,
  ticket: 900_000_000,
  payment: 200_000_000,
  link: 2_500,
  guest: 30_000_000,
  waiver: 18_000_000,
  discount: 260,
  staff: 90_000,
  webhook: 230,
  block: 5_500
}

function counters (venueId: number): (kind: string) => number {
  const numbers = new Map<string, number>()
  return (kind) => {
    const first = firstNumbers[kind] ?? venueId * 1000 + 500
    const number = numbers.get(kind) ?? first
    numbers.set(kind, number + 1)
    return number
  }
}

function seedItem (venue: VenueState, product: Product, variation: Variation, quantity: number, at: {
  date: string,
  startTime?: string,
  createdAt: number
}): BookingItem {
  const { date, startTime, createdAt } = at
  return {
    bookingItemId: venue.next('item'),
    productId: variation.id,
    quantity,
    bookingDate: date,
    bookingEndDate: product.validDays === undefined ? date : addDays(date, product.validDays),
    ...(startTime === undefined ? {} : { startTime, endTime: clockTime(minutes(startTime) + (product.durationMinutes ?? 60)) }),
    cost: variation.price,
    discount: 0,
    createdAt,
    tickets: []
  }
}

/** One party or walk-in, with the day's own randomness: the same date has the same bookings, whenever the simulator was started. */
function seedBooking (venue: VenueState, random: Random, date: string, now: number): void {
  const { zone, pricesIncludeTax, taxPercent } = venue.profile
  const roll = random.next()
  const wanted = roll < 0.08 ? 'membership' : roll < 0.16 ? 'partypackage' : roll < 0.22 ? 'pass' : 'sessionpass'
  const product = random.pick(venue.products.filter((candidate) => candidate.type === wanted))
  const variation = product.variations[0]
  if (variation === undefined) return
  const times = product.sessions?.[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? []
  if (product.sessions !== undefined && times.length === 0) return
  const startTime = times.length === 0 ? undefined : random.pick(times)
  const quantity = wanted === 'sessionpass' ? random.int(1, 6) : 1
  const visit = instant(date, startTime ?? '10:00', zone)
  const createdAt = Math.min(visit, now) - random.int(60, 12 * 1440) * 60_000
  const holder = random.pick([...venue.guests.values()])
  const items = [seedItem(venue, product, variation, quantity, { date, createdAt, ...(startTime === undefined ? {} : { startTime }) })]
  const socks = venue.products.find((candidate) => candidate.stockProductType === 'retail')
  const size = socks?.variations[random.int(0, 2)]
  if (wanted === 'sessionpass' && socks !== undefined && size !== undefined && random.next() < 0.5) {
    items.push(seedItem(venue, socks, size, quantity, { date, createdAt }))
  }

  const reference = String(venue.next('booking'))
  for (const item of items) {
    if (item.productId !== variation.id) continue
    for (let number = 0; number < quantity * variation.groupSize; number++) {
      item.tickets.push(
        {
          ticketId: `${reference}-${venue.next('ticket')}`,
          redeemedAt: visit < now && random.next() < 0.85 ? [visit + number * 20_000] : []
        }
      )
    }
  }
  const waiver = [...venue.waivers.values()].find((candidate) => candidate.guestId === holder.customerId)
  const first = items[0]?.tickets[0]
  if (first !== undefined && waiver !== undefined) {
    Object.assign(first, { customerId: holder.customerId, signedWaiverId: waiver.signedWaiverId })
  }
  // A day that is already full takes nobody else: what is published must stay within the capacity.
  const fits = usageOf(venue, { ...items[0], productId: variation.id, quantity, bookingDate: date }).every((usage) =>
    remaining(venue, usagesOn(venue, date, now), usage.resourceId, usage.from, usage.to) >= usage.amount)
  if (!fits) return
  const subTotal = money(items.reduce((sum, item) => sum + item.cost * item.quantity, 0))
  const tax = money(pricesIncludeTax ? subTotal - subTotal / (1 + taxPercent / 100) : subTotal * taxPercent / 100)
  const total = pricesIncludeTax ? subTotal : money(subTotal + tax)
  const paid = wanted === 'partypackage' && visit > now ? money(total / 2) : total
  const booking: Booking = {
    uniqueId: random.uuid(),
    reference,
    channel: random.pick(['VenueManager', 'POS', 'Online', 'Online'] as const),
    state: 'Active',
    name: wanted === 'partypackage' ? `${holder.firstName}'s Birthday` : `${holder.firstName} ${holder.lastName}`,
    customerId: holder.customerId,
    metadata: {},
    items,
    payments: [{
      bookingPaymentId: venue.next('payment'),
      uniqueId: random.uuid(),
      transactionId: `TX${reference}`,
      paymentMethod: random.pick(['CreditCard', 'CreditCard', 'Cash', 'Eftpos']),
      total: paid,
      tip: 0,
      fees: 0,
      last4: String(random.int(1000, 9999)),
      createdAt
    }],
    links: [],
    discount: 0,
    discountIds: [],
    discountCodes: [],
    fees: 0,
    tax,
    createdAt,
    modifiedAt: visit < now ? Math.min(now, visit) : createdAt
  }
  venue.bookings.set(booking.uniqueId, booking)
}

export function createVenue (clientId: string, seed: number, now: number): VenueState {
  const number = clientId === 'demo' ? hash('demo') : hash(`${seed} ${clientId}`)
  const id = 20_000 + number % 70_000
  const venue: VenueState = {
    clientId,
    id,
    profile: createProfile(clientId, seed),
    random: createRandom(hash(`${seed} ${clientId} calls`)),
    ...createCatalogue(id * 1000),
    bookings: new Map(),
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
  const today = localDate(now, venue.profile.zone)
  for (let day = -DAYS_BEFORE; day <= DAYS_AFTER; day++) {
    const date = addDays(today, day)
    const random = createRandom(hash(`${seed} ${clientId} ${date}`))
    const count = random.int(3, 7)
    for (let booking = 0; booking < count; booking++) seedBooking(venue, random, date, now)
  }
  return venue
}
