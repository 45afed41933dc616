/** Reads one page of a report. */
import { RollerError } from '../errors.ts'

/** A class, like all objects that hold much of a call: see docs/architecture.md. */
export class ReportPage {
  readonly records: readonly unknown[]
  /** The page number in ROLLER's response, if present. */
  readonly current: number | null
  /** Number of pages of this day or list, if ROLLER's response contains it. */
  readonly total: number | null
  /** True if the end is derived from ROLLER's counts, false if from a short page. */
  readonly counted: boolean
  readonly last: boolean

  constructor (records: readonly unknown[], current: number | null, total: number | null, counted: boolean, last: boolean) {
    this.records = records
    this.current = current
    this.total = total
    this.counted = counted
    this.last = last
  }
}

/**
 * ROLLER's document shows most reports as one bare record, and one report (GET /data/staffs) as its model Page; its responses are pages:
 * `{currentPage, totalPages, totalItems, itemsPerpage, items}`. A plain array, `data` instead of `items`, and any case of these names are
 * accepted too (the p of `itemsPerpage` looks like a typo that ROLLER may fix). The end is determined by, in this order: totalPages,
 * totalItems, a page that is not full. A count that contradicts the records is ignored.
 *
 * @param requested the requested page number, from 1
 * @param pageSize the requested page size
 * @throws RollerError if the response contains no records
 */
export function readPage (response: unknown, requested: number, pageSize: number): ReportPage {
  const envelope = fieldsOf(response)
  const records = recordsOf(response, envelope)
  if (records === null) {
    throw unreadable(
      `ROLLER answered page ${requested} with ${nameOf(response)} in which no list of records is found (an array, or items, or data).`
    )
  }
  const size = count(envelope.get('itemsperpage')) || pageSize
  const total = believable(count(envelope.get('totalpages')), requested, records)
  const items = count(envelope.get('totalitems'))
  const page = (counted: boolean, last: boolean): ReportPage =>
    new ReportPage(records, count(envelope.get('currentpage')), total, counted, last)
  if (total !== null) return page(true, requested >= total)
  if (items !== null && (requested - 1) * size + records.length <= items) return page(true, requested * size >= items)
  return page(false, records.length < size)
}

/** The error for a response that stops paging. */
export function unreadable (detail: string): RollerError {
  return new RollerError('ROLLER_ERR_INVALID_RESPONSE', { detail })
}

function believable (total: number | null, requested: number, records: readonly unknown[]): number | null {
  return total !== null && requested > total && records.length > 0 ? null : total
}

function fieldsOf (response: unknown): Map<string, unknown> {
  if (typeof response !== 'object' || response === null || Array.isArray(response)) return new Map()
  return new Map(Object.entries(response).map(([name, value]) => [name.toLowerCase(), value]))
}

function recordsOf (response: unknown, envelope: Map<string, unknown>): readonly unknown[] | null {
  for (const list of [response, envelope.get('items'), envelope.get('data')]) {
    if (Array.isArray(list)) return list as readonly unknown[]
  }
  // Some serializers write an empty list as null; the counts must confirm it.
  return envelope.get('totalitems') === 0 && (envelope.get('items') ?? null) === null ? [] : null
}

function count (value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
}

function nameOf (value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
