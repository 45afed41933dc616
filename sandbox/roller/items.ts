/** The lines of a booking request, parsed and checked against the venue's products. */
import { list, number, rejectWith, text, textsOf, type Input } from './input.ts'
import { findVariation } from './products.ts'
import { present } from './record.ts'
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

export const itemDemands = (name: string): string[] => ['productId', 'quantity', 'bookingDate'].map((property) => `${name}[].${property}`)

/** Name and message of an invalid line. */
function problemOf (venue: VenueState, { productId, quantity, bookingDate, startTime, tickets }: WantedItem): [string, string] | undefined {
  const sold = findVariation(venue, productId)
  if (sold === undefined) return ['ProductNotFound', `Product ${productId} could not be found`]
  if (!Number.isInteger(quantity) || quantity < 1) return ['Quantity', `Quantity of product ${productId} must be at least 1`]
  const count = quantity * sold.variation.groupSize
  if (tickets.length > 0 && tickets.length !== count) return ['Tickets', `Product ${productId} needs ${count} tickets`]
  if (!isDate(bookingDate)) return ['BookingDate', `Booking date '${bookingDate}' is not a date in the format yyyy-MM-dd`]
  const { sessions } = sold.product
  if (sessions === undefined) return undefined
  if (startTime === undefined) return ['StartTime', `Product ${productId} needs a start time`]
  if (sessions[weekday(bookingDate)]?.includes(startTime) === true) return undefined
  return ['SessionNotFound', `Product ${productId} has no session on ${bookingDate} at ${startTime}`]
}

/** Lines from `items` (or `newItems`), or a 409 that lists everything that cannot be sold. */
export function readItems (venue: VenueState, body: Input, name = 'items'): WantedItem[] {
  const items = list(body, name).map((input): WantedItem => {
    const productId = number(input, 'productId') ?? 0
    const variation = findVariation(venue, productId)?.variation
    return {
      productId,
      quantity: number(input, 'quantity') ?? 0,
      bookingDate: (text(input, 'bookingDate') ?? '').slice(0, 10),
      ...present({ startTime: text(input, 'startTime')?.slice(0, 5) }),
      price: number(input, 'priceOverride') ?? variation?.openValue?.min ?? variation?.price ?? 0,
      tickets: list(input, 'tickets').map((ticket) => textsOf(ticket, 'id', 'name'))
    }
  })
  rejectWith(409, items.flatMap((item) => {
    const [problem, message] = problemOf(venue, item) ?? []
    return problem === undefined || message === undefined ? [] : [{ name: problem, message }]
  }))
  return items
}
