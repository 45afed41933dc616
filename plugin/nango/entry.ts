/**
 * Which entry of credentials a connection's venue was verified for.
 *
 * Nango changes neither `updated_at` nor the metadata when credentials are entered again; it replaces the tags by those of the session that
 * was used. So verification writes a fresh random value into a tag, asks ROLLER for the venue, and only then writes the same value into the
 * metadata. No session carries that value: whatever enters credentials wipes it, tag and metadata differ, and no call passes until ROLLER
 * was asked again. A value per session would not do: one session can be used twice. All of it is kept in Nango, so it holds after a restart
 * and on every replica.
 *
 * Where the key may read credentials, a keyed hash of the Client ID is kept too: a session made elsewhere may have copied the tag.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { isRecord } from '../util/is-record.ts'
import { isVenueId, PENDING_FIELD, RESERVED_PREFIX, text, type Venue } from './venue.ts'

/** What was verified: `{ entry, client? }`. */
export const VERIFIED_FIELD = 'roller_verified'
/** The tags as this gateway wrote them last, without its own. */
export const TAGS_FIELD = 'roller_tags'

const VERIFICATION = /^v\.[\w-]{16,64}$/
const SESSION = /^s\.[\w-]{16,64}$/

/** What the metadata says of one entry of credentials. */
export interface KeptEntry {
  readonly entry: string
  /** Keyed hash of the Client ID; null where it is not known: the key may not read credentials, and they were not entered here. */
  readonly client: string | null
}

/** A venue that waits to be confirmed in place of the one that is known. */
export interface PendingVenue extends Pick<Venue, 'id' | 'name'> {}

export function newEntry (): string { return `v.${randomBytes(18).toString('base64url')}` }

/** True for a value that a verification wrote: nothing was entered since. */
export function isVerificationEntry (entry: string): boolean { return VERIFICATION.test(entry) }

/**
 * What a reconnect session carries in the tag: a digest of the tags that the connection had when the session was made. A link that was made
 * before the connection moved to other tags is known by it.
 */
export function sessionEntry (tags: Readonly<Record<string, string>>): string { return `s.${digestOf(ownTags(tags))}` }

/** True for credentials that were entered through a reconnect session made before the connection's tags were changed. */
export function isStaleSession (entry: string, kept: Readonly<Record<string, string>> | null): boolean {
  return kept !== null && SESSION.test(entry) && entry !== sessionEntry(kept)
}

/** Tags without those of the gateway. */
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

/** Keyed hashes of Client IDs. Two gateways with different Nango keys cannot compare theirs, and know that by the first part. */
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

  /** False only when both were made with this key, and of different Client IDs. */
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
