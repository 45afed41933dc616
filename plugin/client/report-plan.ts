/** The plan of a paged report: its days, the page size, and the position of a cursor. */
import { createHash } from 'node:crypto'
import { invalidInput, type InputFault } from '../errors.ts'
import { isDate } from '../time/date.ts'
import { operations } from '../operations/operations.ts'
import { LARGE_PAGES } from '../operations/page-size.ts'
import { kindOf, reports, type ReportKind, type ReportName } from '../operations/reports.ts'
import { encodeCursor, readCursor, type CursorContent, type Position } from './report-cursor.ts'
import type { Static, TSchema } from '../operations/schema.ts'
import { addDays, daysBetween, MAX_DAYS } from '../time/venue-time.ts'

type Operations = typeof operations

/** A record of the report's pages. */
export type ReportRecord<N extends ReportName> = RecordOf<Operations[N]['responses'][200]['schema']>
type RecordOf<S extends TSchema> =
  S extends { properties: { itemsPerpage: TSchema, items: { items: infer R extends TSchema } } } ? Static<R> : Static<S>

type Paging = 'startDate' | 'endDate' | 'date' | 'pageNumber' | 'pageSize'
/** The parameters of a report beside its days and pages. */
export type ReportFilter<N extends ReportName> = {
  [P in Exclude<keyof Static<Operations[N]['query']>, Paging>]?: Static<Operations[N]['query']>[P] | undefined
}

export type PageQuery = Record<string, string | number | undefined>

export interface PlanOptions {
  readonly startDate?: string | undefined
  readonly endDate?: string | undefined
  readonly pageSize?: number | undefined
  readonly query?: PageQuery | undefined
  readonly scope?: string | undefined
  readonly cursor?: string | undefined
}

export interface ReportPlan {
  readonly name: string
  readonly kind: ReportKind
  /** The first day, and the first day that is left out. Null for a list. */
  readonly startDate: string | null
  readonly endDate: string | null
  /** 1 for a list. */
  readonly days: number
  readonly pageSize: number
  readonly sizeIsFixed: boolean
  /** False where ROLLER gives the day in one response. */
  readonly hasPages: boolean
  readonly query: PageQuery
  /** Digest of filter and scope, which the cursor must not reveal. */
  readonly key: string
  readonly start: Position
}

const DEFAULT_PAGE_SIZE = 100
/** No date follows it, so it cannot be a report's day. */
const LAST_DATE = '9999-12-31'
const RESERVED: ReadonlySet<string> = new Set(['startdate', 'enddate', 'date', 'pagenumber', 'pagesize'])

/** @throws RollerError ROLLER_ERR_VALIDATION with all errors of the options */
export function planReport (name: ReportName, options: PlanOptions): ReportPlan {
  const { properties }: { properties: Readonly<Record<string, TSchema>> } = reportOf(name).query
  const kind = kindOf(name)
  const hasPages = 'pageNumber' in properties
  const sizeIsFixed = !('pageSize' in properties)
  const query = options.query ?? {}
  const cursor = options.cursor === undefined ? null : readCursor(options.cursor)
  if (typeof cursor === 'string') throw invalidInput([{ pointer: '/cursor', detail: cursor }])
  if (cursor !== null && cursor.o !== name) throw invalidInput([{ pointer: '/cursor', detail: `belongs to another report, ${cursor.o}` }])

  const faults: InputFault[] = []
  const fault = (pointer: string, detail: string): void => { faults.push({ pointer, detail }) }
  for (const parameter of Object.keys(query)) {
    if (RESERVED.has(parameter.toLowerCase())) fault(`/query/${parameter}`, 'is set by the paging: give it as an option, beside query')
  }
  const pageSize = options.pageSize ?? cursor?.z ?? LARGE_PAGES[name] ?? DEFAULT_PAGE_SIZE
  if (!Number.isSafeInteger(pageSize) || pageSize < 1) fault('/query/pageSize', 'must be a whole number from 1')
  // ROLLER: this report has fixed pages of 100, without a parameter.
  else if (sizeIsFixed && pageSize !== DEFAULT_PAGE_SIZE) {
    fault('/query/pageSize', `cannot be chosen: pages of this report hold ${DEFAULT_PAGE_SIZE}`)
  }

  const range = readRange(kind, options, cursor === null ? null : [cursor.s, cursor.e], fault)
  if (faults.length > 0) throw invalidInput(faults)

  const [startDate, endDate] = range
  const days = startDate === null || endDate === null ? 1 : daysBetween(startDate, endDate)
  const key = keyOf(query, options.scope)
  if (cursor !== null) {
    const differs = difference(cursor, { s: startDate, e: endDate, z: pageSize, k: key })
    if (differs !== null) {
      throw invalidInput([{ pointer: '/cursor', detail: `belongs to another ${differs}: pass the same options as in the first run` }])
    }
    if (cursor.d > days || (cursor.d === days && cursor.p + cursor.i > 1)) {
      throw invalidInput([{ pointer: '/cursor', detail: 'is outside the range' }])
    }
  }
  const start = cursor === null ? { day: 0, page: 1, index: 0 } : { day: cursor.d, page: cursor.p, index: cursor.i }
  return { name, kind, startDate, endDate, days, pageSize, sizeIsFixed, hasPages, query, key, start }
}

/** The parameters of one page. */
export function pageQuery (plan: ReportPlan, { day, page }: Position): PageQuery {
  const date = dayOf(plan, day)
  return {
    ...plan.query,
    // ROLLER: startDate is the requested day and endDate the day after; a till's endDate is the day it was closed.
    ...(date !== null && plan.kind === 'period' && { startDate: date, endDate: addDays(date, 1) }),
    ...(date !== null && plan.kind === 'day' && { endDate: date }),
    ...(date !== null && plan.kind === 'date' && { date }),
    ...(plan.hasPages && { pageNumber: page }),
    ...(!plan.sizeIsFixed && { pageSize: plan.pageSize })
  }
}

export function dayOf (plan: ReportPlan, day: number): string | null {
  return plan.startDate === null ? null : addDays(plan.startDate, day)
}

export function cursorAt (plan: ReportPlan, { day, page, index }: Position): string {
  return encodeCursor({
    v: 1, o: plan.name, s: plan.startDate, e: plan.endDate, z: plan.pageSize, k: plan.key, d: day, p: page, i: index
  })
}

function difference (cursor: CursorContent, wanted: Pick<CursorContent, 's' | 'e' | 'z' | 'k'>): string | null {
  if (cursor.s !== wanted.s || cursor.e !== wanted.e) return 'range of days'
  if (cursor.z !== wanted.z) return 'page size'
  return cursor.k === wanted.k ? null : 'query or scope'
}

type Range = readonly [string, string] | readonly [null, null]

function readRange (
  kind: ReportPlan['kind'], { startDate: first, endDate: end }: PlanOptions,
  resumed: readonly [string | null, string | null] | null, fault: (pointer: string, detail: string) => void
): Range {
  const none: Range = [null, null]
  if (kind === 'list') {
    if (first !== undefined) fault('/query/startDate', 'is not taken: this report has no dates')
    if (end !== undefined) fault('/query/endDate', 'is not taken: this report has no dates')
    return none
  }
  // ROLLER's operation for tills has only endDate, the day itself.
  const startDate = first ?? (kind === 'day' && end !== undefined ? end : resumed?.[0] ?? undefined)
  if (startDate === undefined) {
    fault('/query/startDate', 'is missing')
    return none
  }
  const isGiven = !(kind === 'day' && first === undefined) && end !== undefined
  if (!isDate(startDate)) fault(first === undefined ? '/query/endDate' : '/query/startDate', 'is not a date such as 2026-11-30')
  if (isGiven && !isDate(end)) fault('/query/endDate', 'is not a date such as 2026-11-30')
  if (!isDate(startDate) || (isGiven && !isDate(end))) return none
  if (startDate === LAST_DATE) {
    fault(first === undefined ? '/query/endDate' : '/query/startDate', `must be before ${LAST_DATE}`)
    return none
  }
  const endDate = isGiven ? end : first === undefined && end === undefined && resumed !== null ? resumed[1] : addDays(startDate, 1)
  if (endDate === null) return none
  const days = daysBetween(startDate, endDate)
  if (days < 0) fault('/query/endDate', 'is before startDate')
  if (days > MAX_DAYS) fault('/query/endDate', `is ${days} days after startDate; at most ${MAX_DAYS} are taken`)
  if (days === 0) {
    fault('/query/endDate', 'is startDate: it is the first day that is left out. For one day leave it out, or give the day after')
  }
  return [startDate, endDate]
}

function reportOf (name: ReportName): Operations[ReportName] {
  if (![...reports.values()].some(({ operation }) => operation === name)) {
    throw invalidInput([{ pointer: '/name', detail: `'${name}' is not a paged report` }])
  }
  return operations[name]
}

function keyOf (query: PageQuery, scope: string | undefined): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)])
  given.sort(([one = ''], [other = '']) => one < other ? -1 : 1)
  return createHash('sha256').update(JSON.stringify([given, scope ?? null])).digest('base64url').slice(0, 16)
}
