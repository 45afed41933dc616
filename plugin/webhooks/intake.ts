/** Takes ROLLER's deliveries: each event once, and only for good when the handlers have it. */
import { sleep, type Clock } from '../clock.ts'
import { EventNotTaken, type Events } from '../events/events.ts'
import { once } from '../events/once.ts'
import type { ExportPart, Inbox } from '../events/inbox.ts'
import type { EventKey, SeenStore } from '../events/seen.ts'
import { describeError } from '../log-error.ts'
import { readMessage, type BulkExportEvent, type RollerEvent } from '../roller/events.ts'

/** What a log is told: of an event its name and id, of an error what it says about itself, and never a payload. */
export interface IntakeLog {
  warn (facts: object, message: string): void
  error (facts: object, message: string): void
}

export interface RollerIntakeOptions {
  readonly events: Events
  readonly seen: SeenStore
  readonly inbox: Inbox
  readonly clock: Clock
  readonly log: IntakeLog
  /** Milliseconds from a delivery's first byte to the answer. */
  readonly timeoutMs: number
  /** The venue of a connection, as its tags have it. */
  readonly venueOf: (connectionId: string) => Promise<string | null>
}

/** Milliseconds. */
const VENUE_MS = 1_000
/** ROLLER's are UUIDs, and that of an unknown message is a hash. Any other is text of the delivery, which no log may hold. */
const PLAIN_ID = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64})$/i

export interface Delivery {
  readonly connectionId: string
  readonly body: Buffer
  /** By the clock, when it began to come in. */
  readonly startedAt: number
}

/** `taken`: the handlers have it, now or from before. `later`: nobody has; ROLLER shall send it again. */
export type Outcome = 'taken' | 'later'

export class RollerIntake {
  readonly #options: RollerIntakeOptions
  #unheard = false

  constructor (options: RollerIntakeOptions) {
    this.#options = options
  }

  async take ({ connectionId, body, startedAt }: Delivery): Promise<Outcome> {
    const { events, seen, log } = this.#options
    const read = readMessage({ connectionId, body })
    // An app that has not got round to it yet, or was never told to listen, must not lose what ROLLER sends.
    if (!events.listened && read.name !== 'bulkExport.created') {
      if (!this.#unheard) log.error({ event: read.name }, 'nobody listens to ROLLER\'s webhooks: set onEvent or app.roller.on(…), or WEBHOOK_TARGET_URL')
      this.#unheard = true
      return 'later'
    }
    const key: EventKey = { connectionId, id: read.id }
    try {
      const claim = await once(seen, key, async () => {
        const event = read.venueId === null ? { ...read, venueId: await this.#venueOf(connectionId) } : read
        await this.#keep(event)
        await events.deliver(event, this.#left(startedAt))
      })
      return claim === 'busy' ? 'later' : 'taken'
    } catch (error) {
      const { name, id } = read
      const facts = { event: name, ...(PLAIN_ID.test(id) && { id }), connectionId, reason: reasonOf(error) }
      log.warn(facts, 'an event of ROLLER\'s was not taken; ROLLER sends it again')
      return 'later'
    }
  }

  /** Months of an export are kept for whoever gathers them, on this replica or another, now or after a restart. */
  async #keep (event: RollerEvent): Promise<void> {
    if (event.name !== 'bulkExport.created') return
    const part = partOf(event.data)
    if (part !== null) await this.#options.inbox.put({ connectionId: event.connectionId, exportType: part.exportType }, { kind: 'message', part: part.part })
  }

  /** Few kinds carry their venue. An event does not wait long for it: handlers have the connection's id. */
  async #venueOf (connectionId: string): Promise<string | null> {
    const { clock, venueOf } = this.#options
    const known = new AbortController()
    const late = sleep(clock, VENUE_MS, known.signal).then(() => null, () => null)
    return await Promise.race([venueOf(connectionId).catch(() => null), late]).finally(() => known.abort())
  }

  #left (startedAt: number): number {
    const { clock, timeoutMs } = this.#options
    return Math.max(0, timeoutMs - (clock.now() - startedAt))
  }
}

/** @returns null for what is no month of an export, which is then an event for handlers alone */
function partOf (data: BulkExportEvent['data'] | null | undefined): { readonly exportType: string, readonly part: ExportPart } | null {
  const { exportType, processId, sequenceNumber, sequenceTotal, preSignedUrls } = data ?? {}
  if (typeof exportType !== 'string' || typeof processId !== 'string' || !isCount(sequenceNumber) || !isCount(sequenceTotal)) return null
  const urls = Array.isArray(preSignedUrls) ? preSignedUrls.filter((url) => typeof url === 'string') : []
  return { exportType, part: { processId, sequenceNumber, sequenceTotal, urls } }
}

function isCount (value: unknown): value is number { return Number.isInteger(value) && (value as number) >= 1 } // an integer is a number

/** Of a handler's error no more than its own words: what hangs on it may be the event. */
function reasonOf (error: unknown): string {
  const cause = error instanceof EventNotTaken && error.cause !== undefined ? error.cause : error
  if (!(cause instanceof Error)) return 'a handler failed without an error'
  const { type, message } = describeError(cause)
  return `${type}: ${message}`
}
