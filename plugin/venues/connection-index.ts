/**
 * A bounded, expiring copy of the connections in Nango: their venue, and whether calls may use them. A connection that cannot be read
 * is unknown, and is never assumed to be verified.
 */
import { LRUCache } from 'lru-cache'
import { atMost } from '../util/at-most.ts'
import { TTL_RESOLUTION, type Clock } from '../util/clock.ts'
import { isRollerError, RollerError } from '../errors.ts'
import type { Connection } from '../nango/connection.ts'
import type { ConnectionState, Verification } from '../nango/connection-state.ts'
import type { Connections } from '../nango/connections.ts'
import { ENVIRONMENT_TAG, isVenueId, VENUE_TAG, type RollerEnvironment } from '../nango/venue.ts'

/** A connection without its potentially large fields. */
export type IndexedConnection = Pick<Connection, 'connectionId' | 'status' | 'tags' | 'createdAt' | 'pendingVenue'> & {
  readonly venueId: string | null
  readonly verification: Verification
  /** The credential whose rate limits apply. */
  readonly credential: string
  readonly errorId: string
  /** Time by `clock` at which the read began. */
  readonly asOf: number
}

export interface ConnectionIndexOptions {
  readonly connections: Pick<Connections, 'get' | 'list'>
  readonly environment: RollerEnvironment
  readonly clock: Clock
}

const MAX_CONNECTIONS = 150_000
const MAX_VENUES = 10_000
/** Milliseconds. Other programs change connections too, and a replica without Redis is not notified. */
export const KNOWN_FOR = 600_000
const VENUE_KNOWN_FOR = 300_000
/** How long a failed read is cached, so that retries do not add load. Milliseconds. */
const FAILED_FOR = 1_000
const MAX_CHANGES = 50_000
/** Largest number of connections compared for one venue. */
const MAX_DOUBLES = 100

export class ConnectionIndex {
  readonly #options: ConnectionIndexOptions
  readonly #known = new LRUCache<string, IndexedConnection>({
    ...atMost(MAX_CONNECTIONS), dispose: (known) => { this.#unlinkVenue(known) }
  })

  /** Last known change of a connection: reads that began earlier are discarded. */
  readonly #changedAt = new LRUCache<string, number>(atMost(MAX_CHANGES))
  #allChangedAt = -Infinity
  /** Cached connections by their venue, to detect duplicates. */
  readonly #byVenue = new Map<string, Set<string>>()
  readonly #venues = new LRUCache<string, readonly IndexedConnection[]>(
    { ...atMost(MAX_VENUES), ttl: VENUE_KNOWN_FOR, ttlResolution: TTL_RESOLUTION }
  )

  readonly #searching = new Map<string, Promise<readonly IndexedConnection[]>>()
  readonly #reading = new Map<string, Promise<IndexedConnection>>()
  readonly #failed = new LRUCache<string, { readonly error: unknown, readonly until: number }>(atMost(10_000))

  constructor (options: ConnectionIndexOptions) {
    this.#options = options
  }

  /** The cached entry, without a read. @param maxAge milliseconds */
  peek (connectionId: string, maxAge = KNOWN_FOR): IndexedConnection | undefined {
    const known = this.#known.get(connectionId)
    return known !== undefined && this.#options.clock.now() - known.asOf < maxAge ? known : undefined
  }

  /** Of every entry, however old. */
  ids (): IterableIterator<string> { return this.#known.keys() }

  /** The last entry, however old. */
  last (connectionId: string): IndexedConnection | undefined { return this.#known.get(connectionId) }

  /**
   * Reads a connection from the cache or from Nango; concurrent callers share one read.
   * @param maxAge milliseconds; an older entry is read again
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN, or the error of the call to Nango
   */
  async get (connectionId: string, maxAge = KNOWN_FOR): Promise<IndexedConnection> {
    const known = this.peek(connectionId, maxAge)
    if (known !== undefined) return known
    const failed = this.#failed.get(connectionId)
    if (failed !== undefined && this.#options.clock.now() < failed.until) throw failed.error
    const reading = this.#reading.get(connectionId) ?? this.#read(connectionId)
    this.#reading.set(connectionId, reading)
    return await reading
  }

  /** Stores a connection that was just read, unless a newer state is known. */
  update (state: ConnectionState): IndexedConnection {
    const entry = toIndexed(state)
    const { connectionId } = entry
    const before = this.#known.get(connectionId)
    if (entry.asOf < this.#lastChange(connectionId) || (before !== undefined && before.asOf > entry.asOf)) return entry
    this.#failed.delete(connectionId)
    this.#set(entry)
    // A change invalidates the list of the venue's connections.
    for (const venueId of new Set([before?.venueId, entry.venueId])) {
      if (typeof venueId === 'string' && !same(this.#venues.get(venueId), entry)) this.#venues.delete(venueId)
    }
    return entry
  }

  /** Drops an entry: the connection was deleted, or must be read again. */
  forget (connectionId: string): void {
    this.#changedAt.set(connectionId, this.#options.clock.now())
    this.#reading.delete(connectionId) // later callers start a new read
    this.#failed.delete(connectionId)
    this.#known.delete(connectionId)
    for (const [venueId, found] of this.#venues.entries()) {
      if (found.some((known) => known.connectionId === connectionId)) this.#venues.delete(venueId)
    }
  }

  /** Used if changes may have been missed: every connection is read again. */
  forgetAll (): void {
    this.#allChangedAt = this.#options.clock.now()
    this.#reading.clear()
    this.#failed.clear()
    this.#known.clear()
    this.#venues.clear()
  }

  /**
   * The connection of a venue: of several, the newest healthy one.
   * @param admits selects those that the caller may use
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN, ROLLER_ERR_CONNECTION_REQUIRED if the id is invalid
   */
  async find (
    venueId: string, admits: (connection: Pick<IndexedConnection, 'connectionId' | 'tags'>) => boolean = () => true
  ): Promise<string> {
    if (!isVenueId(venueId)) {
      throw new RollerError('ROLLER_ERR_CONNECTION_REQUIRED', { detail: 'Roller-Venue is not a venue id.' })
    }
    // A fast rejection would disclose that the venue is known: unknown venues are read from Nango every time.
    const known = this.#venues.get(venueId)?.filter(admits) ?? []
    const found = known.length > 0 ? known : (await this.#search(venueId)).filter(admits)
    const best = found.find(isHealthy) ?? found[0]
    if (best === undefined) {
      throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN', {
        detail: 'No connection belongs to this venue.',
        hint: 'Check the venue id (GET /connections lists the venues), or connect the venue with POST /connect-session.'
      })
    }
    return best.connectionId
  }

  /** True when another connection of the same venue is known. */
  isDouble ({ connectionId, venue, tags }: Connection): boolean {
    const key = venueKey({ venueId: venue?.id ?? null, tags })
    if (key === null) return false
    return [...this.#byVenue.get(key) ?? []].some((id) => id !== connectionId)
  }

  async #search (venueId: string): Promise<readonly IndexedConnection[]> {
    const searching = this.#searching.get(venueId) ?? this.#list(venueId).finally(() => this.#searching.delete(venueId))
    this.#searching.set(venueId, searching)
    return await searching
  }

  async #list (venueId: string): Promise<readonly IndexedConnection[]> {
    const { connections, environment } = this.#options
    const page = await connections.list({ tags: { [VENUE_TAG]: venueId, [ENVIRONMENT_TAG]: environment }, limit: MAX_DOUBLES })
    const found = page.states.map((state) => this.update(state)).sort((a, b) => b.createdAt.localeCompare(a.createdAt))
    // An empty result is never used, and would displace that of a known venue.
    if (found.length > 0) this.#venues.set(venueId, found)
    return found
  }

  async #read (connectionId: string): Promise<IndexedConnection> {
    try {
      return this.update(await this.#options.connections.get(connectionId))
    } catch (error) {
      // An unknown connection is not cached: it may be created at any moment.
      const passing = isRollerError(error) && error.code !== 'ROLLER_ERR_CONNECTION_UNKNOWN'
      if (passing) this.#failed.set(connectionId, { error, until: this.#options.clock.now() + FAILED_FOR })
      else this.#known.delete(connectionId)
      throw error
    } finally {
      this.#reading.delete(connectionId)
    }
  }

  #lastChange (connectionId: string): number { return Math.max(this.#allChangedAt, this.#changedAt.get(connectionId) ?? -Infinity) }

  #set (entry: IndexedConnection): void {
    this.#known.set(entry.connectionId, entry) // disposes of the previous entry first
    const venue = venueKey(entry)
    if (venue === null) return
    const members = this.#byVenue.get(venue)
    if (members === undefined) this.#byVenue.set(venue, new Set([entry.connectionId]))
    else members.add(entry.connectionId)
  }

  #unlinkVenue (entry: IndexedConnection): void {
    const venue = venueKey(entry)
    if (venue === null) return
    const members = this.#byVenue.get(venue)
    members?.delete(entry.connectionId)
    if (members?.size === 0) this.#byVenue.delete(venue)
  }
}

function toIndexed ({ connection, verification, credential, errorId, asOf }: ConnectionState): IndexedConnection {
  const { connectionId, status, tags, createdAt, venue, pendingVenue } = connection
  return { connectionId, status, tags, createdAt, pendingVenue, venueId: venue?.id ?? null, verification, credential, errorId, asOf }
}

function venueKey ({ venueId, tags }: Pick<IndexedConnection, 'venueId' | 'tags'>): string | null {
  return venueId === null ? null : `${tags[ENVIRONMENT_TAG] ?? ''}/${venueId}`
}

function isHealthy ({ status, verification }: IndexedConnection): boolean {
  return status !== 'reconnect-required' && verification === 'verified'
}

function same (found: readonly IndexedConnection[] | undefined, entry: IndexedConnection): boolean {
  const known = found?.find(({ connectionId }) => connectionId === entry.connectionId)
  return known !== undefined && isHealthy(known) === isHealthy(entry) && known.venueId === entry.venueId
}
