/** A report as lines of text. */
import type { Column, Report } from '../operations/reports.ts'
import { isObject } from '../util/is-record.ts'

export type ExportFormat = 'ndjson' | 'csv'

export const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8; header=present'
}

/** The last column of a table: a JSON object of what the catalog has no column for, or of another type. Nothing ROLLER sends is lost. */
export const OTHER_COLUMN = '_other'

type Fields = Readonly<Record<string, unknown>>

export interface LineWriter {
  /** Before the first record. */
  readonly head: string
  line (record: unknown): string
}

export function lineWriter (format: ExportFormat, { columns }: Report): LineWriter {
  if (format === 'ndjson') return { head: '', line: (record) => `${JSON.stringify(record)}\n` }
  return {
    head: csvLine([...columns.map(({ name }) => name), OTHER_COLUMN]),
    line: (record) => csvLine(rowOf(columns, record).map(textOf))
  }
}

/**
 * The record's values in the order of the columns, and then what is left over.
 * @param fits whether a column takes a value; without it every column takes all
 */
export function rowOf (
  columns: readonly Column[], record: unknown, fits: (column: Column, value: unknown) => boolean = () => true
): unknown[] {
  const fields: Fields = isObject(record) ? record : { value: record }
  const rest: Record<string, unknown> = Object.create(null)
  const taken = new Set<string>()
  const row = columns.map((column) => {
    const value = Object.hasOwn(fields, column.name) ? fields[column.name] : undefined
    if (value === undefined || value === null || fits(column, value)) {
      taken.add(column.name)
      return value ?? null
    }
    return null
  })
  for (const [name, value] of Object.entries(fields)) if (!taken.has(name)) rest[name] = value
  row.push(Object.keys(rest).length === 0 ? null : rest)
  return row
}

/** Lists and objects are JSON; null is nothing, and an empty text two quotes. */
function textOf (value: unknown): string | null {
  if (value === null || typeof value === 'string') return value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** RFC 4180, but for the line's end, which is LF. */
function csvLine (fields: readonly (string | null)[]): string {
  return `${fields.map((field) => field === null ? '' : field === '' || /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
    .join(',')}\n`
}
