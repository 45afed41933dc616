/** Bodies of the example calls, valid at the demo venue. */
import type { VenueState } from 'roller-sandbox'
import { addDays, toVenueDate } from 'fastify-roller/time'

export type Json = Record<string, unknown>
export type ExampleBodies = ReturnType<typeof exampleBodies>

export function exampleBodies (venue: VenueState) {
  const days = exampleDays(venue)
  const jump = productId(venue, 'Jump Session 60 Minutes')
  const giftCard = productId(venue, 'Gift Card', 1)
  const items = (quantity: number): Json[] => [{ productId: jump, quantity, bookingDate: days.tomorrow, startTime: '10:00' }]
  return {
    days,
    jump,
    items,
    payment: { amount: 5, email: CUSTOMER.email, phone: CUSTOMER.phone },
    discount: { ...DISCOUNT, startDate: days.today, endDate: days.nextWeek },
    block: { resourceId: venue.resources[0]?.id, blockoutCapacity: 1, date: days.nextWeek, blockEntireDay: true },
    socks: { productId: productId(venue, 'Grip Socks'), quantity: 1, bookingDate: days.tomorrow },
    membership: { productId: productId(venue, 'Bounce Club'), quantity: 1, bookingDate: days.today },
    booking: (externalId: string, items: Json[]): Json => ({ externalId, customer: CUSTOMER, items }),
    freeItems: items(1).map((item) => ({ ...item, priceOverride: 0 })),
    giftCards: (externalId: string): Json => ({ externalId, productId: giftCard, bookingOwner: CUSTOMER, giftCards: [{ value: 40 }] })
  }
}

const CUSTOMER = { firstName: 'Robin', lastName: 'Marsh', email: 'robin.marsh@example.com', phone: '0400000000' }
const DISCOUNT = { name: 'Early bird', percentOff: 10, amountOff: null, usageLimit: 5, usageLimitType: 'PerCode' }

/** Disabled: the sandbox sends nothing off this machine. */
export const WEBHOOK = {
  url: 'https://example.com/roller',
  enabled: false,
  authentication: { apiKey: 'a-key-of-your-own' },
  webhooks: { booking: { events: ['Created'] } }
}

export function stockProduct (name: string): Json {
  const externalId = name.toUpperCase()
  const products = [{ externalId: `${externalId}_M`, name: 'Medium', price: 25, taxId: null }]
  return { externalId, name, stockProductType: 'retail', products }
}

export function person (firstName: string): Json {
  return { roleId: 1203, firstName, lastName: 'Reed', email: `${firstName.toLowerCase()}.reed@example.com` }
}

function exampleDays ({ profile }: VenueState) {
  const today = toVenueDate(Date.now(), profile.zone)
  return {
    today, yesterday: addDays(today, -1), tomorrow: addDays(today, 1), weekAgo: addDays(today, -7), nextWeek: addDays(today, 7)
  }
}

function productId ({ products }: VenueState, name: string, variation = 0): number {
  const id = products.find((one) => one.name === name)?.variations[variation]?.id
  if (id === undefined) throw new Error(`the demo venue does not sell ${name}`)
  return id
}
