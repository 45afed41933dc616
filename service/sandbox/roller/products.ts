/** Products as ROLLER sells them, and stock products, the only kind that can be written. */
import { conflict, demand, invalid, list, notFound, number, present, text, type Input } from './input.ts'
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
      ? { recurringPayment: { paymentFrequencyId: 'Monthly', paymentFrequencyMultiplier: 1, numberOfPayments: null, minNumberOfPayments: 3 } }
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
      ? { giftcard: { canSendDigital: true, canSendPhysical: false, supportsVideoMessage: false, supportsWrittenMessage: true, pickupAvailable: false, messagingOptionLimit: null } }
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

function stockDetail (venue: VenueState, product: Product): Record<string, unknown> {
  return {
    ...present({ externalId: product.externalId, stockProductType: product.stockProductType }),
    productId: String(product.id),
    name: product.name,
    reportingCategory: product.category,
    products: product.variations.map((variation) => ({
      ...present({ externalId: variation.externalId, barcodeId: variation.barcodeId }),
      productId: String(variation.id),
      name: variation.name,
      price: variation.price,
      costOfGoods: variation.costOfGoods ?? null,
      parLevel: variation.parLevel ?? null,
      taxCode: venue.profile.taxName,
      taxId: taxId(venue),
      cost: variation.price
    }))
  }
}

const stockTypes = ['untagged', 'foodAndBeverage', 'retail', 'miscellaneous'] as const

function writeStock (venue: VenueState, input: Input, product: Product): void {
  product.name = text(input, 'name') ?? ''
  product.category = text(input, 'reportingCategory') ?? product.category
  // ROLLER: leaving the classification out clears it.
  const stockType = stockTypes.find((type) => type === text(input, 'stockProductType'))
  product.stockProductType = stockType ?? 'untagged'
  for (const entry of list(input, 'products')) {
    const id = number(entry, 'productId')
    const values = {
      name: text(entry, 'name') ?? '',
      price: number(entry, 'price') ?? number(entry, 'cost') ?? 0,
      ...present({
        externalId: text(entry, 'externalId'),
        barcodeId: text(entry, 'barcodeId'),
        costOfGoods: number(entry, 'costOfGoods'),
        parLevel: number(entry, 'parLevel')
      })
    }
    const known = product.variations.find((variation) => variation.id === id)
    if (known !== undefined) Object.assign(known, values)
    else if (id !== undefined) throw conflict({ name: 'ProductId', message: `Product ${id} does not belong to product ${product.id}` })
    else product.variations.push({ id: venue.next('product'), description: values.name, groupSize: 1, stock: null, ...values })
  }
}

function stockProduct (venue: VenueState, id: number | undefined): Product {
  const product = venue.products.find((candidate) => candidate.id === id && candidate.stockProductType !== undefined)
  if (product === undefined) throw notFound(`Stock product ${id ?? ''} not found`)
  return product
}

export const productRoutes: Routes = {
  'GET /products': ({ venue, query }) => ({
    status: 200,
    body: matching(venue, query('ProductCategory'), query('productType'), query('productSubType')).map((product) => productDetail(venue, product))
  }),

  'POST /products/stock': ({ venue, body }) => {
    demand(body, { at: '', names: ['externalId', 'name', 'products'] }, { at: 'products', names: ['name'], each: true })
    const externalId = text(body, 'externalId') ?? ''
    if (venue.products.some((product) => product.externalId === externalId)) {
      throw conflict({ name: 'ExternalId', message: `Product ${externalId} already exists` })
    }
    const product: Product = {
      id: venue.next('product'), externalId, name: '', type: 'addon', category: 'Merchandise', description: text(body, 'name') ?? '', variations: [], addOns: [], waiver: false
    }
    writeStock(venue, body, product)
    venue.products.push(product)
    return { status: 200, body: stockDetail(venue, product) }
  },

  'PUT /products/stock': ({ venue, body }) => {
    const externalId = text(body, 'externalId')
    const product = stockProduct(venue, number(body, 'productId') ?? venue.products.find((known) => known.externalId === externalId)?.id)
    writeStock(venue, body, product)
    return { status: 200, body: stockDetail(venue, product) }
  },

  'PUT /products/stock/{parentProductId}/quantity': ({ venue, params, body }) => {
    demand(body, { at: '', names: ['productId'] })
    const product = stockProduct(venue, Number(params['parentProductId']))
    const variation = product.variations.find((candidate) => candidate.id === number(body, 'productId'))
    if (variation === undefined) throw notFound(`Product ${text(body, 'productId') ?? ''} not found`)
    const quantity = number(body, 'quantity') ?? null
    if (quantity !== null && quantity < 0) throw invalid({ name: 'quantity', message: 'quantity must not be negative' })
    // ROLLER: unlimited stock and a par level exclude each other.
    if (quantity === null && (variation.parLevel ?? 0) !== 0) throw invalid({ name: 'quantity', message: 'quantity cannot be null while parLevel is set' })
    variation.stock = quantity
    return { status: 200, body: stockDetail(venue, product) }
  }
}
