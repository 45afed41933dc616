/** The interface between HTTP and the domain files. */
import type { IncomingHttpHeaders } from 'node:http'
import type { VenueState } from './types.ts'

export type EventType = 'Created' | 'Updated' | 'Cancelled'
export type EventKind = 'Booking' | 'Redemption' | 'Customer' | 'BulkExport' | 'SignedWaiver' | 'PaymentLink'

/** The context of an operation. */
export interface Context {
  venue: VenueState
  now: number
  /** Base URL of the simulator. */
  url: string
  bulkWindowMs: number
  /** `times` above one repeats the event with the same id: ROLLER documents duplicates. */
  emit: (type: EventKind, eventType: EventType, data: Readonly<Record<string, unknown>>, times?: number) => void
  /** Stores bytes for download and returns their URL. */
  publish: (name: string, body: Buffer, ttlMs: number) => string
}

export interface Call extends Context {
  param: (name: string) => string
  query: (name: string) => string | undefined
  body: Readonly<Record<string, unknown>>
  headers: IncomingHttpHeaders
}

/** A response with status 201 instead of 200. */
export class Created {
  readonly body: unknown
  constructor (body: unknown) { this.body = body }
}

/** Returns the response body; `undefined` sends no body, which ROLLER documents for most writes. */
export type Handler = (call: Call) => unknown
/** Handlers by method and ROLLER's own path template. */
export type Routes = Readonly<Record<string, Handler>>
