/**
 * Finds the connection of a webhook. The key of a subscription is derived from the connection's id and stays valid after the
 * connection is deleted, so Nango decides whether the connection exists.
 */
import { LRUCache } from 'lru-cache'
import { atMost } from '../util/at-most.ts'
import { inTime, type Clock } from '../util/clock.ts'
import { isRollerError } from '../errors.ts'
import type { Connection } from '../nango/connection.ts'

export interface ConnectionLookupOptions {
  /** Reads a connection of this integration. @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN if there is none */
  readonly read: (connectionId: string) => Promise<Connection>
  readonly clock: Clock
}

/** The venue that a delivery must belong to. */
export interface ConnectionVenue {
  /** Null if the connection has no venue. */
  readonly venueId: string | null
}

/** Milliseconds for one read. A delivery has 10 s in all, of which its handlers need most. */
const TIMEOUT_MS = 2_000
/** Milliseconds. If neither a webhook nor polling reports a deletion, events are accepted this long after it. */
const KNOWN_FOR = 60_000
const MAX_CONNECTIONS = 10_000

/** Nango could not be read in time. */
export class ConnectionUnreadable extends Error {
  override readonly name = 'ConnectionUnreadable'
}

export class ConnectionLookup {
  readonly #options: ConnectionLookupOptions
  /** Existing connections. Missing ones are not cached: they may be created at any moment. */
  readonly #known = new LRUCache<string, ConnectionVenue & { readonly until: number }>(atMost(MAX_CONNECTIONS))
  /** One read at a time for each connection, however many deliveries arrive. */
  readonly #reading = new Map<string, Promise<ConnectionVenue | null>>()
  /** Changes with every `forget`, so that an earlier read is not cached. */
  #version = 0

  constructor (options: ConnectionLookupOptions) {
    this.#options = options
  }

  /**
   * @param fresh ignores the cache
   * @returns null if there is no such connection
   * @throws ConnectionUnreadable
   */
  async find (connectionId: string, fresh = false): Promise<ConnectionVenue | null> {
    const { clock } = this.#options
    const known = this.#known.get(connectionId)
    if (!fresh && known !== undefined && clock.now() < known.until) return known
    const reading = this.#reading.get(connectionId) ?? this.#read(connectionId)
    this.#reading.set(connectionId, reading)
    return await inTime(clock, TIMEOUT_MS, reading, () => new ConnectionUnreadable('Nango did not answer in time.'))
  }

  /** Called after a connection was deleted or moved to another venue. */
  forget (connectionId: string): void {
    this.#version++
    this.#known.delete(connectionId)
    this.#reading.delete(connectionId)
  }

  #read (connectionId: string): Promise<ConnectionVenue | null> {
    const { read, clock } = this.#options
    const version = this.#version
    const reading: Promise<ConnectionVenue | null> = read(connectionId).then(({ venue }) => {
      const known = { venueId: venue?.id ?? null, until: clock.now() + KNOWN_FOR }
      if (version === this.#version) this.#known.set(connectionId, known)
      return known
    }, (error: unknown) => {
      this.#known.delete(connectionId)
      if (isRollerError(error) && error.code === 'ROLLER_ERR_CONNECTION_UNKNOWN') return null
      throw new ConnectionUnreadable('The connection could not be read from Nango.', { cause: error })
    }).finally(() => {
      if (this.#reading.get(connectionId) === reading) this.#reading.delete(connectionId)
    })
    return reading
  }
}
