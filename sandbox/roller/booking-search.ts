/** Searching bookings by guest, booking and date. */
import { takesCapacity } from './capacity.ts'
import { commaSeparated, invalid } from './input.ts'
import { soldAs } from './products.ts'
import type { Call } from './contract.ts'
import type { Booking } from './types.ts'

/** ROLLER: at most the 100 most recent ones; a criterion is required. */
export function search ({ venue, query, now }: Call): Booking[] {
  const [keywords, date, startTime, productIds, locationIds] = ['keywords', 'date', 'startTime', 'productIds', 'locationIds'].map(query)
  if ([keywords, date, startTime, productIds, locationIds].every((value) => value === undefined || value === '')) {
    throw invalid('criteria', 'At least one search criteria is required')
  }
  const words = keywords?.toLowerCase().split(/\s+/).filter((word) => word !== '') ?? []
  const [products, locations] = [commaSeparated(productIds), commaSeparated(locationIds)]
  return [...venue.bookings.values()].filter((booking) => {
    if (!takesCapacity(booking, now)) return false
    const { firstName, lastName, email, phone } = venue.guests.get(booking.customerId) ?? {}
    const tickets = booking.items.flatMap((item) => item.tickets.flatMap(({ ticketId, customTicketId }) => [ticketId, customTicketId]))
    const { name, reference, externalId } = booking
    const haystack = [name, reference, externalId, firstName, lastName, email, phone, ...tickets].join(' ').toLowerCase()
    return words.every((word) => haystack.includes(word)) && booking.items.some((item) => {
      const { product } = soldAs(venue, item)
      return (date === undefined || item.bookingDate === date) &&
        (startTime === undefined || item.startTime === startTime) &&
        (products === undefined || products.includes(String(item.productId)) || products.includes(String(product.id))) &&
        (locations === undefined || locations.includes(String(product.resourceId)))
    })
  }).sort((one, other) => other.createdAt - one.createdAt).slice(0, 100)
}
