/** Products as ROLLER sells them. */
import { taxId } from './venue.ts'
import type { Routes } from './contract.ts'
import type { Product, Resource, Variation, VenueState } from './types.ts'

const image = (id: number): string => `https://cdn.example/products/${id}.jpg`

export function resourceOf (venue: VenueState, product: Product): Resource | undefined {
  return venue.resources.find((resource) => resource.id === product.resourceId)
}

export function findVariation (venue: VenueState, id: number): { product: Product, variation: Variation } | undefined {
  for (const product of venue.products) {
    const variation = product.variations.find((candidate) => candidate.id === id)
    if (variation !== undefined) return { product, variation }
  }
  return undefined
}

/** ROLLER's reports name types by pairs; see its product type mapping. */
export function reportType (product: Product): { productType: string, productSubType: string } {
  switch (product.type) {
    case 'pass': return { productType: 'Pass', productSubType: 'Pass' }
    case 'sessionpass': return { productType: 'Pass', productSubType: 'SessionPass' }
    case 'membership': return { productType: 'Pass', productSubType: 'Membership' }
    case 'recurringpass': return { productType: 'Pass', productSubType: 'RecurringSession' }
    case 'giftcard': return { productType: 'GiftCard', productSubType: 'GiftCard' }
    case 'partypackage': return { productType: 'Package', productSubType: 'PartyPackage' }
    case 'addon': return { productType: 'AddOn', productSubType: product.stockProductType === undefined ? 'AddOn' : 'Stock' }
  }
}

export function matching (venue: VenueState, category?: string, type?: string, subType?: string): Product[] {
  const same = (wanted: string | undefined, value: string): boolean => wanted === undefined || wanted.toLowerCase() === value.toLowerCase()
  return venue.products.filter((product) => {
    const { productType, productSubType } = reportType(product)
    return same(category, product.category) && (same(type, product.type) || same(type, productType)) && same(subType, productSubType)
  })
}

export function locations (venue: VenueState, product: Product): Record<string, unknown>[] {
  const resource = resourceOf(venue, product)
  if (resource === undefined) return []
  return [{
    id: String(resource.id),
    allowMultipleBookings: resource.allowMultipleBookings,
    ...(resource.allowMultipleBookings ? {} : { bookingRestriction: 'SingleProduct' }),
    times: [{ startMinutes: 0, endMinutes: product.durationMinutes ?? 60 }],
    capacity: resource.capacity
  }]
}

function variationDetail (venue: VenueState, product: Product, variation: Variation): Record<string, unknown> {
  return {
    id: String(variation.id),
    name: variation.name,
    description: variation.description,
    imageUrl: image(variation.id),
    productCategoryIds: [`/${venue.id}/`],
    price: variation.price,
    costOfGoods: variation.costOfGoods ?? null,
    tax: venue.profile.taxPercent,
    taxId: taxId(venue),
    fee: null,
    groupSize: variation.groupSize,
    isTaxInclusive: venue.profile.pricesIncludeTax,
    minPurchase: 1,
    maxPurchase: null,
    forceMinPurchase: false,
    hasUserDefinedCost: variation.openValue !== undefined,
    minUserDefinedCost: variation.openValue?.min ?? null,
    maxUserDefinedCost: variation.openValue?.max ?? null,
    locations: locations(venue, product),
    locationTimes: product.resourceId === undefined
      ? []
      : [{ startMinutes: 0, endMinutes: product.durationMinutes ?? 60, locationIds: [String(product.resourceId)] }],
    packageItems: (variation.packageItems ?? []).map((item) => ({
      parentProductId: String(findVariation(venue, item.productId)?.product.id ?? ''),
      productId: String(item.productId),
      cost: item.cost,
      quantity: item.quantity,
      quantityPerGuest: null,
      quantityType: item.quantityType,
      packageProductId: String(variation.id)
    })),
    packageOptionSets: variation.optionSet === undefined
      ? []
      : [{
          productPackageOptionSetId: String(variation.optionSet.id),
          packageProductId: String(variation.id),
          productIds: variation.optionSet.productIds.map(String),
          name: variation.optionSet.name,
          cost: 0,
          quantity: variation.optionSet.quantity,
          quantityPerGuest: null,
          quantityType: 'Package',
          displayOrder: 1
        }],
    ...(product.type === 'partypackage' ? { packagePricingType: 'PerPackage' } : {}),
    ...(product.type === 'membership'
      ? {
          recurringPayment: { paymentFrequencyId: 'Monthly', paymentFrequencyMultiplier: 1, numberOfPayments: null, minNumberOfPayments: 3 }
        }
      : {}),
    isSuspended: false,
    ...(variation.barcodeId === undefined ? {} : { barcodeId: variation.barcodeId }),
    parLevel: variation.parLevel ?? null,
    cost: variation.price
  }
}

function productDetail (venue: VenueState, product: Product): Record<string, unknown> {
  return {
    parentProductId: String(product.id),
    parentProductName: product.name,
    type: product.type,
    ...(product.stockProductType === undefined ? {} : { stockProductType: product.stockProductType }),
    products: product.variations.map((variation) => variationDetail(venue, product, variation)),
    shortDescription: product.description,
    description: product.description,
    imageUrl: image(product.id),
    termsAndConditionsText: product.waiver ? 'Every jumper needs a signed waiver.' : '',
    addOns: product.addOns.map(String),
    validDays: product.validDays ?? null,
    validDaysFromRedemption: null,
    formIds: [],
    tags: [product.category],
    minPurchase: 1,
    pricingRuleId: null,
    modifiers: [],
    modifierGroups: [],
    ...(product.type === 'giftcard'
      ? {
          giftcard: {
            canSendDigital: true,
            canSendPhysical: false,
            supportsVideoMessage: false,
            supportsWrittenMessage: true,
            pickupAvailable: false,
            messagingOptionLimit: null
          }
        }
      : {}),
    ...(product.type === 'partypackage' ? { partyDetails: { partyNamePrompt: 'Whose party is it?', guestListEnabled: true } } : {}),
    isWaiverRequired: product.waiver,
    captureTicketHolderName: product.type === 'membership',
    duration: product.durationMinutes ?? null,
    ...(product.durationMinutes === undefined ? {} : { durationType: 'PerSession' }),
    meta: [],
    id: String(product.id),
    name: product.name
  }
}

export const productRoutes: Routes = {
  'GET /products': ({ venue, query }) => ({
    status: 200,
    body: matching(
      venue, query('ProductCategory'), query('productType'), query('productSubType')
    ).map((product) => productDetail(venue, product))
  })
}
