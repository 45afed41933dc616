/** Which days of a report are fetched with a bulk export: where it costs less than a call for each day. */
import { addDays } from 'fastify-roller/time'
import type { Report, ReportInBulk } from 'fastify-roller/internal'
import type { Roller } from 'fastify-roller'
import type { BulkOrder, BulkOrders } from './bulk-order.ts'
import type { Job } from './plan.ts'

/** Days that are missing, from which on a bulk export is ordered. */
const LONG_RANGE = 31
/** Daily reports with which its records are compared: of the first, the last and the busiest day. */
export const CHECKS = 3
/** ROLLER accepts one order of a type and venue in this time. Milliseconds. */
const BETWEEN_ORDERS = 6 * 3_600_000

export interface BulkRange {
  readonly report: Report
  readonly bulk: ReportInBulk
  /** The first day, and the first that is left out. */
  readonly from: string
  readonly to: string
  /** The first day that is not taken from it: where `overlap` was shorter when it was ordered, its last days may change still. */
  readonly until: string
  /** ROLLER has it already, or may have. */
  readonly order: BulkOrder | null
}

type Estimator = Pick<Roller, 'estimateBulkExport'>

export async function planRanges (
  venueId: string, jobs: readonly Job[], orders: BulkOrders, now: number, roller: Estimator
): Promise<BulkRange[]> {
  const ranges: BulkRange[] = []
  for (const report of new Set(jobs.map(({ report }) => report))) {
    const range = planRange(report, jobs, await orders.read(venueId, report.id, now), now, roller)
    if (range !== null) ranges.push(range)
  }
  return ranges
}

function planRange (report: Report, jobs: readonly Job[], order: BulkOrder | null, now: number, roller: Estimator): BulkRange | null {
  const { bulk } = report
  // A day that may change still is fetched again anyhow.
  const days = jobs.filter((job) => job.report === report && job.isFinal).flatMap(({ day }) => day ?? []).sort()
  const [first, last] = [days[0], days.at(-1)]
  if (bulk === null || first === undefined || last === undefined || order?.rejected === true) return null
  const until = addDays(last, 1)
  if (order !== null) {
    const covered = days.filter((day) => day >= order.from && day < order.to).length
    const since = now - Date.parse(order.at)
    const mayOrder = since < 0 || since >= BETWEEN_ORDERS // ordered later than now: the clock was ahead
    if (covered > 0 && (days.length - covered < LONG_RANGE || !mayOrder)) {
      return { report, bulk, from: order.from, to: order.to, until: until < order.to ? until : order.to, order }
    }
  }
  if (days.length < LONG_RANGE || roller.estimateBulkExport({ startDate: first, endDate: until }).units + CHECKS >= days.length) return null
  return { report, bulk, from: first, to: until, until, order: null }
}

/** Whether the day of a job is taken from the bulk export. */
export function isCovered ({ report, from, until }: BulkRange, { report: of, day }: Job): boolean {
  return of === report && day !== null && day >= from && day < until
}
