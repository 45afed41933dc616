/** Reports on the venue itself: its configuration and products, without a period. */
import { reportType } from '../products.ts'
import { all, pick, present, type Json } from '../record.ts'
import { roles } from '../staff.ts'
import { taxId } from '../venue.ts'
import { WAIVER_DAYS, WAIVER_ID } from '../waivers.ts'
import type { Stamp } from './rows.ts'
import type { Product, VenueState } from '../types.ts'

export type Records = (venue: VenueState, stamp: Stamp) => Json[]

const OPENED = Date.UTC(2019, 2, 1)

/** Parents and variations are in one list, as ROLLER publishes them. */
export const productRecords = (venue: VenueState, product: Product): Json[] => {
  const common = { ...reportType(product), reportingCategoryName: product.category, productStatus: 'Published', taxId: taxId(venue) }
  const parent = { productId: String(product.id), name: product.name, ...common, ...all(null, 'price', 'costOfGoods', 'parLevel', 'cost') }
  return [parent, ...product.variations.map((variation) => {
    const { id, price: cost, costOfGoods = null, parLevel = null } = variation
    const ids = { productId: String(id), parentProductId: parent.productId }
    return { ...ids, ...pick(variation, 'name', 'price', 'barcodeId'), ...common, costOfGoods, parLevel, cost }
  })]
}

export const modifiers: Records = () => (['Extra cheese', 'Gluten free base', 'No onion'] as const).map((modifierName, index) => {
  const group = { modifierGroupId: '647', modifierGroupName: 'Pizza', modifierType: 'price' }
  return { ...group, modifierId: String(6470 + index), modifierName, amount: [2, 3, 0][index] ?? 0 }
})

export const discounts: Records = (venue) => [...venue.discounts.values()].map((discount) => {
  const { discountId, amountOff, percentOff, startDate, endDate, usageLimit } = discount
  return {
    discountId: String(discountId),
    ...pick(discount, 'name', 'productIds', 'codes'),
    codeGenerationMode: 'ManuallyEnter',
    isSingleUseCode: usageLimit === 1,
    ...present({
      amountOff: amountOff ?? undefined,
      percentOff: percentOff ?? undefined,
      startDate: startDate === null ? undefined : `${startDate}T00:00:00Z`,
      endDate: endDate === null ? undefined : `${endDate}T00:00:00Z`,
      usageLimits: usageLimit === null ? undefined : { numberOfUses: usageLimit, type: 0 }
    })
  }
})

export const locations: Records = (venue) =>
  venue.resources.map((resource) => ({ locationId: String(resource.id), ...pick(resource, 'name', 'allowMultipleBookings') }))

export const devices: Records = (venue, stamp) => ['Front Desk', 'Kiosk', 'Office', 'Gate Scanner'].map((deviceName, index) => (
  { deviceId: venue.id * 10 + index, deviceName, deviceType: index, deviceStatus: 'Active', createdDate: stamp(OPENED) }))

export const staff: Records = (venue, stamp) => [...venue.staff.values()].map((member) => ({
  staffId: String(member.staffId),
  ...pick(member, 'uniqueId', 'externalId', 'email', 'firstName', 'lastName', 'contactNumber', 'hasVerifiedEmail', 'isLocked'),
  role: roles.find((role) => role.roleId === member.roleId)?.roleName ?? '',
  createdDate: stamp(member.createdAt)
}))

export const staffRoles: Records = () => [...roles]

export const waivers: Records = () => [{
  waiverId: String(WAIVER_ID),
  name: 'Jump Waiver',
  terms: 'I know that jumping has risks and that I follow the court marshals.',
  validityInDays: WAIVER_DAYS,
  minorAgeLimitsInYears: 18,
  createdDate: '2019-03-01T00:00:00',
  requiresSignature: true
}]

/** One tree: all categories under the venue's name, with the accountant's ledger codes. */
export function reportingCategories ({ products }: VenueState): Json {
  const categories = [...new Set(products.map((product) => product.category))].map((name, index) => ({
    name,
    glCode: String(1100 + index * 50),
    productIds: products.filter((product) => product.category === name).map((product) => String(product.id)),
    categories: []
  }))
  return { name: 'All Products', glCode: '1000', productIds: [], categories }
}
