/** Operations that an operator closes together, under one name. Tags of the catalog do for the rest. */
import type { OperationName } from './operations.ts'

export const operationGroups = {
  /**
   * Whatever records a payment or a refund, spends or makes a gift card, gives out a token or a link to pay, or takes recorded money away
   * with its booking. Making a booking is one of them: its body takes payments and gift cards.
   */
  'money-moving': [
    'POST /bookings',
    'POST /bookings/draft',
    'POST /bookings/draft/publish',
    'DELETE /bookings/{uniqueId}',
    'POST /bookings/{uniqueId}/cancel',
    'POST /bookings/{uniqueId}/payments',
    'POST /bookings/{uniqueId}/payments/tips',
    'POST /bookings/{uniqueId}/payments/links',
    'DELETE /bookings/{uniqueId}/payments/links/{paymentLinkId}',
    'POST /giftcards'
  ],
  /** Accounts of the venue's own people, and what they may do. */
  'staff-accounts': [
    'POST /staff',
    'GET /staff/{uniqueId}',
    'PUT /staff/{uniqueId}',
    'DELETE /staff/{uniqueId}',
    'POST /staff/{uniqueId}/send-invitation',
    'POST /staff/{uniqueId}/lock',
    'POST /staff/{uniqueId}/unlock',
    'GET /data/staffs',
    'GET /data/roles'
  ]
} as const satisfies Record<string, readonly OperationName[]>
