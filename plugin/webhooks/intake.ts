/** Handles ROLLER's deliveries: each event once, acknowledged only after its handlers have resolved. */
import type { Clock } from '../util/clock.ts'
import { deliverOnce } from './deliver-once.ts'
import type { Events } from './events.ts'
import { failureReason } from './failure-reason.ts'
import { isExportName, readPart, type ExportPart, type ExportInbox } from '../client/export-inbox.ts'
import type { EventKey, DedupeStore } from './dedupe-store.ts'
import { readMessage, type BulkExportEvent, type RollerEvent } from './roller-events.ts'
import { ConnectionUnreadable, type ConnectionVenue, type ConnectionLookup } from './connection-lookup.ts'

/** Logs the name and id of an event and the class of an error, never a payload. */
export interface IntakeLog {
  warn (facts: object, message: string): void
  error (facts: object, message: string): void
}

export interface RollerIntakeOptions {
  readonly events: Events
  readonly dedupeStore: DedupeStore
  readonly inbox: ExportInbox
  readonly clock: Clock
  readonly log: IntakeLog
  /** Milliseconds from a delivery's first byte to the response. */
  readonly timeoutMs: number
  readonly connections: Pick<ConnectionLookup, 'find'>
}

/** ROLLER's ids are UUIDs, and that of an unknown message is a hash. Any other is text of the delivery, which must not be logged. */
const PLAIN_ID = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64})$/i

export interface Delivery {
  readonly connectionId: string
  readonly body: Buffer
  /** Time by `clock` at which the request arrived. */
  readonly startedAt: number
}

/**
 * `handled`: handled, now or before. `retry`: not handled; ROLLER retries. `rejected`: not an event of this connection; a retry would be
 * rejected too.
 */
export type IntakeResult = 'handled' | 'retry' | 'rejected'

export class RollerIntake {
  readonly #options: RollerIntakeOptions
  #warnedNoHandler = false

  constructor (options: RollerIntakeOptions) {
    this.#options = options
  }

  async receive ({ connectionId, body, startedAt }: Delivery): Promise<IntakeResult> {
    const { events, dedupeStore, log } = this.#options
    const read = readMessage({ connectionId, body })
    const connection = await this.#connectionOf(read)
    if (connection === 'retry' || connection === 'rejected') return connection
    // Without a handler the event must not be lost: ROLLER retries.
    if (!events.hasHandlers && read.name !== 'bulkExport.created') {
      if (!this.#warnedNoHandler) {
        log.error({ event: read.name }, 'ROLLER\'s webhooks have no handler: set onEvent or app.roller.on(…), or WEBHOOK_TARGET_URL')
      }
      this.#warnedNoHandler = true
      return 'retry'
    }
    // The gateway's own events and locks have no such id: the text of a delivery cannot mark them as handled.
    const key: EventKey = { connectionId, id: `roller ${read.id}` }
    try {
      const claim = await deliverOnce(dedupeStore, key, async () => {
        const event = read.venueId === null ? { ...read, venueId: connection.venueId } : read
        await this.#storeExportPart(event)
        await events.deliver(event, this.#left(startedAt))
      })
      return claim === 'busy' ? 'retry' : 'handled'
    } catch (error) {
      log.warn(
        { ...factsOf(read), connectionId, reason: failureReason(error) }, 'a ROLLER event was not handled; ROLLER sends it again'
      )
      return 'retry'
    }
  }

  /** Stored for `bulkExport`, which may run on another replica or after a restart. */
  async #storeExportPart (event: RollerEvent): Promise<void> {
    if (event.name !== 'bulkExport.created') return
    const { inbox, log } = this.#options
    const part = partOf(event.data)
    if (part === null) {
      log.warn(factsOf(event),
        'a message about a bulk export is ignored: a field is missing, or counts or names are out of bounds')
      return
    }
    await inbox.put({ connectionId: event.connectionId, exportType: part.exportType }, { kind: 'message', part: part.part })
  }

  /** The key of a deleted connection stays valid, and ROLLER keeps sending with it: for four days, or while it receives 200. */
  async #connectionOf (event: RollerEvent): Promise<ConnectionVenue | 'retry' | 'rejected'> {
    const { connections, log } = this.#options
    const { connectionId, venueId } = event
    const isOther = (known: ConnectionVenue | null): boolean => venueId !== null &&
      typeof known?.venueId === 'string' && known.venueId !== venueId
    try {
      const remembered = await connections.find(connectionId)
      // Another venue may have been confirmed since it was read.
      const known = isOther(remembered) ? await connections.find(connectionId, true) : remembered
      if (known !== null && !isOther(known)) return known
      log.warn(factsOf(event), known === null
        ? 'a ROLLER event was rejected: there is no such connection. If the venue was disconnected, delete its webhook in ROLLER'
        : 'a ROLLER event was rejected: it belongs to a venue other than the connection\'s')
      return 'rejected'
    } catch (error) {
      if (!(error instanceof ConnectionUnreadable)) throw error
      log.warn(
        { ...factsOf(event), reason: error.message },
        'a ROLLER event was not handled: its connection could not be read; ROLLER sends it again'
      )
      return 'retry'
    }
  }

  #left (startedAt: number): number {
    const { clock, timeoutMs } = this.#options
    return Math.max(0, timeoutMs - (clock.now() - startedAt))
  }
}

function factsOf ({ name, id }: RollerEvent): { event: string, id?: string } {
  return { event: name, ...(PLAIN_ID.test(id) && { id }) }
}

/** @returns null for messages that are not a month of an export; they are only emitted as events */
function partOf (data: BulkExportEvent['data'] | null | undefined): { readonly exportType: string, readonly part: ExportPart } | null {
  const { exportType, processId, sequenceNumber, sequenceTotal, preSignedUrls } = data ?? {}
  const urls = Array.isArray(preSignedUrls) ? preSignedUrls.filter((url) => typeof url === 'string') : []
  const part = readPart({ processId, sequenceNumber, sequenceTotal, urls })
  if (part === null || part.sequenceNumber < 1 || part.sequenceNumber > part.sequenceTotal || !isExportName(exportType)) return null
  return { exportType, part }
}
