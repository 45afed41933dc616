/** Capacity of resources in use, by day and time. */
import { rejectWith, type Problem } from './input.ts'
import { resourceOf, soldAs } from './products.ts'
import { clockTime, minutes, twelveHours } from './time.ts'
import type { Block, Booking, Usage, VenueState } from './types.ts'

/** ROLLER: a reservation that is not used or deleted expires after 10 minutes. */
export const HOLD_MS = 10 * 60_000
const END_OF_DAY = 24 * 60

interface Line { productId: number, quantity: number, bookingDate: string, startTime?: string }

/** The capacity of one line; none for products without a resource. A single-booking resource counts parties, not guests. */
export function usageOf (venue: VenueState, line: Line): Usage[] {
  const { product, variation } = soldAs(venue, line)
  const resource = resourceOf(venue, product)
  if (resource === undefined || line.startTime === undefined) return []
  const from = minutes(line.startTime)
  const amount = resource.allowMultipleBookings ? line.quantity * variation.groupSize : line.quantity
  return [{ resourceId: resource.id, date: line.bookingDate, from, to: from + (product.durationMinutes ?? 60), amount }]
}

export function takesCapacity (booking: Booking, now: number): boolean {
  // The capacity of a draft is a reservation's.
  if (booking.state !== 'Active') return false
  return booking.expiresAt === undefined || booking.expiresAt > now
}

export function blockUsage ({ resourceId, date, blockEntireDay, startTime, endTime, capacity: amount }: Block): Usage {
  const [from, to] = blockEntireDay ? [0, END_OF_DAY] : [minutes(startTime), minutes(endTime)]
  return { resourceId, date, from, to, amount }
}

/** All capacity in use on one day, except the holds and bookings that are being replaced. */
export function usagesOn (venue: VenueState, date: string, now: number, except: readonly (string | undefined)[] = []): Usage[] {
  const counts = ({ uniqueId }: { uniqueId: string }): boolean => !except.includes(uniqueId)
  const bookings = [...venue.bookings.values()].filter((booking) =>
    booking.items.some((item) => item.bookingDate === date) && counts(booking) && takesCapacity(booking, now))
  const holds = [...venue.holds.values()].filter((hold) => counts(hold) && hold.expiresAt > now)
  return [
    ...bookings.flatMap(({ items }) => items.filter((item) => item.bookingDate === date).flatMap((item) => usageOf(venue, item))),
    ...holds.flatMap(({ usages }) => usages.filter((usage) => usage.date === date)),
    ...[...venue.blocks.values()].filter((block) => block.date === date).map(blockUsage)
  ]
}

/** The largest amount in use at one moment of the period: sessions overlap, so sums over the period would count guests twice. */
function peak (usages: readonly Usage[], resourceId: number, from: number, to: number): number {
  const overlapping = usages.filter((usage) => usage.resourceId === resourceId && usage.from < to && usage.to > from)
  const moments = [from, ...overlapping.map((usage) => usage.from).filter((moment) => moment > from)]
  return Math.max(...moments.map((moment) =>
    overlapping.reduce((total, usage) => usage.from <= moment && usage.to > moment ? total + usage.amount : total, 0)))
}

export function remaining (venue: VenueState, usages: readonly Usage[], { resourceId, from, to }: Omit<Usage, 'date' | 'amount'>): number {
  const resource = venue.resources.find((candidate) => candidate.id === resourceId)
  return Math.max(0, (resource?.capacity ?? 0) - peak(usages, resourceId, from, to))
}

/** The capacity of the lines, or a 409 that names every line that does not fit. */
export function claim (venue: VenueState, lines: readonly Line[], now: number, ...except: (string | undefined)[]): Usage[] {
  const claimed: Usage[] = []
  const problems: Problem[] = []
  for (const usage of lines.flatMap((line) => usageOf(venue, line))) {
    const taken = [...usagesOn(venue, usage.date, now, except), ...claimed.filter((known) => known.date === usage.date)]
    if (remaining(venue, taken, usage) < usage.amount) {
      const day = new Intl.DateTimeFormat('en-AU', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(Date.parse(usage.date))
      const time = twelveHours(clockTime(usage.from)).toUpperCase()
      problems.push({ name: 'LocationFullyBooked', message: `Fully booked on ${day}, ${time}` })
    }
    claimed.push(usage)
  }
  rejectWith(409, problems)
  return claimed
}
