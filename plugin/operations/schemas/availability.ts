/** Bookable products and their remaining capacity. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import { ProductType } from './common.ts'

export const LocationBookingRestriction = StringEnum(['Multiple Products', 'SingleProduct', 'SingleTicketType'], {
  $id: 'LocationBookingRestriction',
  description: 'What else a booking of a single-booking resource may contain'
})

export const LocationTime = Type.Partial(Type.Object({
  startMinutes: Type.Integer({ examples: [0], description: 'Minutes after the start of the session at which the use begins' }),
  endMinutes: Type.Integer({ examples: [60], description: 'Minutes after the start of the session at which the use ends' })
}), { $id: 'LocationTime', description: 'A time range within a session' })

export const ProductLocation = Type.Partial(Type.Object({
  id: Type.String({ examples: ['30539'] }),
  allowMultipleBookings: Type.Boolean({ description: 'False when one booking takes the whole resource' }),
  bookingRestriction: LocationBookingRestriction,
  times: Type.Array(LocationTime, { description: 'When the product can use this resource' }),
  capacity: Nullable(Type.Integer(), { examples: [100], description: 'null: unlimited' })
}), { $id: 'ProductLocation', description: 'A resource the product uses' })

export const ProductInfo = Type.Partial(Type.Object({
  id: Type.String({ examples: ['107400'] }),
  name: Type.String({ maxLength: 75, examples: ['Adult Ticket'] }),
  description: Type.String({ maxLength: 150 }),
  imageUrl: Type.String({ examples: ['https://images.example.com/10002.jpg'] }),
  cost: Type.Number({ examples: [24.99], description: 'In the venue\'s currency' }),
  tax: Type.Number({ examples: [7.5], description: 'Tax rate in percent' }),
  isTaxInclusive: Type.Boolean({ description: 'True if the price includes the tax; false if it is added' }),
  isSuspended: Type.Boolean({ description: 'True while the product is taken off online sale' }),
  locations: Type.Array(ProductLocation, { description: 'Resources the product uses' }),
  recurringSessionDates: Type.Array(Type.String({ examples: ['2025-07-14'] }), { description: 'Days of a recurring pass, yyyy-MM-dd' }),
  remainingRecurringSessions: Nullable(Type.Integer(), { examples: [4], description: 'Remaining sessions of a recurring pass' })
}), { $id: 'ProductInfo', description: 'A variation (ticket type) on offer' })

export const ProductResourceTimeUsage = Type.Partial(Type.Object({
  ...LocationTime.properties,
  remainingCapacity: Type.Integer({ examples: [12], description: 'Remaining capacity of this time range' }),
  resourceIds: Type.Array(Type.Integer({ examples: [30539] }), { description: 'Resources whose capacity is used' })
}), { $id: 'ProductResourceTimeUsage' })

export const ProductCapacityAllocation = Type.Partial(Type.Object({
  productId: Type.String({ examples: ['107400'] }),
  capacityRemaining: Nullable(Type.Integer(), {
    examples: [3],
    description: 'For display only; null is unlimited. Single-booking resources count as one each'
  }),
  bookableCapacityRemaining: Nullable(Type.Integer(), { examples: [60], description: 'Remaining capacity; null is unlimited' }),
  locations: Type.Array(ProductLocation, { description: 'Resources the product uses' }),
  resourceTimes: Type.Array(ProductResourceTimeUsage, { description: 'Resource use by time range' })
}), { $id: 'ProductCapacityAllocation', description: 'Remaining capacity of one variation' })

export const ProductAvailability = Type.Partial(Type.Object({
  date: Type.String({ examples: ['2025-07-14'], description: 'yyyy-MM-dd' }),
  onlineSalesOpen: Type.Boolean({ examples: [true], description: 'True inside the sale period' }),
  allocations: Type.Array(ProductCapacityAllocation)
}), { $id: 'ProductAvailability', description: 'Availability of products without session times' })

export const ProductSession = Type.Partial(Type.Object({
  date: Type.String({ examples: ['2025-07-14'], description: 'yyyy-MM-dd' }),
  name: Type.String({ examples: ['1:30 pm'] }),
  startTime: Type.String({ examples: ['13:30'], description: 'HH:mm' }),
  endTime: Type.String({ examples: ['15:30'], description: 'HH:mm' }),
  capacityRemaining: Nullable(Type.Integer(), { examples: [60], description: 'For display only; null is unlimited' }),
  onlineSalesOpen: Type.Boolean({ description: 'True inside the sale period' }),
  resourceCapacityRemaining: Nullable(Type.Integer(), { description: 'null: the session has no single-booking resource' }),
  ticketCapacityRemaining: Nullable(Type.Integer(), { description: 'null: unlimited' }),
  allocations: Type.Array(ProductCapacityAllocation),
  remainingSessionCapacity: Nullable(Type.Integer(), {
    deprecated: true,
    examples: [0],
    description: 'Superseded by the other capacity fields'
  })
}), { $id: 'ProductSession', description: 'Availability of one session' })

export const ProductAvailabilityCalendarDay = Type.Partial(Type.Object({
  date: Type.String({ format: 'date', examples: ['2026-07-01'] }),
  availability: StringEnum(['available', 'filling', 'soldOut', 'notAvailable', 'onlineSalesClosed'], {
    examples: ['available'],
    description: 'filling: little is left; notAvailable: not offered that day'
  })
}), { $id: 'ProductAvailabilityCalendarDay' })

export const ProductAvailabilityQuery = Type.Object({
  Date: Type.String({ format: 'date', examples: ['2025-07-14'], description: 'yyyy-MM-dd' }),
  ProductCategory: Type.Optional(Type.String({ examples: ['Merchandise'], description: 'Name of a product category' })),
  ProductIds: Type.Optional(Type.String({ examples: ['107392,107399,107412'], description: 'Parent product ids, separated by commas' }))
})

export const AvailableProduct = Type.Partial(Type.Object({
  parentProductId: Type.String({ examples: ['107399'], description: 'The product that holds the variations' }),
  parentProductName: Type.String({ maxLength: 75, examples: ['Season Pass'] }),
  type: ProductType,
  description: Type.String({ maxLength: 150 }),
  imageUrl: Type.String({ examples: ['https://images.example.com/10002.jpg'] }),
  products: Type.Array(ProductInfo),
  availabilities: Type.Array(ProductAvailability),
  sessions: Type.Array(ProductSession),
  id: Type.String({ deprecated: true, examples: ['107399'], description: 'Superseded by parentProductId' }),
  name: Type.String({ maxLength: 75, deprecated: true, examples: ['Season Pass'], description: 'Superseded by parentProductName' })
}), { title: 'AvailableProduct' })

export const ProductCalendarQuery = Type.Object({
  productId: Type.Integer({ examples: [107399] }),
  date: Type.String({ examples: ['2026-07'], description: 'Month, yyyy-MM' })
})
