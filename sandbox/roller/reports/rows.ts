/** What the rows of all reports are made of. */
import { soldAs, type Sold } from '../products.ts'
import type { Json } from '../record.ts'
import type { Booking, BookingItem, Ticket, VenueState } from '../types.ts'

/** A row with the instant that ROLLER filters it by. */
export interface Row { at: number, row: Readonly<Json> }
/** Writes an instant as the caller asked for it: in UTC, or with the venue's offset. */
export type Stamp = (at: number) => string
export type Rows = (venue: VenueState, stamp: Stamp) => Row[]

/** ROLLER: a deleted booking leaves every report; a draft is in none yet. */
export const reported = (venue: VenueState): Booking[] =>
  [...venue.bookings.values()].filter((booking) => booking.state === 'Active' || booking.state === 'Cancelled')

export interface Line extends Sold { booking: Booking, item: BookingItem }

export const linesOf = (venue: VenueState): Line[] =>
  reported(venue).flatMap((booking) => booking.items.map((item) => ({ booking, item, ...soldAs(venue, item) })))

export const ticketsOf = (venue: VenueState): (Line & { ticket: Ticket })[] =>
  linesOf(venue).flatMap((line) => line.item.tickets.map((ticket) => ({ ...line, ticket })))

/** The dates that rows carry of a record. */
export const stamps = (stamp: Stamp, { createdAt, modifiedAt = createdAt }: { createdAt: number, modifiedAt?: number }) =>
  ({ createdDate: stamp(createdAt), modifiedDate: stamp(modifiedAt) })
