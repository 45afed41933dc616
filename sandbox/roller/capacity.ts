/** Who takes how much of which resource when. */
import { conflict, type Problem } from './input.ts'
import type { WantedItem } from './items.ts'
import { findVariation, resourceOf } from './products.ts'
import { clockTime, minutes, twelveHours } from './time.ts'
import type { Block, Booking, Usage, VenueState } from './types.ts'

/** ROLLER: a reservation that is not used or deleted lets go after 10 minutes. */
export const HOLD_MS = 10 * 60_000
const END_OF_DAY = 24 * 60

/** What one line takes; nothing for products without a resource. A single-booking resource is taken by the party, not by the guest. */
export function usageOf (venue: VenueState, item: {
  productId: number,
  quantity: number,
  bookingDate: string,
  startTime?: string
}): Usage[] {
  const found = findVariation(venue, item.productId)
  if (found === undefined || item.startTime === undefined) return []
  const resource = resourceOf(venue, found.product)
  if (resource === undefined) return []
  const from = minutes(item.startTime)
  const amount = resource.allowMultipleBookings ? item.quantity * found.variation.groupSize : item.quantity
  return [{ resourceId: resource.id, date: item.bookingDate, from, to: from + (found.product.durationMinutes ?? 60), amount }]
}

export function takesCapacity (booking: Booking, now: number): boolean {
  if (booking.state === 'Cancelled' || booking.state === 'Deleted') return false
  return booking.expiresAt === undefined || booking.expiresAt > now
}

const blockUsage = (block: Block): Usage => ({
  resourceId: block.resourceId,
  date: block.date,
  from: block.blockEntireDay ? 0 : minutes(block.startTime),
  to: block.blockEntireDay ? END_OF_DAY : minutes(block.endTime),
  amount: block.capacity
})

/** Everything that takes capacity on one day, but for the holds and bookings that are about to be replaced. */
export function usagesOn (venue: VenueState, date: string, now: number, except: readonly string[] = []): Usage[] {
  const taken: Usage[] = []
  for (const booking of venue.bookings.values()) {
    if (except.includes(booking.uniqueId) || !takesCapacity(booking, now)) continue
    for (const item of booking.items) if (item.bookingDate === date) taken.push(...usageOf(venue, item))
  }
  for (const hold of venue.holds.values()) {
    if (!except.includes(hold.uniqueId) && hold.expiresAt > now) taken.push(...hold.usages.filter((usage) => usage.date === date))
  }
  for (const block of venue.blocks.values()) if (block.date === date) taken.push(blockUsage(block))
  return taken
}

/** The largest amount taken at one moment of the stretch: sessions overlap, so sums over the stretch would count people twice. */
export function peak (usages: readonly Usage[], resourceId: number, from: number, to: number): number {
  const overlapping = usages.filter((usage) => usage.resourceId === resourceId && usage.from < to && usage.to > from)
  const moments = [from, ...overlapping.map((usage) => usage.from).filter((moment) => moment > from)]
  return Math.max(...moments.map((moment) =>
    overlapping.reduce((sum, usage) => usage.from <= moment && usage.to > moment ? sum + usage.amount : sum, 0)))
}

export function remaining (venue: VenueState, usages: readonly Usage[], resourceId: number, from: number, to: number): number {
  const resource = venue.resources.find((candidate) => candidate.id === resourceId)
  return Math.max(0, (resource?.capacity ?? 0) - peak(usages, resourceId, from, to))
}

/** What the items would take, or a 409 that names every item that no longer fits. */
export function claim (venue: VenueState, items: readonly WantedItem[], now: number, except: readonly string[] = []): Usage[] {
  const claimed: Usage[] = []
  const problems: Problem[] = []
  for (const item of items) {
    for (const usage of usageOf(venue, item)) {
      const taken = [...usagesOn(venue, usage.date, now, except), ...claimed.filter((known) => known.date === usage.date)]
      if (remaining(venue, taken, usage.resourceId, usage.from, usage.to) < usage.amount) {
        const when = new Intl.DateTimeFormat('en-AU', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(Date.parse(usage.date))
        problems.push(
          { name: 'LocationFullyBooked', message: `Fully booked on ${when}, ${twelveHours(clockTime(usage.from)).toUpperCase()}` }
        )
      }
      claimed.push(usage)
    }
  }
  if (problems.length > 0) throw conflict(...problems)
  return claimed
}
