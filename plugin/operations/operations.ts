/**
 * The catalog: every operation of ROLLER's REST and Reporting APIs, once. The schemas are in `schemas/`: what ROLLER publishes, odd parts
 * included, and what ROLLER actually sends or accepts where its documents differ from that. `openapi/drift.ts` compares the two, and
 * `openapi/intended-differences.ts` lists the reasons.
 */
import type { Operation, OperationKey } from './operation.ts'
import { Type } from './schema.ts'
import * as availability from './schemas/availability.ts'
import * as changes from './schemas/booking-changes.ts'
import * as costs from './schemas/booking-costs.ts'
import * as drafts from './schemas/booking-drafts.ts'
import * as bookings from './schemas/bookings.ts'
import * as bulk from './schemas/bulk.ts'
import * as capacity from './schemas/capacity.ts'
import * as common from './schemas/common.ts'
import * as discounts from './schemas/discounts.ts'
import * as forms from './schemas/forms.ts'
import * as giftCards from './schemas/gift-cards.ts'
import * as guests from './schemas/guests.ts'
import * as payments from './schemas/payments.ts'
import * as products from './schemas/products.ts'
import * as redemptions from './schemas/redemptions.ts'
import * as bookingReports from './schemas/reporting-bookings.ts'
import * as reports from './schemas/reporting-common.ts'
import * as guestReports from './schemas/reporting-guests.ts'
import * as revenueReports from './schemas/reporting-revenue.ts'
import * as venueReports from './schemas/reporting-venue.ts'
import * as staff from './schemas/staff.ts'
import * as stock from './schemas/stock.ts'
import * as venue from './schemas/venue.ts'
import * as waivers from './schemas/waivers.ts'
import * as webhooks from './schemas/webhooks.ts'

const read = <T extends string>(tag: T) => ({ tag, rateLimit: 'rest', repeatable: true }) as const
const write = <T extends string>(tag: T) => ({ tag, rateLimit: 'rest', repeatable: false }) as const
const report = <T extends string>(tag: T) => ({ tag, rateLimit: 'reporting', repeatable: true }) as const

const staffDisabled = { description: 'The staff API is disabled for the venue' } as const
const noSuchStaff = { description: 'No such staff member' } as const
const rejected = { description: 'Rejected' } as const
/** Observed at ROLLER: a booking with another guest's email address renames that guest. */
const GUEST_OVERWRITTEN =
  'The customer becomes a guest record. A guest with the same email is reused, and its name, phone and other fields are ' +
  'overwritten with those of this booking.'

export const operations = {
  'GET /venues/me': {
    id: 'getVenue',
    summary: 'Read the venue of the credentials',
    ...read('Venue'),
    responses: { 200: { description: 'The venue', schema: venue.Venue } }
  },
  'GET /products': {
    id: 'listProducts',
    summary: 'List products',
    description: 'Changes rarely: cache the response, and request the availability of a day.',
    ...read('Products'),
    query: products.ProductsQuery,
    responses: { 200: { description: 'The products', schema: Type.Array(products.Product) } }
  },
  'GET /product-availability': {
    id: 'getAvailability',
    summary: 'List bookable products of a day',
    ...read('Products'),
    query: availability.ProductAvailabilityQuery,
    responses: {
      200: { description: 'The products on offer, with sessions and capacity', schema: Type.Array(availability.AvailableProduct) }
    }
  },
  'GET /product-availability/calendar': {
    id: 'getAvailabilityCalendar',
    summary: 'Show the availability of a product by day of a month',
    description: 'ROLLER caches the response for a minute, or until the next booking.',
    ...read('Products'),
    query: availability.ProductCalendarQuery,
    responses: {
      200: { description: 'One entry a day', schema: Type.Array(availability.ProductAvailabilityCalendarDay) },
      404: { description: 'No such product' }
    }
  },
  'POST /products/stock': {
    id: 'createStockProduct',
    summary: 'Create a stock product',
    ...write('Products'),
    body: stock.CreateProductStock,
    responses: { 200: { description: 'The stock product', schema: stock.UpdateProductStock } }
  },
  'PUT /products/stock': {
    id: 'updateStockProduct',
    summary: 'Replace a stock product',
    description: 'Omitted fields are cleared. Variations with a productId are changed, others added.',
    ...write('Products'),
    body: stock.UpdateProductStock,
    responses: { 200: { description: 'The stock product', schema: stock.UpdateProductStock } }
  },
  'PUT /products/stock/{parentProductId}/quantity': {
    id: 'setStockQuantity',
    summary: 'Set the quantity of a stock variation',
    ...write('Products'),
    params: stock.StockPath,
    body: stock.StockQuantityBody,
    responses: { 200: { description: 'The stock product', schema: stock.UpdateProductStock } }
  },
  'POST /capacity-reservation': {
    id: 'reserveCapacity',
    summary: 'Hold capacity for a checkout',
    description: 'The hold ends after 10 minutes.',
    ...write('Capacity'),
    body: capacity.CapacityReservationBody,
    responses: {
      200: { description: 'The hold', schema: capacity.CapacityReservation },
      409: { description: 'The capacity cannot be held', schema: common.RequestErrors }
    }
  },
  'DELETE /capacity-reservation/{uniqueId}': {
    id: 'releaseCapacity',
    summary: 'Release held capacity',
    ...write('Capacity'),
    params: capacity.CapacityReservationPath,
    responses: { 200: { description: 'Released' }, 400: { description: 'Not a reservation that can be released' } }
  },
  'POST /capacity-reservation/block': {
    id: 'blockCapacity',
    summary: 'Block capacity of a resource',
    ...write('Capacity'),
    body: capacity.CapacityBlockBody,
    responses: {
      200: { description: 'The id of the block', schema: capacity.CapacityBlockCreated },
      409: { description: 'No such resource, or not that much capacity left' }
    }
  },
  'GET /capacity-reservation/block': {
    id: 'listCapacityBlocks',
    summary: 'List capacity blocks',
    ...read('Capacity'),
    query: capacity.CapacityBlocksQuery,
    responses: { 200: { description: 'The blocks', schema: Type.Array(capacity.ResourceCapacityBlock) } }
  },
  'GET /capacity-reservation/block/{blockId}': {
    id: 'getCapacityBlock',
    summary: 'Read a capacity block',
    ...read('Capacity'),
    params: capacity.CapacityBlockPath,
    responses: { 200: { description: 'The block', schema: capacity.ResourceCapacityBlock }, 404: { description: 'No such block' } }
  },
  'DELETE /capacity-reservation/block/{blockId}': {
    id: 'deleteCapacityBlock',
    summary: 'Delete a capacity block',
    ...write('Capacity'),
    params: capacity.CapacityBlockPath,
    responses: { 200: { description: 'Deleted' }, 404: { description: 'No such block' } }
  },
  'GET /bookings': {
    id: 'searchBookings',
    summary: 'Search bookings',
    description: 'Needs at least one search criterion; returns the 100 most recent matches at most. ' +
      'Cancelled bookings and drafts are not found: read a booking that may be cancelled with GET /bookings/{uniqueId}.',
    ...read('Bookings'),
    query: bookings.SearchBookingsQuery,
    responses: { 200: { description: 'The bookings found', schema: bookings.BookingSearchResult } }
  },
  'POST /bookings': {
    id: 'createBooking',
    summary: 'Create a booking',
    description: GUEST_OVERWRITTEN,
    ...write('Bookings'),
    body: changes.CreateBookingBody,
    responses: {
      201: { description: 'The identifiers of the booking', schema: changes.BookingIdentifiers },
      409: { description: 'Rejected, for example because no capacity is left', schema: common.RequestErrors }
    }
  },
  'GET /bookings/{uniqueId}': {
    id: 'getBooking',
    summary: 'Read a booking',
    description: 'Accepts the bookingReference in place of the uniqueId. Compare status as a whole word: PartiallyPaid contains ' +
      'Paid, so a search for "Paid" in it also matches a booking with an open amount. remainder is the amount owed. ' +
      'Refunds are among the payments, with a negative total.',
    ...read('Bookings'),
    params: bookings.BookingDetailPath,
    responses: { 200: { description: 'The booking', schema: bookings.BookingDetail }, 404: { description: 'No such booking' } }
  },
  'PUT /bookings/{uniqueId}': {
    id: 'updateBooking',
    summary: 'Change a booking, add or remove items',
    ...write('Bookings'),
    params: bookings.BookingPath,
    body: changes.UpdateBookingBody,
    responses: { 200: { description: 'Changed' }, 409: { description: 'Rejected', schema: common.RequestErrors } }
  },
  'DELETE /bookings/{uniqueId}': {
    id: 'deleteBooking',
    summary: 'Delete a booking and its transactions',
    description: 'Only future bookings created through the API, and not cancelled ones; they disappear from all reports too.',
    ...write('Bookings'),
    params: bookings.BookingPath,
    body: changes.DeleteBookingBody,
    responses: { 200: { description: 'Deleted' } }
  },
  'POST /bookings/{uniqueId}/cancel': {
    id: 'cancelBooking',
    summary: 'Cancel a booking',
    description: 'Only future bookings created through the API. A refund is recorded as a payment with a negative amount, not paid out.',
    ...write('Bookings'),
    params: bookings.BookingPath,
    body: changes.CancelBookingBody,
    responses: {
      200: { description: 'Cancelled' },
      403: { description: 'Not a booking created through the API', schema: changes.CancelRejected }
    }
  },
  'POST /bookings/draft/costs': {
    id: 'getBookingCosts',
    summary: 'Compute the costs of a booking',
    description: 'Nothing is stored.',
    ...read('Bookings'),
    body: costs.BookingCostsBody,
    responses: {
      200: { description: 'The costs', schema: costs.BookingCosts },
      409: { description: 'Rejected', schema: common.RequestErrors }
    }
  },
  'POST /bookings/draft': {
    id: 'createDraftBooking',
    summary: 'Create a draft booking',
    description: `Returns a token for the payment. ${GUEST_OVERWRITTEN}`,
    ...write('Bookings'),
    body: drafts.DraftBookingBody,
    responses: {
      200: { description: 'The draft', schema: drafts.DraftBooking },
      409: { description: 'Rejected', schema: common.RequestErrors }
    }
  },
  'POST /bookings/draft/publish': {
    id: 'publishDraftBooking',
    summary: 'Publish a draft without an amount due as a booking',
    ...write('Bookings'),
    body: drafts.PublishDraftBody,
    responses: {
      200: { description: 'The identifiers of the booking', schema: changes.BookingIdentifiers },
      409: { description: 'Rejected', schema: drafts.PublishErrors }
    }
  },
  'GET /bookings/{uniqueId}/form-responses': {
    id: 'getBookingFormResponses',
    summary: 'Read the forms filled in for a booking',
    ...read('Bookings'),
    params: bookings.BookingPath,
    responses: {
      200: { description: 'The answers, form by form', schema: forms.BookingFormResponses },
      404: { description: 'No such booking' }
    }
  },
  'POST /bookings/{uniqueId}/payments': {
    id: 'addPayment',
    summary: 'Record a payment or refund',
    description: 'Records a payment made elsewhere: no money moves, except on ROLLER\'s own gift cards. A refund is a payment with a ' +
      'negative amount, at most what has been paid.',
    ...write('Payments'),
    params: bookings.BookingPath,
    body: payments.AddPaymentBody,
    responses: {
      200: { description: 'The id of the payment', schema: payments.PaymentRecorded },
      409: { description: 'Rejected', schema: common.RequestErrors }
    }
  },
  'POST /bookings/{uniqueId}/payments/tips': {
    id: 'addTip',
    summary: 'Record a tip',
    description: 'Goes to the general tip pool and cannot be refunded through the API.',
    ...write('Payments'),
    params: bookings.BookingPath,
    body: payments.AddTipBody,
    responses: {
      201: { description: 'The id of the payment', schema: payments.PaymentRecorded },
      400: { description: 'Not a positive amount, or paid by gift card' },
      409: { description: 'Rejected', schema: common.RequestErrors }
    }
  },
  'POST /bookings/{uniqueId}/payments/links': {
    id: 'createPaymentLink',
    summary: 'Send a payment link to a guest',
    description: 'By SMS if a phone is given, else by email. Not for drafts.',
    ...write('Payments'),
    params: bookings.BookingPath,
    body: payments.PaymentLinkBody,
    responses: {
      200: { description: 'The link', schema: payments.PaymentLink },
      400: { description: 'Not valid, for example without email and phone' },
      404: { description: 'No such booking' },
      409: { description: 'Rejected, for example because it exceeds the amount owed' }
    }
  },
  'DELETE /bookings/{uniqueId}/payments/links/{paymentLinkId}': {
    id: 'cancelPaymentLink',
    summary: 'Cancel a payment link',
    ...write('Payments'),
    params: payments.PaymentLinkPath,
    responses: {
      200: { description: 'Cancelled' },
      404: { description: 'No such booking or link' },
      409: { description: 'The link is of another booking' }
    }
  },
  'POST /discounts': {
    id: 'createDiscount',
    summary: 'Create a discount',
    ...write('Discounts'),
    body: discounts.DiscountCreate,
    responses: { 200: { description: 'The id of the discount', schema: discounts.DiscountCreated } }
  },
  'GET /discounts/{discountId}': {
    id: 'getDiscount',
    summary: 'Read a discount',
    ...read('Discounts'),
    params: discounts.DiscountPath,
    responses: { 200: { description: 'The discount', schema: discounts.Discount } }
  },
  'PUT /discounts/{discountId}': {
    id: 'updateDiscount',
    summary: 'Change a discount',
    ...write('Discounts'),
    params: discounts.DiscountPath,
    body: discounts.DiscountUpdate,
    responses: { 200: { description: 'Changed' } }
  },
  'POST /discounts/{discountId}/codes': {
    id: 'addDiscountCodes',
    summary: 'Add codes to a discount',
    ...write('Discounts'),
    params: discounts.DiscountPath,
    body: discounts.DiscountCodesBody,
    responses: { 200: { description: 'Added' } }
  },
  'DELETE /discounts/{discountId}/codes': {
    id: 'deleteDiscountCodes',
    summary: 'Delete codes of a discount',
    ...write('Discounts'),
    params: discounts.DiscountPath,
    body: discounts.DeleteDiscountCodesBody,
    responses: { 200: { description: 'Deleted' } }
  },
  'POST /discounts/validate': {
    id: 'validateDiscounts',
    summary: 'Compute the reduction by discount codes',
    description: 'Being phased out by ROLLER in favor of POST /bookings/draft/costs.',
    ...read('Discounts'),
    body: discounts.ValidateDiscountsBody,
    responses: { 200: { description: 'The amounts off', schema: discounts.DiscountValidation } }
  },
  'GET /guests/{guestId}': {
    id: 'getGuest',
    summary: 'Read a guest',
    ...read('Guests'),
    params: guests.GuestPath,
    responses: { 200: { description: 'The guest', schema: guests.Guest }, 404: { description: 'No such guest' } }
  },
  'PUT /guests/{guestId}': {
    id: 'updateGuest',
    summary: 'Change a guest',
    ...write('Guests'),
    params: guests.GuestPath,
    body: guests.Guest,
    responses: { 200: { description: 'Changed' } }
  },
  'GET /customers/{customerId}': {
    id: 'getCustomer',
    summary: 'Read a guest by the older path',
    description: 'Being phased out by ROLLER in favor of GET /guests/{guestId}.',
    ...read('Guests'),
    params: guests.CustomerPath,
    responses: { 200: { description: 'The guest', schema: guests.CustomerDetail }, 404: { description: 'No such guest' } }
  },
  'GET /customers/{customerId}/multi-passes': {
    id: 'listGuestMultiPasses',
    summary: 'List the multi-passes of a guest',
    ...read('Guests'),
    params: guests.CustomerPath,
    responses: {
      200: { description: 'The passes and their remaining uses', schema: Type.Array(guests.CustomerMultiPass) },
      404: { description: 'No such guest' }
    }
  },
  'GET /signed-waivers/{signedWaiverId}': {
    id: 'getSignedWaiver',
    summary: 'Read a signed waiver',
    ...read('Waivers'),
    params: waivers.SignedWaiverPath,
    responses: { 200: { description: 'The waiver', schema: waivers.SignedWaiver } }
  },
  'GET /signed-waivers/{signedWaiverId}/form-responses': {
    id: 'getSignedWaiverFormResponses',
    summary: 'Read the form filled in with a waiver',
    ...read('Waivers'),
    params: waivers.SignedWaiverPath,
    responses: { 200: { description: 'The answers', schema: waivers.SignedWaiverFormResponses }, 404: { description: 'No such waiver' } }
  },
  'POST /redemptions': {
    id: 'redeemTickets',
    summary: 'Redeem up to 10 tickets',
    description: 'Passes, session passes, recurring sessions and memberships only; each ticket once a call.',
    ...write('Redemptions'),
    body: redemptions.RedeemTicketsBody,
    responses: {
      200: { description: 'Redeemed' },
      409: { description: 'Rejected, with the reason for each ticket', schema: redemptions.RedemptionErrors }
    }
  },
  'POST /giftcards': {
    id: 'createGiftCards',
    summary: 'Create gift cards',
    description: 'All cards come from one booking and become usable shortly afterwards.',
    ...write('Gift cards'),
    body: giftCards.CreateGiftCardsBody,
    responses: {
      200: { description: 'The card numbers', schema: giftCards.GiftCardsCreated },
      400: { description: 'Not valid' },
      409: { description: 'Rejected, for example because the externalId is in use', schema: common.RequestErrors }
    }
  },
  'POST /giftcards/balance': {
    id: 'getGiftCardBalance',
    summary: 'Read the balance of a gift card',
    ...read('Gift cards'),
    body: giftCards.GiftCardBalanceBody,
    responses: {
      200: { description: 'The balance', schema: giftCards.GiftCardBalance },
      409: { description: 'No such card', schema: common.RequestErrors }
    }
  },
  'GET /webhooks': {
    id: 'getWebhooks',
    summary: 'Read the registered webhooks',
    ...read('Webhooks'),
    responses: { 200: { description: 'The registrations', schema: Type.Array(webhooks.RegisteredWebhook) } }
  },
  'POST /webhooks': {
    id: 'createWebhook',
    summary: 'Register a webhook',
    description: 'Nothing is delivered unless enabled is true.',
    ...write('Webhooks'),
    body: webhooks.CreateWebhookConfiguration,
    responses: { 201: { description: 'The registration', schema: webhooks.RegisteredWebhook } }
  },
  'PUT /webhooks/{webhookId}': {
    id: 'updateWebhook',
    summary: 'Change a webhook',
    ...write('Webhooks'),
    params: webhooks.WebhookPath,
    body: webhooks.CreateWebhookConfiguration,
    responses: { 200: { description: 'Changed' } }
  },
  'DELETE /webhooks/{webhookId}': {
    id: 'deleteWebhook',
    summary: 'Delete a webhook',
    ...write('Webhooks'),
    params: webhooks.WebhookPath,
    responses: { 200: { description: 'Deleted' } }
  },
  'POST /staff': {
    id: 'createStaff',
    summary: 'Create a staff account',
    ...write('Staff'),
    body: staff.StaffRequest,
    responses: { 201: { description: 'The account', schema: staff.StaffResponse }, 403: staffDisabled, 409: rejected }
  },
  'GET /staff/{uniqueId}': {
    id: 'getStaff',
    summary: 'Read a staff account',
    ...read('Staff'),
    params: staff.StaffPath,
    responses: { 200: { description: 'The account', schema: staff.StaffResponse }, 403: staffDisabled, 404: noSuchStaff }
  },
  'PUT /staff/{uniqueId}': {
    id: 'updateStaff',
    summary: 'Change a staff account',
    ...write('Staff'),
    params: staff.StaffPath,
    body: staff.StaffRequest,
    responses: { 200: { description: 'The account', schema: staff.StaffResponse }, 403: staffDisabled, 404: noSuchStaff, 409: rejected }
  },
  'DELETE /staff/{uniqueId}': {
    id: 'deleteStaff',
    summary: 'Delete a staff account',
    ...write('Staff'),
    params: staff.StaffPath,
    responses: { 200: { description: 'Deleted' }, 403: staffDisabled, 404: noSuchStaff }
  },
  'POST /staff/{uniqueId}/send-invitation': {
    id: 'inviteStaff',
    summary: 'Email a staff member an invitation',
    ...write('Staff'),
    params: staff.StaffPath,
    responses: { 200: { description: 'Sent' }, 403: staffDisabled, 404: noSuchStaff, 409: rejected }
  },
  'POST /staff/{uniqueId}/lock': {
    id: 'lockStaff',
    summary: 'Lock a staff account',
    ...write('Staff'),
    params: staff.StaffPath,
    responses: { 200: { description: 'Locked' }, 403: staffDisabled, 404: noSuchStaff, 409: rejected }
  },
  'POST /staff/{uniqueId}/unlock': {
    id: 'unlockStaff',
    summary: 'Unlock a staff account',
    description: 'Needs a verified email.',
    ...write('Staff'),
    params: staff.StaffPath,
    responses: { 200: { description: 'Unlocked' }, 403: staffDisabled, 404: noSuchStaff, 409: rejected }
  },
  'GET /netsuite-settings': {
    id: 'getNetSuiteSettings',
    summary: 'Read the NetSuite settings',
    ...read('Settings'),
    responses: { 200: { description: 'The settings', schema: venue.NetSuiteSettings } }
  },
  'PUT /netsuite-settings': {
    id: 'updateNetSuiteSettings',
    summary: 'Change the NetSuite settings',
    description: 'Omitted fields are cleared.',
    ...write('Settings'),
    body: venue.NetSuiteSettings,
    responses: { 200: { description: 'Changed' } }
  },
  'GET /data/bookingitems': {
    id: 'listBookingItemRecords',
    summary: 'Report booking items',
    description: 'By the day the booking was last changed. Compare bookingStatus as a whole word: PartiallyPaid contains Paid.',
    ...report('Reports: bookings'),
    query: reports.ReportPeriodQuery,
    responses: { 200: { description: 'The booking items', schema: reports.pageOf(bookingReports.BookingItemRecord) } }
  },
  'GET /data/tickets': {
    id: 'listTicketRecords',
    summary: 'Report tickets',
    description: 'By the day the booking was last changed; passes and memberships only.',
    ...report('Reports: bookings'),
    query: reports.ReportPeriodQuery,
    responses: { 200: { description: 'The tickets', schema: reports.pageOf(bookingReports.TicketRecord) } }
  },
  'GET /data/giftcards': {
    id: 'listGiftCardRecords',
    summary: 'Report gift cards',
    description: 'By the day the card was last changed.',
    ...report('Reports: bookings'),
    query: reports.ReportPeriodQuery,
    responses: { 200: { description: 'The gift cards', schema: reports.pageOf(bookingReports.GiftCardRecord) } }
  },
  'GET /reporting/revenue-entries': {
    id: 'listRevenueEntries',
    summary: 'Report revenue entries',
    description: 'By the day of the entry, not of a change. Pages hold 100 entries.',
    ...report('Reports: revenue'),
    query: revenueReports.RevenueEntriesQuery,
    responses: { 200: { description: 'The entries', schema: reports.pageOf(revenueReports.RevenueEntry) } }
  },
  'GET /data/bookingpayments': {
    id: 'listPaymentRecords',
    summary: 'Report payments',
    description: 'By the day of the payment. Refunds are records with a negative total.',
    ...report('Reports: revenue'),
    query: reports.ReportPeriodQuery,
    responses: { 200: { description: 'The payments', schema: reports.pageOf(revenueReports.BookingPaymentRecord) } }
  },
  'GET /data/tillreconciliations': {
    id: 'listTillReconciliations',
    summary: 'Report till reconciliations',
    description: 'By the day the till was closed.',
    ...report('Reports: revenue'),
    query: revenueReports.TillReconciliationsQuery,
    responses: { 200: { description: 'The reconciliations', schema: reports.pageOf(revenueReports.TillReconciliation) } }
  },
  'GET /data/products': {
    id: 'listProductRecords',
    summary: 'Report products',
    description: 'Parent products and variations in one list.',
    ...report('Reports: venue'),
    query: venueReports.ProductRecordsQuery,
    responses: { 200: { description: 'The products', schema: reports.pageOf(venueReports.ProductRecord) } }
  },
  'GET /data/modifiers': {
    id: 'listModifierRecords',
    summary: 'Report modifiers',
    ...report('Reports: venue'),
    query: reports.PageQuery,
    responses: { 200: { description: 'The modifiers', schema: reports.pageOf(venueReports.ModifierRecord) } }
  },
  'GET /data/discounts': {
    id: 'listDiscountRecords',
    summary: 'Report discounts',
    description: 'The offered discounts, not their uses. ROLLER\'s default page has 20000.',
    ...report('Reports: venue'),
    query: reports.PageQuery,
    responses: { 200: { description: 'The discounts', schema: reports.pageOf(venueReports.DiscountRecord) } }
  },
  'GET /data/locations': {
    id: 'listResourceRecords',
    summary: 'Report resources',
    ...report('Reports: venue'),
    query: reports.PageQuery,
    responses: { 200: { description: 'The resources', schema: reports.pageOf(venueReports.ResourceRecord) } }
  },
  'GET /data/devices': {
    id: 'listDeviceRecords',
    summary: 'Report devices',
    ...report('Reports: venue'),
    query: reports.PageQuery,
    responses: { 200: { description: 'The devices', schema: reports.pageOf(venueReports.DeviceRecord) } }
  },
  'GET /data/staffs': {
    id: 'listStaffRecords',
    summary: 'Report active staff accounts',
    ...report('Reports: venue'),
    query: reports.PageQuery,
    responses: { 200: { description: 'The accounts', schema: reports.pageOf(venueReports.Staff) } }
  },
  'GET /data/roles': {
    id: 'listRoleRecords',
    summary: 'Report staff roles',
    ...report('Reports: venue'),
    query: reports.PageQuery,
    responses: { 200: { description: 'The roles', schema: reports.pageOf(venueReports.RoleRecord) } }
  },
  'GET /data/reportingcategories': {
    id: 'listReportingCategories',
    summary: 'Report reporting categories',
    ...report('Reports: venue'),
    responses: { 200: { description: 'The categories', schema: venueReports.ReportingCategory } }
  },
  'GET /data/waivers': {
    id: 'listWaiverTerms',
    summary: 'Report waiver texts',
    description: 'The texts, not the signed waivers.',
    ...report('Reports: venue'),
    query: reports.PageQuery,
    responses: { 200: { description: 'The waiver texts', schema: reports.pageOf(venueReports.WaiverTerms) } }
  },
  'GET /data/customers': {
    id: 'listGuestRecords',
    summary: 'Report guests',
    description: 'By the day the guest was last changed.',
    ...report('Reports: guests'),
    query: reports.ReportPeriodQuery,
    responses: { 200: { description: 'The guests', schema: reports.pageOf(guestReports.GuestRecord) } }
  },
  'GET /data/attendances': {
    id: 'listAttendanceRecords',
    summary: 'Report visits',
    description: 'By the day of the visit; stock and add-ons are left out.',
    ...report('Reports: guests'),
    query: reports.ReportPeriodQuery,
    responses: { 200: { description: 'The visits', schema: reports.pageOf(guestReports.AttendanceRecord) } }
  },
  'GET /data/signedwaivers': {
    id: 'listSignedWaiverRecords',
    summary: 'Report signed waivers',
    ...report('Reports: guests'),
    query: reports.ReportPeriodQuery,
    responses: { 200: { description: 'The signed waivers', schema: reports.pageOf(guestReports.SignedWaiverRecord) } }
  },
  'GET /data/bookingsignedwaivers': {
    id: 'listBookingSignedWaivers',
    summary: 'Report waivers linked to tickets',
    ...report('Reports: guests'),
    query: reports.ReportPeriodQuery,
    responses: { 200: { description: 'The links', schema: reports.pageOf(guestReports.BookingSignedWaiver) } }
  },
  'GET /data/membershipredemptions': {
    id: 'listMembershipRedemptions',
    summary: 'Report uses of memberships',
    ...report('Reports: guests'),
    query: reports.MembershipReportQuery,
    responses: { 200: { description: 'The uses', schema: reports.pageOf(guestReports.MembershipRedemption) } }
  },
  'GET /data/membershipstatuses': {
    id: 'listMembershipStatusChanges',
    summary: 'Report changes of membership status',
    ...report('Reports: guests'),
    query: reports.MembershipReportQuery,
    responses: { 200: { description: 'The changes', schema: reports.pageOf(guestReports.MembershipStatusChange) } }
  },
  'GET /data/membershipcredits': {
    id: 'listMembershipCredits',
    summary: 'Report credits given on memberships',
    ...report('Reports: guests'),
    query: reports.MembershipReportQuery,
    responses: { 200: { description: 'The credits', schema: reports.pageOf(guestReports.MembershipCredit) } }
  },
  'GET /reporting/gxs': {
    id: 'listGxScoreResponses',
    summary: 'Report guest experience scores',
    description: 'By the day the response was last changed.',
    ...report('Reports: guests'),
    query: reports.ReportPeriodQuery,
    responses: { 200: { description: 'The responses', schema: reports.pageOf(guestReports.GxScoreResponse) } }
  },
  'POST /reporting/bulk': {
    id: 'requestBulkExport',
    summary: 'Order an export',
    description: 'ROLLER delivers links to the files in a BulkExport webhook. Once in 6 hours for each exportType.',
    tag: 'Bulk export',
    rateLimit: 'bulk',
    repeatable: false,
    headers: bulk.BulkExportHeaders,
    body: bulk.BulkExportBody,
    responses: { 200: { description: 'Ordered' }, 400: { description: 'Not valid' }, 429: { description: 'Ordered less than 6 hours ago' } }
  }
} as const satisfies Record<OperationKey, Operation>
