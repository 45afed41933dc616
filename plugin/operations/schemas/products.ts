/** Products of the venue. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import { ProductLocation } from './availability.ts'
import { ProductType, StockProductType, frequencies } from './common.ts'

export const quantityTypes = ['Guest', 'Package'] as const

export const PackageRequirement = StringEnum(['Before', 'After'], { $id: 'PackageRequirement' })

export const ProductLocationTime = Type.Partial(Type.Object({
  startMinutes: Type.Integer({ examples: [0], description: 'Minutes after the start of the session at which the use begins' }),
  endMinutes: Type.Integer({ examples: [60], description: 'Minutes after the start of the session at which the use ends' }),
  locationIds: Type.Array(Type.String({ examples: ['30539'] }), { description: 'Resources whose capacity is used' })
}), { $id: 'ProductLocationTime', description: 'Use of resources within a session' })

export const SaleProductPackageItem = Type.Partial(Type.Object({
  parentProductId: Type.String({ examples: ['107399'], description: 'The product that holds the variations' }),
  productId: Type.String({ examples: ['107400'] }),
  cost: Type.Number({ examples: [3.5], description: 'Price of one' }),
  quantity: Type.Integer({ examples: [2] }),
  quantityPerGuest: Nullable(Type.Integer(), { examples: [5], description: 'How many further guests add the quantity once more' }),
  quantityType: StringEnum(quantityTypes, { description: 'Counted by guest or by package' }),
  packageRequirement: PackageRequirement,
  duration: Nullable(Type.Integer(), { examples: [90], description: 'Minutes' }),
  durationType: StringEnum(['perSession', 'perGuest'], { description: 'Whether the duration counts by session or by guest' }),
  meta: Type.Record(Type.String(), Type.String()),
  packageProductId: Type.String({ examples: ['1422536'], description: 'The package this belongs to' })
}), { $id: 'SaleProductPackageItem', description: 'A fixed inclusion of a package' })

export const SaleProductPackageOptionSet = Type.Partial(Type.Object({
  productPackageOptionSetId: Type.String({ examples: ['4471'], description: 'Name it in optionSetSelections of a booking' }),
  packageProductId: Type.String({ examples: ['1422536'], description: 'The package this belongs to' }),
  productIds: Type.Array(Type.String({ examples: ['107400'] }), { description: 'The products the guest chooses from' }),
  name: Type.String({ examples: ['Choice of drink'], description: 'As shown to the guest' }),
  cost: Type.Number({ examples: [3.5], description: 'Price of one choice' }),
  quantity: Type.Integer({ examples: [2], description: 'How many choices are to be made' }),
  quantityPerGuest: Nullable(Type.Integer(), { examples: [5], description: 'How many further guests add the quantity once more' }),
  quantityType: StringEnum(quantityTypes, { description: 'Counted by guest or by package' }),
  packageRequirement: PackageRequirement,
  displayOrder: Nullable(Type.Integer(), { examples: [1] })
}), { $id: 'SaleProductPackageOptionSet', description: 'Products of a package that the guest chooses from' })

export const RecurringPayment = Type.Partial(Type.Object({
  paymentFrequencyId: StringEnum(frequencies),
  paymentFrequencyMultiplier: Type.Integer(),
  numberOfPayments: Nullable(Type.Integer()),
  minNumberOfPayments: Nullable(Type.Integer())
}))

export const SessionDiscount = Type.Partial(Type.Object({
  numberOfSessions: Type.Integer(),
  amountOff: Nullable(Type.Number()),
  percentOff: Nullable(Type.Number())
}))

export const SaleProduct = Type.Partial(Type.Object({
  id: Type.String({ examples: ['107400'], description: 'Variation id, the one to book' }),
  name: Type.String({ examples: ['Adult Ticket'], description: 'Variation name' }),
  description: Type.String({ maxLength: 150 }),
  imageUrl: Type.String({ examples: ['https://images.example.com/10002.jpg'] }),
  productCategoryIds: Type.Array(Type.String({ examples: ['/30007/2/'] })),
  price: Type.Number({ examples: [25.5], description: 'In the venue\'s currency' }),
  costOfGoods: Nullable(Type.Number(), { description: 'What the item costs the venue' }),
  tax: Type.Number({ examples: [7.5], description: 'Tax rate in percent' }),
  taxId: Nullable(Type.Integer(), { examples: [45], description: 'One of the venue\'s tax rates' }),
  fee: Nullable(Type.Number(), { examples: [25.5], description: 'Charged on top of the price' }),
  groupSize: Type.Integer({ examples: [15], description: 'Tickets and capacity of one unit; does not change the price' }),
  isTaxInclusive: Type.Boolean({ description: 'True if the price includes the tax; false if it is added' }),
  minPurchase: Type.Integer({ examples: [10], description: 'Smallest quantity in one booking' }),
  maxPurchase: Nullable(Type.Integer(), { examples: [100], description: 'Largest quantity in one booking' }),
  forceMinPurchase: Type.Boolean({ description: 'True if checkouts must enforce minPurchase' }),
  hasUserDefinedCost: Type.Boolean({ description: 'True when the buyer sets the price, as for open-value gift cards' }),
  minUserDefinedCost: Nullable(Type.Number(), { examples: [1000], description: 'Lowest price a buyer may set' }),
  maxUserDefinedCost: Nullable(Type.Number(), { examples: [1000], description: 'Highest price a buyer may set' }),
  locations: Type.Array(ProductLocation, { description: 'Resources the product uses' }),
  locationTimes: Type.Array(ProductLocationTime, { description: 'When it uses its resources' }),
  packageItems: Type.Array(SaleProductPackageItem, { description: 'Fixed inclusions of a package' }),
  packageOptionSets: Type.Array(SaleProductPackageOptionSet, { description: 'Inclusions the guest chooses' }),
  packagePricingType: StringEnum(['PerGuest', 'PerPackage'], { description: 'Priced by guest or by package' }),
  recurringPayment: RecurringPayment,
  sessionDiscounts: Type.Array(SessionDiscount, { description: 'For buying sessions in a row' }),
  isSuspended: Type.Boolean({ description: 'True while the product is taken off online sale' }),
  barcodeId: Type.String({ examples: ['588199203'], description: 'Barcode or SKU' }),
  parLevel: Nullable(Type.Integer({ minimum: 0, maximum: 32767 }), { examples: [35], description: 'Stock level to keep up' }),
  cost: Type.Number({ deprecated: true, examples: [25.5], description: 'Superseded by price' })
}), { $id: 'SaleProduct', description: 'A variation (ticket type) as it is sold' })

export const ProductsQuery = Type.Partial(Type.Object({
  ProductCategory: Type.String({ examples: ['Merchandise'], description: 'Name of a product category' }),
  productType: Type.String({ examples: ['Pass'] }),
  productSubType: Type.String({ examples: ['Membership'] })
}))

export const RestrictedAddOns = Type.Partial(Type.Object({
  stockPeriodId: Type.Integer(),
  addOns: Type.Array(Type.String(), { description: 'Products to offer along with this one' }),
  days: Type.Array(Type.Partial(Type.Object({
    closed: Type.Boolean(),
    timeRanges: Type.Array(Type.Partial(Type.Object({
      startTime: Type.String({ format: 'time' }),
      endTime: Type.String({ format: 'time' })
    })))
  })))
}))

export const Modifier = Type.Partial(Type.Object({
  id: Type.String({ format: 'uuid' }),
  amount: Nullable(Type.Number()),
  percentage: Nullable(Type.Number()),
  name: Type.String(),
  description: Type.String(),
  termsAndConditions: Type.String(),
  imageUrl: Type.String(),
  isRequiredForOnlinePurchase: Type.Boolean(),
  isDefault: Type.Boolean(),
  defaultQuantity: Type.String({ examples: ['2'] })
}))

export const ModifierGroup = Type.Partial(Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  isRequired: Type.Boolean(),
  isSingleChoice: Type.Boolean(),
  isOpenQuantity: Type.Boolean(),
  displayName: Type.String({ description: 'As shown to the guest' }),
  modifiers: Type.Array(Modifier)
}))

export const ProductPostage = Type.Partial(Type.Object({
  productPostageId: Type.String(),
  type: Type.String(),
  price: Type.Number({ description: 'In the venue\'s currency' }),
  description: Type.String()
}))

export const GiftCardConfiguration = Type.Partial(Type.Object({
  canSendDigital: Type.Boolean(),
  canSendPhysical: Type.Boolean(),
  supportsVideoMessage: Type.Boolean(),
  supportsWrittenMessage: Type.Boolean(),
  pickupAvailable: Nullable(Type.Boolean()),
  messagingOptionLimit: Nullable(Type.Integer()),
  pickupDescription: Type.String(),
  productPostages: Type.Array(ProductPostage)
}))

export const PartyDetails = Type.Partial(Type.Object({
  partyNamePrompt: Type.String({ description: 'Prompt for the name of the party' }),
  guestListEnabled: Type.Boolean({ description: 'Works with partyNamePrompt only' })
}))

export const Product = Type.Partial(Type.Object({
  parentProductId: Type.String({ maxLength: 150, examples: ['107399'], description: 'The product that holds the variations' }),
  parentProductName: Type.String({ maxLength: 75, examples: ['Season Pass'] }),
  type: ProductType,
  stockProductType: StockProductType,
  products: Type.Array(SaleProduct),
  shortDescription: Type.String({ maxLength: 150 }),
  description: Type.String({ maxLength: 4000 }),
  imageUrl: Type.String({ examples: ['https://images.example.com/10002.jpg'] }),
  termsAndConditionsText: Type.String(),
  addOns: Type.Array(Type.String({ examples: ['107383'] }), { description: 'Products to offer along with this one' }),
  validDays: Nullable(Type.Integer(), { examples: [90], description: 'From the day of purchase' }),
  validDaysFromRedemption: Nullable(Type.Integer(), { examples: [1], description: 'From the first use' }),
  restrictedAddOns: Type.Array(RestrictedAddOns),
  formIds: Type.Array(Type.String({ examples: ['d4ad7af49a9b435'] })),
  tags: Type.Array(Type.String({ examples: ['Admission'] })),
  minPurchase: Type.Integer({ examples: [1], description: 'Smallest quantity in one booking' }),
  pricingRuleId: Nullable(Type.String({ format: 'uuid' }), {
    examples: ['22f29d68-1c94-4de2-b616-020108d92a06'],
    description: 'Rule that prices a session pass'
  }),
  depositPercentage: Type.Number({ examples: [25], description: 'Least share to pay at booking; or depositAmount' }),
  depositAmount: Type.Number({ examples: [12], description: 'Minimum amount to pay at booking; or depositPercentage' }),
  modifiers: Type.Array(Type.String({ examples: ['988835b8-d64e-4369-96cb-caaa20a7396c'] }), {
    description: 'Modifiers that may be added'
  }),
  modifierGroups: Type.Array(ModifierGroup),
  giftcard: GiftCardConfiguration,
  partyDetails: PartyDetails,
  agreement: Type.Partial(Type.Object({
    bookingAgreementId: Type.Integer({ examples: [4] }),
    formIdentifier: Type.String({ examples: ['d4ad7af49a9b435'] })
  }), { description: 'Agreement that the guest must sign' }),
  isWaiverRequired: Type.Boolean(),
  captureTicketHolderName: Type.Boolean({ description: 'Checkouts should request each ticket holder\'s name' }),
  duration: Nullable(Type.Integer(), { examples: [90], description: 'Minutes' }),
  durationType: StringEnum(['PerSession', 'PerGuest'], { description: 'Whether the duration counts by session or by guest' }),
  meta: Type.Array(Type.Record(Type.String(), Type.String())),
  id: Type.String({ deprecated: true, examples: ['107399'], description: 'Superseded by parentProductId' }),
  name: Type.String({ maxLength: 75, deprecated: true, examples: ['Season Pass'], description: 'Superseded by parentProductName' })
}), { title: 'Product' })
