/** Periods and pages of the Reporting API. */
import { commaSeparated, invalid } from '../input.ts'
import { addDays, instant, isDate, localDate, momentOf, utc, withOffset } from '../time.ts'
import type { Call, Handler } from '../contract.ts'
import type { VenueState } from '../types.ts'
import type { Row, Rows, Stamp } from './rows.ts'

export const DEFAULT_PAGE_SIZE = 100
const DAY = 86_400_000

/** ROLLER: instants are in UTC unless this header requests the venue's offset. */
export function stampOf ({ venue, headers }: Call): Stamp {
  const isOffset = String(headers['timezone-designators']).toLowerCase() === 'offset'
  return isOffset ? (at) => withOffset(at, venue.profile.zone) : utc
}

function positive (call: Call, name: string, fallback: number): number {
  const value = Number(call.query(name) || fallback)
  if (!Number.isInteger(value) || value < 1) throw invalid(name, `${name} must be a whole number from 1`)
  return value
}

export function page (call: Call, items: readonly unknown[], fixedSize?: number) {
  const currentPage = positive(call, 'pageNumber', 1)
  const itemsPerpage = fixedSize ?? positive(call, 'pageSize', DEFAULT_PAGE_SIZE)
  const start = (currentPage - 1) * itemsPerpage
  const totalItems = items.length
  const totalPages = Math.ceil(totalItems / itemsPerpage)
  return { currentPage, totalPages, totalItems, itemsPerpage, items: items.slice(start, start + itemsPerpage) }
}

/** ROLLER: report filters are dates, optionally with a time. */
function filterOf (call: Call, name: string): { at: number, isDay: boolean } {
  const value = call.query(name) ?? ''
  if (value === '') throw invalid(name, `${name} is required`)
  const at = momentOf(value, call.venue.profile.zone)
  if (at === undefined) throw invalid(name, `${name} must be a date in the format yyyy-MM-dd, or a date and time`)
  return { at, isDay: isDate(value) }
}

/** Rows from one instant up to another, in chronological order. */
const within = (call: Call, rows: Rows, from: number, to: number): Row['row'][] => rows(call.venue, stampOf(call))
  .filter(({ at }) => at >= from && at < to).sort((one, other) => one.at - other.at).map(({ row }) => row)

const midnight = ({ profile: { zone } }: VenueState, date: string): number => instant(date, '00:00', zone)

/** Rows between two venue-local days, the first inclusive, the second exclusive. */
export const between = (call: Call, rows: Rows, startDate: string, endDate: string): Row['row'][] =>
  within(call, rows, midnight(call.venue, startDate), midnight(call.venue, endDate))

/** A report about a period. */
export function period (rows: Rows, fixedSize?: number): Handler {
  return (call) => {
    const { venue, query } = call
    const [start, end] = [filterOf(call, 'startDate'), filterOf(call, 'endDate')]
    const nextDay = midnight(venue, addDays(localDate(start.at, venue.profile.zone), 1))
    if (end.at < start.at) throw invalid('endDate', 'endDate must not be before startDate')
    // ROLLER: a report covers one day at most; longer periods need a bulk export.
    if (end.at - start.at > DAY && end.at > nextDay) throw invalid('endDate', 'startDate and endDate must not be more than 1 day apart')
    const found = within(call, rows, start.at, end.isDay && end.at === start.at ? nextDay : end.at)
    const references = commaSeparated(query('bookingReferences'))
    return page(call, found.filter((row) => references?.includes(String(row['bookingReference'])) ?? true), fixedSize)
  }
}

/** A report about one day. */
export function day (rows: Rows, name: 'date' | 'endDate'): Handler {
  return (call) => {
    const date = localDate(filterOf(call, name).at, call.venue.profile.zone)
    const reference = call.query('bookingReference')
    const found = between(call, rows, date, addDays(date, 1))
    return page(call, found.filter((row) => reference === undefined || row['bookingReference'] === reference))
  }
}
