/** Which venue a connection belongs to, as ROLLER says it, and where Nango keeps it: Nango is the only store there is. */
import { Type, type Static } from '@sinclair/typebox'
import { isRecord } from '../util/is-record.ts'
import { Nullable, StringEnum } from '../operations/schema.ts'
import { readTimeZone } from '../time/venue-time.ts'

export const environments = ['live', 'playground'] as const
/** ROLLER has two, with hosts and keys of their own. */
export type RollerEnvironment = typeof environments[number]

/** Connections are found by these tags. Only the gateway writes tags with this prefix. */
export const RESERVED_PREFIX = 'roller_'
export const VENUE_TAG = 'roller_venue_id'
export const ENVIRONMENT_TAG = 'roller_environment'
/** Names the entry of credentials that was verified, see entry.ts. */
export const ENTRY_TAG = 'roller_entry'
export const RESERVED_TAGS: readonly string[] = [VENUE_TAG, ENVIRONMENT_TAG, ENTRY_TAG]

/** Nango merges metadata by its top fields, so all that is known of a venue is one field. */
export const VENUE_FIELD = 'roller_venue'
/** The venue whose credentials were entered in place of those of the venue above. */
export const PENDING_FIELD = 'roller_venue_pending'

export const Venue = Type.Object({
  id: Type.String({ description: 'ROLLER\'s id of the venue; Roller-Venue takes it.', examples: ['20981'] }),
  environment: StringEnum(environments, { examples: ['live'] }),
  name: Nullable(Type.String({ examples: ['Brisbane North'] })),
  timeZone: Nullable(Type.String({
    description: 'IANA name; null where ROLLER gives none that can be used.', examples: ['Australia/Brisbane']
  })),
  currency: Nullable(Type.String({ examples: ['AUD'] })),
  locale: Nullable(Type.String({ examples: ['en-AU'] }))
}, { $id: 'ConnectedVenue', description: 'What GET /venues/me said when the venue was connected.' })
export type Venue = Static<typeof Venue>

/** @returns null when the answer names no venue */
export function toVenue (answer: unknown, environment: RollerEnvironment): Venue | null {
  if (!isRecord(answer)) return null
  const id = typeof answer.id === 'number' ? String(answer.id) : answer.id
  if (typeof id !== 'string' || !isVenueId(id)) return null
  return {
    id, environment, name: text(answer.name), timeZone: readTimeZone(answer), currency: text(answer.currency), locale: text(answer.locale)
  }
}

/** A tag's value, and a header's: short, and of characters that need no care anywhere. */
export function isVenueId (id: string): boolean { return /^[A-Za-z0-9_-]{1,64}$/.test(id) }

export function venueTags ({ id, environment }: Pick<Venue, 'id' | 'environment'>): Record<string, string> {
  return { [VENUE_TAG]: id, [ENVIRONMENT_TAG]: environment }
}

/**
 * The venue a connection is known by. The metadata decides: it survives whatever enters credentials, while a session made elsewhere wipes
 * the tags. The tag alone counts where nothing was verified yet.
 */
export function readVenue (tags: Readonly<Record<string, string>>, metadata: unknown): Venue | null {
  const kept = isRecord(metadata) && isRecord(metadata[VENUE_FIELD]) ? metadata[VENUE_FIELD] : {}
  const id = typeof kept.id === 'string' && isVenueId(kept.id) ? kept.id : null
  const tag = tags[VENUE_TAG] ?? null
  if (id === null && tag === null) return null
  const environment = (tags[ENVIRONMENT_TAG] ?? kept.environment) === 'playground' ? 'playground' : 'live'
  if (id === null) return { id: String(tag), environment, name: null, timeZone: null, currency: null, locale: null }
  return { id, environment, name: text(kept.name), timeZone: text(kept.timeZone), currency: text(kept.currency), locale: text(kept.locale) }
}

/** Metadata without what the gateway keeps in it. */
export function ownMetadata (metadata: Record<string, unknown> | null): Record<string, unknown> | null {
  if (metadata === null) return null
  return Object.fromEntries(Object.entries(metadata).filter(([field]) => !field.startsWith(RESERVED_PREFIX)))
}

export function text (value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 255) : null
}
