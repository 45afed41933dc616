/**
 * Identifies the entry of credentials for which a connection's venue was verified.
 *
 * Nango changes neither `updated_at` nor the metadata when credentials are entered again; it replaces the tags by those of the session. So
 * a verification writes a random value into a tag, requests the venue from ROLLER, and only then writes the same value into the metadata.
 * No session contains that value: entering credentials removes it, tag and metadata differ, and calls are rejected until the venue is
 * verified again. A value for each session would not be enough: a session can be used twice. All of it is stored in Nango, so it survives
 * restarts and applies to every replica.
 *
 * New tags make a connection unverified as well, because credentials may be entered while they are written. They are written with another
 * kind of value, which the following verifications keep: it shows that no credentials were entered since the venue was last verified.
 *
 * With a key that may read credentials, a keyed hash of the Client ID is stored too: a session created elsewhere may have copied the tag.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { isRecord } from '../util/is-record.ts'
import { isVenueId, PENDING_FIELD, RESERVED_PREFIX, text, type Venue } from './venue.ts'

/** The verified entry: `{ entry, client? }`. */
export const VERIFIED_FIELD = 'roller_verified'
/** The tags as this gateway last wrote them, without its own. */
export const TAGS_FIELD = 'roller_tags'

const VERIFICATION = /^[vt]\.[\w-]{16,64}$/
const TAGS_ONLY = /^t\./
const SESSION = /^s\.[\w-]{16,64}$/

/** The metadata of one entry of credentials. */
export interface KeptEntry {
  readonly entry: string
  /** Keyed hash of the Client ID; null if unknown: the key may not read credentials, and they were not entered here. */
  readonly client: string | null
}

/** A venue that waits for confirmation as the replacement of the known one. */
export interface PendingVenue extends Pick<Venue, 'id' | 'name'> {}

/** @param tagsOnly since the venue was last verified, tags were changed and no credentials entered */
export function newEntry (tagsOnly = false): string { return `${tagsOnly ? 't' : 'v'}.${randomBytes(18).toString('base64url')}` }

/** True for a value that was written with new tags, or by a verification since: no credentials were entered in between. */
export function isTagsOnly (entry: string): boolean { return TAGS_ONLY.test(entry) }

/** True for a value written by a verification: no credentials were entered since. */
export function isVerificationEntry (entry: string): boolean { return VERIFICATION.test(entry) }

/**
 * The value of the tag in a reconnect session: a digest of the connection's tags when the session was created. It detects links that were
 * created before the tags changed.
 */
export function sessionEntry (tags: Readonly<Record<string, string>>): string { return `s.${digestOf(ownTags(tags))}` }

/** True for credentials that were entered through a reconnect session created before the connection's tags changed. */
export function isStaleSession (entry: string, kept: Readonly<Record<string, string>> | null): boolean {
  return kept !== null && SESSION.test(entry) && entry !== sessionEntry(kept)
}

/** Tags without those that the gateway writes. */
export function ownTags (tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith(RESERVED_PREFIX)))
}

export function readVerified (metadata: unknown): KeptEntry | null {
  return readKept(isRecord(metadata) ? metadata[VERIFIED_FIELD] : null)
}

export function readPending (metadata: unknown): (PendingVenue & KeptEntry) | null {
  const raw = isRecord(metadata) ? metadata[PENDING_FIELD] : null
  const kept = readKept(raw)
  if (kept === null || !isRecord(raw) || typeof raw.id !== 'string' || !isVenueId(raw.id)) return null
  return { ...kept, id: raw.id, name: text(raw.name) }
}

/** Keyed hashes of Client IDs. Hashes made with different Nango keys cannot be compared; the first part identifies the key. */
export class ClientIds {
  readonly #key: Buffer
  readonly #name: string

  constructor (secretKey: string, integrationId: string) {
    this.#key = createHmac('sha256', secretKey).update(`fastify-roller client id\n${integrationId}`).digest()
    this.#name = createHash('sha256').update(this.#key).digest('base64url').slice(0, 6)
  }

  hash (clientId: string): string {
    return `${this.#name}.${createHmac('sha256', this.#key).update(clientId).digest('base64url').slice(0, 22)}`
  }

  /** False only if both were made with this key and from different Client IDs. */
  mayBeSame (one: string | null, other: string | null): boolean {
    if (one === null || other === null || one === other) return true
    return !one.startsWith(`${this.#name}.`) || !other.startsWith(`${this.#name}.`)
  }
}

function readKept (raw: unknown): KeptEntry | null {
  if (!isRecord(raw) || typeof raw.entry !== 'string' || !isVerificationEntry(raw.entry)) return null
  return { entry: raw.entry, client: typeof raw.client === 'string' && raw.client.length <= 64 ? raw.client : null }
}

function digestOf (tags: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(tags).sort(([a], [b]) => a < b ? -1 : 1)
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 22)
}
