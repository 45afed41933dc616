/** An export from the list of venues to the summary. */
import { setMaxListeners } from 'node:events'
import type { Roller } from 'fastify-roller'
import { readTimeZone } from 'fastify-roller/time'
import { reasonOf } from './failures.ts'
import { openFolder, type ExportFolder } from './folder.ts'
import type { ExportOptions } from './options.ts'
import { estimateCalls, planVenue, type Job, type Venue } from './plan.ts'
import type { ExportProgress } from './progress.ts'
import { newState, readState, type VenueState } from './state.ts'
import { stateFile, systemTime, VenueExport, type ExportTime, type Missing } from './venue-export.ts'

/** What an export needs of the plugin. */
export type Gateway = Pick<Roller, 'paginate' | 'connections' | 'request'>

export interface RunParts {
  readonly roller: Gateway
  readonly options: ExportOptions
  readonly progress: (venues: number) => ExportProgress | Promise<ExportProgress>
  readonly signal: AbortSignal
  readonly time?: ExportTime | undefined
}

/** Venues that are exported side by side; through Nango they share its limit, and directly this many are as fast as one process is. */
const VENUES_AT_A_TIME = 50

/** @throws FolderError, the signal's reason, and what ends the whole export */
export async function runExport ({ roller, options, progress: start, signal, time = systemTime }: RunParts): Promise<Missing[]> {
  const folder = await openFolder(options.out)
  try {
    const { venues, missing } = await findVenues(roller, options)
    const progress = await start(venues.length)
    // What ends one venue for all, such as a full disk, ends the others.
    const stop = new AbortController()
    const parts = { roller, folder, options, progress, time, signal: AbortSignal.any([signal, stop.signal]) }
    setMaxListeners(0, parts.signal) // each file that is being written has some
    const queue = [...venues]
    const work = async (): Promise<void> => {
      for (let venue = queue.shift(); venue !== undefined; venue = queue.shift()) {
        parts.signal.throwIfAborted()
        try {
          missing.push(...await exportVenue(parts, venue))
        } catch (error) {
          stop.abort(error)
          throw error
        }
      }
    }
    const results = await Promise.allSettled(Array.from({ length: Math.min(VENUES_AT_A_TIME, queue.length) }, work))
    progress.close()
    if (signal.aborted) throw signal.reason
    if (results.some(({ status }) => status === 'rejected')) throw stop.signal.reason
    return missing
  } finally {
    await folder.release().catch(() => {}) // a full disk is reported already
  }
}

async function exportVenue (parts: ConstructorParameters<typeof VenueExport>[0], venue: Venue): Promise<Missing[]> {
  const planned = await planOf(venue, parts.options, parts.folder)
  if ('reason' in planned) return [planned]
  const { state, jobs } = planned
  return await new VenueExport(parts, venue, state, jobs).run()
}

interface Planned { readonly state: VenueState, readonly jobs: Job[] }

async function planOf (venue: Venue, options: ExportOptions, folder: Pick<ExportFolder, 'own'>): Promise<Planned | Missing> {
  try {
    const state = await readState(stateFile(folder, venue.id)) ?? newState(venue.id, venue.name)
    return { state, jobs: await planVenue(venue, state, options, Date.now()) }
  } catch (error) {
    const { reason } = reasonOf(error)
    return { venue: venue.id, report: null, days: [], reason, whatToDo: 'Do as the reason says, and run the same command again.' }
  }
}

export interface Estimate {
  readonly venue: Venue
  readonly files: number
  readonly calls: number
}

/** What an export would take. Nothing is sent to ROLLER. */
export async function estimateExport (
  roller: Gateway, options: ExportOptions, folder: Pick<ExportFolder, 'own'>
): Promise<{ estimates: Estimate[], missing: Missing[] }> {
  const { venues, missing } = await findVenues(roller, options, false)
  const estimates: Estimate[] = []
  for (const venue of venues) {
    const planned = await planOf(venue, options, folder)
    if ('reason' in planned) missing.push(planned)
    else estimates.push({ venue, files: planned.jobs.length, calls: estimateCalls(planned.jobs, planned.state, options) })
  }
  return { estimates, missing }
}

const HEALTHY = 'connected'

/** Of several connections of a venue the newest that works. */
async function findVenues (roller: Gateway, { venues: wanted, tags }: ExportOptions, verify = true): Promise<{
  venues: Venue[], missing: Missing[]
}> {
  const found = new Map<string, Venue & { readonly healthy: boolean, readonly createdAt: string }>()
  const missing: Missing[] = []
  for (let page: number | null = 0; page !== null;) {
    const { connections, nextPage } = await roller.connections.list({ tags, limit: 1000, page })
    const verified = verify ? await askVenues(roller, connections.filter(({ venue }) => venue === null), missing) : null
    for (const { connectionId, venue, status, createdAt } of connections) {
      const known = venue ?? (verified === null ? { id: connectionId, name: null, timeZone: null } : verified.get(connectionId) ?? null)
      if (known === null || (wanted !== null && !wanted.includes(known.id))) continue
      const one = { ...known, connectionId, createdAt, healthy: status === HEALTHY }
      const other = found.get(known.id)
      const isBetter = other === undefined || (one.healthy !== other.healthy ? one.healthy : one.createdAt > other.createdAt)
      if (isBetter) found.set(known.id, one)
    }
    page = nextPage
  }
  for (const id of wanted ?? []) {
    if (!found.has(id)) {
      missing.push({
        venue: id, report: null, days: [], reason: 'No connection is of this venue.', whatToDo: 'Check --venues and --tags, or connect it.'
      })
    }
  }
  if (wanted !== null) return { venues: [...found.values()], missing: missing.filter(({ venue }) => wanted.includes(venue)) }
  return { venues: [...found.values()], missing }
}

/** Verifications at a time: each is some calls to Nango and one to ROLLER. */
const CONCURRENT_VENUES = 10

type VenueFacts = Pick<Venue, 'id' | 'name' | 'timeZone'>

/** Venues of connections that are not verified yet. */
async function askVenues (
  roller: Gateway, connections: readonly { readonly connectionId: string }[], missing: Missing[]
): Promise<Map<string, VenueFacts | null>> {
  const found = new Map<string, VenueFacts | null>()
  const queue = [...connections]
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_VENUES, queue.length) }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      found.set(next.connectionId, await askVenue(roller, next.connectionId, missing))
    }
  }))
  return found
}

async function askVenue (
  roller: Gateway, connectionId: string, missing: Missing[]
): Promise<VenueFacts | null> {
  try {
    const { id, name = null, ...rest } = await roller.request('GET /venues/me', { connectionId })
    if (id !== undefined) return { id: String(id), name, timeZone: readTimeZone(rest) }
    throw new Error('ROLLER gives no id of the venue.')
  } catch (error) {
    missing.push({ venue: connectionId, report: null, days: [], ...reasonOf(error) })
    return null
  }
}
