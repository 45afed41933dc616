/** A connection with the state that the gateway needs. All other fields of Nango's object are dropped, above all the credentials. */
import { isRecord } from '../util/is-record.ts'
import { hasRoomForVenue, toConnection, type Connection } from './connection.ts'
import {
  isStaleSession, isTagsOnly, isVerificationEntry, ownTags, readPending, readVerified, TAGS_FIELD, type ClientIds, type PendingVenue
} from './entry.ts'
import { ENTRY_TAG, readVenue, RESERVED_PREFIX, VENUE_TAG } from './venue.ts'

/**
 * `changed`: credentials of another venue were entered, and the venue is not confirmed yet. `unverified`: the venue must be requested from
 * ROLLER.
 */
export type Verification = 'verified' | 'changed' | 'unverified'

export interface ConnectionState {
  readonly connection: Connection
  readonly verification: Verification
  /** The tag that identifies the entry of credentials; empty after new credentials replaced the tags. */
  readonly entry: string
  /** True if tags were changed since the venue was last verified, and no credentials were entered. */
  readonly tagsOnly: boolean
  /** True if a verification has begun with `entry` and is not complete: no credentials were entered since. */
  readonly begun: boolean
  /** Keyed hash of the Client ID; null if this read does not contain it. */
  readonly client: string | null
  /**
   * The key of the rate limits that calls count against: the Client ID that was stored with the verification, otherwise the venue. Every
   * read of a verified connection gives the same one, whether it contains the credentials or not: two keys would be two limits.
   */
  readonly credential: string
  /** Ids of the errors that Nango reports for the credentials; empty if there are none. */
  readonly errorId: string
  readonly updatedAt: string
  /** Epoch milliseconds of the clock when this read began. */
  readonly asOf: number
}

export interface StateReader {
  readonly clientIds: ClientIds
  readonly now: () => number
}

/** @param asOf when the read began; later results take precedence */
export function readState ({ clientIds }: Pick<StateReader, 'clientIds'>, raw: unknown, asOf: number): ConnectionState {
  const row = isRecord(raw) ? raw : {}
  const metadata = isRecord(row.metadata) ? row.metadata : null
  const written = onlyStrings(row.tags)
  const entry = written[ENTRY_TAG] ?? ''
  const tags = effectiveTags(written, metadata, entry)
  const credentials = isRecord(row.credentials) ? row.credentials : {}
  const client = typeof credentials.client_id === 'string' ? clientIds.hash(credentials.client_id) : null
  const verified = readVerified(metadata)
  const pending = readPending(metadata)
  const venue = readVenue(written, metadata)
  const isOf = (kept: { entry: string, client: string | null } | null): boolean =>
    kept !== null && kept.entry === entry && clientIds.mayBeSame(kept.client, client)
  // A venue that Roller-Venue would find by the tag of another venue is not verified either.
  const isVerified = isOf(verified) && venue !== null && written[VENUE_TAG] === venue.id
  const verification = isOf(pending) ? 'changed' : isVerified ? 'verified' : 'unverified'
  const pendingVenue: PendingVenue | null = verification === 'changed' && pending !== null ? { id: pending.id, name: pending.name } : null
  const unverified = verification === 'unverified'
  const tagsOnly = isTagsOnly(entry) && clientIds.mayBeSame(verified?.client ?? null, client) // another program may have copied the tag
  const connection = toConnection(row, { tags, venue, pendingVenue, unverified, hasRoom: hasRoomForVenue(tags) })
  const stored = (verification === 'changed' ? pending : verified)?.client ?? null
  const [error] = Array.isArray(row.errors) ? row.errors : []
  return {
    connection,
    verification,
    entry,
    tagsOnly,
    begun: isVerificationEntry(entry) && isTagsOnly(entry) === tagsOnly && ![verified?.entry, pending?.entry].includes(entry),
    client,
    credential: credentialOf(connection, unverified ? client ?? stored : stored),
    errorId: isRecord(error) ? String(error.log_id ?? '') : '',
    updatedAt: String(row.updated_at ?? ''),
    asOf
  }
}

/** A reconnect link created before the connection was moved must not restore the old tags. */
function effectiveTags (written: Record<string, string>, metadata: Record<string, unknown> | null, entry: string): Record<string, string> {
  const kept = isRecord(metadata?.[TAGS_FIELD]) ? onlyStrings(metadata[TAGS_FIELD]) : null
  const { [ENTRY_TAG]: _, ...tags } = written
  if (kept === null || !isStaleSession(entry, kept)) return tags
  return { ...ownTags(kept), ...Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith(RESERVED_PREFIX))) }
}

function credentialOf ({ connectionId, venue }: Connection, client: string | null): string {
  if (client !== null) return `client:${client}`
  return venue === null ? `connection:${connectionId}` : `venue:${venue.environment}/${venue.id}`
}

function onlyStrings (value: unknown): Record<string, string> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
