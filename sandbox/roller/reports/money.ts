/** Reports about bookings and money. */
import { amounts, statusOf } from '../booking.ts'
import { reportType } from '../products.ts'
import { all, money, present } from '../record.ts'
import { ticketTypes } from '../redemptions.ts'
import { instant, localDate } from '../time.ts'
import { linesOf, report, reported, ticketsOf, type Rows } from './rows.ts'

/** ROLLER's reports use other names for the same channels than its REST API. */
const channels = { VenueManager: 'VenueManager', POS: 'Doorlist', Online: 'Consumer', Api: 'Api' } as const
const revenueChannels = { VenueManager: 'Venue manager', POS: 'POS', Online: 'Online Checkout', Api: 'API' } as const
const TILL_FLOAT = 200

export const bookingItems = report(linesOf, ({ booking }) => booking.modifiedAt, `
  bookingReference=booking.reference bookingUniqueId=booking.uniqueId bookingName=booking.name bookingItemId=#item.bookingItemId
  bookingCustomerId=#booking.customerId bookingCompanyId=#booking.companyId bookingDate=item.bookingDate bookingEndDate=item.bookingEndDate
  sessionStart=item.startTime sessionEnd=item.endTime productId=#item.productId quantity=item.quantity groupSize=variation.groupSize
  createdDate=@item.createdAt bookingCreatedDate=@booking.createdAt bookingModifiedDate=@booking.modifiedAt
  bookingDiscountCodes=booking.discountCodes discountAmount=item.discount bookingFeeAmount=booking.fees cost=item.cost
  barcodeId=variation.barcodeId`,
({ booking, item, product }, venue) => {
  const { discountIds: [discountId], discountCodes: [code = ''], externalId } = booking
  const discount = { discountId, code, amount: item.discount, quantity: item.quantity }
  return {
    bookingStatus: statusOf(venue, booking),
    bookingLocation: channels[booking.channel],
    bookingNotes: booking.comments ?? '',
    bookingPosNotes: booking.posNotes ?? '',
    meta: [
      ...(product.type === 'membership' ? [{ attribute: 'MembershipStatus', value: 'Current' }] : []),
      ...(externalId === undefined ? [] : [{ attribute: 'ExternalId', value: externalId }])
    ],
    bookingDiscountIds: booking.discountIds.map(String),
    ...present({ discounts: discountId === undefined ? undefined : discount }),
    bookingTotal: amounts(venue, booking).total,
    modifiers: []
  }
})

export const tickets = report((venue) => ticketsOf(venue).filter(({ product }) => ticketTypes.includes(product.type)),
  ({ booking }) => booking.modifiedAt, `
  bookingReference=booking.reference bookingItemId=#item.bookingItemId ticketId=ticket.ticketId customTicketId=ticket.customTicketId
  name=ticket.name customerId=#ticket.customerId productId=#item.productId createdDate=@item.createdAt bookingDate=item.bookingDate
  expiryDate=item.bookingEndDate`,
  ({ product }) => ({
    ...reportType(product),
    discountIds: [],
    ...(product.type === 'membership' ? { numberOfRecurringPayments: 1, recurringPaymentFrequency: 'Monthly' } : {})
  }))

export const giftCards = report((venue) => [...venue.giftCards.values()], (card) => card.modifiedAt, `
  bookingReference giftCardNumber balance initialValue lastUsedDate=@usedAt expiryDate=@expiresAt createdDate=@createdAt
  modifiedDate=@modifiedAt`,
(card) => ({ giftCardId: `${card.bookingReference}-${card.giftCardNumber}` }))

export const payments = report(
  (venue) => reported(venue).flatMap((booking) => booking.payments.map((payment) => ({ ...payment, reference: booking.reference }))),
  (payment) => payment.createdAt, `
  #bookingPaymentId bookingReference=reference receiptNumber=reference total tip transactionFeeAmount=fees transactionId paymentMethod
  createdDate=@createdAt`)

/** One entry for each line and payment: money received is deferred until the ticket is redeemed. */
export const revenueEntries = report(
  (venue) => linesOf(venue).flatMap((line) => line.booking.payments.map((payment) => ({ ...line, payment }))),
  ({ payment }) => payment.createdAt, `
  recordDate=@payment.createdAt bookingReference=booking.reference productId=#item.productId unitCost=item.cost discount=item.discount
  ticketQuantity=item.quantity bookingItemId=#item.bookingItemId transactionDate=@booking.payments.0.createdAt
  paymentType=payment.paymentMethod bookingPaymentId=#payment.bookingPaymentId externalPaymentReference=payment.transactionId
  customerId=#booking.customerId`,
  ({ booking, item, product, payment }, venue) => {
    const { subTotal } = amounts(venue, booking)
    const { taxPercent } = venue.profile
    const share = subTotal === 0 ? 0 : item.cost * item.quantity / subTotal
    const received = money((payment.total - payment.tip) * share)
    return {
      entryType: 'Transaction',
      ...all(revenueChannels[booking.channel], 'bookingLocation', 'transactionLocation'),
      productType: reportType(product).productType,
      discountCode: booking.discountCodes[0] ?? '',
      ...all(received, 'transactionValue', 'fundsReceived', 'deferredRevenue'),
      ...all(taxPercent, 'taxPercent', 'feeTaxPercent'),
      taxOnFundsReceived: money(received - received / (1 + taxPercent / 100)),
      feeRevenue: money(payment.fees * share),
      companyId: booking.companyId ?? null,
      ...all(0, 'redeemedQuantity', 'expiredQuantity', 'voucherFundsReceived', 'recognisedDiscount', 'taxPayable', 'netRevenue'),
      ...all(0, 'accountsReceivable', 'deferredRevenueOther', 'deferredRevenueGiftCards', 'manualGiftCardAdjustment')
    }
  })

/** The front desk's till, closed every evening at nine. */
export const tills: Rows = (venue, stamp) => {
  const { zone } = venue.profile
  const taken = reported(venue).flatMap((booking) => booking.channel === 'POS' ? booking.payments : [])
    .map(({ createdAt, paymentMethod, total }) => ({ date: localDate(createdAt, zone), isCash: paymentMethod === 'Cash', total }))
  return [...new Set(taken.map(({ date }) => date))].map((date) => {
    const takings = (cash: boolean) => money(taken.reduce((sum, { isCash, total, ...one }) =>
      one.date === date && isCash === cash ? sum + total : sum, 0))
    const [at, cashTakings] = [instant(date, '21:00', zone), takings(true)]
    const row = {
      deviceId: venue.id * 10,
      operatorName: 'Front Desk',
      startDate: stamp(instant(date, '09:00', zone)),
      endDate: stamp(at),
      cardTakings: takings(false),
      cashFloat: TILL_FLOAT,
      cashTakings,
      ...all(money(TILL_FLOAT + cashTakings), 'expectedCashBalance', 'actualCashBalance'),
      ...all(0, 'cardRefunds', 'giftCardTakings', 'checkTakings', 'cashRefunds', 'cashAdded', 'cashRemoved', 'cashVariance')
    }
    return { at, row }
  })
}

/** Only in bulk exports. Its fields are not published: these are assumptions. */
export const auditLog = report((venue) => reported(venue).flatMap((booking) => {
  const { createdAt, modifiedAt, state } = booking
  const created = { ...booking, action: 'Created', at: createdAt }
  return modifiedAt > createdAt ? [created, { ...booking, action: state === 'Cancelled' ? state : 'Updated', at: modifiedAt }] : [created]
}), ({ at }) => at, 'eventDate=@at action entityId=reference channel', ({ reference, action }) => (
  { auditLogId: `${reference}-${action}`, entityType: 'Booking' }))
