/** A bulk export from its order to records by day. */
import { isRollerError, type Roller } from 'fastify-roller'
import type { BulkRange } from './bulk-plan.ts'
import type { BulkOrder, BulkOrders } from './bulk-order.ts'
import { BulkRejected, DaySpool } from './day-spool.ts'
import { reachOf } from './failures.ts'
import type { ExportFolder } from './folder.ts'
import type { Venue } from './plan.ts'
import type { ExportTime } from './time.ts'

export interface BulkFilesParts {
  readonly roller: Pick<Roller, 'bulkExport' | 'estimateBulkExport'>
  readonly folder: ExportFolder
  readonly orders: BulkOrders
  readonly signal: AbortSignal
  readonly time: Pick<ExportTime, 'sleep'>
  /** Milliseconds after the order for which its files are waited for. */
  readonly deadline: number
  /** Runs downloads, a few at a time. */
  readonly download: <T>(work: () => Promise<T>) => Promise<T>
}

/** Reports what happens to one bulk export. */
export interface BulkObserver {
  /** ROLLER has the order. */
  readonly onOrdered: (order: BulkOrder) => void
  /** Once with each month. */
  readonly onMonth: (received: number, months: number) => void
}

export interface BulkFiles {
  /** What has changed since may be missing. */
  readonly orderedAt: string
  readonly spool: DaySpool
}

/** An order waits this long for the venue's limit of calls. Milliseconds. */
const ORDER_WAIT = 120_000
/** Files that have arrived before are fetched, however old the order is. Milliseconds. */
const LEAST_WAIT = 60_000
/** Further attempts, and the milliseconds before the first. */
const [RETRIES, FIRST_PAUSE] = [4, 2_000]

/** @throws BulkRejected, a RollerError of the order or of its files, a disk error, the signal's reason */
export async function fetchBulk (
  parts: BulkFilesParts, venue: Venue & { readonly timeZone: string }, range: BulkRange, observer: BulkObserver
): Promise<BulkFiles> {
  const { folder, signal, time } = parts
  const { bulk, from, to } = range
  const spool = new DaySpool({ ...bulk, folder: folder.temporary(), from, to, timeZone: venue.timeZone })
  try {
    const exported = new OneExport(parts, venue, range, observer, spool)
    for (let tries = 0; ; tries++) {
      try {
        return { orderedAt: await exported.fetch(), spool }
      } catch (error) {
        if (!mayTryAgain(error) || tries >= RETRIES) throw error
        await time.sleep(FIRST_PAUSE * 2 ** tries, signal)
      }
    }
  } catch (error) {
    await spool.remove()
    throw error
  }
}

class OneExport {
  readonly #parts: BulkFilesParts
  readonly #venue: Venue
  readonly #range: BulkRange
  readonly #observer: BulkObserver
  readonly #spool: DaySpool
  readonly #months = new Set<number>()
  #order: BulkOrder
  /** Of an order whose response was not seen: a process was killed, or a connection broke. */
  #mayBeOrdered: boolean

  constructor (parts: BulkFilesParts, venue: Venue, range: BulkRange, observer: BulkObserver, spool: DaySpool) {
    this.#parts = parts
    this.#venue = venue
    this.#range = range
    this.#observer = observer
    this.#spool = spool
    const { from, to } = range
    this.#mayBeOrdered = range.order !== null
    this.#order = range.order ??
      { version: 1, from, to, at: new Date().toISOString(), accepted: false, processId: null, rejected: false }
  }

  /** @returns when it was ordered */
  async fetch (): Promise<string> {
    if (this.#order.accepted) {
      this.#observer.onOrdered(this.#order)
      await this.#gather(true)
    } else await this.#orderAndGather()
    return this.#order.at
  }

  async #orderAndGather (): Promise<void> {
    const orderedBefore = this.#mayBeOrdered
    if (!orderedBefore) await this.#note({})
    this.#mayBeOrdered = true
    const onNotOrdered = async (): Promise<void> => {
      if (orderedBefore) return
      this.#mayBeOrdered = false
      await this.#parts.orders.remove(this.#venue.id, this.#range.report.id)
    }
    try {
      await this.#gather(false, onNotOrdered)
    } catch (error) {
      if (!orderedBefore || this.#order.accepted || !isTooEarly(error)) throw error
      // The earlier one has been accepted then.
      await this.#accepted(this.#order.at)
      await this.#gather(true)
    }
  }

  async #gather (resume: boolean, onNotOrdered = async (): Promise<void> => {}): Promise<void> {
    const { roller, deadline, download, signal } = this.#parts
    const { bulk: { exportType }, from, to } = this.#range
    const { months } = roller.estimateBulkExport({ startDate: from, endDate: to })
    const { processId } = this.#order
    const at = resume ? this.#order.at : new Date().toISOString() // what changes from now on may be missing
    const files = roller.bulkExport({
      connectionId: this.#venue.connectionId,
      exportType,
      startDate: from,
      endDate: to,
      resume,
      ...(processId !== null && { processId }),
      deadline: resume ? Math.max(LEAST_WAIT, deadline - Math.max(0, Date.now() - Date.parse(at))) : deadline,
      maxWait: ORDER_WAIT,
      onOrder: () => this.#accepted(at),
      onNotOrdered,
      signal
    })
    for await (const { processId, sequenceNumber, sequenceTotal, fileNumber, stream } of files) {
      if (this.#order.processId === null) await this.#note({ processId })
      if (sequenceTotal !== months || sequenceNumber < 1 || sequenceNumber > months) {
        stream.destroy()
        throw new BulkRejected(`Part ${sequenceNumber} of ${sequenceTotal} does not fit ${months} months.`)
      }
      this.#months.add(sequenceNumber)
      this.#observer.onMonth(this.#months.size, months)
      const name = [sequenceNumber, fileNumber].map((number) => String(number).padStart(6, '0')).join('-')
      if (this.#spool.has(name)) stream.destroy()
      else await download(() => this.#spool.add(name, stream))
    }
  }

  async #accepted (at: string): Promise<void> {
    await this.#note({ accepted: true, at })
    this.#observer.onOrdered(this.#order)
  }

  async #note (change: Partial<BulkOrder>): Promise<void> {
    this.#order = { ...this.#order, ...change }
    await this.#parts.orders.write(this.#venue.id, this.#range.report.id, this.#order)
  }
}

/**
 * An order is sent after Redis has taken it. One that ROLLER may have accepted is not sent again: its rate limit remains used. What could
 * not be fetched of an accepted one is fetched again.
 */
function mayTryAgain (error: unknown): boolean {
  if (!isRollerError(error)) return false
  return reachOf(error) === 'again' && error.code !== 'ROLLER_ERR_TIMEOUT' && error.code !== 'ROLLER_ERR_RATE_LIMITED'
}

function isTooEarly (error: unknown): boolean { return isRollerError(error) && error.code === 'ROLLER_ERR_RATE_LIMITED' }
