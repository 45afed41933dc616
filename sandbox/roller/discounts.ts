/** Discounts, their codes, and the (deprecated) validation of codes. */
import { demand, flag, found, invalid, list, number, oneOf, rejectWith, text, texts, textsOf, type Input } from './input.ts'
import { findDiscount, priceOf, publishedCosts } from './pricing.ts'
import { findVariation } from './products.ts'
import { localDate } from './time.ts'
import type { Call, Routes } from './contract.ts'
import type { Discount } from './types.ts'

export const channels = ['VenueManager', 'POS', 'Online', 'SSK']

const together = (...values: unknown[]): boolean => values.every((value) => value === null) || !values.includes(null)

/** ROLLER: amount and percentage, dates, and usage limit are pairs: both or neither. */
function read (body: Input) {
  const [amountOff = null, percentOff = null] = [number(body, 'amountOff'), number(body, 'percentOff')]
  const usageLimit = number(body, 'usageLimit') ?? null
  const { name = '', startDate = null, endDate = null } = textsOf(body, 'name', 'startDate', 'endDate')
  const usageLimitType = oneOf(body, 'usageLimitType', ['PerCode']) ?? null
  if (amountOff !== null && percentOff !== null) throw invalid('percentOff', 'Only one of amountOff and percentOff may be set')
  if (!together(startDate, endDate)) throw invalid('endDate', 'startDate and endDate must be set together')
  if (!together(usageLimit, usageLimitType)) throw invalid('usageLimitType', 'usageLimit and usageLimitType must be set together')
  const known = (list: string): string[] => texts(body, list).filter((channel) => channels.includes(channel))
  const sale = { salesChannels: known('salesChannels'), discountGenerationChannels: known('discountGenerationChannels') }
  const validity = { startDate, endDate, usageLimit, usageLimitType }
  const printDiscountsOnReceipt = flag(body, 'printDiscountsOnReceipt') ?? false
  return { name, amountOff, percentOff, productIds: texts(body, 'productIds'), ...sale, printDiscountsOnReceipt, ...validity }
}

const find = ({ venue, param }: Call): Discount =>
  found(venue.discounts.get(Number(param('discountId'))), `Discount ${param('discountId')} not found`)

export const discountRoutes: Routes = {
  'POST /discounts': ({ venue, body }) => {
    demand(body, 'name')
    if (number(body, 'amountOff') === undefined && number(body, 'percentOff') === undefined) {
      throw invalid('amountOff', 'One of amountOff and percentOff is required')
    }
    const discountId = venue.next('discount')
    venue.discounts.set(discountId, { discountId, status: 'Active', ...read(body), codes: [] })
    return { discountId }
  },

  // ROLLER: fields of other discount types are null, the type of a usage limit too.
  'GET /discounts/{discountId}': (call) => {
    const { codes: _, ...published } = find(call)
    return published
  },

  'PUT /discounts/{discountId}': (call) => {
    const discount = find(call)
    Object.assign(discount, read({ ...discount, ...call.body }), { status: oneOf(call.body, 'status', ['Archived']) ?? 'Active' })
  },

  'POST /discounts/{discountId}/codes': (call) => {
    const discount = find(call)
    demand(call.body, 'codes')
    const codes = texts(call.body, 'codes')
    const taken = codes.filter((code, index) => findDiscount(call.venue, code) !== undefined || codes.indexOf(code) !== index)
    rejectWith(409, taken.map((code) => ({ name: 'DiscountCode', message: `Discount code ${code} already exists` })))
    discount.codes.push(...codes)
  },

  'DELETE /discounts/{discountId}/codes': (call) => {
    const discount = find(call)
    demand(call.body, 'codes')
    const gone = texts(call.body, 'codes')
    discount.codes = discount.codes.filter((code) => !gone.includes(code))
  },

  'POST /discounts/validate': ({ venue, body, now }) => {
    const inputs = list(body, 'items')
    const items = inputs.map((input) => {
      const [productId, quantity] = [number(input, 'productId') ?? 0, number(input, 'quantity') ?? 1]
      const bookingDate = text(input, 'bookingDate') ?? localDate(now, venue.profile.zone)
      const price = number(input, 'priceOverride') ?? findVariation(venue, productId)?.variation.price ?? 0
      return { productId, quantity, bookingDate, price, tickets: [] }
    })
    const codes = new Set(inputs.flatMap((input) => list(input, 'discounts')).flatMap((entry) => text(entry, 'code') ?? []))
    const costs = priceOf(venue, items, { discounts: [...codes].map((code) => ({ code })) }, now)
    return {
      discounts: costs.codes,
      items: costs.itemDiscounts.map((discount) => ({ itemNumber: venue.random.uuid(), discount })),
      bookingCosts: publishedCosts(costs)
    }
  }
}
