/** Discounts and their codes. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import { DiscountedItem } from './booking-costs.ts'
import { DiscountCode } from './booking-parts.ts'

export const discountChannels = ['VenueManager', 'POS', 'Online', 'SSK'] as const

const discountSettings = {
  name: Type.String({ maxLength: 128, examples: ['Summer Discount 2025'], description: 'Name of the discount, not a code' }),
  amountOff: Nullable(Type.Number(), { examples: [25.5], description: 'null for a percentage discount' }),
  percentOff: Nullable(Type.Number(), { examples: [15], description: 'null for a fixed amount discount' }),
  productIds: Type.Array(Type.String({ examples: ['145664'] }), { description: 'Empty: all products' }),
  salesChannels: Type.Array(StringEnum(discountChannels), { description: 'Where it can be used; empty: everywhere' }),
  discountGenerationChannels: Type.Array(StringEnum(discountChannels), {
    description: 'Where a completed booking makes new codes; empty: everywhere'
  }),
  printDiscountsOnReceipt: Type.Boolean({ description: 'Print issued codes on receipts' }),
  startDate: Nullable(Type.String({ format: 'date' }), {
    examples: ['2025-07-14'],
    description: 'First booking date it counts for; comes with endDate'
  }),
  endDate: Nullable(Type.String({ format: 'date' }), {
    examples: ['2025-07-14'],
    description: 'Last booking date it counts for; comes with startDate'
  }),
  usageLimit: Nullable(Type.Integer(), { examples: [3], description: 'null: unlimited; comes with usageLimitType' }),
  usageLimitType: Nullable(StringEnum(['PerCode']), { description: 'null: unlimited; comes with usageLimit' })
}

export const DiscountCreate = Type.Partial(Type.Object(discountSettings), { $id: 'DiscountCreate' })

export const Discount = Type.Partial(Type.Object({
  discountId: Type.Integer({ examples: [266] }),
  status: StringEnum(['Active', 'Archived']),
  ...discountSettings
}), { $id: 'Discount' })

export const DiscountUpdate = Type.Partial(Type.Object({
  status: StringEnum(['Active', 'Archived']),
  ...discountSettings
}), { $id: 'DiscountUpdate' })

export const DiscountPath = Type.Object({
  discountId: Type.Integer({ examples: [266] })
})

export const DiscountCreated = Type.Partial(Type.Object({
  discountId: Type.Integer({ examples: [266] })
}))

export const DiscountCodesBody = Type.Object({
  codes: Type.Array(Type.String({ maxLength: 32 }), { maxItems: 1000, description: 'Not blank and not in use by any discount' })
})

export const DeleteDiscountCodesBody = Type.Object({
  codes: Type.Array(Type.String())
})

export const ValidateDiscountItem = Type.Partial(Type.Object({
  productId: Type.String(),
  quantity: Type.Integer(),
  bookingDate: Type.String({ description: 'Day of the visit' }),
  priceOverride: Nullable(Type.Number(), { description: 'Unit price to charge in place of ROLLER\'s' }),
  discounts: Type.Array(DiscountCode)
}))

export const ValidateDiscountsBody = Type.Partial(Type.Object({
  items: Type.Array(ValidateDiscountItem)
}))

export const ValidationCosts = Type.Partial(Type.Object({
  total: Type.Number({ examples: [27.5], description: 'Taxes and discounts included' }),
  totalIgnoringDeposit: Type.Number({ examples: [27.5], description: 'Total as if no deposit were due' }),
  totalExcludingFees: Type.Number({ examples: [26], description: 'What the guest pays without fees' }),
  amountOwing: Type.Number({ examples: [27.5], description: 'Still to be paid' }),
  tax: Type.Number({ examples: [2.75] }),
  taxExclusive: Type.Number({ examples: [0], description: 'Part of the items whose prices come without tax' }),
  transactionFee: Type.Number({ examples: [0] }),
  cardFee: Type.Number({ examples: [0] }),
  discount: Type.Number({ examples: [22.5] })
}))

export const DiscountValidation = Type.Partial(Type.Object({
  discounts: Type.Array(Type.Partial(Type.Object({
    discount: Type.Number({ examples: [22.5] }),
    code: Type.String({ examples: ['123456789'] }),
    validationMessage: Type.String({ description: 'Only when the code does not apply' })
  }))),
  items: Type.Array(DiscountedItem),
  bookingCosts: ValidationCosts
}))
