/** Reads one page of a report. */
import { RollerError } from '../errors.ts'

export interface ReportPage {
  readonly records: readonly unknown[]
  /** What ROLLER calls this page, where it says so. */
  readonly current: number | null
  /** Pages of this day or list, where ROLLER says so. */
  readonly total: number | null
  /** True when the end comes from what ROLLER counts, false when it is read off a short page. */
  readonly told: boolean
  readonly last: boolean
}

/**
 * ROLLER's document shows most reports as one bare record, and one report (GET /data/staffs) as its model Page; what it sends are pages:
 * `{currentPage, totalPages, totalItems, itemsPerpage, items}`. Also taken are a plain array, `data` in place of `items`, and these names
 * in any spelling of upper and lower case (the p of `itemsPerpage` looks like a slip that may be put right one day). The end of the pages
 * is, in this order: totalPages, totalItems, a page that is not full. A count that the records belie is not believed.
 *
 * @param asked the number of the page that was asked for, from 1
 * @param pageSize the size that was asked for
 * @throws RollerError when there are no records to be found in the answer
 */
export function readPage (answer: unknown, asked: number, pageSize: number): ReportPage {
  const envelope = fieldsOf(answer)
  const records = recordsOf(answer, envelope)
  if (records === null) {
    throw unreadable(
      `ROLLER answered page ${asked} with ${nameOf(answer)} in which no list of records is found (an array, or items, or data).`
    )
  }
  const size = count(envelope.get('itemsperpage')) || pageSize
  const total = believable(count(envelope.get('totalpages')), asked, records)
  const items = count(envelope.get('totalitems'))
  const page = { records, current: count(envelope.get('currentpage')), total }
  if (total !== null) return { ...page, told: true, last: asked >= total }
  if (items !== null && (asked - 1) * size + records.length <= items) return { ...page, told: true, last: asked * size >= items }
  return { ...page, told: false, last: records.length < size }
}

/** What is thrown for an answer that paging cannot go on with. */
export function unreadable (detail: string): RollerError {
  return new RollerError('ROLLER_ERR_INVALID_RESPONSE', { detail })
}

function believable (total: number | null, asked: number, records: readonly unknown[]): number | null {
  return total !== null && asked > total && records.length > 0 ? null : total
}

function fieldsOf (answer: unknown): Map<string, unknown> {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return new Map()
  return new Map(Object.entries(answer).map(([name, value]) => [name.toLowerCase(), value]))
}

function recordsOf (answer: unknown, envelope: Map<string, unknown>): readonly unknown[] | null {
  for (const list of [answer, envelope.get('items'), envelope.get('data')]) {
    if (Array.isArray(list)) return list as readonly unknown[]
  }
  // An empty list is null in some serialisers; the counts must say that it is one.
  return envelope.get('totalitems') === 0 && (envelope.get('items') ?? null) === null ? [] : null
}

function count (value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
}

function nameOf (value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
