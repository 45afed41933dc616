/**
 * Dates and times by ROLLER's rules: a date-time without an offset is the venue's local time, one with an offset or `Z` is an instant, and
 * a date is a day of the venue. Nothing here falls back to UTC or to the zone of this machine: a local time without the venue's zone is not
 * an instant, and guessing would shift bookings by hours.
 */
import { Temporal } from 'temporal-polyfill'
import { dayNumber, isDate } from './date.ts'

export type TimeErrorCode = 'ROLLER_TIME_ZONE_UNKNOWN' | 'ROLLER_TIME_INVALID' | 'ROLLER_TIME_AMBIGUOUS'

/**
 * INVALID: not a date or time, or an unknown option. ZONE_UNKNOWN: a local time without the venue's zone, or an unknown zone. AMBIGUOUS:
 * skipped or repeated.
 */
export class RollerTimeError extends RangeError {
  readonly code: TimeErrorCode

  constructor (code: TimeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'RollerTimeError'
    this.code = code
  }
}

/**
 * How to resolve a local time that a clock change skips or repeats. `compatible` (RFC 5545) is the default: a skipped time moves forward by
 * the length of the gap (01:30 becomes 02:30), a repeated time is the first of the two. `earlier` and `later` use the offset before or
 * after the change, `reject` throws.
 */
export type Disambiguation = typeof resolutions[number]
const resolutions = ['compatible', 'earlier', 'later', 'reject'] as const

export interface ToInstantOptions {
  readonly disambiguation?: Disambiguation
}

/** A point in time. */
export interface VenueInstant {
  readonly epochMilliseconds: number
  /** In UTC, with every fraction digit that ROLLER sent (up to seven). */
  readonly iso: string
}

/** Epoch milliseconds, or a date-time with an offset or `Z`. */
export type InstantInput = number | string

/** A day of the venue as instants. */
export interface DayBounds {
  /** The first instant of the day: not midnight if a clock change skips it. */
  readonly start: VenueInstant
  /** The first instant of the next day. */
  readonly end: VenueInstant
  /** 24 except on clock changes: 23 or 25, 23.5 or 24.5 on Lord Howe Island, 0 for a day that a zone skipped (Samoa, 2011-12-30). */
  readonly hours: number
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|z|[+-]\d{2}:?\d{2})?$/
const OFFSET = /(Z|z|[+-]\d{2}:?\d{2})$/
const ZONE = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){1,2}$/
/** A hundred years. A longer range is a mistake that would exhaust memory or the venue's rate limit. */
export const MAX_DAYS = 36_600

/**
 * The time zone of a venue, from the value in `GET /venues/me`, or null if it is not usable. ROLLER's own example, `(UTC+10:00) Brisbane`,
 * is not.
 *
 * Only full names of the tz database are accepted (`Australia/Brisbane`). `+10:00` is an offset without clock changes; JavaScript accepts
 * `EST`, `CET` or `GMT`, but they are fixed offsets or may be placeholders, which would shift summer bookings by an hour; plain `UTC` may
 * be a default value. `Etc/UTC` is a full name and is accepted.
 */
export function readTimeZone (venue: { readonly ianaTimeZone?: unknown }): string | null {
  const name = typeof venue.ianaTimeZone === 'string' ? venue.ianaTimeZone.trim() : ''
  if (!ZONE.test(name)) return null
  try {
    // Aliases stay in ROLLER's form. Only the case is corrected.
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId
  } catch {
    return null // unknown to the time zone database of this runtime
  }
}

/**
 * Parses a date-time by ROLLER's rules.
 * @param zone the venue's, from readTimeZone; needed only if the text has no offset
 * @throws RollerTimeError if the text is not a date-time (for a date use dayBounds), is local and the zone is unknown, or if
 *   `disambiguation` is unknown
 */
export function toInstant (text: string, zone: string | null, options: ToInstantOptions = {}): VenueInstant {
  const disambiguation = options.disambiguation ?? 'compatible'
  if (!resolutions.includes(disambiguation)) {
    throw new RollerTimeError('ROLLER_TIME_INVALID', `disambiguation is '${disambiguation}', not compatible, earlier, later or reject`)
  }
  const written = text.trim()
  if (!DATE_TIME.test(written)) throw invalid(text, 'a date-time such as 2026-11-30T09:30:00 or 2026-11-30T09:30:00+10:00')
  if (OFFSET.test(written)) return plain(parse(text, () => Temporal.Instant.from(written)))
  const local = parse(text, () => Temporal.PlainDateTime.from(written, { overflow: 'reject' }))
  if (zone === null) {
    throw new RollerTimeError('ROLLER_TIME_ZONE_UNKNOWN', `'${text}' is the venue's local time, and the venue's time zone is not known`)
  }
  const { timeZoneId } = parseZone(zone, (id) => local.toZonedDateTime(id))
  try {
    return plain(local.toZonedDateTime(timeZoneId, { disambiguation }).toInstant())
  } catch (error) {
    throw new RollerTimeError('ROLLER_TIME_AMBIGUOUS', `A clock change skips or repeats '${text}' in ${zone}`, error)
  }
}

/**
 * The venue's local time at an instant, in the form that ROLLER reads as local: without an offset. Both instants of the hour that a clock
 * change repeats have the same result, so keep the instant where that matters.
 */
export function toVenueLocal (instant: InstantInput, zone: string): string {
  return atVenue(instant, zone).toPlainDateTime().toString()
}

/** The calendar day at the venue at an instant. */
export function toVenueDate (instant: InstantInput, zone: string): string {
  return atVenue(instant, zone).toPlainDate().toString()
}

/** First instant of a day of the venue, and of the day after. */
export function dayBounds (date: string, zone: string): DayBounds {
  const day = parseDate(date)
  const start = parseZone(zone, (id) => day.toZonedDateTime(id))
  const end = day.add({ days: 1 }).toZonedDateTime(start.timeZoneId)
  return {
    start: plain(start.toInstant()),
    end: plain(end.toInstant()),
    hours: (end.epochMilliseconds - start.epochMilliseconds) / 3_600_000
  }
}

/** The days from startDate up to but not including endDate, as in ROLLER's ranges. */
export function venueDays (startDate: string, endDate: string): string[] {
  const count = daysBetween(startDate, endDate)
  if (count > MAX_DAYS) throw new RollerTimeError('ROLLER_TIME_INVALID', `${startDate} to ${endDate} is more than ${MAX_DAYS} days`)
  return Array.from({ length: Math.max(0, count) }, (_, index) => addDays(startDate, index))
}

/** Adds calendar days, independent of clock changes. */
export function addDays (date: string, days: number): string {
  const from = parseDate(date)
  const moved = parse(`${date} and ${days} days`, () => from.add({ days }))
  if (moved.year < 1 || moved.year > 9999) throw invalid(moved.toString(), 'a date of the years 0001 to 9999')
  return moved.toString()
}

/** Calendar days from one date to the other; negative if the second is earlier. */
export function daysBetween (startDate: string, endDate: string): number {
  return numberOf(endDate) - numberOf(startDate)
}

function numberOf (date: string): number {
  const number = dayNumber(date)
  if (number === null) throw invalid(date, 'a date such as 2026-11-30')
  return number
}

function parseDate (text: string): Temporal.PlainDate {
  if (!isDate(text)) throw invalid(text, 'a date such as 2026-11-30')
  return Temporal.PlainDate.from(text)
}

function atVenue (instant: InstantInput, zone: string): Temporal.ZonedDateTime {
  if (typeof instant === 'string' && !OFFSET.test(instant.trim())) {
    throw invalid(instant, 'an instant: it has no offset, so it is local already')
  }
  const point = parse(String(instant), () => typeof instant === 'string'
    ? Temporal.Instant.from(toInstant(instant, null).iso)
    : Temporal.Instant.fromEpochMilliseconds(instant))
  return parseZone(zone, (id) => point.toZonedDateTimeISO(id))
}

function plain (instant: Temporal.Instant): VenueInstant {
  return { epochMilliseconds: instant.epochMilliseconds, iso: instant.toString() }
}

function parse<T> (text: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new RollerTimeError('ROLLER_TIME_INVALID', `'${text}' is not a valid date or time`, error)
  }
}

function parseZone<T> (zone: string, read: (zone: string) => T): T {
  try {
    return read(zone)
  } catch (error) {
    throw new RollerTimeError('ROLLER_TIME_ZONE_UNKNOWN', `'${zone}' is not a time zone`, error)
  }
}

function invalid (text: string, wanted: string): RollerTimeError {
  return new RollerTimeError('ROLLER_TIME_INVALID', `'${text}' is not ${wanted}`)
}
