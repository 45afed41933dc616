/**
 * Compares a day of a bulk export with its daily report. ROLLER does not document that both have the same records, under the same days and
 * in the same form: where they differ, daily reports are taken.
 */
import type { Report, ReportInBulk } from 'fastify-roller/internal'
import { BulkRejected } from './day-spool.ts'

/** Share of a day's records that may have moved to a later day since the bulk export, and their number on a day of few. */
const [MOVED, MOVED_OF_FEW] = [0.1, 2]

export interface ComparedDay {
  readonly day: string
  readonly inBulk: AsyncIterable<unknown>
  readonly daily: AsyncIterable<unknown>
}

/** @throws BulkRejected if they differ */
export async function compareDay ({ key }: Report, { dayColumn }: ReportInBulk, { day, inBulk, daily }: ComparedDay): Promise<void> {
  // The column of the day shows that times have the same form, and with it records without a key can be compared.
  const columns = [...key, dayColumn]
  const nameOf = (record: unknown): string => {
    const fields = (record ?? {}) as Readonly<Record<string, unknown>> // an object of JSON
    return JSON.stringify([columns.map((column) => fields[column]), shapeOf(fields)])
  }
  const left = new Map<string, number>()
  let all = 0
  for await (const record of inBulk) {
    const name = nameOf(record)
    left.set(name, (left.get(name) ?? 0) + 1)
    all++
  }
  let both = 0
  for await (const record of daily) {
    const name = nameOf(record)
    const count = left.get(name) ?? 0
    if (count === 0) throw new BulkRejected(`The daily report of ${day} has a record that the bulk export does not have.`)
    left.set(name, count - 1)
    both++
  }
  if (all - both > Math.max(MOVED_OF_FEW, all * MOVED)) {
    throw new BulkRejected(`The bulk export has ${all - both} of ${all} records of ${day} that the daily report does not have.`)
  }
}

/** The names and types of the fields, in any order: those of the other columns must not differ either. */
function shapeOf (fields: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(fields).map(([name, value]) => `${name}: ${value === null ? 'null' : typeof value}`).sort()
}
