/**
 * Dates and times as ROLLER means them: a date-time without an offset is the venue's local time, one with an offset or `Z` is an instant,
 * and a date alone is a day of the venue. Nothing here falls back to UTC or to the zone of this machine: without the venue's zone, a local
 * time is no instant, and guessing would move bookings by hours.
 */
import { Temporal } from 'temporal-polyfill'
import { dayNumber, isDate } from './date.ts'

export type TimeErrorCode = 'ROLLER_TIME_ZONE_UNKNOWN' | 'ROLLER_TIME_INVALID' | 'ROLLER_TIME_AMBIGUOUS'

/** INVALID: no date, or no time. ZONE_UNKNOWN: a local time without the venue's zone, or no such zone. AMBIGUOUS: skipped or repeated. */
export class RollerTimeError extends RangeError {
  readonly code: TimeErrorCode

  constructor (code: TimeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'RollerTimeError'
    this.code = code
  }
}

/**
 * What a local time means that a clock change skips or repeats. `compatible` is RFC 5545's and the default: a skipped time moves forward by
 * the length of the gap (01:30 becomes 02:30), a repeated one is the first of the two. `earlier` and `later` take the time before or after
 * the change in both cases, `reject` throws.
 */
export type Disambiguation = 'compatible' | 'earlier' | 'later' | 'reject'

export interface ToInstantOptions {
  readonly disambiguation?: Disambiguation
}

/** A point in time, the same for everybody. */
export interface VenueInstant {
  readonly epochMilliseconds: number
  /** In UTC, with every digit ROLLER sent (it sends up to seven after the second). */
  readonly iso: string
}

/** Milliseconds since 1970, or a date-time with an offset or `Z`. */
export type InstantInput = number | string

/** A day of the venue as instants. */
export interface DayBounds {
  /** The first instant of the day: not midnight where the clock skips it. */
  readonly start: VenueInstant
  /** The first instant of the next day. */
  readonly end: VenueInstant
  /** 24 but for clock changes: 23 or 25, 23.5 or 24.5 on Lord Howe Island, 0 for a day that a zone has left out (Samoa, 2011-12-30). */
  readonly hours: number
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|z|[+-]\d{2}:?\d{2})?$/
const OFFSET = /(Z|z|[+-]\d{2}:?\d{2})$/
const ZONE = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){1,2}$/
/** A hundred years: more is a slip of the pen, and would fill the memory or spend the venue's calls. */
export const MAX_DAYS = 36_600

/**
 * The zone of a venue, as `GET /venues/me` gives it, or null when it is not usable. ROLLER's own example, `(UTC+10:00) Brisbane`, is not.
 *
 * Only the tz database's full names count (`Australia/Brisbane`). `+10:00` is an offset and knows no clock changes; `EST`, `CET` or `GMT`
 * are accepted by JavaScript but are fixed offsets or may be placeholders, so a summer's bookings would be an hour off; plain `UTC` cannot
 * be told from a default value. `Etc/UTC` is a full name and is accepted.
 */
export function readTimeZone (venue: { readonly ianaTimeZone?: unknown }): string | null {
  const name = typeof venue.ianaTimeZone === 'string' ? venue.ianaTimeZone.trim() : ''
  if (!ZONE.test(name)) return null
  try {
    // Aliases stay as ROLLER names them. Only the case is corrected.
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId
  } catch {
    return null // not a name this runtime's database has
  }
}

/**
 * ROLLER's rule for date-times.
 * @param zone the venue's, from readTimeZone; only needed when the text has no offset
 * @throws RollerTimeError when the text is no date-time (a date alone is a day: see dayBounds), or is local and the zone is not known
 */
export function toInstant (text: string, zone: string | null, options: ToInstantOptions = {}): VenueInstant {
  const written = text.trim()
  if (!DATE_TIME.test(written)) throw invalid(text, 'a date-time such as 2026-11-30T09:30:00 or 2026-11-30T09:30:00+10:00')
  if (OFFSET.test(written)) return plain(parse(text, () => Temporal.Instant.from(written)))
  const local = parse(text, () => Temporal.PlainDateTime.from(written, { overflow: 'reject' }))
  if (zone === null) {
    throw new RollerTimeError('ROLLER_TIME_ZONE_UNKNOWN', `'${text}' is the venue's local time, and the venue's time zone is not known`)
  }
  const { timeZoneId } = parseZone(zone, (id) => local.toZonedDateTime(id))
  const disambiguation = options.disambiguation ?? 'compatible'
  try {
    return plain(local.toZonedDateTime(timeZoneId, { disambiguation }).toInstant())
  } catch (error) {
    throw new RollerTimeError('ROLLER_TIME_AMBIGUOUS', `A clock change skips or repeats '${text}' in ${zone}`, error)
  }
}

/**
 * The venue's wall clock at an instant, in the form ROLLER takes as local: without an offset. The hour that a clock change repeats comes
 * out the same for both of its instants, so keep the instant where that matters.
 */
export function toVenueLocal (instant: InstantInput, zone: string): string {
  return atVenue(instant, zone).toPlainDateTime().toString()
}

/** The day the venue's calendar shows at an instant. */
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

/** The days from startDate to the day before endDate: ROLLER's ranges take the first in and leave the last out. */
export function venueDays (startDate: string, endDate: string): string[] {
  const count = daysBetween(startDate, endDate)
  if (count > MAX_DAYS) throw new RollerTimeError('ROLLER_TIME_INVALID', `${startDate} to ${endDate} is more than ${MAX_DAYS} days`)
  return Array.from({ length: Math.max(0, count) }, (_, index) => addDays(startDate, index))
}

/** Days of the calendar, so clock changes do not count. */
export function addDays (date: string, days: number): string {
  const from = parseDate(date)
  const moved = parse(`${date} and ${days} days`, () => from.add({ days }))
  if (moved.year < 1 || moved.year > 9999) throw invalid(moved.toString(), 'a date of the years 0001 to 9999')
  return moved.toString()
}

/** Days of the calendar from one date to the other; negative when the second comes first. */
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
