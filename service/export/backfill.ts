/**
 * Fetches long ranges with bulk exports. All are ordered at the start, since ROLLER takes hours for them, and the files of each are written
 * when they have arrived. What cannot be had this way is fetched with daily reports in the same run.
 */
import { addDays } from 'fastify-roller/time'
import { compareDay } from './bulk-check.ts'
import { fetchBulk, type BulkFiles, type BulkFilesParts } from './bulk-files.ts'
import { BulkOrders } from './bulk-order.ts'
import { isCovered, planRanges, type BulkRange } from './bulk-plan.ts'
import { BulkRejected } from './day-spool.ts'
import { reasonOf } from './failures.ts'
import { isDiskError } from './folder.ts'
import { limited } from './limited.ts'
import type { Venue } from './plan.ts'
import { planOf } from './planned.ts'
import { dailyReport, VenueExport, type Missing, type ReadRecords, type VenueExportParts } from './venue-export.ts'

export interface BulkSettings {
  /** Why no bulk export can be ordered. */
  readonly unavailable?: string | undefined
  /** Milliseconds for which the files of an order are waited for. Default: 6 hours. */
  readonly deadline?: number | undefined
}

interface BackfillSettings extends BulkSettings {
  /** Runs what fetches or writes files. */
  readonly slot: ReturnType<typeof limited>
  /** Ends the whole export. */
  readonly stop: (error: unknown) => void
}

/** A bulk export that was ordered, or could not be. */
export interface PendingBulk extends BulkRange {
  /** Null: daily reports are fetched instead. Rejects with what ends the whole export. */
  readonly files: Promise<BulkFiles | null>
}

const DEADLINE = 6 * 3_600_000
/** Venues whose bulk exports are ordered side by side. */
const ORDERING = 10
/** Files that are downloaded and sorted side by side. */
const DOWNLOADS = 2
/** Milliseconds between reports of an export that is waited for. */
const REPORTED = 600_000

export class Backfill {
  readonly #parts: VenueExportParts & Pick<BulkFilesParts, 'roller'>
  readonly #settings: BackfillSettings
  readonly #files: BulkFilesParts
  readonly #orders: BulkOrders
  readonly #ordering = limited(ORDERING)

  constructor (parts: VenueExportParts & Pick<BulkFilesParts, 'roller'>, settings: BackfillSettings) {
    this.#parts = parts
    this.#settings = settings
    this.#orders = new BulkOrders(parts.folder)
    this.#files = { ...parts, orders: this.#orders, deadline: settings.deadline ?? DEADLINE, download: limited(DOWNLOADS) }
    if (settings.unavailable !== undefined) this.#replaced(null, null, settings.unavailable)
  }

  /** Resolves when ROLLER has accepted the venue's orders, or has not. */
  async order (venue: Venue): Promise<PendingBulk[]> {
    if (this.#settings.unavailable !== undefined) return []
    return await this.#ordering(async () => {
      const { options, folder, roller, signal } = this.#parts
      signal.throwIfAborted()
      const planned = await planOf(venue, { ...options, reports: options.reports.filter(({ bulk }) => bulk !== null) }, folder)
      if ('reason' in planned) return [] // reported with the venue's other days
      const ranges = await planRanges(venue.id, planned.jobs, this.#orders, Date.now(), roller)
      const { timeZone } = venue
      if (timeZone === null) {
        for (const { report } of ranges) this.#replaced(venue.id, report.id, 'The time zone of the venue is not known.')
        return []
      }
      return await Promise.all(ranges.map((range) => this.#start({ ...venue, timeZone }, range)))
    })
  }

  /** Writes the files of each bulk export when they have arrived. */
  async finish (venue: Venue, pending: readonly PendingBulk[]): Promise<Missing[]> {
    const { slot, stop } = this.#settings
    const turn = limited(1) // each of them changes the venue's state
    const results = await Promise.allSettled(pending.map(async ({ files, ...range }) => {
      try {
        const found = await files
        return await turn(() => slot(() => this.#write(venue, range, found)))
      } catch (error) {
        stop(error)
        throw error
      }
    }))
    return results.flatMap((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value
    })
  }

  /** Resolves when ROLLER has accepted the order, or has not. */
  async #start (venue: Venue & { readonly timeZone: string }, range: BulkRange): Promise<PendingBulk> {
    let onOrdered = (): void => {}
    const ordered = new Promise<void>((resolve) => { onOrdered = resolve })
    const files = this.#fetch(venue, range, onOrdered)
    await Promise.race([ordered, files.catch(() => {})]) // finish() reads its error
    return { ...range, files }
  }

  async #fetch (venue: Venue & { readonly timeZone: string }, range: BulkRange, onOrdered: () => void): Promise<BulkFiles | null> {
    const { progress } = this.#parts
    const { report: { id } } = range
    let [received, months, since, isOrdered]: [number, number | null, number, boolean] = [0, null, Date.now(), false]
    const report = (): void => {
      progress.bulk(venue.id, id, { state: 'waiting', received, months, seconds: Math.round((Date.now() - since) / 1000) })
    }
    const timer = setInterval(report, REPORTED).unref()
    try {
      const files = await fetchBulk(this.#files, venue, range, {
        onOrdered: ({ from, to, at }) => {
          isOrdered = true
          since = Date.parse(at)
          progress.bulk(venue.id, id, { state: 'ordered', from, to, at })
          onOrdered()
        },
        onMonth: (...counts) => {
          const [before] = [received]
          ;[received, months] = counts
          if (received > before) report()
        }
      })
      progress.bulk(venue.id, id, { state: 'received', records: files.spool.records })
      return files
    } catch (error) {
      await this.#replace(venue, range, error)
      // Only an order whose response was never seen may have been accepted.
      if (!isOrdered) await this.#orders.remove(venue.id, id)
      return null
    } finally {
      clearInterval(timer)
    }
  }

  /** @throws an error that ends the whole export */
  async #replace ({ id }: Venue, { report }: BulkRange, error: unknown): Promise<void> {
    this.#parts.signal.throwIfAborted()
    if (isDiskError(error)) throw error
    if (error instanceof BulkRejected) {
      const order = await this.#orders.read(id, report.id, Date.now())
      if (order !== null) await this.#orders.write(id, report.id, { ...order, rejected: true })
    }
    this.#replaced(id, report.id, reasonOf(error).reason)
  }

  #replaced (venueId: string | null, reportId: string | null, reason: string): void {
    this.#parts.progress.bulk(venueId, reportId, { state: 'replaced by daily reports', reason })
  }

  async #write (venue: Venue, range: BulkRange, files: BulkFiles | null): Promise<Missing[]> {
    if (files === null) return await this.#writeDays(venue, range)
    const { spool, orderedAt: at } = files
    try {
      if (!await this.#isRight(venue, range, files)) return await this.#writeDays(venue, range)
      return await this.#writeDays(venue, range, ({ day }) => ({ records: spool.recordsOf(day ?? ''), at, calls: () => 0 }))
    } finally {
      await spool.remove()
    }
  }

  /** Compares the first, the last and the busiest day with their daily reports. */
  async #isRight (venue: Venue, range: BulkRange, { spool }: BulkFiles): Promise<boolean> {
    const { report, bulk, from, to } = range
    try {
      for (const day of new Set([spool.busiestDay ?? from, from, addDays(to, -1)])) {
        const { records: daily } = dailyReport(this.#parts, venue, { report, day })
        await compareDay(report, bulk, { day, inBulk: spool.recordsOf(day), daily })
      }
      return true
    } catch (error) {
      await this.#replace(venue, range, error)
      return false
    }
  }

  async #writeDays (venue: Venue, range: BulkRange, read?: ReadRecords): Promise<Missing[]> {
    const { options, folder } = this.#parts
    const { report } = range
    const planned = await planOf(venue, { ...options, reports: [report] }, folder)
    if ('reason' in planned) return [planned]
    const jobs = planned.jobs.filter((job) => isCovered(range, job))
    const missing = await new VenueExport(this.#parts, venue, planned.state, jobs, read).run()
    // One that was rejected is remembered: another order would have the same files.
    const order = await this.#orders.read(venue.id, report.id, Date.now())
    if (missing.length === 0 && order?.rejected !== true) await this.#orders.remove(venue.id, report.id)
    return missing
  }
}
