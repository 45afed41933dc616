/** Payments, tips and payment links of a booking. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import { paymentTypes } from './booking-parts.ts'

export const AddPaymentBody = Type.Object({
  id: Type.String({ examples: ['HYA728830013'], description: 'Must be new: a payment with a known id is not recorded' }),
  paymentType: StringEnum([...paymentTypes, 'Giftcard'], { examples: ['CreditCard'], description: 'Giftcard needs giftcardNumber' }),
  amount: Type.Number({ examples: [25.5], description: 'Fees included; negative for a refund' }),
  creditCardFees: Type.Optional(Type.Number({ examples: [1.5], description: 'Only with a credit card payment' })),
  transactionDate: Type.Optional(Nullable(Type.String(), {
    examples: ['2020-07-29T06:57:18.5326035+00:00'],
    description: 'UTC; for payments moved from elsewhere'
  })),
  giftcardNumber: Type.Optional(Type.String({
    maxLength: 64,
    examples: ['2606947188'],
    description: 'Needed for Giftcard, ignored otherwise; ROLLER\'s own cards only'
  }))
})

export const PaymentRecorded = Type.Partial(Type.Object({
  uniqueId: Type.String({ examples: ['ffdae420-a912-4d93-9234-9faca5e6194f'] })
}))

export const AddTipBody = Type.Object({
  id: Type.String({ maxLength: 32, examples: ['HYA728830013'], description: 'Must be new: a tip with a known id is not recorded' }),
  paymentType: StringEnum(paymentTypes, { examples: ['CreditCard'], description: 'Gift cards cannot pay a tip' }),
  amount: Type.Number({ examples: [5], description: 'Above 0' }),
  tipNote: Type.Optional(Type.String({ maxLength: 1000, examples: ['Great service'] }))
})

export const PaymentLinkBody = Type.Object({
  amount: Type.Number({ examples: [32.2] }),
  email: Type.Optional(Type.String({ examples: ['finn.mertons@example.com'], description: 'Not used when a phone is given' })),
  phone: Type.Optional(Type.String({
    examples: ['0497911898'],
    description: 'Gets an SMS; not in the Playground. Email or phone is required'
  }))
}, { examples: [{ amount: 32.2, email: 'finn.mertons@example.com' }] })

export const PaymentLink = Type.Partial(Type.Object({
  id: Type.String({ examples: ['2566'] }),
  url: Type.String({ examples: ['https://pay.example.com/2566'] })
}))

export const PaymentLinkPath = Type.Object({
  uniqueId: Type.String({ examples: ['3c3aa180-bf44-4f0c-92a2-0cd120596014'] }),
  paymentLinkId: Type.String()
})
