/** Exports of whole periods, delivered by webhook. */
import { StringEnum, Type } from '../schema.ts'

export const BulkExportHeaders = Type.Partial(Type.Object({
  'TimeZone-Designators': StringEnum(
    ['Offset', 'offset'], { description: 'Offset, in either case: times in the venue\'s zone in place of UTC' }
  )
}))

export const bulkExportTypes = [
  'RevenueEntries', 'Customers', 'Attendance', 'Payments', 'MembershipRedemptions', 'MembershipStatuses', 'MembershipCredits', 'Tickets',
  'Giftcards', 'BookingItems', 'PosTillReconciliations', 'SignedWaivers', 'BookingSignedWaivers', 'AuditLog'
] as const

export const BulkExportBody = Type.Object({
  exportType: StringEnum(bulkExportTypes, { examples: ['RevenueEntries'] }),
  startDate: Type.String({ format: 'date', examples: ['2020-01-01'], description: 'Venue-local, inclusive' }),
  endDate: Type.String({ format: 'date', examples: ['2021-06-01'], description: 'Venue-local, exclusive; at least a day after startDate' })
})
