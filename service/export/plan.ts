/** Which days of a venue are to be fetched: those that are missing, and those that may have changed since. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from 'fastify-roller/internal'
import { addDays, dayBounds, toVenueDate, venueDays } from 'fastify-roller/time'
import { extensionOf } from './day-file.ts'
import type { ExportOptions } from './options.ts'
import type { VenueState } from './state.ts'

export interface Venue {
  readonly id: string
  readonly name: string | null
  readonly connectionId: string
  /** Null where ROLLER gives none that can be used. */
  readonly timeZone: string | null
}

/** One file to be written. */
export interface Job {
  readonly report: Report
  /** Null for a report without days. */
  readonly day: string | null
  /** The day is over for `overlap` days: fetched now, it is not fetched again. False for a list. */
  readonly isFinal: boolean
  /** ISO 8601: when it last failed. Null if it never has, or was fetched since. */
  readonly failedAt: string | null
  /** In the folder of the export. */
  readonly path: string
}

/** The last place on earth where a day ends: what is over there is over at a venue whose zone is not known. */
const LAST_ZONE = 'Etc/GMT+12'
const DAY_MS = 86_400_000
/** An interrupted run continues within this time: later, the fetched days may be out of date. Milliseconds. */
const RESUMABLE = 6 * 3_600_000
/** The name of a report without days. */
export const WHOLE = 'all'

export async function planVenue (venue: Venue, state: VenueState, options: ExportOptions, now: number): Promise<Job[]> {
  const zone = venue.timeZone ?? LAST_ZONE
  const today = toVenueDate(now, zone)
  const end = options.to ?? today
  const extension = extensionOf(options)
  // The present day may be requested, and is then fetched again; days to come have no records.
  const last = end > addDays(today, 1) ? addDays(today, 1) : end
  const resumed = Date.parse(state.unfinishedSince ?? state.incompleteSince ?? '')
  const isFresh = (at: number): boolean => now - resumed < RESUMABLE && at >= resumed
  const days = (options.from === null ? [] : venueDays(options.from, last))
    .map((day) => ({ day, final: dayBounds(day, zone).end.epochMilliseconds + options.overlap * DAY_MS }))

  const jobs: Job[] = []
  for (const report of options.reports) {
    const known = state.reports[report.id]?.[extension] ?? {}
    const folder = join(report.id, `venue=${venue.id}`)
    const files = new Set(await readdir(join(options.out, folder)).catch(() => []))
    const add = (day: string | null, final: number): void => {
      const name = `${day === null ? WHOLE : `day=${day}`}.${extension}`
      const at = Date.parse(known[day ?? WHOLE]?.at ?? '')
      // A time to come is that of a clock that was ahead: the day may have changed since.
      const isDone = files.has(name) && at <= now && (at >= final || isFresh(at))
      const failedAt = state.failures[report.id]?.[day ?? WHOLE] ?? null
      if (!isDone) jobs.push({ report, day, isFinal: final <= now, failedAt, path: join(folder, name) })
    }
    if (report.kind === 'list') add(null, Infinity)
    else for (const { day, final } of days) add(day, final)
  }
  // Lists, then day by day, the latest first: however many old days fail, the new ones come before them. What has failed in an earlier run
  // is tried last, and in turn.
  return jobs.sort((one, other) => compare(one.failedAt ?? '', other.failedAt ?? '') || compare(other.day ?? LISTS, one.day ?? LISTS))
}

/** After every day. */
const LISTS = '~'

function compare (one: string, other: string): number { return one < other ? -1 : one > other ? 1 : 0 }

/** Calls that the jobs will take: one for each, or as many as the report's days have taken so far. */
export function estimateCalls (jobs: readonly Job[], state: VenueState, options: ExportOptions): number {
  const averages = new Map<string, number>()
  for (const { report: { id } } of jobs) {
    if (averages.has(id)) continue
    const known = Object.values(state.reports[id]?.[extensionOf(options)] ?? {})
    averages.set(id, Math.max(1, known.reduce((sum, { calls }) => sum + calls, 0) / Math.max(1, known.length)))
  }
  return Math.ceil(jobs.reduce((sum, { report: { id } }) => sum + (averages.get(id) ?? 1), 0))
}
