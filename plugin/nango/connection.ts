/** A connection in the form that callers get: without credentials, secrets and tokens. */
import { Type, type Static } from '@sinclair/typebox'
import { RollerError } from '../errors.ts'
import { Nullable, StringEnum } from '../operations/schema.ts'
import { isRecord } from '../util/is-record.ts'
import type { PendingVenue } from './entry.ts'
import { ownMetadata, RESERVED_PREFIX, RESERVED_TAGS, Venue } from './venue.ts'

export const MAX_TAGS = 10
/** The others are the venue's. */
export const MAX_OWN_TAGS = MAX_TAGS - RESERVED_TAGS.length

/** Nango's rules: at most 10 tags, keys begin with a letter, values have 1 to 255 characters. Nango stores keys in lower case. */
export const TagName = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_./-]{0,63}$' })
const TagValue = Type.String({ minLength: 1, maxLength: 255 })
export const Tags = Type.Record(TagName, TagValue, {
  additionalProperties: false,
  maxProperties: MAX_OWN_TAGS,
  description: `Identifiers for filtering connections, such as the tenant. At most ${MAX_OWN_TAGS}: Nango keeps ${MAX_TAGS}, of which ` +
    `the venue takes ${RESERVED_TAGS.length}. Keys are stored in lower case.`,
  examples: [{ organization_id: 'acme' }]
})
export type Tags = Static<typeof Tags>

/** Tags in the form that Nango stores. Of two keys that differ in case only, the later one wins. */
export function lowerKeys<V> (tags: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]))
}

/** True if `tags` has all wanted ones. Both in the form that Nango stores. */
export function hasTags (tags: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key] === value)
}

export const Metadata = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Any further data stored with the connection.',
  examples: [{ region: 'north' }]
})

export const warnings = ['venue-connected-twice', 'venue-changed', 'venue-unverified', 'no-room-for-venue'] as const

export const Connection = Type.Object({
  connectionId: Type.String({ description: 'Send it as the header Connection-Id.', examples: ['demo-venue'] }),
  integrationId: Type.String({ description: 'Unique key of the integration in Nango.', examples: ['roller'] }),
  status: StringEnum(['connected', 'reconnect-required', 'cooling-off'], {
    description: 'reconnect-required: ROLLER rejects the credentials; reconnect with POST /connect-session/reconnect. ' +
      'cooling-off: ROLLER returned 429, and calls are rejected for up to a minute.'
  }),
  venue: Nullable(Venue),
  pendingVenue: Nullable(Type.Object({
    id: Type.String({ description: 'Send it to POST /connections/{id}/confirm-venue.', examples: ['20982'] }),
    name: Nullable(Type.String({ examples: ['Brisbane South'] }))
  }), { description: 'The venue whose credentials replaced those of `venue`; null if there is none.' }),
  warnings: Type.Array(StringEnum(warnings), {
    description: 'venue-connected-twice: another connection belongs to the same venue; Roller-Venue uses the newest healthy one. ' +
      'venue-changed: credentials of another venue were entered; calls are rejected until POST /connections/{id}/confirm-venue. ' +
      'venue-unverified: the venue of new credentials is not verified yet; the next call verifies it. ' +
      'no-room-for-venue: too many tags to store the venue; calls are rejected until PATCH /connections/{id} removes some.'
  }),
  tags: Type.Record(Type.String(), Type.String()),
  metadata: Nullable(Type.Record(Type.String(), Type.Unknown())),
  createdAt: Type.String({ description: 'ISO 8601.', examples: ['2026-11-01T09:30:00.000Z'] })
}, { $id: 'Connection', description: 'The connection of one venue.' })
export type Connection = Static<typeof Connection>

/** State of a connection beyond Nango's own fields. */
export interface ConnectionFacts {
  readonly tags: Readonly<Record<string, string>>
  readonly venue: Venue | null
  readonly pendingVenue: PendingVenue | null
  readonly unverified: boolean
  readonly hasRoom: boolean
}

/** Converts Nango's connection object, in either shape that its API returns, to the form for callers. */
export function toConnection (
  row: Readonly<Record<string, unknown>>, { tags, venue, pendingVenue, unverified, hasRoom }: ConnectionFacts
): Connection {
  const errors = Array.isArray(row.errors) ? row.errors : []
  return {
    connectionId: String(row.connection_id ?? ''),
    integrationId: String(row.provider_config_key ?? ''),
    status: errors.some((error) => isRecord(error) && error.type === 'auth') ? 'reconnect-required' : 'connected',
    venue,
    pendingVenue,
    warnings: [
      ...(pendingVenue === null ? [] : ['venue-changed' as const]),
      ...(unverified ? ['venue-unverified' as const] : []),
      ...(hasRoom ? [] : ['no-room-for-venue' as const])
    ],
    tags: { ...tags },
    metadata: ownMetadata(isRecord(row.metadata) ? row.metadata : null),
    createdAt: isoDate(row.created ?? row.created_at)
  }
}

export function hasRoomForVenue (tags: Readonly<Record<string, string>>): boolean {
  return new Set([...Object.keys(tags), ...RESERVED_TAGS]).size <= MAX_TAGS
}

/** Tags and fields that only the gateway writes: a caller that could write them could take over another venue's connection. */
export function isReserved (key: string): boolean { return key.toLowerCase().startsWith(RESERVED_PREFIX) }

interface Written {
  readonly tags?: Readonly<Record<string, unknown>>
  readonly metadata?: Readonly<Record<string, unknown>>
}

/**
 * Checks the tags and metadata that a caller wants to write.
 * @throws RollerError ROLLER_ERR_VALIDATION for reserved names, or if the gateway's own tags would exceed the limit of 10
 */
export function checkWritten ({ tags = {}, metadata = {} }: Written): void {
  const errors = [
    ...Object.keys(tags).filter(isReserved).map((key) => `/body/tags/${key}`),
    ...Object.keys(metadata).filter(isReserved).map((key) => `/body/metadata/${key}`)
  ].map((pointer) => ({ pointer, detail: 'is reserved for the gateway' }))
  const wanted = Object.values(tags).filter((value) => value !== null).length
  if (wanted > MAX_OWN_TAGS) {
    const room = `Nango keeps ${MAX_TAGS}, of which the venue takes ${RESERVED_TAGS.length}: send at most ${MAX_OWN_TAGS}`
    errors.push({ pointer: '/body/tags', detail: `holds ${wanted} tags. ${room}` })
  }
  if (errors.length > 0) throw new RollerError('ROLLER_ERR_VALIDATION', { errors })
}

function isoDate (value: unknown): string {
  const date = new Date(typeof value === 'string' || typeof value === 'number' ? value : NaN)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
