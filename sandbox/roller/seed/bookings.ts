/** Bookings of one day: parties, passes and walk-ins. */
import { makeBooking, makeItem, subTotalOf } from '../booking.ts'
import { remaining, usageOf, usagesOn } from '../capacity.ts'
import { money } from '../record.ts'
import { instant, weekday } from '../time.ts'
import { taxOf } from '../venue.ts'
import type { WantedItem } from '../items.ts'
import type { Random } from '../random.ts'
import type { Booking, BookingItem, Guest, Product, Variation, VenueState } from '../types.ts'

/** The product that a guest buys; undefined on a day without sessions. */
function pickVisit (venue: VenueState, random: Random, bookingDate: string): { type: Product['type'], wanted: WantedItem } | undefined {
  const roll = random.next()
  const type = roll < 0.08 ? 'membership' : roll < 0.16 ? 'partypackage' : roll < 0.22 ? 'pass' : 'sessionpass'
  const { sessions, variations: [variation] } = random.pick(venue.products.filter((product) => product.type === type))
  const times = sessions?.[weekday(bookingDate)]
  if (variation === undefined || times?.length === 0) return undefined
  const session = times === undefined ? {} : { startTime: random.pick(times) }
  const quantity = type === 'sessionpass' ? random.int(1, 6) : 1
  return { type, wanted: { productId: variation.id, quantity, bookingDate, ...session, price: variation.price, tickets: [] } }
}

function pickSocks (venue: VenueState, random: Random): Variation | undefined {
  const socks = venue.products.find((product) => product.stockProductType === 'retail')?.variations[random.int(0, 2)]
  return random.next() < 0.5 ? socks : undefined
}

function redeem (venue: VenueState, { tickets }: BookingItem, holder: Guest, visit: number, random: Random, now: number): void {
  for (const [number, ticket] of tickets.entries()) {
    if (visit < now && random.next() < 0.85) ticket.redeemedAt.push(visit + number * 20_000)
  }
  const { customerId } = holder
  const waiver = [...venue.waivers.values()].find((candidate) => candidate.guestId === customerId)
  if (tickets[0] !== undefined && waiver !== undefined) Object.assign(tickets[0], { customerId, signedWaiverId: waiver.signedWaiverId })
}

function payFor (venue: VenueState, { reference, createdAt }: Booking, random: Random, total: number): Booking['payments'] {
  const paymentMethod = random.pick(['CreditCard', 'CreditCard', 'Cash', 'Eftpos'])
  const ids = { bookingPaymentId: venue.next('payment'), uniqueId: random.uuid(), transactionId: `TX${reference}` }
  return [{ ...ids, paymentMethod, total, tip: 0, fees: 0, createdAt }]
}

/** Seeded by the date: the same date has the same bookings, whenever the simulator was started. */
export function seedBooking (venue: VenueState, random: Random, date: string, now: number): void {
  const visit = pickVisit(venue, random, date)
  if (visit === undefined) return
  const { type, wanted } = visit
  const at = instant(date, wanted.startTime ?? '10:00', venue.profile.zone)
  const createdAt = Math.min(at, now) - random.int(60, 12 * 1440) * 60_000
  const holder = random.pick([...venue.guests.values()])
  const socks = type === 'sessionpass' ? pickSocks(venue, random) : undefined
  // A full day accepts no more bookings: published numbers must stay within the capacity.
  const fits = usageOf(venue, wanted).every((usage) => remaining(venue, usagesOn(venue, date, now), usage) >= usage.amount)
  if (!fits) return

  const reference = String(venue.next('booking'))
  const entry = makeItem(venue, reference, wanted, 0, createdAt)
  const { quantity } = wanted
  const extras = socks === undefined ? [] : [{ productId: socks.id, price: socks.price, quantity, bookingDate: date, tickets: [] }]
  redeem(venue, entry, holder, at, random, now)
  const items = [entry, ...extras.map((extra) => makeItem(venue, reference, extra, 0, createdAt))]
  const subTotal = subTotalOf(items)
  const tax = taxOf(venue, subTotal)
  const total = venue.profile.pricesIncludeTax ? subTotal : money(subTotal + tax)
  const isParty = type === 'partypackage'
  const booking = makeBooking({
    uniqueId: random.uuid(),
    reference,
    channel: random.pick(['VenueManager', 'POS', 'Online', 'Online'] as const),
    name: isParty ? `${holder.firstName}'s Birthday` : `${holder.firstName} ${holder.lastName}`,
    customerId: holder.customerId,
    items,
    tax,
    createdAt,
    modifiedAt: at < now ? at : createdAt
  })
  // A future party has paid its deposit.
  booking.payments = payFor(venue, booking, random, isParty && at > now ? money(total / 2) : total)
  venue.bookings.set(booking.uniqueId, booking)
}
