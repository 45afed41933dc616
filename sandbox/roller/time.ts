/** Venue-local dates and times. ROLLER: a date or a time without an offset is venue-local. */
const DAY = 86_400_000
const formatters = new Map<string, Intl.DateTimeFormat>()

/** UTC offset of the zone at that instant, in milliseconds. */
function offset (at: number, zone: string): number {
  const formatter = formatters.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  formatters.set(zone, formatter)
  const [, sign, hours, minutes] = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(formatter.format(at)) ?? []
  return sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

export function localDate (at: number, zone: string): string {
  return new Date(at + offset(at, zone)).toISOString().slice(0, 10)
}

/** The instant of a venue-local date and time. Computed twice, because the first estimate may be on the other side of a clock change. */
export function instant (date: string, time: string, zone: string): number {
  const local = Date.parse(`${date}T${time}:00Z`)
  return local - offset(local - offset(local, zone), zone)
}

export function isDate (text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/

/** ROLLER: a date or a date-time is venue-local unless it has an offset. Undefined if it is neither. */
export function momentOf (text: string, zone: string): number | undefined {
  if (isDate(text)) return instant(text, '00:00', zone)
  const [, date = '', time = '', seconds = '', offset] = DATE_TIME.exec(text) ?? []
  const at = isDate(date) ? Date.parse(`${date}T${time}${seconds}${offset ?? 'Z'}`) : NaN
  if (Number.isNaN(at)) return undefined
  return offset === undefined ? instant(date, time, zone) + at - Date.parse(`${date}T${time}Z`) : at
}

export function addDays (date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10)
}

export function weekday (date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay()
}

export function minutes (time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
}

/** ROLLER: an end at midnight is written 00:00. */
export function clockTime (minute: number): string {
  const inDay = minute % 1440
  return `${String(Math.floor(inDay / 60)).padStart(2, '0')}:${String(inDay % 60).padStart(2, '0')}`
}

export function twelveHours (time: string): string {
  const hour = Number(time.slice(0, 2))
  return `${hour % 12 === 0 ? 12 : hour % 12}:${time.slice(3, 5)} ${hour < 12 ? 'am' : 'pm'}`
}

/** Reporting writes date-times in UTC without fractions. */
export function utc (at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** The same instant with the venue's offset, for `TimeZone-Designators: offset`. */
export function withOffset (at: number, zone: string): string {
  const ahead = offset(at, zone)
  const sign = ahead < 0 ? '-' : '+'
  const size = Math.abs(ahead) / 60_000
  const designator = `${sign}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`
  return new Date(at + ahead).toISOString().replace(/\.\d+Z$/, designator)
}
