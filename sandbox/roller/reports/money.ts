/** Rows of the reports about bookings and money. */
import { amounts, statusOf } from '../booking.ts'
import { reportType } from '../products.ts'
import { all, money, pick, present } from '../record.ts'
import { ticketTypes } from '../redemptions.ts'
import { instant, localDate } from '../time.ts'
import { linesOf, reported, stamps, ticketsOf, type Line, type Rows } from './rows.ts'
import type { Payment } from '../types.ts'

/** ROLLER's reports call the same channels by other names than its REST API. */
const channels = { VenueManager: 'VenueManager', POS: 'Doorlist', Online: 'Consumer', Api: 'Api' } as const
const revenueChannels = { VenueManager: 'Venue manager', POS: 'POS', Online: 'Online Checkout', Api: 'API' } as const
const TILL_FLOAT = 200

export const bookingItems: Rows = (venue, stamp) => linesOf(venue).map(({ booking, item, product, variation }) => {
  const { discountIds: [discountId], discountCodes: [code = ''], externalId } = booking
  return {
    at: booking.modifiedAt,
    row: {
      bookingReference: booking.reference,
      bookingUniqueId: booking.uniqueId,
      bookingName: booking.name,
      bookingItemId: String(item.bookingItemId),
      bookingCustomerId: String(booking.customerId),
      ...present({ bookingCompanyId: booking.companyId?.toString(), sessionStart: item.startTime, sessionEnd: item.endTime }),
      bookingStatus: statusOf(venue, booking),
      bookingLocation: channels[booking.channel],
      bookingNotes: booking.comments ?? '',
      bookingPosNotes: booking.posNotes ?? '',
      productId: String(item.productId),
      ...pick(item, 'bookingDate', 'bookingEndDate', 'quantity', 'cost'),
      ...pick(variation, 'groupSize', 'barcodeId'),
      createdDate: stamp(item.createdAt),
      bookingCreatedDate: stamp(booking.createdAt),
      bookingModifiedDate: stamp(booking.modifiedAt),
      meta: [
        ...(product.type === 'membership' ? [{ attribute: 'MembershipStatus', value: 'Current' }] : []),
        ...(externalId === undefined ? [] : [{ attribute: 'ExternalId', value: externalId }])
      ],
      bookingDiscountIds: booking.discountIds.map(String),
      bookingDiscountCodes: booking.discountCodes,
      ...(discountId === undefined ? {} : { discounts: { discountId, code, amount: item.discount, quantity: item.quantity } }),
      discountAmount: item.discount,
      bookingFeeAmount: booking.fees,
      bookingTotal: amounts(venue, booking).total,
      modifiers: []
    }
  }
})

export const tickets: Rows = (venue, stamp) => ticketsOf(venue).filter(({ product }) => ticketTypes.includes(product.type))
  .map(({ booking, item, ticket, product }) => ({
    at: booking.modifiedAt,
    row: {
      bookingReference: booking.reference,
      bookingItemId: String(item.bookingItemId),
      ...pick(ticket, 'ticketId', 'customTicketId', 'name'),
      ...present({ customerId: ticket.customerId?.toString() }),
      productId: String(item.productId),
      createdDate: stamp(item.createdAt),
      bookingDate: item.bookingDate,
      expiryDate: item.bookingEndDate,
      ...reportType(product),
      discountIds: [],
      ...(product.type === 'membership' ? { numberOfRecurringPayments: 1, recurringPaymentFrequency: 'Monthly' } : {})
    }
  }))

export const giftCards: Rows = (venue, stamp) => [...venue.giftCards.values()].map((card) => ({
  at: card.modifiedAt,
  row: {
    giftCardId: `${card.bookingReference}-${card.giftCardNumber}`,
    ...pick(card, 'bookingReference', 'giftCardNumber', 'balance', 'initialValue'),
    ...(card.usedAt === undefined ? {} : { lastUsedDate: stamp(card.usedAt) }),
    expiryDate: stamp(card.expiresAt),
    ...stamps(stamp, card)
  }
}))

export const payments: Rows = (venue, stamp) => reported(venue).flatMap(({ reference, payments: made }) => made.map((payment) => ({
  at: payment.createdAt,
  row: {
    bookingPaymentId: String(payment.bookingPaymentId),
    bookingReference: reference,
    receiptNumber: reference,
    ...pick(payment, 'total', 'tip', 'transactionId', 'paymentMethod'),
    transactionFeeAmount: payment.fees,
    createdDate: stamp(payment.createdAt)
  }
})))

/** What ROLLER's entries have and nothing here changes. */
const unused = all(0, 'redeemedQuantity', 'expiredQuantity', 'voucherFundsReceived', 'recognisedDiscount', 'taxPayable', 'netRevenue',
  'accountsReceivable', 'deferredRevenueOther', 'deferredRevenueGiftCards', 'manualGiftCardAdjustment')

/** One entry per line and payment: money received is deferred until the ticket is redeemed. */
export const revenueEntries: Rows = (venue, stamp) => {
  const { taxPercent } = venue.profile
  const entry = ({ booking, item, product }: Line, payment: Payment) => {
    const { subTotal } = amounts(venue, booking)
    const share = subTotal === 0 ? 0 : item.cost * item.quantity / subTotal
    const received = money((payment.total - payment.tip) * share)
    return {
      recordDate: stamp(payment.createdAt),
      entryType: 'Transaction',
      bookingReference: booking.reference,
      ...all(revenueChannels[booking.channel], 'bookingLocation', 'transactionLocation'),
      productId: String(item.productId),
      productType: reportType(product).productType,
      unitCost: item.cost,
      discount: item.discount,
      discountCode: booking.discountCodes[0] ?? '',
      ticketQuantity: item.quantity,
      bookingItemId: String(item.bookingItemId),
      transactionDate: stamp(booking.payments[0]?.createdAt ?? payment.createdAt),
      ...all(received, 'transactionValue', 'fundsReceived', 'deferredRevenue'),
      ...all(taxPercent, 'taxPercent', 'feeTaxPercent'),
      taxOnFundsReceived: money(received - received / (1 + taxPercent / 100)),
      feeRevenue: money(payment.fees * share),
      ...unused,
      paymentType: payment.paymentMethod,
      bookingPaymentId: String(payment.bookingPaymentId),
      externalPaymentReference: payment.transactionId,
      customerId: String(booking.customerId),
      companyId: booking.companyId ?? null
    }
  }
  return linesOf(venue).flatMap((line) => line.booking.payments.map((payment) => ({ at: payment.createdAt, row: entry(line, payment) })))
}

/** The front desk's till, closed every evening at nine. */
export const tills: Rows = (venue, stamp) => {
  const { zone } = venue.profile
  const days = new Map<string, { cash: number, card: number }>()
  for (const payment of reported(venue).flatMap((booking) => booking.channel === 'POS' ? booking.payments : [])) {
    const date = localDate(payment.createdAt, zone)
    const day = days.get(date) ?? { cash: 0, card: 0 }
    day[payment.paymentMethod === 'Cash' ? 'cash' : 'card'] += payment.total
    days.set(date, day)
  }
  return [...days].map(([date, { cash, card }]) => {
    const at = instant(date, '21:00', zone)
    const row = {
      deviceId: venue.id * 10,
      operatorName: 'Front Desk',
      startDate: stamp(instant(date, '09:00', zone)),
      endDate: stamp(at),
      cardTakings: money(card),
      cashFloat: TILL_FLOAT,
      cashTakings: money(cash),
      ...all(money(TILL_FLOAT + cash), 'expectedCashBalance', 'actualCashBalance'),
      ...all(0, 'cardRefunds', 'giftCardTakings', 'checkTakings', 'cashRefunds', 'cashAdded', 'cashRemoved', 'cashVariance')
    }
    return { at, row }
  })
}

/** Only in bulk exports. Its fields are not published: these are plausible ones. */
export const auditLog: Rows = (venue, stamp) => reported(venue).flatMap((booking) => {
  const { reference: entityId, channel, createdAt, modifiedAt } = booking
  const entry = (action: string, at: number) => (
    { at, row: { auditLogId: `${entityId}-${action}`, eventDate: stamp(at), action, entityType: 'Booking', entityId, channel } })
  const changed = modifiedAt > createdAt ? [entry(booking.state === 'Cancelled' ? 'Cancelled' : 'Updated', modifiedAt)] : []
  return [entry('Created', createdAt), ...changed]
})
