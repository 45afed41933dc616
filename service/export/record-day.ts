/** The day of a venue under which ROLLER's report has a record. */
import { dayBounds, venueDays } from 'fastify-roller/time'

const DATE_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/i
const DATE = /^\d{4}-\d\d-\d\d$/

/**
 * By ROLLER's rules a time with Z or an offset is an instant, one without is the venue's, and a date is its day. The starts of the days are
 * computed once: converting each record's instant takes ten times as long.
 * @returns the day, or null if the value is not a time of one of the days
 */
export function dayFinder (from: string, to: string, zone: string): (value: unknown) => string | null {
  const days = venueDays(from, to)
  const known = new Set(days)
  const starts = days.map((day) => dayBounds(day, zone).start.epochMilliseconds)
  const end = dayBounds(to, zone).start.epochMilliseconds
  const ofInstant = (at: number): string | null => {
    if (!(at >= (starts[0] ?? Infinity) && at < end)) return null
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? Infinity) <= at) low = middle
      else high = middle - 1
    }
    return days[low] ?? null
  }
  return (value) => {
    if (typeof value !== 'string') return null
    const [, offset] = DATE_TIME.exec(value) ?? []
    if (offset !== undefined) return ofInstant(Date.parse(value.replace(' ', 'T')))
    const day = value.slice(0, 10)
    return known.has(day) && (DATE.test(value) || (DATE_TIME.test(value) && !Number.isNaN(Date.parse(`${value.replace(' ', 'T')}Z`))))
      ? day
      : null
  }
}
