/** An export from the list of venues to the summary. */
import { setMaxListeners } from 'node:events'
import type { Roller } from 'fastify-roller'
import { Backfill, type BulkSettings } from './backfill.ts'
import { BulkOrders } from './bulk-order.ts'
import { CHECKS, isCovered, planRanges, type BulkRange } from './bulk-plan.ts'
import { findVenues, type Attempt } from './find-venues.ts'
import { openFolder, type ExportFolder } from './folder.ts'
import { limited } from './limited.ts'
import type { ExportOptions } from './options.ts'
import { patiently } from './patience.ts'
import { estimateCalls, type Venue } from './plan.ts'
import { planOf } from './planned.ts'
import type { ExportProgress } from './progress.ts'
import { noteEnd } from './state.ts'
import { systemTime, type ExportTime } from './time.ts'
import { stateFile, VenueExport, type Missing, type VenueExportParts } from './venue-export.ts'

/** What an export needs of the plugin. */
export type Gateway = Pick<Roller, 'paginate' | 'connections' | 'request' | 'bulkExport' | 'estimateBulkExport'>

export interface RunParts {
  readonly roller: Gateway
  readonly options: ExportOptions
  readonly progress: (venues: number) => ExportProgress | Promise<ExportProgress>
  /** Before there is any progress: the list of connections failed, and is requested again after so many milliseconds. */
  readonly onTrouble?: (code: string, ms: number) => void
  readonly signal: AbortSignal
  readonly time?: ExportTime | undefined
  readonly bulk?: BulkSettings | undefined
}

/** Venues that are exported side by side; through Nango they share its limit, and directly this many are as fast as one process is. */
const VENUES_AT_A_TIME = 50

/** @throws FolderError, the signal's reason, and what ends the whole export */
export async function runExport (
  { roller, options, progress: start, onTrouble = () => {}, signal, time = systemTime, bulk }: RunParts
): Promise<Missing[]> {
  const folder = await openFolder(options.out)
  try {
    const attempt: Attempt = async (call) => await patiently(call, { patience: options.patience, time, signal, onTrouble })
    const { venues, missing } = await findVenues(roller, options, { verify: true, attempt })
    const progress = await start(venues.length)
    // What ends one venue for all, such as a full disk, ends the others.
    const stop = new AbortController()
    const parts = { roller, folder, options, progress, time, signal: AbortSignal.any([signal, stop.signal]) }
    setMaxListeners(0, parts.signal) // each file that is being written has some
    const slot = limited(VENUES_AT_A_TIME)
    const backfill = options.backfill === 'bulk' ? new Backfill(parts, { ...bulk, slot, stop: (error) => { stop.abort(error) } }) : null
    const results = await Promise.allSettled(venues.map(async (venue) => {
      try {
        missing.push(...await exportVenue(parts, venue, slot, backfill))
      } catch (error) {
        stop.abort(error)
        throw error
      }
    }))
    progress.close()
    if (results.some(({ status }) => status === 'rejected')) throw stop.signal.reason
    return missing
  } finally {
    await folder.release().catch(() => {}) // a full disk is reported already
  }
}

/** A venue that only waits for bulk exports occupies no slot. */
async function exportVenue (
  parts: VenueExportParts, venue: Venue, slot: ReturnType<typeof limited>, backfill: Backfill | null
): Promise<Missing[]> {
  const bulk = await backfill?.order(venue) ?? []
  const missing = await slot(async () => {
    parts.signal.throwIfAborted()
    const planned = await planOf(venue, parts.options, parts.folder)
    if ('reason' in planned) return planned
    parts.progress.begin(venue, planned.jobs.length)
    const daily = planned.jobs.filter((job) => !bulk.some((range) => isCovered(range, job)))
    return await new VenueExport(parts, venue, planned.state, daily).run()
  })
  if ('reason' in missing) return [missing]
  if (backfill !== null && bulk.length > 0) missing.push(...await backfill.finish(venue, bulk))
  await noteEnd(stateFile(parts.folder, venue.id), missing.length === 0)
  parts.progress.end(venue.id, missing.reduce((sum, { days }) => sum + days.length, 0))
  return missing
}

export interface Estimate {
  readonly venue: Venue
  readonly files: number
  readonly calls: number
  /** Of the monthly allowance. */
  readonly units: number
  /** Bulk exports to be ordered. */
  readonly orders: number
}

/** What an export would take. Nothing is sent to ROLLER. */
export async function estimateExport (
  roller: Gateway, options: ExportOptions, folder: Pick<ExportFolder, 'own'>, bulk?: BulkSettings
): Promise<{ estimates: Estimate[], missing: Missing[] }> {
  const { venues, missing } = await findVenues(roller, options, { verify: false, attempt: async (call) => await call() })
  const orders = options.backfill === 'bulk' && bulk?.unavailable === undefined ? new BulkOrders(folder) : null
  const estimates: Estimate[] = []
  for (const venue of venues) {
    const planned = await planOf(venue, options, folder)
    if ('reason' in planned) missing.push(planned)
    else {
      const ranges = orders === null || venue.timeZone === null ? [] : await planRanges(venue.id, planned.jobs, orders, Date.now(), roller)
      const daily = planned.jobs.filter((job) => !ranges.some((range) => isCovered(range, job)))
      const calls = estimateCalls(daily, planned.state, options) + ranges.length * CHECKS
      estimates.push({ venue, files: planned.jobs.length, ...withOrders(calls, ranges, roller) })
    }
  }
  return { estimates, missing }
}

function withOrders (calls: number, ranges: readonly BulkRange[], roller: Gateway): Pick<Estimate, 'calls' | 'units' | 'orders'> {
  const ordered = ranges.filter(({ order }) => order === null)
  const months = ordered.map(({ from, to }) => roller.estimateBulkExport({ startDate: from, endDate: to }).units)
  return { calls: calls + ordered.length, units: calls + months.reduce((sum, units) => sum + units, 0), orders: ordered.length }
}
