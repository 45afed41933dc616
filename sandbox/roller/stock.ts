/** Stock products, the only kind that can be written. */
import { conflict, demand, found, invalid, list, number, oneOf, text, textsOf, type Input } from './input.ts'
import { pick, present, type Json } from './record.ts'
import { taxId } from './venue.ts'
import type { Routes } from './contract.ts'
import type { Product, VenueState } from './types.ts'

const stockTypes = ['untagged', 'foodAndBeverage', 'retail', 'miscellaneous'] as const

const stockDetail = (venue: VenueState, product: Product): Json => ({
  productId: String(product.id),
  ...pick(product, 'externalId', 'stockProductType', 'name'),
  reportingCategory: product.category,
  products: product.variations.map((variation) => ({
    productId: String(variation.id),
    ...pick(variation, 'externalId', 'barcodeId', 'name', 'price'),
    costOfGoods: variation.costOfGoods ?? null,
    parLevel: variation.parLevel ?? null,
    taxCode: venue.profile.taxName,
    taxId: taxId(venue),
    cost: variation.price
  }))
})

function writeStock (venue: VenueState, input: Input, product: Product): Json {
  product.name = text(input, 'name') ?? ''
  product.category = text(input, 'reportingCategory') ?? product.category
  // ROLLER: a missing classification clears it.
  product.stockProductType = oneOf(input, 'stockProductType', stockTypes) ?? 'untagged'
  for (const entry of list(input, 'products')) {
    const id = number(entry, 'productId')
    const values = {
      name: text(entry, 'name') ?? '',
      price: number(entry, 'price') ?? number(entry, 'cost') ?? 0,
      ...textsOf(entry, 'externalId', 'barcodeId'),
      ...present({ costOfGoods: number(entry, 'costOfGoods'), parLevel: number(entry, 'parLevel') })
    }
    const known = product.variations.find((variation) => variation.id === id)
    if (known !== undefined) Object.assign(known, values)
    else if (id !== undefined) throw conflict('ProductId', `Product ${id} does not belong to product ${product.id}`)
    else product.variations.push({ id: venue.next('product'), description: values.name, groupSize: 1, stock: null, ...values })
  }
  return stockDetail(venue, product)
}

const stockProduct = (venue: VenueState, id: number | undefined): Product =>
  found(venue.products.find((known) => known.id === id && known.stockProductType !== undefined), `Stock product ${id ?? ''} not found`)

export const stockRoutes: Routes = {
  'POST /products/stock': ({ venue, body }) => {
    demand(body, 'externalId', 'name', 'products', 'products[].name')
    const [externalId = '', description = ''] = [text(body, 'externalId'), text(body, 'name')]
    if (venue.products.some((product) => product.externalId === externalId)) {
      throw conflict('ExternalId', `Product ${externalId} already exists`)
    }
    const kind = { type: 'addon', category: 'Merchandise', waiver: false } as const
    const product: Product = { id: venue.next('product'), externalId, name: '', description, variations: [], ...kind, addOns: [] }
    const detail = writeStock(venue, body, product)
    venue.products.push(product)
    return detail
  },

  'PUT /products/stock': ({ venue, body }) => {
    const externalId = text(body, 'externalId')
    const id = number(body, 'productId') ?? venue.products.find((known) => known.externalId === externalId)?.id
    return writeStock(venue, body, stockProduct(venue, id))
  },

  'PUT /products/stock/{parentProductId}/quantity': ({ venue, param, body }) => {
    demand(body, 'productId')
    const product = stockProduct(venue, Number(param('parentProductId')))
    const id = number(body, 'productId')
    const variation = found(product.variations.find((candidate) => candidate.id === id), `Product ${id ?? ''} not found`)
    const quantity = number(body, 'quantity') ?? null
    if (quantity !== null && quantity < 0) throw invalid('quantity', 'quantity must not be negative')
    // ROLLER: unlimited stock and a par level exclude each other.
    if (quantity === null && (variation.parLevel ?? 0) !== 0) throw invalid('quantity', 'quantity cannot be null while parLevel is set')
    variation.stock = quantity
    return stockDetail(venue, product)
  }
}
