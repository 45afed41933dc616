/** The venue of a connection: parsed from ROLLER's response and stored in Nango, the only store. */
import { Type, type Static } from '@sinclair/typebox'
import { isRecord } from '../util/is-record.ts'
import { Nullable, StringEnum } from '../operations/schema.ts'
import { readTimeZone } from '../time/venue-time.ts'

export const environments = ['live', 'playground'] as const
/** ROLLER has two environments with separate hosts and credentials. */
export type RollerEnvironment = typeof environments[number]

/** Connections are found by these tags. Only the gateway writes tags with this prefix. */
export const RESERVED_PREFIX = 'roller_'
export const VENUE_TAG = 'roller_venue_id'
export const ENVIRONMENT_TAG = 'roller_environment'
/** Identifies the verified entry of credentials, see entry.ts. */
export const ENTRY_TAG = 'roller_entry'
export const RESERVED_TAGS: readonly string[] = [VENUE_TAG, ENVIRONMENT_TAG, ENTRY_TAG]

/** Nango merges metadata by top-level fields, so all data of a venue is in one field. */
export const VENUE_FIELD = 'roller_venue'
/** The venue of the credentials that replaced those of the venue above. */
export const PENDING_FIELD = 'roller_venue_pending'

export const Venue = Type.Object({
  id: Type.String({ description: 'ROLLER\'s id of the venue, the value of Roller-Venue.', examples: ['20981'] }),
  environment: StringEnum(environments, { examples: ['live'] }),
  name: Nullable(Type.String({ examples: ['Brisbane North'] })),
  timeZone: Nullable(Type.String({
    description: 'IANA name; null if ROLLER returns no usable one.', examples: ['Australia/Brisbane']
  })),
  currency: Nullable(Type.String({ examples: ['AUD'] })),
  locale: Nullable(Type.String({ examples: ['en-AU'] }))
}, { $id: 'ConnectedVenue', description: 'The venue from GET /venues/me when it was connected.' })
export type Venue = Static<typeof Venue>

/** @returns null if the response contains no venue */
export function toVenue (response: unknown, environment: RollerEnvironment): Venue | null {
  if (!isRecord(response)) return null
  const id = typeof response.id === 'number' ? String(response.id) : response.id
  if (typeof id !== 'string' || !isVenueId(id)) return null
  return {
    id,
    environment,
    name: text(response.name),
    timeZone: readTimeZone(response),
    currency: text(response.currency),
    locale: text(response.locale)
  }
}

/** Valid as a tag and as a header value: short, without characters that need escaping. */
export function isVenueId (id: string): boolean { return /^[A-Za-z0-9_-]{1,64}$/.test(id) }

export function venueTags ({ id, environment }: Pick<Venue, 'id' | 'environment'>): Record<string, string> {
  return { [VENUE_TAG]: id, [ENVIRONMENT_TAG]: environment }
}

/**
 * The venue of a connection. The metadata takes precedence: it survives new credentials, while a session created elsewhere deletes the
 * tags. The tag is used only if nothing was verified yet.
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

/** Metadata without the gateway's field. */
export function ownMetadata (metadata: Record<string, unknown> | null): Record<string, unknown> | null {
  if (metadata === null) return null
  return Object.fromEntries(Object.entries(metadata).filter(([field]) => !field.startsWith(RESERVED_PREFIX)))
}

export function text (value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 255) : null
}
