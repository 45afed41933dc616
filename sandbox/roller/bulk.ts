/** Bulk exports: asked for once, answered by webhooks with files to fetch. */
import { auditLog } from './audit-log.ts'
import { demand, invalid, Refusal, text } from './input.ts'
import * as people from './report-people.ts'
import * as money from './report-rows.ts'
import { tills } from './report-venue.ts'
import { between, stampOf } from './reports.ts'
import { isDate } from './time.ts'
import type { Routes } from './contract.ts'
import type { Rows } from './report-rows.ts'

/** ROLLER: pre-signed URLs live five days. */
const FILE_TTL_MS = 5 * 86_400_000
const ROWS_PER_FILE = 500

const exportTypes: Readonly<Record<string, Rows>> = {
  RevenueEntries: money.revenueEntries,
  Customers: people.customers,
  Attendance: people.attendances,
  Payments: money.payments,
  MembershipRedemptions: people.membershipRedemptions,
  MembershipStatuses: people.membershipStatuses,
  MembershipCredits: people.membershipCredits,
  Tickets: money.tickets,
  Giftcards: money.giftCards,
  BookingItems: money.bookingItems,
  PosTillReconciliations: tills,
  SignedWaivers: people.signedWaivers,
  BookingSignedWaivers: people.bookingSignedWaivers,
  AuditLog: auditLog
}

/** The period cut at the ends of months. */
function months (startDate: string, endDate: string): { from: string, to: string }[] {
  const parts: { from: string, to: string }[] = []
  for (let from = startDate; from < endDate;) {
    const next = new Date(Date.UTC(Number(from.slice(0, 4)), Number(from.slice(5, 7)), 1)).toISOString().slice(0, 10)
    const to = next < endDate ? next : endDate
    parts.push({ from, to })
    from = to
  }
  return parts
}

export const bulkRoutes: Routes = {
  'POST /reporting/bulk': ({ venue, world, body, headers, now }) => {
    demand(body, { at: '', names: ['exportType', 'startDate', 'endDate'] })
    const exportType = text(body, 'exportType') ?? ''
    const [startDate, endDate] = [text(body, 'startDate') ?? '', text(body, 'endDate') ?? '']
    const rows = Object.hasOwn(exportTypes, exportType) ? exportTypes[exportType] : undefined
    if (rows === undefined) throw invalid({ name: 'exportType', message: `exportType '${exportType}' is not known` })
    if (!isDate(startDate)) throw invalid({ name: 'startDate', message: 'startDate must be a date in the format yyyy-MM-dd' })
    if (!isDate(endDate)) throw invalid({ name: 'endDate', message: 'endDate must be a date in the format yyyy-MM-dd' })
    if (endDate <= startDate) throw invalid({ name: 'endDate', message: 'endDate must be at least 1 day after startDate' })

    // ROLLER: one request in six hours for each export type and venue. This does not put the credential to rest.
    const wait = (venue.bulkRequests.get(exportType) ?? -Infinity) + world.bulkWindowMs - now
    if (wait > 0) {
      throw new Refusal(
        429, { message: 'This export was requested less than 6 hours ago' }, { 'retry-after': String(Math.ceil(wait / 1000)) }
      )
    }
    venue.bulkRequests.set(exportType, now)

    const stamp = stampOf(venue, headers['timezone-designators'])
    const processId = venue.random.uuid()
    const events = months(startDate, endDate).map(({ from, to }, index, all) => {
      const found = between(venue, rows, from, to, stamp)
      const preSignedUrls: string[] = []
      for (let start = 0; start === 0 || start < found.length; start += ROWS_PER_FILE) {
        const name = `${exportType}-${from.slice(0, 7)}-${preSignedUrls.length + 1}.json`
        preSignedUrls.push(world.publish(name, Buffer.from(JSON.stringify(found.slice(start, start + ROWS_PER_FILE))), FILE_TTL_MS))
      }
      return { venueId: venue.id, preSignedUrls, exportType, processId, sequenceNumber: index + 1, sequenceTotal: all.length }
    })
    // ROLLER: months come in any order, and repeats happen. Here the last comes first, and every third one twice.
    for (const event of events.reverse()) world.emit(venue, 'BulkExport', 'Created', event, event.sequenceNumber % 3 === 0 ? 2 : 1)
    return { status: 200 }
  }
}
