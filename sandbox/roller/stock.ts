/** Stock products, the only kind that can be written. */
import { conflict, demand, invalid, list, notFound, number, present, text, type Input } from './input.ts'
import { taxId } from './venue.ts'
import type { Routes } from './contract.ts'
import type { Product, VenueState } from './types.ts'

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

export const stockRoutes: Routes = {
  'POST /products/stock': ({ venue, body }) => {
    demand(body, { at: '', names: ['externalId', 'name', 'products'] }, { at: 'products', names: ['name'], each: true })
    const externalId = text(body, 'externalId') ?? ''
    if (venue.products.some((product) => product.externalId === externalId)) {
      throw conflict({ name: 'ExternalId', message: `Product ${externalId} already exists` })
    }
    const product: Product = {
      id: venue.next('product'),
      externalId,
      name: '',
      type: 'addon',
      category: 'Merchandise',
      description: text(body,
        'name') ?? '',
      variations: [],
      addOns: [],
      waiver: false
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
    if (quantity === null && (variation.parLevel ?? 0) !== 0) {
      throw invalid({ name: 'quantity', message: 'quantity cannot be null while parLevel is set' })
    }
    variation.stock = quantity
    return { status: 200, body: stockDetail(venue, product) }
  }
}
