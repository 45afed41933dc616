/** Discounts, their codes, and the (deprecated) validation of codes. */
import { conflict, demand, flag, invalid, isObject, list, notFound, number, text, texts, type Input } from './input.ts'
import { findDiscount, priceOf, publishedCosts } from './pricing.ts'
import { findVariation } from './products.ts'
import { localDate } from './time.ts'
import type { Routes } from './contract.ts'
import type { Discount, VenueState } from './types.ts'

const channels = ['VenueManager', 'POS', 'Online', 'SSK']

/** ROLLER: amount or percentage, dates and usage limit each come as a pair or not at all. */
function read (body: Input): Omit<Discount, 'discountId' | 'status' | 'codes'> {
  const [amountOff, percentOff] = [number(body, 'amountOff') ?? null, number(body, 'percentOff') ?? null]
  const [startDate, endDate] = [text(body, 'startDate') ?? null, text(body, 'endDate') ?? null]
  const usageLimit = number(body, 'usageLimit') ?? null
  const usageLimitType = text(body, 'usageLimitType') === 'PerCode' ? 'PerCode' : null
  if (amountOff !== null && percentOff !== null) {
    throw invalid({ name: 'percentOff', message: 'Only one of amountOff and percentOff may be set' })
  }
  if ((startDate === null) !== (endDate === null)) throw invalid({ name: 'endDate', message: 'startDate and endDate must be set together' })
  if ((usageLimit === null) !== (usageLimitType === null)) {
    throw invalid({ name: 'usageLimitType', message: 'usageLimit and usageLimitType must be set together' })
  }
  return {
    name: text(body, 'name') ?? '',
    amountOff,
    percentOff,
    productIds: texts(body, 'productIds'),
    salesChannels: texts(body, 'salesChannels').filter((channel) => channels.includes(channel)),
    discountGenerationChannels: texts(body, 'discountGenerationChannels').filter((channel) => channels.includes(channel)),
    printDiscountsOnReceipt: flag(body, 'printDiscountsOnReceipt') ?? false,
    startDate,
    endDate,
    usageLimit,
    usageLimitType
  }
}

function find (venue: VenueState, id: string | undefined): Discount {
  const discount = venue.discounts.get(Number(id))
  if (discount === undefined) throw notFound(`Discount ${id ?? ''} not found`)
  return discount
}

/** ROLLER: what is not part of this type of discount is null, the type of a usage limit too. */
function published ({ codes: _, ...discount }: Discount): Record<string, unknown> { return discount }

export const discountRoutes: Routes = {
  'POST /discounts': ({ venue, body }) => {
    demand(body, { at: '', names: ['name'] })
    if (number(body, 'amountOff') === undefined && number(body, 'percentOff') === undefined) {
      throw invalid({ name: 'amountOff', message: 'One of amountOff and percentOff is required' })
    }
    const discountId = venue.next('discount')
    venue.discounts.set(discountId, { discountId, status: 'Active', ...read(body), codes: [] })
    return { status: 200, body: { discountId } }
  },

  'GET /discounts/{discountId}': ({ venue, params }) => ({ status: 200, body: published(find(venue, params['discountId'])) }),

  'PUT /discounts/{discountId}': ({ venue, params, body }) => {
    const discount = find(venue, params['discountId'])
    Object.assign(discount, read({ ...discount, ...body }), { status: text(body, 'status') === 'Archived' ? 'Archived' : 'Active' })
    return { status: 200 }
  },

  'POST /discounts/{discountId}/codes': ({ venue, params, body }) => {
    const discount = find(venue, params['discountId'])
    demand(body, { at: '', names: ['codes'] })
    const codes = texts(body, 'codes')
    const taken = codes.filter((code, index) => findDiscount(venue, code) !== undefined || codes.indexOf(code) !== index)
    if (taken.length > 0) {
      throw conflict(...taken.map((code) => ({ name: 'DiscountCode', message: `Discount code ${code} already exists` })))
    }
    discount.codes.push(...codes)
    return { status: 200 }
  },

  'DELETE /discounts/{discountId}/codes': ({ venue, params, body }) => {
    const discount = find(venue, params['discountId'])
    demand(body, { at: '', names: ['codes'] })
    const gone = texts(body, 'codes')
    discount.codes = discount.codes.filter((code) => !gone.includes(code))
    return { status: 200 }
  },

  'POST /discounts/validate': ({ venue, body, now }) => {
    const inputs = list(body, 'items')
    const items = inputs.map((input) => {
      const productId = number(input, 'productId') ?? 0
      return {
        productId,
        quantity: number(input, 'quantity') ?? 1,
        bookingDate: text(input, 'bookingDate') ?? localDate(now, venue.profile.zone),
        price: number(input, 'priceOverride') ?? findVariation(venue, productId)?.variation.price ?? 0,
        tickets: []
      }
    })
    const codes = [
      ...new Set(inputs.flatMap((input) => list(input, 'discounts')).filter(isObject).flatMap((entry) => text(entry, 'code') ?? []))
    ]
    const costs = priceOf(venue, items, { discounts: codes.map((code) => ({ code })) }, now)
    return {
      status: 200,
      body: {
        discounts: costs.codes,
        items: items.map((_, index) => ({ itemNumber: venue.random.uuid(), discount: costs.itemDiscounts[index] ?? 0 })),
        bookingCosts: publishedCosts(costs)
      }
    }
  }
}
