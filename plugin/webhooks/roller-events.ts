/** ROLLER's webhooks as one table: kinds, their events, and their data. Types are derived from it. */
import { createHash } from 'node:crypto'
import { readJsonOrText } from '../util/json.ts'
import { BookingDetail } from '../operations/schemas/bookings.ts'
import { CustomerDetail } from '../operations/schemas/guests.ts'
import { SignedWaiver } from '../operations/schemas/waivers.ts'
import { BulkExportCompleted, PaymentLinkDetail, RedemptionDetail } from '../operations/schemas/webhook-payloads.ts'
import { bookingEvents, guestEvents, paymentLinkEvents } from '../operations/schemas/webhooks.ts'
import { StringEnum, Type, type Static } from '../operations/schema.ts'

/** By the name used in registrations, which is its `type` with a lower-case first letter. */
export const rollerEvents = {
  booking: { type: 'Booking', events: bookingEvents, data: BookingDetail },
  redemption: { type: 'Redemption', events: ['Created'], data: RedemptionDetail },
  customer: { type: 'Customer', events: guestEvents, data: CustomerDetail },
  bulkExport: { type: 'BulkExport', events: ['Created'], data: BulkExportCompleted },
  /** An adult's waiver and those of the minors it covers, in one list. */
  signedWaiver: { type: 'SignedWaiver', events: ['Created'], data: Type.Array(SignedWaiver) },
  paymentLink: { type: 'PaymentLink', events: paymentLinkEvents, data: PaymentLinkDetail }
} as const

/** A delivery as ROLLER documents it. */
export const WebhookMessage = Type.Object({
  id: Type.String(
    { format: 'uuid', examples: ['67d2ada6-10cc-4177-909d-430f3b2593d4'], description: 'The same in every repeat of a delivery' }
  ),
  sendDate: Type.String({ format: 'date-time', examples: ['2024-06-14T05:30:48.1597733Z'] }),
  type: StringEnum(Object.values(rollerEvents).map(({ type }) => type)),
  eventType: StringEnum(['Created', 'Updated', 'Cancelled', 'Deleted']),
  eventDate: Type.String({ format: 'date-time', examples: ['2024-06-14T05:30:48.1132441Z'] }),
  data: Type.Unknown()
}, { $id: 'RollerWebhookMessage' })

type Kinds = typeof rollerEvents

interface EventFields {
  /** ROLLER's id, the same in every repeat. */
  readonly id: string
  readonly connectionId: string
  /** From ROLLER's message, otherwise the connection's tags; null if neither has it. */
  readonly venueId: string | null
  /** When it happened; null if ROLLER does not send it. */
  readonly eventDate: string | null
  /** When this delivery was sent: later in each repeat. */
  readonly sendDate: string | null
}

type EventOfKind<Kind extends keyof Kinds> = {
  [Event in Kinds[Kind]['events'][number]]: EventFields & {
    readonly name: `${Kind}.${Lowercase<Event>}`
    readonly type: Kinds[Kind]['type']
    readonly eventType: Event
    /** As documented by ROLLER; not validated. */
    readonly data: Static<Kinds[Kind]['data']>
  }
}[Kinds[Kind]['events'][number]]

/** A message with a valid key that is not in ROLLER's documented form, so that nothing is lost. */
export interface UnknownMessage extends EventFields {
  readonly name: 'unknown.message'
  readonly type: null
  readonly eventType: null
  /** The parsed JSON, or the text if it is not JSON. */
  readonly data: unknown
}

/** A kind or event that this table lacks, named by the same rule: `<kind>.<event>`. */
export interface OtherRollerEvent extends EventFields {
  readonly name: string
  readonly type: string
  readonly eventType: string
  readonly data: unknown
}

/** The known events, discriminated by `name`. At run time an OtherRollerEvent may arrive with `*`. */
export type RollerEvent = { [Kind in keyof Kinds]: EventOfKind<Kind> }[keyof Kinds] | UnknownMessage
export type RollerEventName = RollerEvent['name']
export type BulkExportEvent = EventOfKind<'bulkExport'>

export interface ReceivedMessage {
  readonly connectionId: string
  readonly body: Buffer
}

/** Names of kinds that would collide with events of the gateway. */
const RESERVED: ReadonlySet<string> = new Set(['connection', 'unknown', 'usage'])
const WORD = /^[A-Za-z][A-Za-z0-9]{0,63}$/
const ID = /^[\x21-\x7e]{1,128}$/

/** Parses a delivery. Never throws: the key proves that ROLLER sent it, and ROLLER may add event types. */
export function readMessage ({ connectionId, body }: ReceivedMessage): RollerEvent {
  const message = readJsonOrText(body)
  const known = asEnvelope(message)
  if (known === null) {
    const id = createHash('sha256').update(body).digest('hex')
    return {
      name: 'unknown.message', id, connectionId, venueId: null, type: null, eventType: null, eventDate: null, sendDate: null, data: message
    }
  }
  const { id, type, eventType, data } = known
  return {
    name: `${lowerFirst(type)}.${eventType.toLowerCase()}`,
    id,
    connectionId,
    venueId: venueOf(data),
    type,
    eventType,
    eventDate: textOf(known.eventDate),
    sendDate: textOf(known.sendDate),
    data
  } as RollerEvent // known or not: see OtherRollerEvent
}

interface Envelope {
  readonly id: string
  readonly type: string
  readonly eventType: string
  readonly eventDate: unknown
  readonly sendDate: unknown
  readonly data: unknown
}

function asEnvelope (message: unknown): Envelope | null {
  if (typeof message !== 'object' || message === null) return null
  const { id, type, eventType, eventDate, sendDate, data } = message as Readonly<Record<string, unknown>> // an object
  if (typeof id !== 'string' || !ID.test(id)) return null
  if (typeof type !== 'string' || !WORD.test(type) || RESERVED.has(type.toLowerCase())) return null
  if (typeof eventType !== 'string' || !WORD.test(eventType)) return null
  return { id, type, eventType, eventDate, sendDate, data }
}

/** Some kinds contain the venue. */
function venueOf (data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('venueId' in data)) return null
  const { venueId } = data
  return typeof venueId === 'number' || (typeof venueId === 'string' && venueId !== '') ? String(venueId) : null
}

function textOf (value: unknown): string | null { return typeof value === 'string' ? value : null }

function lowerFirst (text: string): string { return text.charAt(0).toLowerCase() + text.slice(1) }
