/** Rows of the audit log, which ROLLER gives out in bulk exports alone. Their fields are not published: these are plausible ones. */
import { reported, type Rows } from './report-rows.ts'

export const auditLog: Rows = (venue, stamp) => reported(venue).flatMap((booking) => {
  const entry = (action: string, at: number) => ({
    at,
    row: {
      auditLogId: `${booking.reference}-${action.toLowerCase()}`,
      eventDate: stamp(at),
      action,
      entityType: 'Booking',
      entityId: booking.reference,
      channel: booking.channel
    }
  })
  const changed = booking.modifiedAt > booking.createdAt ? [entry(booking.state === 'Cancelled' ? 'Cancelled' : 'Updated', booking.modifiedAt)] : []
  return [entry('Created', booking.createdAt), ...changed]
})
