/** Between HTTP and the domain files. */
import type { IncomingHttpHeaders } from 'node:http'
import type { VenueState } from './types.ts'

export type EventType = 'Created' | 'Updated' | 'Cancelled'
export type EventKind = 'Booking' | 'Redemption' | 'Customer' | 'BulkExport' | 'SignedWaiver' | 'PaymentLink'

/** What an operation works on. */
export interface Context {
  venue: VenueState
  now: number
  /** Origin of the simulator. */
  url: string
  bulkWindowMs: number
  /** `times` above one sends the same event again under the same id: ROLLER says that repeats happen. */
  emit: (type: EventKind, eventType: EventType, data: Readonly<Record<string, unknown>>, times?: number) => void
  /** Keeps bytes for download and answers their address. */
  publish: (name: string, body: Buffer, ttlMs: number) => string
}

export interface Call extends Context {
  param: (name: string) => string
  query: (name: string) => string | undefined
  body: Readonly<Record<string, unknown>>
  headers: IncomingHttpHeaders
}

/** An answer with status 201 in place of 200. */
export class Created {
  readonly body: unknown
  constructor (body: unknown) { this.body = body }
}

/** Returns the body of the answer; `undefined` has no body at all, which is what ROLLER documents for most of its writes. */
export type Handler = (call: Call) => unknown
/** Handlers by method and ROLLER's own path template. */
export type Routes = Readonly<Record<string, Handler>>
