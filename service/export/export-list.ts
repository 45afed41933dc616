/** Reads from the state of an export what it has fetched. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportList, ReadExports } from 'fastify-roller/internal'
import { STATE_FOLDER } from './folder.ts'
import { WHOLE } from './plan.ts'
import { readState, StateError, type VenueState } from './state.ts'

const STATE_FILE = /^venue=(.+)\.json$/

interface Read {
  readonly version: string
  readonly list: ExportList
}

/** A file is read again when it has changed: the metrics read all of them every few seconds. */
export function exportReader (folder: string): ReadExports {
  let known = new Map<string, Read>()
  return async () => {
    const path = join(folder, STATE_FOLDER)
    const names = await readdir(path).catch(() => [])
    const read = new Map<string, Read>()
    for (const name of names) {
      const [, venueId] = STATE_FILE.exec(name) ?? []
      if (venueId === undefined) continue
      const file = join(path, name)
      const { mtimeMs, size, ino } = await stat(file).catch(() => ({ mtimeMs: 0, size: 0, ino: 0 }))
      const version = `${mtimeMs} ${size} ${ino}`
      const before = known.get(name)
      read.set(name, before?.version === version ? before : { version, list: await readVenue(file, venueId) })
    }
    known = read
    if (read.size === 0) return null
    const lists = [...read.values()].map(({ list }) => list)
    return { exports: lists.flatMap((list) => list.exports), unreadable: lists.flatMap((list) => list.unreadable) }
  }
}

async function readVenue (file: string, venueId: string): Promise<ExportList> {
  try {
    const state = await readState(file)
    return { exports: state === null ? [] : fetchedReports(state), unreadable: [] }
  } catch (error) {
    // No path leaves the service.
    const reason = error instanceof StateError ? `The state ${error.how}.` : 'The state cannot be read.'
    const detail = `${reason} Delete .roller-export/venue=${venueId}.json: the next export then fetches the venue's days again.`
    return { exports: [], unreadable: [{ venueId, detail }] }
  }
}

function fetchedReports ({ venue, name, reports, unfinishedSince, incompleteSince }: VenueState): ExportList['exports'] {
  return Object.entries(reports).flatMap(([report, formats]) => Object.entries(formats).map(([format, days]) => {
    const last = Object.keys(days).reduce((latest, day) => day > latest ? day : latest, '')
    return {
      venueId: venue,
      venueName: name,
      report,
      format,
      lastFetchedAt: Object.values(days).reduce((latest, { at }) => at > latest ? at : latest, ''),
      lastDay: last === WHOLE ? null : last,
      files: Object.keys(days).length,
      unfinishedSince,
      incompleteSince
    }
  }))
}
