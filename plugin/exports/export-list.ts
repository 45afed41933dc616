/** What an export into a folder has fetched, for `GET /exports`. */
import { Type, type Static } from '@sinclair/typebox'
import { Nullable } from '../operations/schema.ts'

const FetchedReport = Type.Object({
  venueId: Type.String({ examples: ['49814'] }),
  venueName: Nullable(Type.String()),
  report: Type.String({ examples: ['bookingitems'] }),
  format: Type.String({ description: 'The end of the files\' names.', examples: ['ndjson.gz'] }),
  lastFetchedAt: Type.String({ description: 'ISO 8601: when the latest file was requested from ROLLER.' }),
  lastDay: Nullable(Type.String(), { description: 'The latest day; null for a report without days.', examples: ['2026-11-27'] }),
  files: Type.Integer(),
  unfinishedSince: Nullable(Type.String(), {
    description: 'ISO 8601: start of the venue\'s export that is running, or that was killed or interrupted.'
  }),
  incompleteSince: Nullable(Type.String(), {
    description: 'ISO 8601: start of the first export that has ended with files of the venue missing; null after one that has fetched all.'
  })
})

export const ExportList = Type.Object({
  exports: Type.Array(FetchedReport),
  unreadable: Type.Array(Type.Object({ venueId: Type.String(), detail: Type.String() }), {
    description: 'Venues whose state cannot be read.'
  })
}, { $id: 'ExportList' })
export type ExportList = Static<typeof ExportList>

/** Null: no export has been written. */
export type ReadExports = () => Promise<ExportList | null>
