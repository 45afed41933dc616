/**
 * Estimates a bulk export's share of the venue's monthly allowance, by ROLLER's published rule: 1 for every 10,000 records begun, in each
 * calendar month.
 */
import { RollerError } from '../errors.ts'
import { calendarMonths, dayNumber } from '../time/date.ts'

export interface EstimateInput {
  /** Venue-local, inclusive: `2026-01-01`. */
  readonly startDate: string
  /** Venue-local, exclusive. */
  readonly endDate: string
  /** Records of each calendar month, or one number for all. Default: at most 10,000 in every month. */
  readonly recordsPerMonth?: number | readonly number[]
}

export interface BulkExportEstimate {
  /** Number of calendar months in the range. */
  readonly months: number
  /** Uses of the allowance. */
  readonly units: number
}

const RECORDS_PER_UNIT = 10_000

/** @throws RollerError ROLLER_ERR_VALIDATION */
export function estimateBulkExport ({ startDate, endDate, recordsPerMonth = 1 }: EstimateInput): BulkExportEstimate {
  const [start, end] = [dayOf('startDate', startDate), dayOf('endDate', endDate)]
  if (end <= start) throw invalid('endDate', 'must be at least a day after startDate')
  const months = calendarMonths(start, end)
  const records = typeof recordsPerMonth === 'number' ? Array.from({ length: months }, () => recordsPerMonth) : recordsPerMonth
  if (records.length !== months) throw invalid('recordsPerMonth', `must have one number for each of the ${months} months`)
  if (!records.every((count) => count >= 0 && count < Infinity)) throw invalid('recordsPerMonth', 'must be numbers from 0')
  return { months, units: records.reduce((units, count) => units + Math.ceil(count / RECORDS_PER_UNIT), 0) }
}

function dayOf (name: string, text: string): number {
  const day = dayNumber(text)
  if (day === null) throw invalid(name, 'must be a date such as 2026-01-31')
  return day
}

function invalid (name: string, detail: string): RollerError {
  return new RollerError('ROLLER_ERR_VALIDATION', { detail: `${name} ${detail}.`, errors: [{ pointer: `/${name}`, detail }] })
}
