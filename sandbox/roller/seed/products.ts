/** Products of every simulated venue, and the resources with their capacity. */
import type { Product, Resource, Variation } from '../types.ts'

const everyDay = (times: string[]): string[][] => Array.from({ length: 7 }, () => times)
const hourly = ['09:00', '10:00', '11:00', '12:00', '13:00', '14:00', '15:00', '16:00', '17:00', '18:00', '19:00']
const weekdayMornings = [[], ...Array.from({ length: 5 }, () => ['09:00', '10:00', '11:00']), []]

/** Ids are derived from the venue's base, so venues never share one. */
export function seedProducts (base: number): { resources: Resource[], products: Product[] } {
  const resource = (id: number, name: string, capacity: number, allowMultipleBookings = true): Resource =>
    ({ id: base + id, name, capacity, allowMultipleBookings })
  // A single-booking resource: one party occupies a whole room, whatever the number of guests.
  const rooms = resource(3, 'Party Rooms', 3, false)
  const [main, junior] = [resource(1, 'Main Court', 60), resource(2, 'Junior Zone', 20)] as const

  const variation = (id: number, name: string, price: number, more: Partial<Variation> = {}): Variation =>
    ({ id: base + id, name, description: `${name} ticket`, price, groupSize: 1, ...more })
  const product = (id: number, type: Product['type'], category: string, [name, description]: [string, string], variations: Variation[],
    more: Partial<Product> = {}): Product =>
    ({ id: base + id, type, category, name, description, variations, addOns: [], waiver: false, ...more })
  const at = ({ id }: Resource, sessions: string[][], durationMinutes: number): Partial<Product> =>
    ({ resourceId: id, sessions, durationMinutes, addOns: [base + 100], waiver: true })
  const sock = (size: string, index: number): Variation =>
    variation(101 + index, size, 4.5, { barcodeId: `93${base}10${index}`, costOfGoods: 1.1, parLevel: 50, stock: 400 })
  const food = (id: number, name: string, price: number, costOfGoods: number): Variation =>
    variation(id, name, price, { costOfGoods, stock: null })

  return {
    resources: [main, junior, rooms],
    products: [
      product(10, 'sessionpass', 'Entry Tickets',
        ['Jump Session 60 Minutes', 'One hour on every trampoline, the foam pit and the dodgeball court'],
        [variation(11, 'Jumper', 22), variation(12, 'Junior Jumper (under 6)', 16), variation(13, 'Family of Four', 72, { groupSize: 4 })],
        at(main, everyDay(hourly), 60)),
      product(20, 'sessionpass', 'Entry Tickets', ['Jump Session 120 Minutes', 'Two hours of open jump'],
        [variation(21, 'Jumper', 34), variation(22, 'Junior Jumper (under 6)', 26)],
        at(main, everyDay(hourly.slice(0, -1)), 120)),
      product(30, 'sessionpass', 'Entry Tickets', ['Toddler Time', 'A quiet weekday morning for walkers up to five years and one adult'],
        [variation(31, 'Toddler and Adult', 14)],
        at(junior, weekdayMornings, 60)),
      product(40, 'pass', 'Entry Tickets', ['All Day Pass', 'Come and go from opening to close'],
        [variation(41, 'All Day Jumper', 45), variation(42, 'Spectator', 5)],
        { validDays: 90, addOns: [base + 100], waiver: true }),
      product(50, 'pass', 'Passes', ['Ten Visit Pass', 'Ten one-hour visits within a year'], [variation(51, 'Ten Visits', 180)],
        { validDays: 365, uses: 10, waiver: true }),
      product(60, 'membership', 'Memberships', ['Bounce Club', 'One session a day and a tenth off food, paid by the month'],
        [variation(61, 'Bounce Club Monthly', 39.9)],
        { validDays: 365, uses: 365, waiver: true }),
      product(70, 'recurringpass', 'Classes', ['Tumbling Class', 'A term of ten weekly classes'], [variation(71, 'Term of Ten', 190)],
        { validDays: 70, uses: 10, waiver: true }),
      product(80, 'giftcard', 'Gift Cards', ['Gift Card', 'For entry, parties and the cafe'],
        [variation(81, '50 Gift Card', 50), variation(82, 'Any Value Gift Card', 0, { openValue: { min: 10, max: 500 } })]),
      product(90, 'partypackage', 'Parties', ['Ultimate Birthday Party', 'A private room, a host and two hours of jumping for ten guests'],
        [variation(91, 'Party for Ten', 349, { groupSize: 10 })],
        at(rooms, everyDay(['10:00', '12:30', '15:00']), 120)),
      product(100, 'addon', 'Merchandise', ['Grip Socks', 'Required on every trampoline, yours to keep'],
        ['Small', 'Medium', 'Large'].map(sock),
        { stockProductType: 'retail' }),
      product(110, 'addon', 'Food and Beverage', ['Cafe', 'From the cafe beside the courts'],
        [food(111, 'Pizza', 15, 5.2), food(112, 'Hot Chips', 8, 1.9), food(113, 'Slushie', 6, 0.8)],
        { stockProductType: 'foodAndBeverage' })
    ]
  }
}
