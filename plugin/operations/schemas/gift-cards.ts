/** Gift cards. */
import { Nullable, Type } from '../schema.ts'

export const GiftCardRecipient = Nullable(Type.Partial(Type.Object({
  name: Type.String({ examples: ['Sam Rivera'], description: 'Together with email' }),
  email: Type.String({ examples: ['sam.rivera@example.com'], description: 'Together with name' }),
  message: Type.String({ maxLength: 500 }),
  deliveryDateTime: Type.String({ format: 'date-time', examples: ['2026-12-24T09:00:00Z'], description: 'UTC, in the future' })
})))

export const NewGiftCard = Type.Partial(Type.Object({
  giftCardNumber: Type.String({
    minLength: 6,
    maxLength: 128,
    examples: ['ACME-PROMO-000124'],
    description: 'Unique in the venue; ROLLER generates one if omitted'
  }),
  value: Type.Number({ examples: [50], description: 'Required for open-value products, rejected for others' }),
  recipient: Nullable(GiftCardRecipient)
}))

export const CreateGiftCardsBody = Type.Object({
  externalId: Type.String({
    maxLength: 64,
    examples: ['RESELLER-ORDER-2026-0045'],
    description: 'Unique in the venue: a second use returns 409'
  }),
  productId: Type.Integer({ format: 'int32', examples: [9573], description: 'A gift card product' }),
  bookingOwner: Type.Object({
    firstName: Type.String({ maxLength: 32, examples: ['Jordan'] }),
    lastName: Type.String({ maxLength: 32, examples: ['Avery'] }),
    email: Type.String({ maxLength: 256, examples: ['jordan.avery@example.com'] }),
    phone: Type.String({ maxLength: 20, examples: ['+61 400 123 456'] })
  }),
  giftCards: Type.Array(NewGiftCard, { minItems: 1 }),
  sendConfirmations: Type.Optional(Type.Boolean({ description: 'True: ROLLER sends the owner the confirmation' })),
  sendGiftCardEmails: Type.Optional(Type.Boolean({ description: 'Then each card needs a recipient' }))
})

export const GiftCardsCreated = Type.Partial(Type.Object({
  giftCardNumbers: Type.Array(Type.String(), {
    examples: [['2606947188', '2606749291', 'ACME-PROMO-000124']],
    description: 'In the order of the request'
  })
}))

export const GiftCardBalanceBody = Type.Object({
  giftCardNumber: Type.String({ examples: ['2606947188'] })
})

export const GiftCardBalance = Type.Partial(Type.Object({
  giftCardNumber: Type.String({ examples: ['2606947188'] }),
  balance: Nullable(Type.Number(), { examples: [35.5] }),
  initialValue: Nullable(Type.Number(), { examples: [50], description: 'Often null for external cards' }),
  expiryDate: Nullable(Type.String(), { examples: ['2027-12-24T00:00:00'], description: 'Has no offset; null: never' })
}))
