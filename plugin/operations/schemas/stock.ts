/** Stock products: goods with a counted quantity. */
import { Nullable, Type } from '../schema.ts'
import { StockProductType } from './common.ts'

export const StockVariationUpdate = Type.Partial(Type.Object({
  externalId: Type.String({ maxLength: 64, description: 'Needed for a new variation' }),
  productId: Type.String({ pattern: '^\\d+$', examples: ['876367'], description: 'Leave it out to create a variation' }),
  name: Type.String({ maxLength: 128, examples: ['Latte'] }),
  hqMasterCode: Type.String({ examples: ['BEV'], description: 'HQ venues: groups the variation over venues' }),
  price: Nullable(Type.Number(), { examples: [25.5], description: 'In the venue\'s currency' }),
  costOfGoods: Nullable(Type.Number(), { examples: [1.5], description: 'What the item costs the venue' }),
  parLevel: Nullable(Type.Integer({ minimum: 0 }), { examples: [5], description: 'Stock level to keep up' }),
  taxCode: Type.String({ examples: ['State Tax'], description: 'Name of one of the venue\'s tax rates' }),
  taxId: Nullable(Type.Integer(), { examples: [52], description: 'One of the venue\'s tax rates' }),
  barcodeId: Type.String({ examples: ['588199203'], description: 'Barcode or SKU' }),
  cost: Nullable(Type.Number(), { deprecated: true, examples: [25.5], description: 'Superseded by price' })
}))

export const UpdateProductStock = Type.Partial(Type.Object({
  externalId: Type.String({ maxLength: 64, examples: ['SHIRTS_M'], description: 'Your own reference' }),
  productId: Type.String({ pattern: '^\\d+$', examples: ['876366'] }),
  name: Type.String({ maxLength: 128, examples: ['Coffee'] }),
  hqMasterName: Type.String({ examples: ['Beverages'], description: 'HQ venues: groups the product over venues' }),
  reportingCategory: Type.String({ examples: ['Food and beverage'] }),
  stockProductType: StockProductType,
  products: Type.Array(StockVariationUpdate)
}), { $id: 'UpdateProductStock' })

export const StockVariationCreate = Type.Object({
  externalId: Type.Optional(Type.String({ maxLength: 64, description: 'Your own reference' })),
  name: Type.String({ maxLength: 128, examples: ['Latte'] }),
  hqMasterCode: Type.Optional(Type.String({ examples: ['BEV'], description: 'HQ venues: groups the variation over venues' })),
  price: Type.Optional(Nullable(Type.Number(), { examples: [25.5], description: 'In the venue\'s currency' })),
  costOfGoods: Type.Optional(Nullable(Type.Number(), { examples: [1.5], description: 'What the item costs the venue' })),
  parLevel: Type.Optional(Nullable(Type.Integer({ minimum: 0 }), { examples: [5], description: 'Stock level to keep up' })),
  taxCode: Type.Optional(Type.String({ examples: ['State Tax'], description: 'Name of one of the venue\'s tax rates' })),
  taxId: Type.Optional(Nullable(Type.Integer(), { examples: [52], description: 'One of the venue\'s tax rates' })),
  barcodeId: Type.Optional(Type.String({ examples: ['588199203'], description: 'Barcode or SKU' })),
  cost: Type.Optional(Nullable(Type.Number(), { deprecated: true, examples: [25.5], description: 'Superseded by price' }))
})

export const CreateProductStock = Type.Object({
  externalId: Type.String({ maxLength: 64, examples: ['SHIRTS_M'], description: 'Your own reference' }),
  name: Type.String({ maxLength: 128, examples: ['Coffee'] }),
  hqMasterName: Type.Optional(Type.String({ examples: ['Beverages'], description: 'HQ venues: groups the product over venues' })),
  reportingCategory: Type.Optional(Type.String({ examples: ['Food and beverage'] })),
  stockProductType: Type.Optional(StockProductType),
  products: Type.Array(StockVariationCreate)
}, { $id: 'CreateProductStock' })

export const StockPath = Type.Object({
  parentProductId: Type.String({ examples: ['153444'], description: 'The product that holds the variations' })
})

export const StockQuantityBody = Type.Object({
  productId: Type.Integer({ examples: [245252], description: 'The variation' }),
  quantity: Type.Optional(Nullable(Type.Integer({ format: 'int32', minimum: 0 }), {
    description: 'null: unlimited, rejected while parLevel is above 0'
  }))
})
