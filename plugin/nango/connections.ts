/** Connections in Nango: list, read, update, create from credentials, disconnect. Nango is the store; nothing is cached here. */
import { isRollerError, RollerError } from '../errors.ts'
import { checkConnectionId } from './connection-id.ts'
import type { NangoClient } from './client.ts'
import { checkWritten, hasRoomForVenue, hasTags, lowerKeys, MAX_TAGS, type Tags } from './connection.ts'
import { readState, type ConnectionState, type StateReader } from './connection-state.ts'
import { newEntry, ownTags, TAGS_FIELD, VERIFIED_FIELD, type KeptEntry } from './entry.ts'
import { listRows, readRow } from './row.ts'
import { enterCredentials, type EnterCredentialsOptions } from './enter-credentials.ts'
import { probeReadRight } from './read-right.ts'
import { createSession, endSession } from './sessions.ts'
import { ENTRY_TAG, PENDING_FIELD, RESERVED_TAGS, VENUE_FIELD, venueTags, type Venue } from './venue.ts'

export interface ListFilter {
  readonly tags?: Tags
  /** Nango searches connection ids and the names and email addresses of end users. */
  readonly search?: string
  /** Only this connection. */
  readonly connectionId?: string
  /** 1 to 1000, default 100. */
  readonly limit?: number
  /** From 0. */
  readonly page?: number
}

export interface StatePage {
  readonly states: ConnectionState[]
  /** The next page number, or null on the last page. */
  readonly nextPage: number | null
}

export interface NewConnection {
  readonly clientId: string
  readonly clientSecret: string
  readonly tags?: Tags
  readonly metadata?: Record<string, unknown>
}

/** A null deletes the tag. */
export interface ConnectionChange {
  readonly tags?: Readonly<Record<string, string | null>>
  readonly metadata?: Record<string, unknown>
}

const DEFAULT_LIMIT = 100

export type ConnectionsOptions = StateReader & Omit<EnterCredentialsOptions, 'nango'>

export class Connections {
  readonly #nango: NangoClient
  readonly #options: ConnectionsOptions
  /** Checked once, and again after a new connection could not be read. */
  #mayRead = false

  constructor (nango: NangoClient, options: ConnectionsOptions) {
    this.#nango = nango
    this.#options = options
  }

  /** A page may have fewer items than requested: connections tagged by an outdated reconnect link are left out. */
  async list (filter: ListFilter = {}): Promise<StatePage> {
    const asOf = this.#options.now()
    const limit = filter.limit ?? DEFAULT_LIMIT
    const page = filter.page ?? 0
    const tags = lowerKeys(filter.tags ?? {})
    const query = new URLSearchParams({ limit: String(limit), page: String(page) })
    if (filter.connectionId !== undefined) query.set('connectionId', filter.connectionId)
    if (filter.search !== undefined) query.set('search', filter.search)
    for (const [key, value] of Object.entries(tags)) query.set(`tags[${key}]`, value)
    const rows = await listRows(this.#nango, query)
    const states = rows.map((row) => readState(this.#options, row, asOf)).filter(({ connection }) => hasTags(connection.tags, tags))
    return { states, nextPage: rows.length < limit ? null : page + 1 }
  }

  /**
   * Reads one connection from the list. This needs no scope for credentials and never refreshes a token.
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
   */
  async get (connectionId: string): Promise<ConnectionState> {
    checkConnectionId(connectionId)
    const { states } = await this.list({ connectionId, limit: 2 })
    const found = states.find(({ connection }) => connection.connectionId === connectionId)
    if (found === undefined) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
    return found
  }

  /**
   * Same for a connection that may be new: Nango reads the list from a database replica, where the connection may be missing at first.
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
   */
  async find (connectionId: string): Promise<ConnectionState> {
    try {
      return await this.get(connectionId)
    } catch (error) {
      if (!isRollerError(error) || error.code !== 'ROLLER_ERR_CONNECTION_UNKNOWN') throw error
      return await this.fresh(connectionId)
    }
  }

  /**
   * Creates a connection from a server, without a browser. Nango requests a token from ROLLER first, so wrong credentials are rejected
   * here.
   * @returns the connection as created: not read back, and without its metadata, see `complete`
   * @throws RollerError ROLLER_ERR_CREDENTIALS_INVALID if ROLLER rejects the credentials, ROLLER_ERR_TOKEN_UNAVAILABLE if ROLLER is
   *   unavailable
   */
  async enter ({ clientId, clientSecret, tags, metadata }: NewConnection): Promise<ConnectionState> {
    checkWritten({ ...(tags !== undefined && { tags }), ...(metadata !== undefined && { metadata }) })
    if (!this.#mayRead) {
      // A key without the read scope would create a connection and then fail, and the caller's retry would create another.
      await probeReadRight(this.#nango)
      this.#mayRead = true
    }
    // The same endpoint as Nango's form. Nango's import endpoint does not check credentials and never refreshes a token without an expiry.
    const session = await createSession(this.#nango, { tags: tags ?? {} })
    const asOf = this.#options.now()
    try {
      const connectionId = checkConnectionId(
        await enterCredentials({ nango: this.#nango, ...this.#options }, session.token, { clientId, clientSecret })
      )
      const row = {
        connection_id: connectionId,
        provider_config_key: this.#nango.integrationId,
        tags: lowerKeys(tags ?? {}),
        credentials: { client_id: clientId }
      }
      return readState(this.#options, row, asOf)
    } finally {
      // The session could create more connections until it expires after 30 minutes.
      await endSession(this.#nango, session.token).catch(() => {})
    }
  }

  /**
   * Writes a new connection's metadata and reads the connection back. All or nothing: on an error the caller creates the connection again,
   * so this one is deleted.
   */
  async complete (connectionId: string, metadata: NewConnection['metadata']): Promise<ConnectionState> {
    try {
      if (metadata !== undefined) await this.#writeMetadata(connectionId, metadata)
      return await this.fresh(connectionId)
    } catch (error) {
      this.#mayRead = false
      const left = await this.delete(connectionId).then(() => false, () => true)
      throw left ? leftBehind(error, connectionId) : error
    }
  }

  /**
   * Reads one connection by its id, where the list may be outdated. With a key that may read credentials, Nango may refresh the token.
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
   */
  async fresh (connectionId: string): Promise<ConnectionState> {
    const asOf = this.#options.now()
    return readState(this.#options, await readRow(this.#nango, checkConnectionId(connectionId)), asOf)
  }

  /** Writes the tags that start a verification. Entering credentials afterwards removes `entry`. */
  async beginVerification (
    { connection: { connectionId, tags } }: ConnectionState, venue: Pick<Venue, 'id' | 'environment'>, entry: string
  ): Promise<void> {
    await this.#writeTags(connectionId, mergeTags(tags, { ...venueTags(venue), [ENTRY_TAG]: entry }))
  }

  /**
   * Completes a verification: the credentials belong to the connection's venue. The rest of the metadata is unchanged.
   * @param metadata of a new connection, written in the same call
   */
  async keepVenue (
    { connection: { connectionId, tags } }: ConnectionState, venue: Venue, verified: KeptEntry, metadata: NewConnection['metadata'] = {}
  ): Promise<void> {
    const kept = { [VENUE_FIELD]: venue, [VERIFIED_FIELD]: verified, [TAGS_FIELD]: ownTags(tags), [PENDING_FIELD]: null }
    await this.#writeMetadata(connectionId, { ...metadata, ...kept })
  }

  /** Completes a verification: the credentials belong to another venue. */
  async keepPending ({ connection: { connectionId, tags } }: ConnectionState, { id, name }: Venue, verified: KeptEntry): Promise<void> {
    await this.#writeMetadata(connectionId, { [PENDING_FIELD]: { ...verified, id, name }, [TAGS_FIELD]: ownTags(tags) })
  }

  /**
   * Merges: tags that are not named stay. Nango itself would replace the whole set. New tags make the connection unverified: credentials
   * may have been entered between the read and the write, and rewriting the tag would mark them as verified.
   * @returns the state before; null without tags, since then it is not read
   */
  async update (connectionId: string, { tags, metadata }: ConnectionChange): Promise<ConnectionState | null> {
    checkWritten({ ...(tags !== undefined && { tags }), ...(metadata !== undefined && { metadata }) })
    checkConnectionId(connectionId)
    // Nango merges metadata itself and rejects an unknown connection, so only tags need a read.
    const before = tags === undefined ? null : await this.fresh(connectionId) // not the list, which may lack an earlier change
    const merged = before === null ? null : mergeTags(before.connection.tags, tags ?? {})
    // First, so that a reconnect link used in between is detected as outdated.
    const written = { ...metadata, ...(merged !== null && { [TAGS_FIELD]: ownTags(merged) }) }
    if (Object.keys(written).length > 0) await this.#writeMetadata(connectionId, written)
    if (before !== null && merged !== null) {
      const tagsOnly = before.verification === 'verified' || before.tagsOnly
      await this.#writeTags(connectionId, { ...merged, ...(tagsOnly && { [ENTRY_TAG]: newEntry(true) }) })
    }
    return before
  }

  /** Disconnects. Nango deletes the credentials; the API key at ROLLER must be revoked in Venue Manager. */
  async delete (connectionId: string): Promise<void> {
    checkConnectionId(connectionId)
    await this.#nango.call((sdk) => sdk.deleteConnection(this.#nango.encodedIntegrationId, encodeURIComponent(connectionId)))
  }

  /** Nango replaces the whole set. */
  async #writeTags (connectionId: string, tags: Tags): Promise<void> {
    await this.#nango.call((sdk) => sdk.patchConnection(
      { connectionId: encodeURIComponent(connectionId), provider_config_key: this.#nango.encodedIntegrationId }, { tags }
    ))
  }

  async #writeMetadata (connectionId: string, metadata: Record<string, unknown>): Promise<void> {
    // The SDK's Metadata type is any JSON.
    await this.#nango.call((sdk) => sdk.updateMetadata(this.#nango.integrationId, connectionId, metadata as never))
  }
}

function mergeTags (before: Readonly<Record<string, string>>, change: Readonly<Record<string, string | null>>): Tags {
  const merged = new Map(Object.entries(before))
  for (const [key, value] of Object.entries(change)) {
    if (value === null) merged.delete(key.toLowerCase())
    else merged.set(key.toLowerCase(), value)
  }
  const tags = Object.fromEntries(merged)
  if (hasRoomForVenue(tags)) return tags
  const own = [...merged.keys()].filter((key) => !RESERVED_TAGS.includes(key)).length
  throw new RollerError('ROLLER_ERR_VALIDATION', {
    errors: [{
      pointer: '/body/tags',
      detail: `would result in ${own} tags. Nango stores ${MAX_TAGS}, of which ${RESERVED_TAGS.length} are reserved for the venue: ` +
        'remove one by setting it to null'
    }]
  })
}

/** The connection exists and could be neither read nor deleted: the caller must be informed before it creates another. */
function leftBehind (error: unknown, connectionId: string): unknown {
  if (!isRollerError(error)) return error
  const { code, detail, layer, statusCode, upstream, retryAfter } = error
  return new RollerError(code, {
    detail: `${detail} The connection ${connectionId} was created and could not be deleted again.`,
    hint: `Do not connect the venue again. Read GET /connections/${encodeURIComponent(connectionId)} when Nango is available, ` +
      'or delete it with DELETE.',
    layer,
    status: statusCode,
    upstream,
    retryAfter
  })
}
