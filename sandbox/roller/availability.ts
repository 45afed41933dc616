/** Remaining capacity of a day, and the days of a month with availability. */
import { remaining, usagesOn } from './capacity.ts'
import { commaSeparated, found, invalid } from './input.ts'
import { locations, matching, productBasics, resourceOf, variationBasics } from './products.ts'
import { all, sum, type Json } from './record.ts'
import { addDays, clockTime, instant, isDate, localDate, minutes, twelveHours, weekday } from './time.ts'
import type { Call, Routes } from './contract.ts'
import type { Product, Usage, VenueState } from './types.ts'

interface Session { startTime: string, endTime: string, left: number | null }

function sessionsOn (venue: VenueState, product: Product, date: string, usages: readonly Usage[]): Session[] {
  return (product.sessions?.[weekday(date)] ?? []).map((startTime) => {
    const from = minutes(startTime)
    const to = from + (product.durationMinutes ?? 60)
    const { resourceId } = product
    return { startTime, endTime: clockTime(to), left: resourceId === undefined ? null : remaining(venue, usages, { resourceId, from, to }) }
  })
}

function allocations (venue: VenueState, product: Product, left: number | null): Json[] {
  const resource = resourceOf(venue, product)
  return product.variations.map(({ id, groupSize }) => ({
    productId: String(id),
    // A group ticket uses several places, so fewer of them fit into the remaining capacity.
    capacityRemaining: left === null || resource?.allowMultipleBookings === false ? left : Math.floor(left / groupSize),
    bookableCapacityRemaining: left,
    locations: locations(venue, product),
    resourceTimes: resource === undefined || left === null
      ? []
      : [{ startMinutes: 0, endMinutes: product.durationMinutes ?? 60, remainingCapacity: left, resourceIds: [resource.id] }]
  }))
}

function availability ({ venue, now }: Call, product: Product, date: string, usages: readonly Usage[]): Json {
  const { zone } = venue.profile
  const single = resourceOf(venue, product)?.allowMultipleBookings === false
  const open = date >= localDate(now, zone)
  return {
    ...productBasics(product),
    products: product.variations.map((variation) => ({
      ...variationBasics(venue, product, variation),
      recurringSessionDates: [],
      remainingRecurringSessions: product.type === 'recurringpass' ? product.uses ?? null : null
    })),
    availabilities: product.sessions === undefined ? [{ date, onlineSalesOpen: open, allocations: allocations(venue, product, null) }] : [],
    sessions: sessionsOn(venue, product, date, usages).map(({ startTime, endTime, left }) => ({
      date,
      name: twelveHours(startTime),
      startTime,
      endTime,
      ...all(left, 'capacityRemaining', 'remainingSessionCapacity'),
      onlineSalesOpen: open && instant(date, startTime, zone) > now,
      resourceCapacityRemaining: single ? left : null,
      ticketCapacityRemaining: single ? null : left,
      allocations: allocations(venue, product, left)
    }))
  }
}

function dayStatus ({ venue, now }: Call, product: Product, date: string): string {
  const { zone } = venue.profile
  if (date < localDate(now, zone)) return 'notAvailable'
  if (product.sessions === undefined) return 'available'
  const sessions = sessionsOn(venue, product, date, usagesOn(venue, date, now))
  if (sessions.length === 0) return 'notAvailable'
  if (!sessions.some((session) => instant(date, session.startTime, zone) > now)) return 'onlineSalesClosed'
  const left = sum(sessions.map((session) => session.left ?? Infinity))
  const capacity = (resourceOf(venue, product)?.capacity ?? 0) * sessions.length
  return left === 0 ? 'soldOut' : left < capacity / 5 ? 'filling' : 'available'
}

const hasId = (product: Product, wanted: string): boolean => [product, ...product.variations].some(({ id }) => String(id) === wanted)

export const availabilityRoutes: Routes = {
  'GET /product-availability': (call) => {
    const { venue, query, now } = call
    const date = query('Date') ?? ''
    if (!isDate(date)) throw invalid('Date', 'Date is required in the format yyyy-MM-dd')
    const ids = commaSeparated(query('ProductIds'))
    const usages = usagesOn(venue, date, now)
    return matching(venue, query('ProductCategory'))
      .filter((product) => ids === undefined || ids.some((id) => hasId(product, id)))
      .map((product) => availability(call, product, date, usages))
  },

  'GET /product-availability/calendar': (call) => {
    const [month, id] = [(call.query('date') ?? '').slice(0, 7), Number(call.query('productId'))]
    if (!isDate(`${month}-01`)) throw invalid('date', 'date is required in the format yyyy-MM')
    if (!Number.isInteger(id)) throw invalid('productId', 'productId must be a whole number')
    const product = found(call.venue.products.find((candidate) => hasId(candidate, String(id))), `Product ${id} not found`)
    return Array.from({ length: 31 }, (_, index) => addDays(`${month}-01`, index)).filter((date) => date.startsWith(month))
      .map((date) => ({ date, availability: dayStatus(call, product, date) }))
  }
}
