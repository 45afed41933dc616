/** Between the router and the domain files. */
import type { IncomingHttpHeaders } from 'node:http'
import type { VenueState } from './types.ts'

export type EventType = 'Created' | 'Updated' | 'Cancelled' | 'Deleted'
export type EventKind = 'Booking' | 'Redemption' | 'Customer' | 'BulkExport' | 'SignedWaiver' | 'PaymentLink'

/** What the domain files may use of the simulator around them. */
export interface World {
  now: () => number
  url: () => string
  bulkWindowMs: number
  /** `times` above one sends the same event again under the same id: ROLLER says that repeats happen. */
  emit: (venue: VenueState, type: EventKind, eventType: EventType, data: Readonly<Record<string, unknown>>, times?: number) => void
  /** Keeps bytes for download and answers their address. */
  publish: (name: string, body: Buffer, ttlMs: number) => string
}

export interface Call {
  params: Readonly<Record<string, string>>
  query: (name: string) => string | undefined
  body: Readonly<Record<string, unknown>>
  headers: IncomingHttpHeaders
  venue: VenueState
  world: World
  now: number
}

export interface Answer { status: number, body?: unknown, headers?: Record<string, string> }
export type Handler = (call: Call) => Answer
/** Handlers by method and ROLLER's own path template. */
export type Routes = Readonly<Record<string, Handler>>
