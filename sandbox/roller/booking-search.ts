/** Finding bookings by what a guest or a member of staff knows. */
import { takesCapacity } from './capacity.ts'
import { invalid } from './input.ts'
import { findVariation } from './products.ts'
import type { Call } from './contract.ts'
import type { Booking, VenueState } from './types.ts'

/** ROLLER: at most the 100 most recent ones, and never without a criterion. */
export function search (venue: VenueState, query: Call['query'], now: number): Booking[] {
  const criteria = {
    keywords: query('keywords'),
    date: query('date'),
    startTime: query('startTime'),
    productIds: query('productIds'),
    locationIds: query('locationIds')
  }
  if (Object.values(criteria).every((value) => value === undefined || value === '')) {
    throw invalid({ name: 'criteria', message: 'At least one search criteria is required' })
  }
  const ids = (value: string | undefined): string[] | undefined => value?.split(',').map((id) => id.trim())
  const words = criteria.keywords?.toLowerCase().split(/\s+/).filter((word) => word !== '') ?? []
  const [products, locations] = [ids(criteria.productIds), ids(criteria.locationIds)]
  return [...venue.bookings.values()].filter((booking) => {
    if (booking.state !== 'Active' || !takesCapacity(booking, now)) return false
    const guest = venue.guests.get(booking.customerId)
    const haystack = [
      booking.name,
      booking.reference,
      booking.externalId,
      guest?.firstName,
      guest?.lastName,
      guest?.email,
      guest?.phone
    ].join(' ').toLowerCase()
    return words.every((word) => haystack.includes(word)) && booking.items.some((item) => {
      const product = findVariation(venue, item.productId)?.product
      return (criteria.date === undefined || item.bookingDate === criteria.date) &&
        (criteria.startTime === undefined || item.startTime === criteria.startTime) &&
        (products === undefined || products.includes(String(item.productId)) || products.includes(String(product?.id))) &&
        (locations === undefined || locations.includes(String(product?.resourceId)))
    })
  }).sort((one, other) => other.createdAt - one.createdAt).slice(0, 100)
}
