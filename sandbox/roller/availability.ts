/** What can still be bought on a day, and which days of a month have anything left. */
import { remaining, usagesOn } from './capacity.ts'
import { invalid, notFound } from './input.ts'
import { locations, matching, resourceOf } from './products.ts'
import { addDays, clockTime, instant, isDate, localDate, minutes, twelveHours, weekday } from './time.ts'
import type { Routes } from './contract.ts'
import type { Product, Usage, VenueState } from './types.ts'

interface Session { startTime: string, endTime: string, left: number | null }

function sessionsOn (venue: VenueState, product: Product, date: string, usages: readonly Usage[]): Session[] {
  return (product.sessions?.[weekday(date)] ?? []).map((startTime) => {
    const from = minutes(startTime)
    const to = from + (product.durationMinutes ?? 60)
    const left = product.resourceId === undefined ? null : remaining(venue, usages, product.resourceId, from, to)
    return { startTime, endTime: clockTime(to), left }
  })
}

function allocations (venue: VenueState, product: Product, left: number | null): Record<string, unknown>[] {
  const resource = resourceOf(venue, product)
  return product.variations.map((variation) => ({
    productId: String(variation.id),
    // A group ticket takes several places, so fewer of them fit into what is left.
    capacityRemaining: left === null || resource?.allowMultipleBookings === false ? left : Math.floor(left / variation.groupSize),
    bookableCapacityRemaining: left,
    locations: locations(venue, product),
    resourceTimes: resource === undefined || left === null
      ? []
      : [{ startMinutes: 0, endMinutes: product.durationMinutes ?? 60, remainingCapacity: left, resourceIds: [resource.id] }]
  }))
}

function availability (venue: VenueState, product: Product, date: string, now: number, usages: readonly Usage[]): Record<string, unknown> {
  const { zone, taxPercent, pricesIncludeTax } = venue.profile
  const single = resourceOf(venue, product)?.allowMultipleBookings === false
  const open = date >= localDate(now, zone)
  return {
    parentProductId: String(product.id),
    parentProductName: product.name,
    type: product.type,
    description: product.description,
    imageUrl: `https://cdn.example/products/${product.id}.jpg`,
    products: product.variations.map((variation) => ({
      id: String(variation.id),
      name: variation.name,
      description: variation.description,
      imageUrl: `https://cdn.example/products/${variation.id}.jpg`,
      cost: variation.price,
      tax: taxPercent,
      isTaxInclusive: pricesIncludeTax,
      isSuspended: false,
      locations: locations(venue, product),
      recurringSessionDates: [],
      remainingRecurringSessions: product.type === 'recurringpass' ? product.uses ?? null : null
    })),
    availabilities: product.sessions === undefined ? [{ date, onlineSalesOpen: open, allocations: allocations(venue, product, null) }] : [],
    sessions: sessionsOn(venue, product, date, usages).map(({ startTime, endTime, left }) => ({
      date,
      name: twelveHours(startTime),
      startTime,
      endTime,
      capacityRemaining: left,
      onlineSalesOpen: open && instant(date, startTime, zone) > now,
      resourceCapacityRemaining: single ? left : null,
      ticketCapacityRemaining: single ? null : left,
      allocations: allocations(venue, product, left),
      remainingSessionCapacity: left
    })),
    id: String(product.id),
    name: product.name
  }
}

function dayStatus (venue: VenueState, product: Product, date: string, now: number): string {
  if (date < localDate(now, venue.profile.zone)) return 'notAvailable'
  if (product.sessions === undefined) return 'available'
  const sessions = sessionsOn(venue, product, date, usagesOn(venue, date, now))
  if (sessions.length === 0) return 'notAvailable'
  if (!sessions.some((session) => instant(date, session.startTime, venue.profile.zone) > now)) return 'onlineSalesClosed'
  if (sessions.some((session) => session.left === null)) return 'available'
  const left = sessions.reduce((sum, session) => sum + (session.left ?? 0), 0)
  const capacity = (resourceOf(venue, product)?.capacity ?? 0) * sessions.length
  return left === 0 ? 'soldOut' : left < capacity / 5 ? 'filling' : 'available'
}

export const availabilityRoutes: Routes = {
  'GET /product-availability': ({ venue, query, now }) => {
    const date = query('Date') ?? ''
    if (!isDate(date)) throw invalid({ name: 'Date', message: 'Date is required in the format yyyy-MM-dd' })
    const ids = query('ProductIds')?.split(',').map((id) => id.trim()).filter((id) => id !== '')
    const usages = usagesOn(venue, date, now)
    const wanted = matching(venue, query('ProductCategory'))
      .filter((product) => ids === undefined || [product, ...product.variations].some(({ id }) => ids.includes(String(id))))
    return { status: 200, body: wanted.map((product) => availability(venue, product, date, now, usages)) }
  },

  'GET /product-availability/calendar': ({ venue, query, now }) => {
    const month = (query('date') ?? '').slice(0, 7)
    if (!isDate(`${month}-01`)) throw invalid({ name: 'date', message: 'date is required in the format yyyy-MM' })
    const id = Number(query('productId'))
    if (!Number.isInteger(id)) throw invalid({ name: 'productId', message: 'productId must be a whole number' })
    const product = venue.products.find((candidate) => candidate.id === id || candidate.variations.some((variation) => variation.id === id))
    if (product === undefined) throw notFound(`Product ${id} not found`)
    const days: Record<string, unknown>[] = []
    for (
      let date = `${month}-01`; date.startsWith(month); date = addDays(date, 1)
    ) days.push({ date, availability: dayStatus(venue, product, date, now) })
    return { status: 200, body: days }
  }
}
