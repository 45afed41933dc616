/**
 * Connections as the routes and the host's own code use them: Nango's, with their venues, and with what must be done before and after a
 * change.
 */
import { isRollerError } from '../errors.ts'
import { EventNotHandled } from '../webhooks/events.ts'
import type { RateLimiter } from '../gateway/limits/rate-limiter.ts'
import type { Connection } from '../nango/connection.ts'
import type { ConnectionChange, Connections, ListFilter, NewConnection } from '../nango/connections.ts'
import type { ConnectionState } from '../nango/connection-state.ts'
import type { ConnectionIndex } from './connection-index.ts'
import type { ConnectionLifecycle } from './connection-lifecycle.ts'
import type { VenueVerifier } from './venue-verifier.ts'

export interface ConnectionPage {
  readonly connections: Connection[]
  /** The number to ask for next, or null at the end. */
  readonly nextPage: number | null
}

export interface ManagedConnectionsOptions {
  readonly connections: Connections
  readonly index: ConnectionIndex
  /** Null where connections are not asked for their venue. */
  readonly verifier: VenueVerifier | null
  readonly lifecycle: ConnectionLifecycle
  readonly rateLimiter: Pick<RateLimiter, 'coolingOff'>
  /** Drops what was made with a connection's credentials. */
  readonly forgetCredentials: (connectionId: string) => Promise<void>
  /** Makes the other replicas read a connection anew. */
  readonly publish: (connectionId: string) => Promise<void>
  /** Takes a venue's registrations for ROLLER's webhooks back. Rejects when ROLLER would not. */
  readonly unsubscribe: (connectionId: string) => Promise<void>
  readonly warn: (message: string, error: unknown, connectionId?: string) => void
}

export class ManagedConnections {
  readonly #options: ManagedConnectionsOptions
  readonly #behind = new Set<Promise<void>>()

  constructor (options: ManagedConnectionsOptions) {
    this.#options = options
  }

  /** No credential is read for it. */
  async list (filter: ListFilter = {}): Promise<ConnectionPage> {
    const { states, nextPage } = await this.#options.connections.list(filter)
    return { connections: await this.#complete(states), nextPage }
  }

  /** @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN */
  async get (connectionId: string): Promise<Connection> {
    return await this.#completeOne(await this.#options.connections.get(connectionId))
  }

  /**
   * Connects a venue from a server, and asks ROLLER for the venue, so that a pair which gets a token and may not do anything is refused as
   * well.
   * @throws RollerError ROLLER_ERR_VALIDATION when ROLLER refuses the pair, ROLLER_ERR_ENVIRONMENT when it is of the other environment,
   *   ROLLER_ERR_ACCESS_DENIED when it may not read its venue; then there is no connection
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

  /** One reading at the end shows what Nango keeps, and that nothing else was entered meanwhile. */
  async #verifyNew (verifier: VenueVerifier, entered: ConnectionState, metadata: NewConnection['metadata']): Promise<ConnectionState> {
    const { connections, warn } = this.#options
    const { connectionId } = entered.connection
    const { state, error } = await verifier.verify(connectionId, { state: entered, metadata })
    if (error?.code === 'ROLLER_ERR_ACCESS_DENIED' || error?.code === 'ROLLER_ERR_CREDENTIALS_REJECTED') {
      await connections.delete(connectionId).catch((failure: unknown) => {
        warn('a refused connection could not be deleted', failure, connectionId)
      })
      throw error
    }
    // ROLLER or Nango is in trouble now, and the pair is good: the first call verifies the venue.
    if (error !== null) warn('the venue of a new connection could not be verified', error, connectionId)
    // A report of Nango's may have started the verification, without the metadata.
    const isComplete = error === null && Object.keys(metadata ?? {}).every((field) => Object.hasOwn(state.connection.metadata ?? {}, field))
    return isComplete ? state : await connections.complete(connectionId, metadata)
  }

  /** Merges: what is not named stays. Callers who lose the connection by it are shut out when this is done. */
  async update (connectionId: string, change: ConnectionChange): Promise<Connection> {
    const { connections, index, lifecycle, publish } = this.#options
    await connections.update(connectionId, change)
    index.forget(connectionId)
    await publish(connectionId)
    return await this.#completeOne(change.tags === undefined ? await connections.fresh(connectionId) : await lifecycle.settle(connectionId))
  }

  /**
   * Takes the venue whose credentials were entered for the connection's venue from now on, and lets calls pass again.
   * @throws RollerError ROLLER_ERR_VALIDATION when the credentials are not those of the venue that was named
   */
  async confirmVenue (connectionId: string, venueId: string): Promise<Connection> {
    const { connections, index, verifier, publish } = this.#options
    const state = verifier === null ? await connections.fresh(connectionId) : await verifier.confirm(connectionId, venueId)
    index.forget(connectionId)
    await publish(connectionId)
    return await this.#completeOne(state)
  }

  /**
   * Disconnects a venue: first its registrations for ROLLER's webhooks, which would go on after the credentials are gone, then the
   * connection. Where ROLLER does not take the first, because the credentials are refused already, the connection is deleted nevertheless.
   */
  async delete (connectionId: string): Promise<void> {
    const { connections, lifecycle, unsubscribe, warn } = this.#options
    await unsubscribe(connectionId).catch((error: unknown) => {
      if (isRollerError(error) && error.code === 'ROLLER_ERR_CONNECTION_UNKNOWN') return
      warn('ROLLER\'s webhooks of a connection could not be taken back before it was disconnected; ' +
        'ROLLER will go on sending until it gives up', error)
    })
    await connections.delete(connectionId)
    // After the response no replica may serve calls from cached state of the connection.
    await lifecycle.gone(connectionId)
    this.#emitInBackground(lifecycle.announceDeleted(connectionId))
  }

  /** Waits for what is told behind answers that were given. */
  async close (): Promise<void> { await Promise.all(this.#behind) }

  /** The caller has its answer, whatever the host's handlers of the event do. */
  #emitInBackground (emitted: Promise<void>): void {
    const behind: Promise<void> = emitted
      .catch((error: unknown) => {
        // What was not taken is delivered again.
        if (!(error instanceof EventNotHandled)) this.#options.warn('an event of a connection could not be told', error)
      })
      .finally(() => { this.#behind.delete(behind) })
    this.#behind.add(behind)
  }

  async #completeOne (state: ConnectionState): Promise<Connection> {
    const [complete = state.connection] = await this.#complete([state])
    return complete
  }

  /** What Nango does not know: ROLLER's cooling-off, and other connections of the same venue. */
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
