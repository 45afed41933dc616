/**
 * ROLLER's reports as data to copy: their names, the keys of their records, and the columns of their tables. Column types are derived from
 * the catalog's schemas.
 */
import { operations } from './operations.ts'
import { LARGE_PAGES, LARGEST_PAGE } from './page-size.ts'
import type { Static, TSchema } from './schema.ts'
import type { BulkExportBody } from './schemas/bulk.ts'

type Operations = typeof operations

interface Paged { readonly query: { readonly properties: { readonly pageNumber: TSchema } } }
interface Dated { readonly query: { readonly properties: { readonly date: TSchema } } }
type IsReport<N extends keyof Operations> =
  Operations[N] extends Paged ? N : N extends `GET /data/${string}` ? Operations[N] extends Dated ? N : never : never
/** The reports that are lists of records: those that ROLLER pages, and those of memberships. */
export type ReportName = { [N in keyof Operations]: IsReport<N> }[keyof Operations]

/** A report's parameters: startDate and endDate; endDate only; date only, without pages; or none, for a list of the current records. */
export type ReportKind = 'period' | 'day' | 'date' | 'list'

export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'timestamp' | 'json'

export interface Column {
  readonly name: string
  readonly type: ColumnType
}

export type BulkExportType = Static<typeof BulkExportBody>['exportType']

/** The bulk export with the same records. */
export interface ReportInBulk {
  readonly exportType: BulkExportType
  /** The column by which a record falls under a day of the report. */
  readonly dayColumn: string
}

export interface Report {
  /** ROLLER's name of the report: the last part of its path. */
  readonly id: string
  readonly operation: ReportName
  readonly kind: ReportKind
  /**
   * The key of a record within its venue: a record in the report of a later day replaces the earlier one with the same key. Empty if the
   * records have no key: then all records of a day are replaced together. A list is always replaced as a whole.
   */
  readonly key: readonly string[]
  readonly columns: readonly Column[]
  /** Records of a page: the maximum that ROLLER recommends, because every page uses one call of the monthly allowance. */
  readonly pageSize: number
  /** Null where there is no bulk export, or ROLLER does not document the date by which it files a record. */
  readonly bulk: ReportInBulk | null
}

/**
 * ROLLER documents the date of each: modified, entry, payment, till closed, attendance, redemption, status. Tickets are filed by the
 * modified date of their booking, which is no column of theirs; waivers and credits have several dates.
 */
const BULK: { readonly [N in ReportName]?: ReportInBulk } = {
  'GET /data/bookingitems': { exportType: 'BookingItems', dayColumn: 'bookingModifiedDate' },
  'GET /data/giftcards': { exportType: 'Giftcards', dayColumn: 'modifiedDate' },
  'GET /reporting/revenue-entries': { exportType: 'RevenueEntries', dayColumn: 'recordDate' },
  'GET /data/bookingpayments': { exportType: 'Payments', dayColumn: 'createdDate' },
  'GET /data/tillreconciliations': { exportType: 'PosTillReconciliations', dayColumn: 'endDate' },
  'GET /data/customers': { exportType: 'Customers', dayColumn: 'modifiedDate' },
  'GET /data/attendances': { exportType: 'Attendance', dayColumn: 'checkInDateTime' },
  'GET /data/membershipredemptions': { exportType: 'MembershipRedemptions', dayColumn: 'redemptionDate' },
  'GET /data/membershipstatuses': { exportType: 'MembershipStatuses', dayColumn: 'eventDate' }
}

/** ROLLER documents no keys. A report without an id of the record itself has no key here, because equal records may be separate ones. */
const KEYS: Readonly<Record<ReportName, readonly string[]>> = {
  'GET /data/bookingitems': ['bookingItemId'],
  'GET /data/tickets': ['ticketId'],
  'GET /data/giftcards': ['giftCardId'],
  'GET /reporting/revenue-entries': [],
  'GET /data/bookingpayments': ['bookingPaymentId'],
  'GET /data/tillreconciliations': [],
  'GET /data/products': ['productId'],
  'GET /data/modifiers': ['modifierGroupId', 'modifierId'],
  'GET /data/discounts': ['discountId'],
  'GET /data/locations': ['locationId'],
  'GET /data/devices': ['deviceId'],
  'GET /data/staffs': ['uniqueId'],
  'GET /data/roles': ['roleId'],
  'GET /data/waivers': ['waiverId'],
  'GET /data/customers': ['customerId'],
  'GET /data/attendances': [],
  'GET /data/signedwaivers': ['signedWaiverId'],
  'GET /data/bookingsignedwaivers': ['signedWaiverId', 'ticketId'],
  'GET /data/membershipredemptions': [],
  'GET /data/membershipstatuses': [],
  'GET /data/membershipcredits': ['ticketId', 'createdDate'],
  'GET /reporting/gxs': ['gxsResponseId']
}

/** ROLLER: the report has no parameter for the size of its pages. */
const FIXED_PAGE = 100

export function kindOf (name: ReportName): ReportKind {
  const { properties } = operations[name].query
  if ('startDate' in properties) return 'period'
  if ('endDate' in properties) return 'day'
  return 'date' in properties ? 'date' : 'list'
}

/** By ROLLER's name, in the order of the catalog. */
export const reports: ReadonlyMap<string, Report> = new Map(
  // the keys of KEYS are the reports
  (Object.keys(KEYS) as ReportName[]).map((operation) => [idOf(operation), {
    id: idOf(operation),
    operation,
    kind: kindOf(operation),
    key: KEYS[operation],
    columns: columnsOf(recordOf(operations[operation].responses[200].schema)),
    pageSize: 'pageSize' in operations[operation].query.properties ? LARGE_PAGES[operation] ?? LARGEST_PAGE : FIXED_PAGE,
    bulk: BULK[operation] ?? null
  }])
)

function idOf (name: ReportName): string { return name.slice(name.lastIndexOf('/') + 1) }

/** A record of the report's pages. ROLLER's document shows one report as a page. */
function recordOf ({ properties }: TSchema & { readonly properties: Readonly<Record<string, TSchema>> }): TSchema {
  const items = properties.items as (TSchema & { readonly items: TSchema }) | undefined // an array, where there is a page
  return items?.items ?? { properties } as unknown as TSchema
}

function columnsOf ({ properties }: TSchema): Column[] {
  return Object.entries(properties as Readonly<Record<string, TSchema>>).map(([name, schema]) => ({ name, type: typeOf(schema) }))
}

interface Plain {
  readonly type?: unknown
  readonly format?: unknown
  readonly examples?: readonly unknown[]
  readonly anyOf?: readonly TSchema[]
  readonly const?: unknown
}

/** ROLLER's documents state the format of some dates only; that of the others follows from their examples. */
function typeOf (schema: TSchema): ColumnType {
  const { type, format, examples, anyOf } = schema as Plain
  if (anyOf !== undefined) {
    const [first, ...others] = anyOf.filter((one) => (one as Plain).type !== 'null').map(typeOf)
    return first !== undefined && others.every((other) => other === first) ? first : 'json'
  }
  const example = typeof examples?.[0] === 'string' ? examples[0] : ''
  switch (type) {
    case 'integer': case 'number': return Number.isInteger((schema as Plain).const) ? 'integer' : type
    case 'boolean': return 'boolean'
    case 'string':
      if (format === 'date-time' || /^\d{4}-\d\d-\d\dT.*Z$/.test(example)) return 'timestamp'
      return format === 'date' || /^\d{4}-\d\d-\d\d$/.test(example) ? 'date' : 'text'
    default: return 'json'
  }
}
