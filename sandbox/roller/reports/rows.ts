/** Helpers for the rows of all reports. */
import { soldAs, type Sold } from '../products.ts'
import type { Json } from '../record.ts'
import type { Booking, BookingItem, Ticket, VenueState } from '../types.ts'

/** A row with the instant that ROLLER filters by. */
export interface Row { at: number, row: Readonly<Json> }
/** Formats an instant as requested: in UTC, or with the venue's offset. */
export type Stamp = (at: number) => string
export type Rows = (venue: VenueState, stamp: Stamp) => Row[]

/**
 * Builds rows from a table of columns: `name`, or `name=path` into the source. A path that begins with `#` becomes a string, one with `@`
 * an instant; both drop null. Undefined values are dropped.
 */
export function columns (table: string): (source: object, stamp: Stamp) => Json {
  const parsed = table.trim().split(/\s+/).map((column) => {
    const [name = '', path = name] = column.split('=')
    return { name: name.replace(/^[#@]/, ''), mark: path.charAt(0), keys: path.replace(/^[#@]/, '').split('.') }
  })
  return (source, stamp) => Object.fromEntries(parsed.flatMap(({ name, mark, keys }) => {
    const value = keys.reduce<unknown>((part, key) => (part as Json | undefined)?.[key], source) // an object, according to its column
    if (value === undefined || (value === null && '#@'.includes(mark))) return []
    return [[name, mark === '#' ? String(value) : mark === '@' ? stamp(Number(value)) : value]]
  }))
}

/** @param more columns that need more than a path */
export function report<S extends object> (
  sources: (venue: VenueState) => S[], at: (source: S) => number, table: string, more?: (source: S, venue: VenueState) => Json
): Rows {
  const rowOf = columns(table)
  return (venue, stamp) => sources(venue).map((source) => ({ at: at(source), row: { ...rowOf(source, stamp), ...more?.(source, venue) } }))
}

/** ROLLER: reports contain no deleted bookings and no drafts. */
export const reported = (venue: VenueState): Booking[] =>
  [...venue.bookings.values()].filter((booking) => booking.state === 'Active' || booking.state === 'Cancelled')

export interface Line extends Sold { booking: Booking, item: BookingItem }

export const linesOf = (venue: VenueState): Line[] =>
  reported(venue).flatMap((booking) => booking.items.map((item) => ({ booking, item, ...soldAs(venue, item) })))

export const ticketsOf = (venue: VenueState): (Line & { ticket: Ticket })[] =>
  linesOf(venue).flatMap((line) => line.item.tickets.map((ticket) => ({ ...line, ticket })))
