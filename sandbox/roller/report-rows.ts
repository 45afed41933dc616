/** Rows of the reports about bookings and money, with the instant that ROLLER filters each by. */
import { amounts, statusOf } from './booking-view.ts'
import { money, present } from './input.ts'
import { findVariation, reportType } from './products.ts'
import type { Booking, BookingItem, Payment, VenueState } from './types.ts'

export interface Row { at: number, row: Readonly<Record<string, unknown>> }
/** Writes an instant as the caller asked for it: in UTC, or with the venue's offset. */
export type Stamp = (at: number) => string
export type Rows = (venue: VenueState, stamp: Stamp) => Row[]

/** ROLLER's reports call the same channels by other names than its REST API. */
const channels = { VenueManager: 'VenueManager', POS: 'Doorlist', Online: 'Consumer', Api: 'Api' } as const
const revenueChannels = { VenueManager: 'Venue manager', POS: 'POS', Online: 'Online Checkout', Api: 'API' } as const

/** ROLLER: a deleted booking leaves every report; a draft is in none yet. */
export const reported = (venue: VenueState): Booking[] =>
  [...venue.bookings.values()].filter((booking) => booking.state === 'Active' || booking.state === 'Cancelled')

const itemsOf = (venue: VenueState): { booking: Booking, item: BookingItem }[] =>
  reported(venue).flatMap((booking) => booking.items.map((item) => ({ booking, item })))

export const bookingItems: Rows = (venue, stamp) => itemsOf(venue).map(({ booking, item }) => {
  const found = findVariation(venue, item.productId)
  const { discountIds, discountCodes } = booking
  return {
    at: booking.modifiedAt,
    row: {
      bookingReference: booking.reference,
      bookingUniqueId: booking.uniqueId,
      bookingName: booking.name,
      bookingItemId: String(item.bookingItemId),
      bookingCustomerId: String(booking.customerId),
      ...present({ bookingCompanyId: booking.companyId?.toString() }),
      bookingStatus: statusOf(venue, booking),
      bookingLocation: channels[booking.channel],
      bookingDate: item.bookingDate,
      bookingEndDate: item.bookingEndDate,
      ...present({ sessionStart: item.startTime, sessionEnd: item.endTime }),
      bookingNotes: booking.comments ?? '',
      bookingPosNotes: booking.posNotes ?? '',
      productId: String(item.productId),
      quantity: item.quantity,
      groupSize: found?.variation.groupSize ?? 1,
      createdDate: stamp(item.createdAt),
      bookingCreatedDate: stamp(booking.createdAt),
      bookingModifiedDate: stamp(booking.modifiedAt),
      meta: [
        ...(found?.product.type === 'membership' ? [{ attribute: 'MembershipStatus', value: 'Current' }] : []),
        ...(booking.externalId === undefined ? [] : [{ attribute: 'ExternalId', value: booking.externalId }])
      ],
      bookingDiscountIds: discountIds.map(String),
      bookingDiscountCodes: discountCodes,
      ...present({
        discounts: discountIds[0] === undefined
          ? undefined
          : { discountId: discountIds[0], code: discountCodes[0] ?? '', amount: item.discount, quantity: item.quantity }
      }),
      discountAmount: item.discount,
      bookingFeeAmount: booking.fees,
      cost: item.cost,
      bookingTotal: amounts(venue, booking).total,
      modifiers: [],
      ...present({ barcodeId: found?.variation.barcodeId })
    }
  }
})

const ticketTypes = ['pass', 'sessionpass', 'recurringpass', 'membership']

export const tickets: Rows = (venue, stamp) => itemsOf(venue).flatMap(({ booking, item }) => {
  const product = findVariation(venue, item.productId)?.product
  if (product === undefined || !ticketTypes.includes(product.type)) return []
  return item.tickets.map((ticket) => ({
    at: booking.modifiedAt,
    row: {
      bookingReference: booking.reference,
      bookingItemId: String(item.bookingItemId),
      ticketId: ticket.ticketId,
      ...present({ customTicketId: ticket.customTicketId, name: ticket.name, customerId: ticket.customerId?.toString() }),
      productId: String(item.productId),
      createdDate: stamp(item.createdAt),
      bookingDate: item.bookingDate,
      expiryDate: item.bookingEndDate,
      ...reportType(product),
      discountIds: [],
      ...(product.type === 'membership' ? { numberOfRecurringPayments: 1, recurringPaymentFrequency: 'Monthly' } : {})
    }
  }))
})

export const giftCards: Rows = (venue, stamp) => [...venue.giftCards.values()].map((card) => ({
  at: card.modifiedAt,
  row: {
    giftCardId: `${card.bookingReference}-${card.giftCardNumber}`,
    bookingReference: card.bookingReference,
    giftCardNumber: card.giftCardNumber,
    balance: card.balance,
    initialValue: card.initialValue,
    ...(card.usedAt === undefined ? {} : { lastUsedDate: stamp(card.usedAt) }),
    expiryDate: stamp(card.expiresAt),
    createdDate: stamp(card.createdAt),
    modifiedDate: stamp(card.modifiedAt)
  }
}))

export const payments: Rows = (venue, stamp) => reported(venue).flatMap((booking) => booking.payments.map((payment) => ({
  at: payment.createdAt,
  row: {
    bookingPaymentId: String(payment.bookingPaymentId),
    bookingReference: booking.reference,
    receiptNumber: booking.reference,
    total: payment.total,
    tip: payment.tip,
    transactionFeeAmount: payment.fees,
    transactionId: payment.transactionId,
    ...present({ creditCardLast4Digits: payment.paymentMethod === 'CreditCard' ? payment.last4 : undefined }),
    createdDate: stamp(payment.createdAt),
    paymentMethod: payment.paymentMethod
  }
})))

/** One entry per payment and line: money received is deferred until the ticket is redeemed. */
function transaction (venue: VenueState, booking: Booking, item: BookingItem, payment: Payment, stamp: Stamp): Row {
  const product = findVariation(venue, item.productId)?.product
  const { subTotal } = amounts(venue, booking)
  const share = subTotal === 0 ? 0 : item.cost * item.quantity / subTotal
  const received = money((payment.total - payment.tip) * share)
  const rate = venue.profile.taxPercent
  return {
    at: payment.createdAt,
    row: {
      recordDate: stamp(payment.createdAt),
      entryType: 'Transaction',
      bookingReference: booking.reference,
      bookingLocation: revenueChannels[booking.channel],
      productId: String(item.productId),
      productType: product === undefined ? '' : reportType(product).productType,
      unitCost: item.cost,
      discount: item.discount,
      discountCode: booking.discountCodes[0] ?? '',
      ticketQuantity: item.quantity,
      redeemedQuantity: 0,
      expiredQuantity: 0,
      bookingItemId: String(item.bookingItemId),
      transactionDate: stamp(booking.payments[0]?.createdAt ?? payment.createdAt),
      transactionLocation: revenueChannels[booking.channel],
      transactionValue: received,
      fundsReceived: received,
      voucherFundsReceived: 0,
      recognisedDiscount: 0,
      taxPercent: rate,
      taxOnFundsReceived: money(received - received / (1 + rate / 100)),
      feeTaxPercent: rate,
      feeRevenue: money(payment.fees * share),
      taxPayable: 0,
      netRevenue: 0,
      paymentType: payment.paymentMethod,
      bookingPaymentId: String(payment.bookingPaymentId),
      externalPaymentReference: payment.transactionId,
      accountsReceivable: 0,
      deferredRevenue: received,
      deferredRevenueOther: 0,
      deferredRevenueGiftCards: 0,
      manualGiftCardAdjustment: 0,
      customerId: String(booking.customerId),
      companyId: booking.companyId ?? null
    }
  }
}

export const revenueEntries: Rows = (venue, stamp) => reported(venue).flatMap((booking) =>
  booking.payments.flatMap((payment) => booking.items.map((item) => transaction(venue, booking, item, payment, stamp))))
