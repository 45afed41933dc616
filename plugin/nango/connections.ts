/** Connections in Nango: list, read, change, connect with a pair, disconnect. Nango is the store; nothing is kept here. */
import { isRollerError, RollerError } from '../errors.ts'
import { checkConnectionId } from './connection-id.ts'
import { isRecord, type NangoClient } from './client.ts'
import { checkWritten, hasRoomForVenue, lowerKeys, MAX_TAGS, type Tags } from './connection.ts'
import { readState, type ConnectionState, type StateReader } from './connection-state.ts'
import { ownTags, TAGS_FIELD, VERIFIED_FIELD, type KeptEntry } from './entry.ts'
import { readRow } from './row.ts'
import { enterCredentials, type EnterCredentialsOptions } from './enter-credentials.ts'
import { probeReadRight } from './read-right.ts'
import { createSession, endSession } from './sessions.ts'
import { ENTRY_TAG, PENDING_FIELD, RESERVED_TAGS, VENUE_FIELD, venueTags, type Venue } from './venue.ts'

export interface ListFilter {
  readonly tags?: Tags
  /** Nango looks for it in connection ids and in end users' names and e-mail addresses. */
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
  /** The number to ask for next, or null at the end. */
  readonly nextPage: number | null
}

export interface NewConnection {
  readonly clientId: string
  readonly clientSecret: string
  readonly tags?: Tags
  readonly metadata?: Record<string, unknown>
}

/** A null takes the tag away. */
export interface ConnectionChange {
  readonly tags?: Readonly<Record<string, string | null>>
  readonly metadata?: Record<string, unknown>
}

const DEFAULT_LIMIT = 100

export type ConnectionsOptions = StateReader & Omit<EnterCredentialsOptions, 'nango'>

export class Connections {
  readonly #nango: NangoClient
  readonly #options: ConnectionsOptions
  /** Found out once, and again after a connection that was made could not be read. */
  #mayRead = false

  constructor (nango: NangoClient, options: ConnectionsOptions) {
    this.#nango = nango
    this.#options = options
  }

  /** A page may hold fewer than were asked for: what a stale reconnect link has tagged is left out. */
  async list (filter: ListFilter = {}): Promise<StatePage> {
    const asOf = this.#options.now()
    const limit = filter.limit ?? DEFAULT_LIMIT
    const page = filter.page ?? 0
    const query = new URLSearchParams({ integrationId: this.#nango.integrationId, limit: String(limit), page: String(page) })
    if (filter.connectionId !== undefined) query.set('connectionId', filter.connectionId)
    if (filter.search !== undefined) query.set('search', filter.search)
    for (const [key, value] of Object.entries(filter.tags ?? {})) query.set(`tags[${key.toLowerCase()}]`, value)
    // The SDK's own method cannot search and filter by tags at once.
    const { data } = await this.#nango.call((sdk) => sdk.http.get<unknown>(`${this.#nango.host}/connections?${query.toString()}`, {
      headers: { Authorization: `Bearer ${sdk.apiKey}`, 'Content-Type': 'application/json' }
    }))
    const rows = isRecord(data) && Array.isArray(data.connections) ? data.connections : []
    const states = rows.map((row) => readState(this.#options, row, asOf))
      .filter(({ connection }) => carriesTags(connection.tags, filter.tags))
    return { states, nextPage: rows.length < limit ? null : page + 1 }
  }

  /**
   * Reads one connection from the list, which needs no right to credentials and does not refresh a token on the way.
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
   * The same for a connection that may just have been made: the list is read from a replica of Nango's database, which may not have it yet.
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
   * Makes a connection from a server, without a browser. Nango requests a token from ROLLER on the way, so a wrong pair is refused here.
   * @returns the connection as it was entered: neither read back nor given its metadata yet, see `complete`
   * @throws RollerError ROLLER_ERR_CREDENTIALS_INVALID when ROLLER refuses the pair, ROLLER_ERR_TOKEN_UNAVAILABLE when ROLLER is
   *   unavailable
   */
  async enter ({ clientId, clientSecret, tags, metadata }: NewConnection): Promise<ConnectionState> {
    checkWritten({ ...(tags !== undefined && { tags }), ...(metadata !== undefined && { metadata }) })
    if (!this.#mayRead) {
      // A key without read scope would create a connection and then fail, and the caller would create another.
      await probeReadRight(this.#nango)
      this.#mayRead = true
    }
    // The way of Nango's own form. Its import of credentials would not check them, and would never renew a token without an expiry.
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
      // The session could make further connections until it ends by itself after 30 minutes.
      await endSession(this.#nango, session.token).catch(() => {})
    }
  }

  /**
   * Writes a new connection's metadata and reads the connection back. All or nothing: after an error the caller makes the connection again,
   * and would have two.
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
   * Reads one connection by its id, for when the list may not be up to date. A key that may read credentials makes Nango renew a token on
   * the way.
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
   */
  async fresh (connectionId: string): Promise<ConnectionState> {
    const asOf = this.#options.now()
    return readState(this.#options, await readRow(this.#nango, checkConnectionId(connectionId)), asOf)
  }

  /** Writes the tags that a verification begins with. Whatever enters credentials from now on wipes `entry`. */
  async beginVerification (
    { connection: { connectionId, tags } }: ConnectionState, venue: Pick<Venue, 'id' | 'environment'>, entry: string
  ): Promise<void> {
    await this.#writeTags(connectionId, mergeTags(tags, { ...venueTags(venue), [ENTRY_TAG]: entry }))
  }

  /**
   * Ends a verification: the credentials entered are those of the connection's venue. Nothing else in the metadata changes.
   * @param metadata a new connection's own, written in the same call
   */
  async keepVenue (
    { connection: { connectionId, tags } }: ConnectionState, venue: Venue, verified: KeptEntry, metadata: NewConnection['metadata'] = {}
  ): Promise<void> {
    const kept = { [VENUE_FIELD]: venue, [VERIFIED_FIELD]: verified, [TAGS_FIELD]: ownTags(tags), [PENDING_FIELD]: null }
    await this.#writeMetadata(connectionId, { ...metadata, ...kept })
  }

  /** Ends a verification: the credentials entered are another venue's. */
  async keepPending ({ connection: { connectionId, tags } }: ConnectionState, { id, name }: Venue, verified: KeptEntry): Promise<void> {
    await this.#writeMetadata(connectionId, { [PENDING_FIELD]: { ...verified, id, name }, [TAGS_FIELD]: ownTags(tags) })
  }

  /**
   * Merges: what is not named stays. Nango itself would replace the whole set of tags. New tags leave the connection unverified:
   * credentials may have been entered between the reading and the writing, and would pass for verified if the tag were written again.
   */
  async update (connectionId: string, { tags, metadata }: ConnectionChange): Promise<void> {
    checkWritten({ ...(tags !== undefined && { tags }), ...(metadata !== undefined && { metadata }) })
    checkConnectionId(connectionId)
    // Nango merges metadata itself, and refuses an unknown connection: only tags need a reading.
    const merged = tags === undefined ? null : mergeTags((await this.get(connectionId)).connection.tags, tags)
    // First: a reconnect link that is used in between is known by it to be older.
    const written = { ...metadata, ...(merged !== null && { [TAGS_FIELD]: ownTags(merged) }) }
    if (Object.keys(written).length > 0) await this.#writeMetadata(connectionId, written)
    if (merged !== null) await this.#writeTags(connectionId, merged)
  }

  /** Disconnects. Nango forgets the credentials; ROLLER's key itself is taken back in Venue Manager. */
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

function carriesTags (tags: Readonly<Record<string, string>>, wanted: Tags = {}): boolean {
  return Object.entries(lowerKeys(wanted)).every(([key, value]) => tags[key] === value)
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

/** The connection is there, and could be neither read nor taken away: who makes it again has to know. */
function leftBehind (error: unknown, connectionId: string): unknown {
  if (!isRollerError(error)) return error
  const { code, detail, layer, statusCode, upstream, retryAfter } = error
  return new RollerError(code, {
    detail: `${detail} The connection ${connectionId} was created and could not be deleted again.`,
    hint: `Do not connect the venue again. Read GET /connections/${encodeURIComponent(connectionId)} when Nango is available, ` +
      'or delete it with DELETE.',
    layer,
    status: statusCode,
    ...(upstream !== undefined && { upstream }),
    ...(retryAfter !== undefined && { retryAfter })
  })
}
