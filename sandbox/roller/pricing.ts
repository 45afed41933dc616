/** What a booking costs: prices, discounts, tax, fees and gift cards. */
import { flag, list, money, number, text, texts, type Input } from './input.ts'
import type { WantedItem } from './items.ts'
import { findVariation } from './products.ts'
import { fees } from './venue.ts'
import type { Discount, VenueState } from './types.ts'

export interface Costs {
  subTotal: number
  discount: number
  /** By position of the item. */
  itemDiscounts: number[]
  codes: { code: string, discount: number, validationMessage?: string }[]
  discountIds: number[]
  subTotalTax: number
  feeTax: number
  tax: number
  taxExclusive: number
  transactionFee: number
  cardFee: number
  fees: number
  totalExcludingFees: number
  total: number
  amountOwing: number
  giftCards: { giftCardNumber: string, amountDeducted: number }[]
  giftCardErrors: string[]
}

interface Reduction { percent: number | null, amount: number | null, applies: (item: WantedItem) => boolean }

export function findDiscount (venue: VenueState, code: string): Discount | undefined {
  return [...venue.discounts.values()].find((discount) => discount.codes.some((known) => known.toLowerCase() === code.toLowerCase()))
}

function uses (venue: VenueState, code: string): number {
  return [...venue.bookings.values()].filter((booking) => booking.state === 'Active' && booking.discountCodes.includes(code)).length
}

/** Why the code does not apply, if it does not. */
function objection (venue: VenueState, discount: Discount | undefined, code: string, items: readonly WantedItem[]): string | undefined {
  if (discount === undefined || discount.status === 'Archived') return 'Discount code could not be found'
  if (discount.usageLimit !== null && uses(venue, code) >= discount.usageLimit) return 'Discount code has reached its usage limit'
  return items.some((item) => covers(venue, discount, item)) ? undefined : 'Discount is not valid for this transaction'
}

function covers (venue: VenueState, discount: Discount, item: WantedItem): boolean {
  if (discount.startDate !== null && item.bookingDate < discount.startDate) return false
  if (discount.endDate !== null && item.bookingDate > discount.endDate) return false
  if (discount.productIds.length === 0) return true
  const parent = findVariation(venue, item.productId)?.product.id
  return discount.productIds.includes(String(item.productId)) || discount.productIds.includes(String(parent))
}

/** Takes a reduction off what is left of the items and answers how much that was. */
function reduce (items: readonly WantedItem[], itemDiscounts: number[], reduction: Reduction): number {
  const left = items.map((item, index) => reduction.applies(item) ? money(item.price * item.quantity - (itemDiscounts[index] ?? 0)) : 0)
  const eligible = left.reduce((sum, value) => sum + value, 0)
  if (eligible <= 0) return 0
  const off = reduction.percent === null ? Math.min(reduction.amount ?? 0, eligible) : eligible * Math.min(100, reduction.percent) / 100
  left.forEach((value, index) => { itemDiscounts[index] = money((itemDiscounts[index] ?? 0) + off * value / eligible) })
  return money(off)
}

type GiftCardCosts = Pick<Costs, 'giftCards' | 'giftCardErrors' | 'amountOwing'>

function giftCards (venue: VenueState, body: Input, total: number, now: number): GiftCardCosts {
  const used: Costs['giftCards'] = []
  const giftCardErrors: string[] = []
  let amountOwing = total
  for (const { giftCardNumber } of list(body, 'giftCards').map((input) => ({ giftCardNumber: text(input, 'giftCardNumber') ?? '' }))) {
    const card = venue.giftCards.get(giftCardNumber)
    if (card === undefined) giftCardErrors.push(`Could not find giftcard for number ${giftCardNumber}`)
    else if (card.expiresAt <= now) giftCardErrors.push(`Giftcard ${giftCardNumber} has expired`)
    else {
      const amountDeducted = money(Math.min(card.balance, amountOwing))
      amountOwing = money(amountOwing - amountDeducted)
      used.push({ giftCardNumber, amountDeducted })
    }
  }
  return { giftCards: used, giftCardErrors, amountOwing }
}

export function priceOf (venue: VenueState, items: readonly WantedItem[], body: Input, now: number): Costs {
  const subTotal = money(items.reduce((sum, item) => sum + item.price * item.quantity, 0))
  const itemDiscounts = items.map(() => 0)
  const codes: Costs['codes'] = []
  const discountIds: number[] = []
  for (const wanted of list(body, 'discounts')) {
    const code = text(wanted, 'code')
    const productIds = texts(wanted, 'productIds')
    if (code === undefined) {
      reduce(items, itemDiscounts, {
        percent: number(wanted, 'percentage') ?? null,
        amount: number(wanted, 'amount') ?? null,
        applies: (item) => productIds.length === 0 || productIds.includes(String(item.productId))
      })
      continue
    }
    const discount = findDiscount(venue, code)
    const validationMessage = objection(venue, discount, code, items)
    if (discount === undefined || validationMessage !== undefined) {
      codes.push({ code, discount: 0, validationMessage: validationMessage ?? '' })
      continue
    }
    const off = reduce(
      items, itemDiscounts, { percent: discount.percentOff, amount: discount.amountOff, applies: (item) => covers(venue, discount, item) }
    )
    codes.push({ code, discount: off })
    discountIds.push(discount.discountId)
  }

  const discount = money(itemDiscounts.reduce((sum, value) => sum + value, 0))
  const net = money(subTotal - discount)
  const rate = venue.profile.taxPercent / 100
  const subTotalTax = money(venue.profile.pricesIncludeTax ? net - net / (1 + rate) : net * rate)
  const taxExclusive = venue.profile.pricesIncludeTax ? 0 : subTotalTax
  const totalExcludingFees = money(net + taxExclusive)
  // ROLLER: the venue's own fees apply only when the guest is to pay them.
  const charged = flag(body, 'customerPaysFees') === true && totalExcludingFees > 0
  const transactionFee = charged ? money(totalExcludingFees * fees.transactionPercent / 100 + fees.perTransaction) : 0
  const cardFee = charged ? money(totalExcludingFees * fees.cardPercent / 100) : 0
  const feeTotal = money(transactionFee + cardFee)
  const feeTax = money(feeTotal - feeTotal / (1 + rate))
  const total = money(totalExcludingFees + feeTotal)
  return {
    subTotal,
    discount,
    itemDiscounts,
    codes,
    discountIds,
    subTotalTax,
    feeTax,
    tax: money(subTotalTax + feeTax),
    taxExclusive,
    transactionFee,
    cardFee,
    fees: feeTotal,
    totalExcludingFees,
    total,
    ...giftCards(venue, body, total, now)
  }
}

/** The part of the costs that ROLLER publishes under the same names everywhere. */
export function publishedCosts (costs: Costs): Record<string, number> {
  const { total, totalExcludingFees, amountOwing, tax, taxExclusive, transactionFee, cardFee, discount } = costs
  return { total, totalIgnoringDeposit: total, totalExcludingFees, amountOwing, tax, taxExclusive, transactionFee, cardFee, discount }
}
