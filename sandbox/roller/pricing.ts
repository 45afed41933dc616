/** The costs of a booking: prices, discounts, tax, fees and gift cards. */
import { flag, list, number, text, texts, type Input } from './input.ts'
import { findVariation } from './products.ts'
import { money, pick, sum } from './record.ts'
import { fees, taxOf } from './venue.ts'
import type { WantedItem } from './items.ts'
import type { Discount, VenueState } from './types.ts'

export type Costs = ReturnType<typeof priceOf>

interface Reduction { percent: number | null, amount: number | null, applies: (item: WantedItem) => boolean }

export function findDiscount (venue: VenueState, code: string): Discount | undefined {
  return [...venue.discounts.values()].find((discount) => discount.codes.some((known) => known.toLowerCase() === code.toLowerCase()))
}

const uses = (venue: VenueState, code: string): number =>
  [...venue.bookings.values()].filter((booking) => booking.state === 'Active' && booking.discountCodes.includes(code)).length

function covers (venue: VenueState, { startDate, endDate, productIds }: Discount, item: WantedItem): boolean {
  if (startDate !== null && item.bookingDate < startDate) return false
  if (endDate !== null && item.bookingDate > endDate) return false
  const ids = [item.productId, findVariation(venue, item.productId)?.product.id].map(String)
  return productIds.length === 0 || productIds.some((id) => ids.includes(id))
}

/** Why the code does not apply; undefined if it does. */
function obstacle (venue: VenueState, discount: Discount | undefined, code: string, items: readonly WantedItem[]): string | undefined {
  if (discount === undefined || discount.status === 'Archived') return 'Discount code could not be found'
  if (discount.usageLimit !== null && uses(venue, code) >= discount.usageLimit) return 'Discount code has reached its usage limit'
  return items.some((item) => covers(venue, discount, item)) ? undefined : 'Discount is not valid for this transaction'
}

/** Subtracts a reduction from the remaining amounts of the items and returns its total. */
function reduce (items: readonly WantedItem[], itemDiscounts: number[], { percent, amount, applies }: Reduction): number {
  const left = items.map((item, index) => applies(item) ? money(item.price * item.quantity - (itemDiscounts[index] ?? 0)) : 0)
  const eligible = sum(left)
  if (eligible <= 0) return 0
  const off = percent === null ? Math.min(amount ?? 0, eligible) : eligible * Math.min(100, percent) / 100
  left.forEach((value, index) => { itemDiscounts[index] = money((itemDiscounts[index] ?? 0) + off * value / eligible) })
  return money(off)
}

function discounts (venue: VenueState, items: readonly WantedItem[], body: Input) {
  const itemDiscounts = items.map(() => 0)
  const codes: { code: string, discount: number, validationMessage?: string }[] = []
  const discountIds: number[] = []
  for (const wanted of list(body, 'discounts')) {
    const code = text(wanted, 'code')
    if (code === undefined) {
      const [percent, amount, ids] = [number(wanted, 'percentage') ?? null, number(wanted, 'amount') ?? null, texts(wanted, 'productIds')]
      reduce(items, itemDiscounts, { percent, amount, applies: (item) => ids.length === 0 || ids.includes(String(item.productId)) })
      continue
    }
    const discount = findDiscount(venue, code)
    const validationMessage = obstacle(venue, discount, code, items)
    if (discount === undefined || validationMessage !== undefined) {
      codes.push({ code, discount: 0, validationMessage: validationMessage ?? '' })
      continue
    }
    const { percentOff: percent, amountOff: amount, discountId } = discount
    codes.push({ code, discount: reduce(items, itemDiscounts, { percent, amount, applies: (item) => covers(venue, discount, item) }) })
    discountIds.push(discountId)
  }
  return { itemDiscounts, codes, discountIds, discount: sum(itemDiscounts) }
}

function giftCards (venue: VenueState, body: Input, total: number, now: number) {
  const used: { giftCardNumber: string, amountDeducted: number }[] = []
  const giftCardErrors: string[] = []
  let amountOwing = total
  for (const giftCardNumber of list(body, 'giftCards').map((input) => text(input, 'giftCardNumber') ?? '')) {
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

export function priceOf (venue: VenueState, items: readonly WantedItem[], body: Input, now: number) {
  const subTotal = sum(items.map((item) => item.price * item.quantity))
  const reduced = discounts(venue, items, body)
  const net = money(subTotal - reduced.discount)
  const subTotalTax = taxOf(venue, net)
  const taxExclusive = venue.profile.pricesIncludeTax ? 0 : subTotalTax
  const totalExcludingFees = money(net + taxExclusive)
  // ROLLER: the venue's own fees apply only if the guest is to pay them.
  const charged = flag(body, 'customerPaysFees') === true && totalExcludingFees > 0
  const transactionFee = charged ? money(totalExcludingFees * fees.transactionPercent / 100 + fees.perTransaction) : 0
  const cardFee = charged ? money(totalExcludingFees * fees.cardPercent / 100) : 0
  const feeTotal = money(transactionFee + cardFee)
  const feeTax = money(feeTotal - feeTotal / (1 + venue.profile.taxPercent / 100))
  const total = money(totalExcludingFees + feeTotal)
  const taxes = { subTotalTax, feeTax, tax: money(subTotalTax + feeTax), taxExclusive }
  const charges = { transactionFee, cardFee, fees: feeTotal }
  return { subTotal, ...reduced, ...taxes, ...charges, totalExcludingFees, total, ...giftCards(venue, body, total, now) }
}

/** The part of the costs that ROLLER publishes under the same names everywhere. */
export const publishedCosts = (costs: Costs) => ({
  ...pick(costs, 'total', 'totalExcludingFees', 'amountOwing', 'tax', 'taxExclusive', 'transactionFee', 'cardFee', 'discount'),
  totalIgnoringDeposit: costs.total
})
