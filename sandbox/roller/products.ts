/** Products in ROLLER's form. */
import { all, pick, type Json } from './record.ts'
import { taxId } from './venue.ts'
import type { Routes } from './contract.ts'
import type { Product, Resource, Variation, VenueState } from './types.ts'

export interface Sold { product: Product, variation: Variation }

const image = (id: number): string => `https://cdn.example/products/${id}.jpg`

export const resourceOf = (venue: VenueState, product: Product): Resource | undefined =>
  venue.resources.find((resource) => resource.id === product.resourceId)

export function findVariation (venue: VenueState, id: number): Sold | undefined {
  for (const product of venue.products) {
    const variation = product.variations.find((candidate) => candidate.id === id)
    if (variation !== undefined) return { product, variation }
  }
  return undefined
}

/** The product of a validated line: products are never deleted. */
export function soldAs (venue: VenueState, { productId }: { productId: number }): Sold {
  const sold = findVariation(venue, productId)
  if (sold === undefined) throw new Error(`No product ${productId}`)
  return sold
}

/** ROLLER's reports name types by pairs; see its product type mapping. */
export function reportType ({ type, stockProductType }: Product): { productType: string, productSubType: string } {
  const [productType, productSubType] = ({
    pass: ['Pass', 'Pass'],
    sessionpass: ['Pass', 'SessionPass'],
    membership: ['Pass', 'Membership'],
    recurringpass: ['Pass', 'RecurringSession'],
    giftcard: ['GiftCard', 'GiftCard'],
    partypackage: ['Package', 'PartyPackage'],
    addon: ['AddOn', stockProductType === undefined ? 'AddOn' : 'Stock']
  } as const)[type]
  return { productType, productSubType }
}

export function matching (venue: VenueState, category?: string, type?: string, subType?: string): Product[] {
  const same = (wanted: string | undefined, value: string): boolean => wanted === undefined || wanted.toLowerCase() === value.toLowerCase()
  return venue.products.filter((product) => {
    const { productType, productSubType } = reportType(product)
    return same(category, product.category) && (same(type, product.type) || same(type, productType)) && same(subType, productSubType)
  })
}

export function locations (venue: VenueState, product: Product): Json[] {
  const resource = resourceOf(venue, product)
  if (resource === undefined) return []
  return [{
    id: String(resource.id),
    ...pick(resource, 'allowMultipleBookings', 'capacity'),
    ...(resource.allowMultipleBookings ? {} : { bookingRestriction: 'SingleProduct' }),
    times: [{ startMinutes: 0, endMinutes: product.durationMinutes ?? 60 }]
  }]
}

/** The part of a variation that is repeated in the availability of a day. */
export const variationBasics = (venue: VenueState, product: Product, variation: Variation): Json => ({
  id: String(variation.id),
  ...pick(variation, 'name', 'description'),
  imageUrl: image(variation.id),
  cost: variation.price,
  tax: venue.profile.taxPercent,
  isTaxInclusive: venue.profile.pricesIncludeTax,
  isSuspended: false,
  locations: locations(venue, product)
})

/** The part of a product that is repeated in the availability of a day. */
export const productBasics = ({ id, name, type, description }: Product): Json => ({
  parentProductId: String(id), parentProductName: name, type, description, imageUrl: image(id), id: String(id), name
})

function variationDetail (venue: VenueState, product: Product, variation: Variation): Json {
  const { openValue, costOfGoods = null, parLevel = null } = variation
  const { resourceId, durationMinutes: endMinutes = 60 } = product
  return {
    ...variationBasics(venue, product, variation),
    ...pick(variation, 'price', 'groupSize', 'barcodeId'),
    productCategoryIds: [`/${venue.id}/`],
    taxId: taxId(venue),
    costOfGoods,
    parLevel,
    minPurchase: 1,
    forceMinPurchase: false,
    ...all(null, 'fee', 'maxPurchase'),
    hasUserDefinedCost: openValue !== undefined,
    minUserDefinedCost: openValue?.min ?? null,
    maxUserDefinedCost: openValue?.max ?? null,
    locationTimes: resourceId === undefined ? [] : [{ startMinutes: 0, endMinutes, locationIds: [String(resourceId)] }],
    ...all([], 'packageItems', 'packageOptionSets'),
    ...(product.type === 'partypackage' ? { packagePricingType: 'PerPackage' } : {}),
    ...(product.type === 'membership' ? { recurringPayment: { paymentFrequencyId: 'Monthly', paymentFrequencyMultiplier: 1 } } : {})
  }
}

function productDetail (venue: VenueState, product: Product): Json {
  const { type, description, validDays = null, durationMinutes } = product
  return {
    ...productBasics(product),
    ...pick(product, 'stockProductType'),
    products: product.variations.map((variation) => variationDetail(venue, product, variation)),
    shortDescription: description,
    termsAndConditionsText: product.waiver ? 'Every jumper needs a signed waiver.' : '',
    addOns: product.addOns.map(String),
    validDays,
    minPurchase: 1,
    tags: [product.category],
    ...all(null, 'validDaysFromRedemption', 'pricingRuleId'),
    ...all([], 'formIds', 'modifiers', 'modifierGroups', 'meta'),
    ...(type === 'giftcard' ? { giftcard: { canSendDigital: true, canSendPhysical: false, supportsWrittenMessage: true } } : {}),
    ...(type === 'partypackage' ? { partyDetails: { partyNamePrompt: 'Whose party is it?', guestListEnabled: true } } : {}),
    isWaiverRequired: product.waiver,
    captureTicketHolderName: type === 'membership',
    duration: durationMinutes ?? null,
    ...(durationMinutes === undefined ? {} : { durationType: 'PerSession' })
  }
}

export const productRoutes: Routes = {
  'GET /products': ({ venue, query }) =>
    matching(venue, query('ProductCategory'), query('productType'), query('productSubType')).map((product) => productDetail(venue, product))
}
