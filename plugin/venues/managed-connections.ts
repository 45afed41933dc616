/** Connections for the routes and the host's own code: Nango's, with their venues, and with the actions before and after a change. */
import { isRollerError } from '../errors.ts'
import { EventNotHandled } from '../webhooks/events.ts'
import type { RateLimiter } from '../gateway/limits/rate-limiter.ts'
import type { Connection } from '../nango/connection.ts'
import type { ConnectionChange, Connections, ListFilter, NewConnection } from '../nango/connections.ts'
import type { ConnectionState } from '../nango/connection-state.ts'
import type { ConnectionIndex } from './connection-index.ts'
import type { ConnectionLock } from './connection-lock.ts'
import type { ConnectionLifecycle } from './connection-lifecycle.ts'
import type { VenueVerifier } from './venue-verifier.ts'

export interface ConnectionPage {
  readonly connections: Connection[]
  /** The next page number, or null on the last page. */
  readonly nextPage: number | null
}

export interface ManagedConnectionsOptions {
  readonly connections: Connections
  readonly index: ConnectionIndex
  /** Null if venues are not verified. */
  readonly verifier: VenueVerifier | null
  readonly lifecycle: ConnectionLifecycle
  readonly lock: ConnectionLock
  readonly rateLimiter: Pick<RateLimiter, 'coolingOff'>
  /** Drops state of a connection's credentials. */
  readonly forgetCredentials: (connectionId: string) => Promise<void>
  /** Makes the other replicas read a connection again. */
  readonly publish: (connectionId: string) => Promise<void>
  /** Deletes a venue's registrations for ROLLER's webhooks. Rejects if ROLLER does. */
  readonly unsubscribe: (connectionId: string) => Promise<void>
  readonly warn: (message: string, error: unknown, connectionId?: string) => void
}

export class ManagedConnections {
  readonly #options: ManagedConnectionsOptions
  readonly #behind = new Set<Promise<void>>()

  constructor (options: ManagedConnectionsOptions) {
    this.#options = options
  }

  /** Reads no credentials. */
  async list (filter: ListFilter = {}): Promise<ConnectionPage> {
    const { states, nextPage } = await this.#options.connections.list(filter)
    return { connections: await this.#complete(states), nextPage }
  }

  /** @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN */
  async get (connectionId: string): Promise<Connection> {
    return await this.#completeOne(await this.#options.connections.get(connectionId))
  }

  /**
   * Connects a venue from a server and requests the venue from ROLLER, so that credentials without access are rejected as well.
   * @throws RollerError ROLLER_ERR_CREDENTIALS_INVALID if ROLLER rejects the credentials, ROLLER_ERR_ENVIRONMENT if they belong to the
   *   other environment, ROLLER_ERR_ACCESS_DENIED if they may not read their venue; then no connection is created
   */
  async create (input: NewConnection): Promise<Connection> {
    const { connections, index, verifier, lifecycle } = this.#options
    const entered = await connections.enter(input)
    const state = verifier === null
      ? await connections.complete(entered.connection.connectionId, input.metadata)
      : await this.#verifyNew(verifier, entered, input.metadata)
    index.update(state)
    this.#emitInBackground(lifecycle.announce(state))
    return await this.#completeOne(state)
  }

  /** One read at the end verifies what Nango stored, and that no other credentials were entered meanwhile. */
  async #verifyNew (verifier: VenueVerifier, entered: ConnectionState, metadata: NewConnection['metadata']): Promise<ConnectionState> {
    const { connections, warn } = this.#options
    const { connectionId } = entered.connection
    const { state, error } = await verifier.verify(connectionId, { state: entered, metadata })
    if (error?.code === 'ROLLER_ERR_ACCESS_DENIED' || error?.code === 'ROLLER_ERR_CREDENTIALS_REJECTED') {
      await connections.delete(connectionId).catch((failure: unknown) => {
        warn('a connection with rejected credentials could not be deleted', failure, connectionId)
      })
      throw error
    }
    // ROLLER or Nango is failing now, but the credentials are valid: the first call verifies the venue.
    if (error !== null) warn('the venue of a new connection could not be verified', error, connectionId)
    // A report of Nango may have started the verification, without the metadata.
    const isComplete = error === null && Object.keys(metadata ?? {}).every((field) => Object.hasOwn(state.connection.metadata ?? {}, field))
    return isComplete ? state : await connections.complete(connectionId, metadata)
  }

  /** Merges: tags that are not named stay. When it resolves, callers who lose the connection by it are rejected. */
  async update (connectionId: string, change: ConnectionChange): Promise<Connection> {
    const { connections, index, lifecycle, lock, publish } = this.#options
    const write = async (): Promise<ConnectionState> => {
      const before = await connections.update(connectionId, change)
      index.forget(connectionId)
      await publish(connectionId)
      return before === null ? await connections.fresh(connectionId) : await lifecycle.settleTags(connectionId)
    }
    const state = await (change.tags === undefined ? write() : lock.run(connectionId, write)) // Nango merges metadata itself
    return await this.#completeOne(state)
  }

  /**
   * Confirms the venue of the new credentials as the connection's venue, and allows calls again.
   * @throws RollerError ROLLER_ERR_VALIDATION if the credentials do not belong to the named venue
   */
  async confirmVenue (connectionId: string, venueId: string): Promise<Connection> {
    const { connections, index, verifier, publish } = this.#options
    const state = verifier === null ? await connections.fresh(connectionId) : await verifier.confirm(connectionId, venueId)
    index.forget(connectionId)
    await publish(connectionId)
    return await this.#completeOne(state)
  }

  /**
   * Disconnects a venue: first deletes its registrations for ROLLER's webhooks, which would outlive the credentials, then the connection.
   * If ROLLER rejects the former, because the credentials are rejected already, the connection is deleted nevertheless.
   */
  async delete (connectionId: string): Promise<void> {
    const { connections, lifecycle, unsubscribe, warn } = this.#options
    await unsubscribe(connectionId).catch((error: unknown) => {
      if (isRollerError(error) && error.code === 'ROLLER_ERR_CONNECTION_UNKNOWN') return
      warn('ROLLER\'s webhooks of a connection could not be deleted before it was disconnected; ' +
        'ROLLER sends events until it disables them', error)
    })
    await connections.delete(connectionId)
    // After the response no replica may serve calls from cached state of the connection.
    await lifecycle.gone(connectionId)
    this.#emitInBackground(lifecycle.announceDeleted(connectionId))
  }

  /** Waits for events that are emitted after responses. */
  async close (): Promise<void> { await Promise.all(this.#behind) }

  /** The caller has its response, whatever the event's handlers do. */
  #emitInBackground (emitted: Promise<void>): void {
    const behind: Promise<void> = emitted
      .catch((error: unknown) => {
        // A failed event is delivered again.
        if (!(error instanceof EventNotHandled)) this.#options.warn('a connection event failed', error)
      })
      .finally(() => { this.#behind.delete(behind) })
    this.#behind.add(behind)
  }

  async #completeOne (state: ConnectionState): Promise<Connection> {
    const [complete = state.connection] = await this.#complete([state])
    return complete
  }

  /** Adds state that Nango does not have: ROLLER's cooling-off, and other connections of the same venue. */
  async #complete (states: readonly ConnectionState[]): Promise<Connection[]> {
    const { rateLimiter, index, verifier } = this.#options
    for (const state of states) index.update(state)
    const resting = await Promise.all(states.map(async ({ credential }) => await rateLimiter.coolingOff(credential)))
    return states.map(({ connection }, position) => ({
      ...connection,
      status: connection.status === 'connected' && (resting[position] ?? 0) > 0 ? 'cooling-off' : connection.status,
      warnings: [
        // Without `verifyVenues` no venue is verified.
        ...connection.warnings.filter((warning) => verifier !== null || warning !== 'venue-unverified'),
        ...(index.isDouble(connection) ? ['venue-connected-twice' as const] : [])
      ]
    }))
  }
}
