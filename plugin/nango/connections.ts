/** Connections in Nango: list, read, change, connect with a pair, disconnect. Nango is the store; nothing is kept here. */
import { isRollerError, RollerError } from '../errors.ts'
import { guardConnectionId } from '../gateway/guard.ts'
import { isRecord, type NangoClient, type NangoRefusal } from './client.ts'
import { checkWritten, hasRoomForVenue, MAX_TAGS, toConnection, type Connection, type Tags } from './connection.ts'
import { readRow } from './row.ts'
import { enterCredentials, type EnterCredentialsOptions } from './enter-credentials.ts'
import { isNangosTrouble, nangosTrouble } from './no-token.ts'
import { probeReadRight } from './read-right.ts'
import { createSession, endSession } from './sessions.ts'
import { PENDING_FIELD, readPending, RESERVED_TAGS, VENUE_FIELD, venueTags, type Venue } from './venue.ts'

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

export interface ConnectionPage {
  readonly connections: Connection[]
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

/** Nango gives its events no ids: these tell one change of a connection from the next. */
export interface Stamps {
  readonly updatedAt: string
  /** Of what stands against its credentials; empty when nothing does. */
  readonly errorId: string
}

const DEFAULT_LIMIT = 100

export type ConnectionsOptions = Omit<EnterCredentialsOptions, 'nango'>

export class Connections {
  readonly #nango: NangoClient
  readonly #options: ConnectionsOptions
  /** Found out once, and again after a connection that was made could not be read. */
  #mayRead = false

  constructor (nango: NangoClient, options: ConnectionsOptions) {
    this.#nango = nango
    this.#options = options
  }

  async list (filter: ListFilter = {}): Promise<ConnectionPage> {
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
    return { connections: rows.map(toConnection), nextPage: rows.length < limit ? null : page + 1 }
  }

  /**
   * Reads one connection from the list, which needs no right to credentials and does not refresh a token on the way.
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
   */
  async get (connectionId: string): Promise<Connection> {
    guardConnectionId(connectionId)
    const { connections } = await this.list({ connectionId, limit: 2 })
    const found = connections.find((connection) => connection.connectionId === connectionId)
    if (found === undefined) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
    return found
  }

  /**
   * Connects a venue from a server, without a browser. Nango asks ROLLER for a token on the way, so a wrong pair is refused here and now.
   * @throws RollerError ROLLER_ERR_VALIDATION when ROLLER refuses the pair, ROLLER_ERR_TOKEN_UNAVAILABLE when it could not be asked
   */
  async create ({ clientId, clientSecret, tags, metadata }: NewConnection): Promise<Connection> {
    checkWritten({ ...(tags !== undefined && { tags }), ...(metadata !== undefined && { metadata }) })
    if (!this.#mayRead) {
      // A key that may not read could make a connection, and the caller would be told of a failure and try again.
      await probeReadRight(this.#nango)
      this.#mayRead = true
    }
    // The way of Nango's own form. Its import of credentials would not check them, and would never renew a token without an expiry.
    const session = await createSession(this.#nango, { tags: tags ?? {} })
    try {
      const connectionId = await enterCredentials({ nango: this.#nango, ...this.#options }, session.token, { clientId, clientSecret })
      return await this.#complete(connectionId, metadata)
    } finally {
      // The session could make further connections until it ends by itself after 30 minutes.
      await endSession(this.#nango, session.token).catch(() => {})
    }
  }

  /** All or nothing: a caller who is told of a failure makes the connection again, and would have two. */
  async #complete (connectionId: string, metadata: NewConnection['metadata']): Promise<Connection> {
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
   * Reads one connection by its id, for when the list may not be up to date. A key that may read credentials makes Nango renew a token on the way.
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
   */
  async fresh (connectionId: string): Promise<Connection> {
    return (await this.freshWithStamps(connectionId)).connection
  }

  /** The same, with what tells one state of it from another. */
  async freshWithStamps (connectionId: string): Promise<{ connection: Connection, stamps: Stamps }> {
    const row = await readRow(this.#nango, guardConnectionId(connectionId))
    const [error] = Array.isArray(row.errors) ? row.errors : []
    return {
      connection: toConnection(row),
      stamps: { updatedAt: String(row.updated_at ?? ''), errorId: isRecord(error) ? String(error.log_id ?? '') : '' }
    }
  }

  /** The venue whose credentials were entered in place of those of the venue the connection is known by, if so. */
  async pendingVenue (connectionId: string): Promise<Pick<Venue, 'id' | 'name'> | null> {
    return readPending((await readRow(this.#nango, guardConnectionId(connectionId))).metadata)
  }

  /**
   * Keeps with a connection which venue it is of. Nothing that is there is lost.
   * @throws RollerError ROLLER_ERR_VALIDATION when there is no room for the tags
   */
  async keepVenue ({ connectionId, tags }: Connection, venue: Venue): Promise<Connection> {
    await this.#writeMetadata(connectionId, { [VENUE_FIELD]: venue, [PENDING_FIELD]: null })
    const wanted = venueTags(venue)
    if (Object.entries(wanted).some(([key, value]) => tags[key] !== value)) await this.#writeTags(connectionId, mergeTags(tags, wanted))
    return await this.fresh(connectionId)
  }

  /** Keeps that another venue's credentials were entered. */
  async keepPending (connectionId: string, venue: Venue): Promise<Connection> {
    await this.#writeMetadata(connectionId, { [PENDING_FIELD]: { id: venue.id, name: venue.name } })
    return await this.fresh(connectionId)
  }

  /** Merges: what is not named stays. Nango itself would replace the whole set of tags. */
  async update (connectionId: string, { tags, metadata }: ConnectionChange): Promise<Connection> {
    checkWritten({ ...(tags !== undefined && { tags }), ...(metadata !== undefined && { metadata }) })
    const before = await this.get(connectionId)
    let after = before
    if (tags !== undefined) {
      const merged = mergeTags(before.tags, tags)
      await this.#writeTags(connectionId, merged)
      after = { ...after, tags: merged }
    }
    if (metadata !== undefined) {
      await this.#writeMetadata(connectionId, metadata)
      after = { ...after, metadata: { ...before.metadata, ...metadata } }
    }
    return after
  }

  /** Disconnects. Nango forgets the credentials; ROLLER's key itself is taken back in Venue Manager. */
  async delete (connectionId: string): Promise<void> {
    guardConnectionId(connectionId)
    await this.#nango.call((sdk) => sdk.deleteConnection(this.#nango.encodedIntegrationId, encodeURIComponent(connectionId)))
  }

  /**
   * Makes Nango fetch a new token now. The answer holds the credentials in clear and is thrown away.
   * @throws RollerError ROLLER_ERR_CREDENTIALS_REJECTED when ROLLER gives none
   */
  async forceRefresh (connectionId: string): Promise<void> {
    await this.#nango.call(
      (sdk) => sdk.getConnection(this.#nango.integrationId, encodeURIComponent(connectionId), true),
      refusedRefresh
    )
  }

  /** Nango replaces the whole set. */
  async #writeTags (connectionId: string, tags: Tags): Promise<void> {
    await this.#nango.call((sdk) => sdk.patchConnection(
      { connectionId: encodeURIComponent(connectionId), provider_config_key: this.#nango.encodedIntegrationId }, { tags }
    ))
  }

  async #writeMetadata (connectionId: string, metadata: Record<string, unknown>): Promise<void> {
    await this.#nango.call((sdk) => sdk.updateMetadata(this.#nango.integrationId, connectionId, metadata as never)) // the SDK's Metadata type is any JSON
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
      detail: `would make ${own} tags. Nango keeps ${MAX_TAGS}, of which the venue takes ${RESERVED_TAGS.length}: take one away by setting it to null`
    }]
  })
}

/** The connection is there, and could be neither read nor taken away: who makes it again has to know. */
function leftBehind (error: unknown, connectionId: string): unknown {
  if (!isRollerError(error)) return error
  const { code, detail, layer, statusCode, upstream, retryAfter } = error
  return new RollerError(code, {
    detail: `${detail} The connection ${connectionId} was made, and could not be taken back.`,
    hint: `Do not connect the venue again: read GET /connections/${encodeURIComponent(connectionId)} when Nango works again, or disconnect it with DELETE.`,
    layer,
    status: statusCode,
    ...(upstream !== undefined && { upstream }),
    ...(retryAfter !== undefined && { retryAfter })
  })
}

/** What it means when a forced refresh brought no token. */
export function refusedRefresh ({ status, code, message }: NangoRefusal): RollerError | undefined {
  const upstream = { status, body: { error: { code } } }
  switch (code) {
    case 'invalid_credentials':
      if (isNangosTrouble(message)) return nangosTrouble(upstream)
      return new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: 'ROLLER answered 401, and gave Nango no new token.', upstream })
    case 'connection_refresh_exhausted':
      return new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: 'ROLLER answered 401, and gave Nango no new token.', upstream })
    case 'connection_refresh_backoff':
      return new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: 'ROLLER answered 401, and gave Nango no new token.', upstream, retryAfter: 30 })
    case 'forbidden':
      return new RollerError('ROLLER_ERR_NANGO_REJECTED', {
        detail: 'ROLLER answered 401 and the token could not be renewed: the Nango key lacks the scope environment:connections:read_credentials.',
        upstream
      })
    default:
      return undefined
  }
}
