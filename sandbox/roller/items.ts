/** The lines that a caller wants to book, read and checked against what the venue sells. */
import { conflict, list, number, present, text, type Input, type Problem } from './input.ts'
import { findVariation } from './products.ts'
import { isDate, weekday } from './time.ts'
import type { VenueState } from './types.ts'

export interface WantedItem {
  productId: number
  quantity: number
  bookingDate: string
  startTime?: string
  price: number
  tickets: { id?: string, name?: string }[]
}

export const itemNames = ['productId', 'quantity', 'bookingDate'] as const

function problemOf (venue: VenueState, item: WantedItem): Problem | undefined {
  const found = findVariation(venue, item.productId)
  if (found === undefined) return { name: 'ProductNotFound', message: `Product ${item.productId} could not be found` }
  if (!Number.isInteger(item.quantity) || item.quantity < 1) {
    return { name: 'Quantity', message: `Quantity of product ${item.productId} must be at least 1` }
  }
  if (!isDate(item.bookingDate)) {
    return { name: 'BookingDate', message: `Booking date '${item.bookingDate}' is not a date in the format yyyy-MM-dd` }
  }
  const { sessions } = found.product
  if (sessions === undefined) return undefined
  if (item.startTime === undefined) return { name: 'StartTime', message: `Product ${item.productId} needs a start time` }
  if (sessions[weekday(item.bookingDate)]?.includes(item.startTime) === true) return undefined
  return { name: 'SessionNotFound', message: `Product ${item.productId} has no session on ${item.bookingDate} at ${item.startTime}` }
}

/** Lines out of `items` (or `newItems`), or a 409 that names everything that cannot be sold. */
export function readItems (venue: VenueState, body: Input, name = 'items'): WantedItem[] {
  const items = list(body, name).map((input): WantedItem => {
    const productId = number(input, 'productId') ?? 0
    const variation = findVariation(venue, productId)?.variation
    return {
      productId,
      quantity: number(input, 'quantity') ?? 0,
      bookingDate: (text(input, 'bookingDate') ?? '').slice(0, 10),
      ...present({ startTime: text(input, 'startTime')?.slice(0, 5) }),
      price: number(input, 'priceOverride') ?? (variation?.openValue?.min ?? variation?.price ?? 0),
      tickets: list(input, 'tickets').map((ticket) => present({ id: text(ticket, 'id'), name: text(ticket, 'name') }))
    }
  })
  const problems = items.flatMap((item) => problemOf(venue, item) ?? [])
  if (problems.length > 0) throw conflict(...problems)
  return items
}
