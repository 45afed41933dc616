/** Connections in Nango: list, read, change, connect with a pair, disconnect. Nango is the store; nothing is kept here. */
import { isRollerError, RollerError, type RollerErrorOptions } from '../errors.ts'
import { guardConnectionId } from '../gateway/guard.ts'
import { isRecord, type NangoClient, type NangoRefusal } from './client.ts'
import { checkWritten, hasRoomForVenue, MAX_TAGS, toConnection, type Connection, type Tags } from './connection.ts'
import { readRow } from './row.ts'
import { createSession, endSession } from './sessions.ts'
import type { OtherEnvironment } from './other-environment.ts'
import { PENDING_FIELD, readPending, RESERVED_TAGS, VENUE_FIELD, venueTags, type RollerEnvironment, type Venue } from './venue.ts'

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

export interface ConnectionsOptions {
  readonly environment: RollerEnvironment
  readonly otherEnvironment: OtherEnvironment
}

export class Connections {
  readonly #nango: NangoClient
  readonly #options: ConnectionsOptions

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
   * @throws RollerError ROLLER_ERR_VALIDATION when ROLLER refuses the pair
   */
  async create ({ clientId, clientSecret, tags, metadata }: NewConnection): Promise<Connection> {
    checkWritten({ ...(tags !== undefined && { tags }), ...(metadata !== undefined && { metadata }) })
    // The road of Nango's own form. Its import of credentials would not check them, and would never renew a token without an expiry.
    const session = await createSession(this.#nango, { tags: tags ?? {} })
    try {
      const url = `${this.#nango.host}/oauth2/auth/${this.#nango.encodedIntegrationId}?${new URLSearchParams({ connect_session_token: session.token }).toString()}`
      const { data } = await this.#nango.call(
        (sdk) => sdk.http.post<unknown>(url, { client_id: clientId, client_secret: clientSecret }),
        refusedPair
      ).catch(async (error: unknown) => { throw await this.#explainPair(error, clientId, clientSecret) })
      const connectionId = isRecord(data) && typeof data.connectionId === 'string' ? data.connectionId : ''
      if (metadata !== undefined) {
        await this.#writeMetadata(connectionId, metadata).catch(async (error: unknown) => {
          // All or nothing: a caller who is told of a failure makes the connection again, and would have two.
          await this.delete(connectionId).catch(() => {})
          throw error
        })
      }
      return await this.fresh(connectionId)
    } finally {
      // The session could make further connections until it ends by itself after 30 minutes.
      await endSession(this.#nango, session.token).catch(() => {})
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

  /** Keys of ROLLER's other environment are the mistake that nothing in a refusal gives away. */
  async #explainPair (error: unknown, clientId: string, clientSecret: string): Promise<unknown> {
    const { environment, otherEnvironment } = this.#options
    if (!isRollerError(error) || error.errors?.[0]?.pointer !== REFUSED_SECRET || !await otherEnvironment.takes(clientId, clientSecret)) return error
    return wrongEnvironment(environment, { errors: error.errors, ...(error.upstream !== undefined && { upstream: error.upstream }) })
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

const REFUSED_SECRET = '/body/clientSecret'

const NAMES: Readonly<Record<RollerEnvironment, string>> = { live: 'Live', playground: 'Playground' }

/** What it means that the other environment takes a pair which this one refuses. */
export function wrongEnvironment (environment: RollerEnvironment, more: RollerErrorOptions = {}): RollerError {
  const [own, other] = environment === 'live' ? ['live', 'playground'] as const : ['playground', 'live'] as const
  return new RollerError('ROLLER_ERR_ENVIRONMENT', {
    ...more,
    layer: 'roller',
    detail: `These are keys of ROLLER's ${NAMES[other]}, and this gateway is set to ${NAMES[own]}.`,
    hint: `Make an API key in the ${NAMES[own]} Venue Manager and use its Client ID and Client Secret, or use a gateway that is set to ${NAMES[other]}.`
  })
}

function refusedPair ({ status, code }: NangoRefusal): RollerError | undefined {
  if (code !== 'client_credentials_fetch_error') return undefined
  return new RollerError('ROLLER_ERR_CREDENTIALS_INVALID', {
    detail: 'ROLLER gave no token for this Client ID and Client Secret.',
    hint: 'Double-check the Client ID and the Client Secret, and that they are of the Live environment. Each venue has its own pair.',
    layer: 'roller',
    errors: [{ pointer: REFUSED_SECRET, detail: 'is not accepted by ROLLER together with the Client ID' }],
    upstream: { status, body: { error: { code } } }
  })
}

/** What it means when a forced refresh brought no token. */
export function refusedRefresh ({ status, code }: NangoRefusal): RollerError | undefined {
  const upstream = { status, body: { error: { code } } }
  switch (code) {
    case 'invalid_credentials':
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
