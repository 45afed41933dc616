/**
 * What this process knows of connections: whose they are, and whether calls may be made with them. Nango is the store; this is a copy with a
 * bound and an end, renewed by webhooks, by the watch, and by looking again.
 */
import { LRUCache } from 'lru-cache'
import { TTL_RESOLUTION } from '../clock.ts'
import { isRollerError, RollerError } from '../errors.ts'
import type { Connection } from '../nango/connection.ts'
import type { Connections } from '../nango/connections.ts'
import { ENVIRONMENT_TAG, isVenueId, VENUE_TAG, type RollerEnvironment } from '../nango/venue.ts'

/** A connection without what may be large in it. */
export type Known = Pick<Connection, 'connectionId' | 'status' | 'tags' | 'createdAt'> & {
  readonly venueId: string | null
  readonly venueChanged: boolean
  /** Credentials were entered, and nobody could look yet whose they are. */
  readonly unverified: boolean
}

export interface DirectoryOptions {
  readonly connections: Pick<Connections, 'get' | 'list'>
  readonly environment: RollerEnvironment
}

const MAX_CONNECTIONS = 150_000
const MAX_VENUES = 10_000
/** Other replicas and other programs change connections too. Milliseconds. */
const KNOWN_FOR = 600_000
/** Nango could not be asked: calls are not held up for that, and it is asked again soon. */
const UNKNOWN_FOR = 30_000
const VENUE_KNOWN_FOR = 300_000
/** Connections of one venue that are looked at. */
const MAX_DOUBLES = 100

export class Directory {
  readonly #options: DirectoryOptions
  /** Null: Nango could not be asked. */
  readonly #known = new LRUCache<string, { readonly entry: Known | null }>({
    // Not `max`: that makes room for all of them at once, 7 MB and the start's slowest line, and hardly anybody has so many.
    maxSize: MAX_CONNECTIONS, sizeCalculation: () => 1, ttl: KNOWN_FOR, ttlResolution: TTL_RESOLUTION, dispose: ({ entry }) => { this.#leave(entry) }
  })

  /** Known connections by their venue, to see doubles. */
  readonly #byVenue = new Map<string, Set<string>>()
  readonly #venues = new LRUCache<string, readonly Known[]>({ max: MAX_VENUES, ttl: VENUE_KNOWN_FOR, ttlResolution: TTL_RESOLUTION })
  readonly #looking = new Map<string, Promise<readonly Known[]>>()
  readonly #reading = new Map<string, Promise<Known | null>>()

  constructor (options: DirectoryOptions) {
    this.#options = options
  }

  /** @returns undefined when it has not been looked for; null when it could not be found out */
  peek (connectionId: string): Known | null | undefined {
    return this.#known.get(connectionId)?.entry
  }

  /** What is known of a connection, read from Nango at most once for all who ask. Never fails: a call finds out for itself what is wrong. */
  async look (connectionId: string): Promise<Known | null> {
    const known = this.#known.get(connectionId)
    if (known !== undefined) return known.entry
    const reading = this.#reading.get(connectionId) ?? this.#read(connectionId).finally(() => this.#reading.delete(connectionId))
    this.#reading.set(connectionId, reading)
    return await reading
  }

  /** A connection as it was just read. */
  learn (connection: Connection, unverified = false): Known {
    const entry = toKnown(connection, unverified)
    const before = this.#known.get(connection.connectionId)?.entry
    this.#set(entry)
    // Its venue's list of connections is out of date, if anything in it changed.
    for (const venueId of new Set([before?.venueId, entry.venueId])) {
      if (typeof venueId === 'string' && !same(this.#venues.get(venueId), entry)) this.#venues.delete(venueId)
    }
    return entry
  }

  /** The connection is gone, or everything about it must be read anew. */
  forget (connectionId: string): void {
    const before = this.#known.get(connectionId)?.entry
    this.#known.delete(connectionId)
    if (typeof before?.venueId === 'string') this.#venues.delete(before.venueId)
    for (const [venueId, found] of this.#venues.entries()) {
      if (found.some((known) => known.connectionId === connectionId)) this.#venues.delete(venueId)
    }
  }

  /**
   * The connection to use for a venue: of several the newest that works.
   * @param admits which of them the caller may use; others are as if they were not there
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN, ROLLER_ERR_CONNECTION_REQUIRED when the id is none
   */
  async find (venueId: string, admits: (connection: Pick<Known, 'connectionId' | 'tags'>) => boolean = () => true): Promise<string> {
    if (!isVenueId(venueId)) {
      throw new RollerError('ROLLER_ERR_CONNECTION_REQUIRED', { detail: 'Roller-Venue holds no venue id.' })
    }
    // A quick no would tell a stranger that the venue is known here, for one that is not is asked of Nango each time.
    const known = this.#venues.get(venueId)?.filter(admits) ?? []
    const found = known.length > 0 ? known : (await this.#search(venueId)).filter(admits)
    const best = found.find(isHealthy) ?? found[0]
    if (best === undefined) {
      throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN', {
        detail: 'No connection of this venue is known.',
        hint: 'Check the venue id (GET /connections lists the venues), or let the venue connect with POST /connect-session.'
      })
    }
    return best.connectionId
  }

  /** True when another connection of the same venue is known. */
  isDouble (connection: Connection): boolean {
    const venue = venueKey({ ...connection, venueId: connection.venue?.id ?? null })
    if (venue === null) return false
    return [...this.#byVenue.get(venue) ?? []].some((id) => id !== connection.connectionId && this.#known.has(id))
  }

  async #search (venueId: string): Promise<readonly Known[]> {
    const looking = this.#looking.get(venueId) ?? this.#list(venueId).finally(() => this.#looking.delete(venueId))
    this.#looking.set(venueId, looking)
    return await looking
  }

  async #list (venueId: string): Promise<readonly Known[]> {
    const { connections, environment } = this.#options
    const page = await connections.list({ tags: { [VENUE_TAG]: venueId, [ENVIRONMENT_TAG]: environment }, limit: MAX_DOUBLES })
    const found = page.connections.map((connection) => this.#keep(connection)).sort((a, b) => b.createdAt.localeCompare(a.createdAt))
    // A venue that is not there is looked for again: it may be connected the next moment.
    if (found.length > 0) this.#venues.set(venueId, found)
    return found
  }

  #keep (connection: Connection): Known {
    const entry = toKnown(connection, this.#known.get(connection.connectionId)?.entry?.unverified ?? false)
    this.#set(entry)
    return entry
  }

  #set (entry: Known): void {
    this.#known.set(entry.connectionId, { entry }) // whatever was there leaves its venue first
    const venue = venueKey(entry)
    if (venue === null) return
    const members = this.#byVenue.get(venue)
    if (members === undefined) this.#byVenue.set(venue, new Set([entry.connectionId]))
    else members.add(entry.connectionId)
  }

  #leave (entry: Known | null): void {
    const venue = entry === null ? null : venueKey(entry)
    if (entry === null || venue === null) return
    const members = this.#byVenue.get(venue)
    members?.delete(entry.connectionId)
    if (members?.size === 0) this.#byVenue.delete(venue)
  }

  async #read (connectionId: string): Promise<Known | null> {
    try {
      return this.#keep(await this.#options.connections.get(connectionId))
    } catch (error) {
      if (!isRollerError(error)) throw error
      this.#known.set(connectionId, { entry: null }, { ttl: UNKNOWN_FOR })
      return null
    }
  }
}

function toKnown ({ connectionId, status, tags, createdAt, venue, warnings }: Connection, unverified: boolean): Known {
  return { connectionId, status, tags, createdAt, venueId: venue?.id ?? null, venueChanged: warnings.includes('venue-changed'), unverified }
}

function venueKey ({ venueId, tags }: Pick<Known, 'venueId' | 'tags'>): string | null {
  return venueId === null ? null : `${tags[ENVIRONMENT_TAG] ?? ''}/${venueId}`
}

function isHealthy ({ status, venueChanged }: Known): boolean { return status !== 'reconnect-required' && !venueChanged }

function same (found: readonly Known[] | undefined, entry: Known): boolean {
  return found?.some((known) => known.connectionId === entry.connectionId && isHealthy(known) === isHealthy(entry) && known.venueId === entry.venueId) ?? false
}
