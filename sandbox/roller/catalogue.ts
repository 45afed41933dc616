/** What every simulated venue sells, and the resources that capacity is counted on. */
import type { Product, Resource, Variation } from './types.ts'

const everyDay = (times: string[]): string[][] => Array.from({ length: 7 }, () => times)
const hourly = ['09:00', '10:00', '11:00', '12:00', '13:00', '14:00', '15:00', '16:00', '17:00', '18:00', '19:00']

/** Ids follow from the venue's base, so that no two venues share one. */
export function createCatalogue (base: number): { resources: Resource[], products: Product[] } {
  const main: Resource = { id: base + 1, name: 'Main Court', capacity: 60, allowMultipleBookings: true }
  const junior: Resource = { id: base + 2, name: 'Junior Zone', capacity: 20, allowMultipleBookings: true }
  // A single-booking resource: one party takes a whole room, whatever the number of guests.
  const rooms: Resource = { id: base + 3, name: 'Party Rooms', capacity: 3, allowMultipleBookings: false }

  const variation = (id: number, name: string, price: number, more: Partial<Variation> = {}): Variation =>
    ({ id: base + id, name, description: `${name} ticket`, price, groupSize: 1, ...more })
  const product = (id: number, values: Omit<Product, 'id' | 'addOns' | 'waiver'> & Partial<Pick<Product, 'addOns' | 'waiver'>>): Product =>
    ({ id: base + id, addOns: [], waiver: false, ...values })
  const socks = base + 100

  return {
    resources: [main, junior, rooms],
    products: [
      product(10, {
        name: 'Jump Session 60 Minutes',
        type: 'sessionpass',
        category: 'Entry Tickets',
        description: 'One hour on every trampoline, the foam pit and the dodgeball court',
        variations: [
          variation(11, 'Jumper', 22),
          variation(12, 'Junior Jumper (under 6)', 16),
          variation(13, 'Family of Four', 72, { groupSize: 4 })
        ],
        resourceId: main.id,
        sessions: everyDay(hourly),
        durationMinutes: 60,
        addOns: [socks],
        waiver: true
      }),
      product(20, {
        name: 'Jump Session 120 Minutes',
        type: 'sessionpass',
        category: 'Entry Tickets',
        description: 'Two hours of open jump',
        variations: [variation(21, 'Jumper', 34), variation(22, 'Junior Jumper (under 6)', 26)],
        resourceId: main.id,
        sessions: everyDay(hourly.slice(0, -1)),
        durationMinutes: 120,
        addOns: [socks],
        waiver: true
      }),
      product(30, {
        name: 'Toddler Time',
        type: 'sessionpass',
        category: 'Entry Tickets',
        description: 'A quiet weekday morning for walkers up to five years and one adult',
        variations: [variation(31, 'Toddler and Adult', 14)],
        resourceId: junior.id,
        sessions: [[], ...Array.from({ length: 5 }, () => ['09:00', '10:00', '11:00']), []],
        durationMinutes: 60,
        addOns: [socks],
        waiver: true
      }),
      product(40, {
        name: 'All Day Pass',
        type: 'pass',
        category: 'Entry Tickets',
        description: 'Come and go from opening to close',
        variations: [variation(41, 'All Day Jumper', 45), variation(42, 'Spectator', 5)],
        validDays: 90,
        addOns: [socks],
        waiver: true
      }),
      product(50, {
        name: 'Ten Visit Pass',
        type: 'pass',
        category: 'Passes',
        description: 'Ten one-hour visits within a year',
        variations: [variation(51, 'Ten Visits', 180)],
        validDays: 365,
        uses: 10,
        waiver: true
      }),
      product(60, {
        name: 'Bounce Club',
        type: 'membership',
        category: 'Memberships',
        description: 'One session a day and a tenth off food, paid by the month',
        variations: [variation(61, 'Bounce Club Monthly', 39.9)],
        validDays: 365,
        uses: 365,
        waiver: true
      }),
      product(70, {
        name: 'Tumbling Class',
        type: 'recurringpass',
        category: 'Classes',
        description: 'A term of ten weekly classes',
        variations: [variation(71, 'Term of Ten', 190)],
        validDays: 70,
        uses: 10,
        waiver: true
      }),
      product(80, {
        name: 'Gift Card',
        type: 'giftcard',
        category: 'Gift Cards',
        description: 'For entry, parties and the cafe',
        variations: [variation(81, '50 Gift Card', 50), variation(82, 'Any Value Gift Card', 0, { openValue: { min: 10, max: 500 } })]
      }),
      product(90, {
        name: 'Ultimate Birthday Party',
        type: 'partypackage',
        category: 'Parties',
        description: 'A private room, a host and two hours of jumping for ten guests',
        variations: [variation(91, 'Party for Ten', 349, {
          groupSize: 10,
          packageItems: [{ productId: base + 101, quantity: 10, cost: 0, quantityType: 'Package' }],
          optionSet: { id: base + 95, name: 'Choice of food', productIds: [base + 111, base + 112], quantity: 2 }
        })],
        resourceId: rooms.id,
        sessions: everyDay(['10:00', '12:30', '15:00']),
        durationMinutes: 120,
        addOns: [socks],
        waiver: true
      }),
      product(100, {
        name: 'Grip Socks',
        type: 'addon',
        stockProductType: 'retail',
        category: 'Merchandise',
        description: 'Required on every trampoline, yours to keep',
        variations: ['Small', 'Medium', 'Large'].map((size, index) =>
          variation(101 + index, size, 4.5, { barcodeId: `93${base}10${index}`, costOfGoods: 1.1, parLevel: 50, stock: 400 }))
      }),
      product(110, {
        name: 'Cafe',
        type: 'addon',
        stockProductType: 'foodAndBeverage',
        category: 'Food and Beverage',
        description: 'From the cafe beside the courts',
        variations: [
          variation(111, 'Pizza', 15, { costOfGoods: 5.2, stock: null }),
          variation(112, 'Hot Chips', 8, { costOfGoods: 1.9, stock: null }),
          variation(113, 'Slushie', 6, { costOfGoods: 0.8, stock: null })
        ]
      })
    ]
  }
}
