/** Creating, changing and cancelling bookings. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import {
  BookingCreateCustomer, BookingCreateDiscount, BookingCreateGiftCard, BookingCreateItem,
  OptionSetSelection, PackageInclusion, PaymentCreate
} from './booking-parts.ts'

export const CreateBookingBody = Type.Object({
  externalId: Type.String({ maxLength: 64, examples: ['UJJSK28374'], description: 'Your own reference' }),
  name: Type.Optional(Type.String({
    maxLength: 128,
    examples: ['Sports Group Booking'],
    description: 'Title; the owner\'s name by default'
  })),
  comments: Type.Optional(Type.String({ maxLength: 500 })),
  purchaseDate: Type.Optional(Nullable(Type.String({ format: 'date-time' }), {
    examples: ['2020-07-29T06:57:18.5306035+00:00'],
    description: 'UTC; for bookings moved from elsewhere'
  })),
  capacityReservationId: Type.Optional(Nullable(Type.String(), {
    examples: ['c07128c8-adb1-45a0-9241-dc3875518468'],
    description: 'From POST /capacity-reservation; recommended, or capacity may be gone'
  })),
  companyId: Type.Optional(Nullable(Type.Integer(), { examples: [12345], description: 'Company that books' })),
  customer: BookingCreateCustomer,
  items: Type.Array(BookingCreateItem),
  payments: Type.Optional(Type.Array(PaymentCreate, { description: 'Payments already taken' })),
  discounts: Type.Optional(Type.Array(BookingCreateDiscount)),
  giftCards: Type.Optional(Type.Array(BookingCreateGiftCard, { description: 'They need not cover the whole cost' })),
  sendConfirmations: Type.Optional(Type.Boolean({ examples: [false], description: 'True: ROLLER sends the guest the confirmation' })),
  customerPaysFees: Type.Optional(Type.Boolean({ description: 'Apply the venue\'s fees; creditCardFees, if given, take their place' })),
  posNotes: Type.Optional(Type.String({ description: 'Notes of the point of sale' })),
  automaticCancelHours: Type.Optional(Nullable(Type.Integer(), {
    examples: [1],
    description: 'Tentative booking that lapses after so many hours'
  })),
  metadata: Type.Optional(Type.Record(Type.String(), Type.String(), {
    examples: [{ reservationSource: 'partner-portal', groupId: '881234' }],
    description: 'At most 20 pairs; keys up to 40 characters, values up to 500'
  }))
})

export const BookingIdentifiers = Type.Partial(Type.Object({
  bookingReference: Type.String({ examples: ['77465528'], description: 'The booking number guests see' }),
  uniqueId: Type.String({ examples: ['79189348-70fe-4347-bc0f-8887df841a3a'] })
}))

export const NewItemTicket = Type.Partial(Type.Object({
  id: Type.String({ examples: ['277AHU7610'], description: 'Your own ticket number; ROLLER generates one if omitted' }),
  name: Type.String({ examples: ['John Smith'], description: 'Ticket holder' })
}))

export const NewBookingItem = Type.Partial(Type.Object({
  productId: Type.Integer({ examples: [12345679], description: 'Variation id, not the parent product' }),
  quantity: Type.Integer({ examples: [5], description: 'Makes quantity times groupSize tickets' }),
  bookingDate: Type.String({ examples: ['2020-07-29'], description: 'Day of the visit, yyyy-MM-dd' }),
  startTime: Type.String({ examples: ['14:00'], description: 'Session start, HH:mm' }),
  priceOverride: Nullable(Type.Number(), { examples: [23.8], description: 'Unit price to charge in place of ROLLER\'s' }),
  partyPackageInclusions: Type.Array(PackageInclusion, { description: 'For packages without option sets' }),
  optionSetSelections: Type.Array(OptionSetSelection, { description: 'For packages with option sets; ROLLER does not fill up sets' }),
  tickets: Type.Array(NewItemTicket, { description: 'If given, exactly quantity times groupSize of them' })
}))

export const TicketUpdate = Type.Partial(Type.Object({
  ticketId: Type.String({ examples: ['92837746-42383746'] }),
  customTicketId: Type.String({
    maxLength: 32,
    examples: ['wristband_0122'],
    description: 'Empty removes it; duplicates are not rejected here'
  }),
  name: Nullable(Type.String({ maxLength: 50 }), { examples: ['John Smith'], description: 'Empty removes it; null changes nothing' })
}))

export const BookingItemUpdate = Type.Object({
  bookingItemId: Type.String({ examples: ['2837466571'], description: 'Not the ticket id' }),
  bookingEndDate: Type.Optional(Nullable(Type.String(), { examples: ['2025-07-14'], description: 'New expiry, yyyy-MM-dd' })),
  tickets: Type.Optional(Type.Array(TicketUpdate))
})

export const UpdateBookingBody = Type.Partial(Type.Object({
  name: Type.String({ maxLength: 128, examples: ['Sports Group Booking'], description: 'Title' }),
  comments: Type.String({ maxLength: 500 }),
  metadata: Type.Record(Type.String(), Nullable(Type.String()), {
    examples: [{ reservationSource: 'partner-portal', groupId: null }],
    description: 'Merged into what is stored; null removes a key'
  }),
  newItems: Type.Array(NewBookingItem),
  idsToRemove: Type.Array(Type.Integer({ examples: [23423882] }), { description: 'bookingItemId of each' }),
  itemsToUpdate: Type.Array(BookingItemUpdate)
}))

export const DeleteBookingBody = Type.Partial(Type.Object({
  comments: Type.String({ description: 'Reason' })
}))

export const CancelBookingBody = Type.Object({
  issueRefund: Type.Boolean({ description: 'True records the payments as refunded; the money must be returned elsewhere' }),
  refundType: Type.Optional(StringEnum(['CreditCard', 'Cash', 'Eftpos', 'Cheque', 'BankTransfer', 'GiftCard', 'Other'], {
    description: 'Needed with issueRefund'
  })),
  refundTransactionId: Type.Optional(Type.String({ maxLength: 32, examples: ['UUDJS882993'], description: 'With issueRefund only' })),
  refundTransactionDate: Type.Optional(Nullable(Type.String(), {
    examples: ['2020-07-30T09:03:06.4749865+00:00'],
    description: 'UTC; with issueRefund only'
  })),
  comments: Type.Optional(Type.String({ description: 'Noted with the refund' }))
})

/** A bare JSON string. */
export const CancelRejected = Type.String({ description: 'Why it was rejected' })
