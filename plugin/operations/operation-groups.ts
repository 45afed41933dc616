/** Groups of operations that an operator denies under one name. The catalog's tags cover the other cases. */
import type { OperationName } from './call-types.ts'

export const operationGroups = {
  /**
   * Operations that record a payment or a refund, use or create a gift card, return a payment token or link, or delete recorded payments
   * with their booking. Creating a booking is included: its body accepts payments and gift cards.
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
  /** Staff accounts and their permissions. */
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
