/**
 * Dates of the calendar such as 2026-11-30, by numbers. They are looked at in every call for a report, for which Temporal, a library until Node.js has
 * it, would take a sixth of the call's processor time.
 */
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const MS_OF_A_DAY = 86_400_000
/** The calendar repeats itself. */
const CYCLE_YEARS = 400
const CYCLE_DAYS = 146_097

/** Days since 1970-01-01; null when the text is no date of the years 0001 to 9999. */
export function dayNumber (text: unknown): number | null {
  const parts = typeof text === 'string' ? DATE.exec(text) : null
  if (parts === null) return null
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const days = month === 2 && isLeap(year) ? 29 : DAYS_OF_MONTHS[month - 1]
  if (year < 1 || days === undefined || day < 1 || day > days) return null
  // A cycle later, since Date.UTC takes a year below 100 for one of the 20th century.
  return Date.UTC(year + CYCLE_YEARS, month - 1, day) / MS_OF_A_DAY - CYCLE_DAYS
}

export function isDate (text: unknown): text is string { return dayNumber(text) !== null }

function isLeap (year: number): boolean { return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) }
