/** The Reporting API: periods, pages, and which rows belong to which path. */
import { invalid } from './input.ts'
import { reportType } from './products.ts'
import * as people from './report-people.ts'
import * as money from './report-rows.ts'
import * as site from './report-venue.ts'
import { addDays, instant, isDate, localDate, momentOf, utc, withOffset } from './time.ts'
import type { Answer, Call, Handler, Routes } from './contract.ts'
import type { Row, Rows, Stamp } from './report-rows.ts'
import type { VenueState } from './types.ts'

const DEFAULT_PAGE_SIZE = 100
const DAY = 86_400_000

/** ROLLER: instants are in UTC, unless this header asks for the venue's own offset. */
export function stampOf (venue: VenueState, header: string | string[] | undefined): Stamp {
  return String(header).toLowerCase() === 'offset' ? (at) => withOffset(at, venue.profile.zone) : utc
}

const stamp = (call: Call): Stamp => stampOf(call.venue, call.headers['timezone-designators'])

function positive (call: Call, name: string, fallback: number): number {
  const value = call.query(name)
  if (value === undefined || value === '') return fallback
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) throw invalid({ name, message: `${name} must be a whole number from 1` })
  return number
}

function page (call: Call, items: readonly unknown[], fixedSize?: number): Answer {
  const currentPage = positive(call, 'pageNumber', 1)
  const itemsPerpage = fixedSize ?? positive(call, 'pageSize', DEFAULT_PAGE_SIZE)
  const start = (currentPage - 1) * itemsPerpage
  return {
    status: 200,
    body: {
      currentPage,
      totalPages: Math.ceil(items.length / itemsPerpage),
      totalItems: items.length,
      itemsPerpage,
      items: items.slice(start, start + itemsPerpage)
    }
  }
}

interface Filter {
  readonly at: number
  readonly isDay: boolean
}

/** ROLLER: the filters of reports are dates, and may have a time with them. */
function filterOf (call: Call, name: string): Filter {
  const text = call.query(name)
  if (text === undefined || text === '') throw invalid({ name, message: `${name} is required` })
  const at = momentOf(text, call.venue.profile.zone)
  if (at === undefined) throw invalid({ name, message: `${name} must be a date in the format yyyy-MM-dd, or a date and time` })
  return { at, isDay: isDate(text) }
}

/** The first moment of the venue's day after the one that the moment falls in. */
function nextDay ({ profile: { zone } }: VenueState, at: number): number { return instant(addDays(localDate(at, zone), 1), '00:00', zone) }

/** Rows between two venue-local days, the first included and the second not; in the order of their instants. */
export function between (venue: VenueState, rows: Rows, startDate: string, endDate: string, stamp: Stamp): Row['row'][] {
  const { zone } = venue.profile
  return within(venue, rows, instant(startDate, '00:00', zone), instant(endDate, '00:00', zone), stamp)
}

function within (venue: VenueState, rows: Rows, from: number, to: number, stamp: Stamp): Row['row'][] {
  return rows(venue, stamp).filter(({ at }) => at >= from && at < to).sort((one, other) => one.at - other.at).map(({ row }) => row)
}

function period (rows: Rows, fixedSize?: number): Handler {
  return (call) => {
    const [start, end] = [filterOf(call, 'startDate'), filterOf(call, 'endDate')]
    if (end.at < start.at) throw invalid({ name: 'endDate', message: 'endDate must not be before startDate' })
    // ROLLER: a report covers one day at most; longer periods are what the bulk export is for.
    if (end.at - start.at > DAY && end.at > nextDay(call.venue, start.at)) throw invalid({ name: 'endDate', message: 'startDate and endDate must not be more than 1 day apart' })
    const to = end.isDay && end.at === start.at ? nextDay(call.venue, end.at) : end.at
    const found = within(call.venue, rows, start.at, to, stamp(call))
    const references = call.query('bookingReferences')?.split(',').map((reference) => reference.trim())
    return page(
      call, references === undefined ? found : found.filter((row) => references.includes(String(row['bookingReference']))), fixedSize
    )
  }
}

function day (rows: Rows, name: 'date' | 'endDate'): Handler {
  return (call) => {
    const date = localDate(filterOf(call, name).at, call.venue.profile.zone)
    const reference = call.query('bookingReference')
    const found = between(call.venue, rows, date, addDays(date, 1), stamp(call))
    return page(call, reference === undefined ? found : found.filter((row) => row['bookingReference'] === reference))
  }
}

const all = (records: site.Records): Handler => (call) => page(call, records(call.venue, stamp(call)))

const soldProducts: Handler = (call) => {
  const same = (name: string, value: string): boolean => (call.query(name) ?? value).toLowerCase() === value.toLowerCase()
  const wanted = new Set(call.venue.products.filter((product) => {
    const { productType, productSubType } = reportType(product)
    return same('productType', productType) && same('productSubType', productSubType)
  }).map((product) => String(product.id)))
  return page(call, site.products(call.venue, stamp(call)).filter((row) => wanted.has(String(row['parentProductId'] ?? row['productId']))))
}

export const reportRoutes: Routes = {
  'GET /data/bookingitems': period(money.bookingItems),
  'GET /data/tickets': period(money.tickets),
  'GET /data/giftcards': period(money.giftCards),
  'GET /data/bookingpayments': period(money.payments),
  // ROLLER: the size of these pages is fixed.
  'GET /reporting/revenue-entries': period(money.revenueEntries, DEFAULT_PAGE_SIZE),
  'GET /data/tillreconciliations': day(site.tills, 'endDate'),
  'GET /data/products': soldProducts,
  'GET /data/modifiers': all(site.modifiers),
  'GET /data/discounts': all(site.discounts),
  'GET /data/locations': all(site.locations),
  'GET /data/devices': all(site.devices),
  'GET /data/staffs': all(site.staff),
  'GET /data/roles': all(site.staffRoles),
  'GET /data/reportingcategories': ({ venue }) => ({ status: 200, body: site.reportingCategories(venue) }),
  'GET /data/waivers': all(site.waivers),
  'GET /data/customers': period(people.customers),
  'GET /data/attendances': period(people.attendances),
  'GET /data/signedwaivers': period(people.signedWaivers),
  'GET /data/bookingsignedwaivers': period(people.bookingSignedWaivers),
  'GET /data/membershipredemptions': day(people.membershipRedemptions, 'date'),
  'GET /data/membershipstatuses': day(people.membershipStatuses, 'date'),
  'GET /data/membershipcredits': day(people.membershipCredits, 'date'),
  'GET /reporting/gxs': period(people.surveyResponses)
}
