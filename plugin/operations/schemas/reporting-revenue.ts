/** Reports on money. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import { endDate, pageNumber, pageSize, startDate } from './reporting-common.ts'

export const RevenueEntriesQuery = Type.Object({
  startDate,
  endDate,
  pageNumber: Type.Optional(Type.Integer({ description: 'From 1; pages hold 100 entries' })),
  bookingReferences: Type.Optional(Type.String({ examples: ['934483, 934484'], description: 'At most 100, separated by commas' }))
})

export const RevenueEntry = Type.Partial(Type.Object({
  recordDate: Type.String({ examples: ['2022-09-26T04:14:30Z'], description: 'When the revenue counts' }),
  entryType: Type.String({ examples: ['Transaction'], description: 'Transaction, Recognition or Adjustment' }),
  bookingReference: Type.String({ examples: ['26654'], description: 'The booking number guests see' }),
  bookingLocation: StringEnum([
    'Venue manager', 'POS', 'Online Checkout', 'Self-serve kiosk', 'Data import', 'Recurring billing', 'API', 'Channel partners'
  ], { description: 'Sales channel the booking was made in' }),
  productId: Type.String({ examples: ['4331992'] }),
  productType: Type.String({ examples: ['Pass'] }),
  unitCost: Type.Number({ examples: [31.5], description: 'Ticket price' }),
  discount: Type.Number({ examples: [0] }),
  discountCode: Type.String({ examples: ['NJJ89277112'] }),
  ticketQuantity: Type.Integer({ examples: [5], description: 'Sold; negative when items were removed' }),
  redeemedQuantity: Type.Integer({ examples: [5] }),
  expiredQuantity: Type.Integer({ examples: [0], description: 'Expired unused' }),
  bookingItemId: Type.String({ examples: ['29910292'], description: 'One line of the booking' }),
  packageBookingItemId: Type.String({ examples: ['9384021'], description: 'The package line, if any' }),
  transactionDate: Type.String({ examples: ['2019-02-12T01:52:04Z'], description: 'First payment of the booking' }),
  transactionLocation: Type.String({ examples: ['POS'], description: 'Sales channel of this transaction' }),
  transactionValue: Type.Number({ examples: [12.5], description: 'Share of the payment for this entry' }),
  fundsReceived: Type.Number({ examples: [12.5] }),
  voucherFundsReceived: Type.Number({ examples: [0], description: 'From voucher programs outside ROLLER' }),
  recognisedDiscount: Type.Number({ examples: [14.55], description: 'Discount of a redemption or expiry' }),
  taxPercent: Type.Number({ examples: [7] }),
  taxOnFundsReceived: Type.Number({ examples: [0.88] }),
  feeTaxPercent: Type.Number({ examples: [2.2] }),
  feeRevenue: Type.Number({ examples: [1.33] }),
  taxPayable: Type.Number({ examples: [2.5], description: 'On recognized revenue' }),
  netRevenue: Type.Number({ examples: [11.63], description: 'After tax' }),
  paymentType: Type.String({ examples: ['Cash'] }),
  bookingPaymentId: Type.String({ examples: ['102991002'] }),
  externalPaymentReference: Type.String({ examples: ['21398JJDUW992'], description: 'Id at the payment gateway, or gift card number' }),
  accountsReceivable: Type.Number({ examples: [0] }),
  deferredRevenue: Type.Number({ examples: [-12.5] }),
  deferredRevenueOther: Type.Number({ examples: [0], description: 'From integrations' }),
  deferredRevenueGiftCards: Type.Number({ examples: [0] }),
  manualGiftCardAdjustment: Type.Number({ examples: [25] }),
  multiVenueGiftCardPayable: Type.String({ description: 'Owed to other venues' }),
  multiVenueGiftCardReceivable: Type.String({ description: 'Owed by other venues' }),
  customerId: Type.String({ examples: ['54661723'], description: 'Guest who owns the booking' }),
  companyId: Nullable(Type.Integer(), { examples: [27777], description: 'Company that books' }),
  companyName: Type.String({ examples: ['ROLLER'] })
}), { title: 'RevenueEntry' })

export const BookingPaymentRecord = Type.Partial(Type.Object({
  bookingPaymentId: Type.String({ examples: ['29910293'] }),
  bookingReference: Type.String({ examples: ['7001923'], description: 'The booking number guests see' }),
  receiptNumber: Type.String({ examples: ['7001923'], description: 'Same as bookingReference' }),
  staffId: Type.String({ examples: ['29918'] }),
  total: Type.Number({ examples: [27], description: 'Negative for a refund' }),
  tip: Type.Number({ examples: [4], description: 'Gratuity' }),
  transactionFeeAmount: Type.Number({ examples: [0] }),
  transactionId: Type.String({ examples: ['2881992018265'], description: 'Id at the payment gateway, or gift card number' }),
  creditCardLast4Digits: Type.String({ examples: ['1922'] }),
  createdDate: Type.String({ examples: ['2020-01-29T17:08:39Z'] }),
  authorizingStaffId: Type.String({ examples: ['2293'], description: 'Who allowed the refund' }),
  deviceId: Type.String({ examples: ['910293'], description: 'Device that took it' }),
  paymentMethod: Type.String({ examples: ['Cash'] })
}), { title: 'BookingPaymentRecord' })

export const TillReconciliationsQuery = Type.Object({
  endDate: Type.String({
    format: 'date-or-date-time', examples: ['2020-07-30'], description: 'Venue-local day the till was closed; a date-time is accepted too'
  }),
  pageNumber: Type.Optional(pageNumber),
  pageSize: Type.Optional(pageSize)
})

export const TillReconciliation = Type.Partial(Type.Object({
  deviceId: Type.Integer({ examples: [9886] }),
  operatorName: Type.String(),
  startDate: Type.String({ examples: ['2018-07-20T03:23:07Z'], description: 'First transaction of the till session' }),
  endDate: Type.String({ examples: ['2018-07-20T09:23:07Z'], description: 'Till closed' }),
  cardTakings: Type.Number({ examples: [827.2] }),
  cardRefunds: Type.Number({ examples: [-120.2] }),
  giftCardTakings: Type.Number({ examples: [22.2] }),
  checkTakings: Type.Number({ examples: [45.5] }),
  cashFloat: Type.Number({ examples: [827.2], description: 'Cash in the till at the start' }),
  cashTakings: Type.Number({ examples: [266.2] }),
  cashRefunds: Type.Number({ examples: [-20] }),
  cashAdded: Type.Number({ examples: [-20], description: 'Put in by hand' }),
  cashRemoved: Type.Number({ examples: [-20], description: 'Taken out by hand' }),
  expectedCashBalance: Type.Number({
    examples: [329.4],
    description: 'Float, cash taken and cash put in, less refunds and cash taken out'
  }),
  actualCashBalance: Type.Number({ examples: [331.4], description: 'Counted at the close' }),
  cashVariance: Type.Number({ examples: [-20], description: 'Counted less expected' })
}), { title: 'TillReconciliation' })
