/** Reports about the venue itself: what it has and sells, without a period. */
import { money, present } from './input.ts'
import { roles, WAIVER_DAYS, WAIVER_ID } from './people.ts'
import { reportType } from './products.ts'
import { reported, type Rows, type Stamp } from './report-rows.ts'
import { instant, localDate } from './time.ts'
import { taxId } from './venue.ts'
import type { VenueState } from './types.ts'

export type Records = (venue: VenueState, stamp: Stamp) => Record<string, unknown>[]

const OPENED = Date.UTC(2019, 2, 1)
const TILL_FLOAT = 200

/** Parents and variations are in one list, as ROLLER publishes them. */
export const products: Records = (venue) => venue.products.flatMap((product) => {
  const common = { ...reportType(product), reportingCategoryName: product.category, productStatus: 'Published', taxId: taxId(venue) }
  return [
    { productId: String(product.id), name: product.name, price: null, costOfGoods: null, ...common, parLevel: null, cost: null },
    ...product.variations.map((variation) => ({
      productId: String(variation.id),
      parentProductId: String(product.id),
      name: variation.name,
      price: variation.price,
      costOfGoods: variation.costOfGoods ?? null,
      ...common,
      ...present({ barcodeId: variation.barcodeId }),
      parLevel: variation.parLevel ?? null,
      cost: variation.price
    }))
  ]
})

export const modifiers: Records = () => ['Extra cheese', 'Gluten free base', 'No onion'].map((modifierName, index) => ({
  modifierGroupId: '647',
  modifierGroupName: 'Pizza',
  modifierId: String(6470 + index),
  modifierName,
  modifierType: 'price',
  amount: [2, 3, 0][index] ?? 0
}))

export const discounts: Records = (venue) => [...venue.discounts.values()].map((discount) => ({
  discountId: String(discount.discountId),
  name: discount.name,
  codeGenerationMode: 'ManuallyEnter',
  ...present({ amountOff: discount.amountOff ?? undefined, percentOff: discount.percentOff ?? undefined }),
  productIds: discount.productIds,
  isSingleUseCode: discount.usageLimit === 1,
  ...(discount.startDate === null ? {} : { startDate: `${discount.startDate}T00:00:00Z` }),
  ...(discount.endDate === null ? {} : { endDate: `${discount.endDate}T00:00:00Z` }),
  ...(discount.usageLimit === null ? {} : { usageLimits: { numberOfUses: discount.usageLimit, type: 0 } }),
  codes: discount.codes
}))

export const locations: Records = (venue) => venue.resources.map((resource) =>
  ({ locationId: String(resource.id), name: resource.name, allowMultipleBookings: resource.allowMultipleBookings }))

export const devices: Records = (venue, stamp) => ['Front Desk 1', 'Front Desk 2', 'Kiosk', 'Gate Scanner'].map((deviceName, index) => ({
  deviceId: venue.id * 10 + index, deviceName, deviceType: [0, 0, 1, 3][index] ?? 0, deviceStatus: 'Active', createdDate: stamp(OPENED)
}))

export const staff: Records = (venue, stamp) => [...venue.staff.values()].map((member) => ({
  staffId: String(member.staffId),
  uniqueId: member.uniqueId,
  ...present({ externalId: member.externalId, email: member.email }),
  firstName: member.firstName,
  lastName: member.lastName,
  ...present({ contactNumber: member.contactNumber }),
  role: roles.find((role) => role.roleId === member.roleId)?.roleName ?? '',
  createdDate: stamp(member.createdAt),
  hasVerifiedEmail: member.hasVerifiedEmail,
  isLocked: member.isLocked
}))

export const staffRoles: Records = () => roles.map((role) => ({ ...role }))

export const waivers: Records = () => [{
  waiverId: String(WAIVER_ID),
  name: 'Jump Waiver',
  terms: 'I know that jumping has risks and that I follow the court marshals.',
  validityInDays: WAIVER_DAYS,
  minorAgeLimitsInYears: 18,
  createdDate: '2019-03-01T00:00:00',
  requiresSignature: true
}]

/** One tree: every category of the venue under one name, with the ledger code that its accountant gave it. */
export function reportingCategories (venue: VenueState): Record<string, unknown> {
  const names = [...new Set(venue.products.map((product) => product.category))]
  return {
    name: 'All Products',
    glCode: '1000',
    productIds: [],
    categories: names.map((name, index) => ({
      name,
      glCode: String(1100 + index * 50),
      productIds: venue.products.filter((product) => product.category === name).map((product) => String(product.id)),
      categories: []
    }))
  }
}

/** The front desk's till, closed every evening at nine. */
export const tills: Rows = (venue, stamp) => {
  const { zone } = venue.profile
  const days = new Map<string, { cash: number, card: number }>()
  for (const booking of reported(venue)) {
    if (booking.channel !== 'POS') continue
    for (const payment of booking.payments) {
      const date = localDate(payment.createdAt, zone)
      const day = days.get(date) ?? { cash: 0, card: 0 }
      day[payment.paymentMethod === 'Cash' ? 'cash' : 'card'] += payment.total
      days.set(date, day)
    }
  }
  return [...days].map(([date, { cash, card }]) => {
    const at = instant(date, '21:00', zone)
    const expected = money(TILL_FLOAT + cash)
    return {
      at,
      row: {
        deviceId: venue.id * 10,
        operatorName: 'Front Desk',
        startDate: stamp(instant(date, '09:00', zone)),
        endDate: stamp(at),
        cardTakings: money(card),
        cardRefunds: 0,
        giftCardTakings: 0,
        checkTakings: 0,
        cashFloat: TILL_FLOAT,
        cashTakings: money(cash),
        cashRefunds: 0,
        cashAdded: 0,
        cashRemoved: 0,
        expectedCashBalance: expected,
        actualCashBalance: expected,
        cashVariance: 0
      }
    }
  })
}
