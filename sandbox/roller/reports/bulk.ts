/** Bulk exports: requested once, delivered by webhooks with download URLs. */
import { demand, invalid, ErrorResponse, text } from '../input.ts'
import { isDate } from '../time.ts'
import * as money from './money.ts'
import * as people from './people.ts'
import { between, stampOf } from './periods.ts'
import type { Call, Routes } from '../contract.ts'
import type { Rows } from './rows.ts'

/** ROLLER: pre-signed URLs expire after five days. */
const FILE_TTL_MS = 5 * 86_400_000
const ROWS_PER_FILE = 500

const exportTypes = new Map<string, Rows>(Object.entries({
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
  PosTillReconciliations: money.tills,
  SignedWaivers: people.signedWaivers,
  BookingSignedWaivers: people.bookingSignedWaivers,
  AuditLog: money.auditLog
}))

interface Part { from: string, to: string }

/** The period, split by months. */
function * months (startDate: string, endDate: string): Generator<Part> {
  for (let from = startDate; from < endDate;) {
    const next = new Date(Date.UTC(Number(from.slice(0, 4)), Number(from.slice(5, 7)), 1)).toISOString().slice(0, 10)
    const to = next < endDate ? next : endDate
    yield { from, to }
    from = to
  }
}

/** URLs of the files of one month; at least one, even without rows. */
function publish (call: Call, exportType: string, rows: Rows, { from, to }: Part): string[] {
  const found = between(call, rows, from, to)
  const files = Math.max(1, Math.ceil(found.length / ROWS_PER_FILE))
  return Array.from({ length: files }, (_, index) => {
    const part = found.slice(index * ROWS_PER_FILE, (index + 1) * ROWS_PER_FILE)
    return call.publish(`${exportType}-${from.slice(0, 7)}-${index + 1}.json`, Buffer.from(JSON.stringify(part)), FILE_TTL_MS)
  })
}

/** ROLLER: one request in six hours for each export type and venue. Exceeding it starts no cooling-off. */
function takeTurn ({ venue, now, bulkWindowMs }: Call, exportType: string): void {
  const wait = (venue.bulkRequests.get(exportType) ?? -Infinity) + bulkWindowMs - now
  if (wait > 0) {
    const headers = { 'retry-after': String(Math.ceil(wait / 1000)) }
    throw new ErrorResponse(429, { message: 'This export was requested less than 6 hours ago' }, headers)
  }
  venue.bulkRequests.set(exportType, now)
}

export const bulkRoutes: Routes = {
  'POST /reporting/bulk': (call) => {
    const { venue, body, emit } = call
    demand(body, 'exportType', 'startDate', 'endDate')
    const [exportType = '', startDate = '', endDate = ''] = [text(body, 'exportType'), text(body, 'startDate'), text(body, 'endDate')]
    const rows = exportTypes.get(exportType)
    if (rows === undefined) throw invalid('exportType', `exportType '${exportType}' is not known`)
    for (const [name, date] of Object.entries({ startDate, endDate })) {
      if (!isDate(date)) throw invalid(name, `${name} must be a date in the format yyyy-MM-dd`)
    }
    if (endDate <= startDate) throw invalid('endDate', 'endDate must be at least 1 day after startDate')
    takeTurn(call, exportType)
    const common = { venueId: venue.id, exportType, processId: venue.random.uuid() }
    const found = rows(venue, stampOf(call))
    const events = [...months(startDate, endDate)].map((part, index, { length: sequenceTotal }) => (
      { ...common, preSignedUrls: publish(call, exportType, () => found, part), sequenceNumber: index + 1, sequenceTotal }))
    // ROLLER: months arrive in any order, possibly repeated. Here the last is sent first, and every third one twice.
    for (const event of events.reverse()) emit('BulkExport', 'Created', event, event.sequenceNumber % 3 === 0 ? 2 : 1)
  }
}
