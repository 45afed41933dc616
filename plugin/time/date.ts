/**
 * Calendar dates such as 2026-11-30 and times such as 2026-11-30T10:00:00, by arithmetic. Every call for a report parses them; Temporal, a
 * polyfill on current Node.js versions, would take a sixth of the call's processor time.
 */
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:\.(\d+))?)?(?:([Zz])|([+-])([01]\d|2[0-3]):?([0-5]\d))?$/
const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const MS_OF_A_DAY = 86_400_000
const MS_OF_A_MINUTE = 60_000
/** The Gregorian calendar repeats after 400 years. */
const CYCLE_YEARS = 400
const CYCLE_DAYS = 146_097

/** Days since 1970-01-01; null if the text is not a date of the years 0001 to 9999. */
export function dayNumber (text: unknown): number | null {
  const parts = typeof text === 'string' ? DATE.exec(text) : null
  if (parts === null) return null
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const days = month === 2 && isLeap(year) ? 29 : DAYS_OF_MONTHS[month - 1]
  if (year < 1 || days === undefined || day < 1 || day > days) return null
  // One cycle later, since Date.UTC maps years below 100 to the 20th century.
  return Date.UTC(year + CYCLE_YEARS, month - 1, day) / MS_OF_A_DAY - CYCLE_DAYS
}

/** How many calendar months the days from `start` to before `end`, both by number, are in. */
export function calendarMonths (start: number, end: number): number { return monthNumber(end - 1) - monthNumber(start) + 1 }

function monthNumber (day: number): number {
  const date = new Date(day * MS_OF_A_DAY)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

export function isDate (text: unknown): text is string { return dayNumber(text) !== null }

/** A point in time in ROLLER's notation. */
export interface Moment {
  /** Milliseconds since 1970-01-01T00:00, in venue-local time or UTC. */
  readonly at: number
  /** ROLLER: without an offset a date-time is venue-local time, with one it is an instant. */
  readonly clock: 'venue' | 'utc'
}

/** Parses a date (its first moment at the venue) or a date-time; null for anything else. */
export function momentOf (text: unknown): Moment | null {
  const day = dayNumber(text)
  if (day !== null) return { at: day * MS_OF_A_DAY, clock: 'venue' }
  const parts = typeof text === 'string' ? DATE_TIME.exec(text) : null
  if (parts === null) return null
  const [, date, hour, minute, second = '0', fraction = '0', zulu, sign, aheadHours, aheadMinutes] = parts
  const on = dayNumber(date)
  if (on === null) return null
  const at = on * MS_OF_A_DAY + (Number(hour) * 60 + Number(minute)) * MS_OF_A_MINUTE + (Number(second) + Number(`0.${fraction}`)) * 1000
  if (sign === undefined) return { at, clock: zulu === undefined ? 'venue' : 'utc' }
  const ahead = (Number(aheadHours) * 60 + Number(aheadMinutes)) * MS_OF_A_MINUTE
  return { at: sign === '+' ? at - ahead : at + ahead, clock: 'utc' }
}

function isLeap (year: number): boolean { return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) }
