/** Connections as the routes and the host's own code use them: Nango's, with their venues, and with what must be done before and after a change. */
import { isRollerError } from '../errors.ts'
import { EventNotTaken } from '../events/events.ts'
import type { Budgets } from '../gateway/budget/budgets.ts'
import type { Connection } from '../nango/connection.ts'
import type { ConnectionChange, ConnectionPage, Connections, ListFilter, NewConnection } from '../nango/connections.ts'
import type { Directory } from './directory.ts'
import type { VenueIdentity } from './identity.ts'
import type { ConnectionLife } from './life.ts'

export interface ManagedConnectionsOptions {
  readonly connections: Connections
  readonly directory: Directory
  readonly identity: VenueIdentity
  /** False: connections are not asked for their venue. */
  readonly identifies: boolean
  readonly life: ConnectionLife
  readonly budgets: Pick<Budgets, 'coolingOff'>
  /** Drops what was made with a connection's credentials. */
  readonly forgetCredentials: (connectionId: string) => Promise<void>
  /** Takes a venue's registrations for ROLLER's webhooks back. Rejects when ROLLER would not. */
  readonly unsubscribe: (connectionId: string) => Promise<void>
  readonly warn: (message: string, error: unknown) => void
}

export class ManagedConnections {
  readonly #options: ManagedConnectionsOptions
  readonly #behind = new Set<Promise<void>>()

  constructor (options: ManagedConnectionsOptions) {
    this.#options = options
  }

  /** No credential is read for it. */
  async list (filter: ListFilter = {}): Promise<ConnectionPage> {
    const { connections, nextPage } = await this.#options.connections.list(filter)
    return { connections: await this.#complete(connections), nextPage }
  }

  /** @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN */
  async get (connectionId: string): Promise<Connection> {
    const connection = await this.#options.connections.get(connectionId)
    const [complete = connection] = await this.#complete([connection])
    return complete
  }

  /**
   * Connects a venue from a server, and asks ROLLER for the venue, so that a pair which gets a token and may not do anything is refused as well.
   * @throws RollerError ROLLER_ERR_VALIDATION when ROLLER refuses the pair, ROLLER_ERR_ENVIRONMENT when it is of the other environment,
   *   ROLLER_ERR_ACCESS_DENIED when it may not read its venue; then there is no connection
   */
  async create (input: NewConnection): Promise<Connection> {
    const { connections, directory, identity, identifies, life, warn } = this.#options
    let connection = await connections.create(input)
    const { connectionId } = connection
    if (identifies) {
      try {
        connection = await identity.settle(connection)
      } catch (error) {
        if (isRollerError(error) && (error.code === 'ROLLER_ERR_ACCESS_DENIED' || error.code === 'ROLLER_ERR_CREDENTIALS_REJECTED')) {
          await connections.delete(connectionId).catch((failure: unknown) => { warn('a refused connection could not be taken away', failure) })
          throw error
        }
        // ROLLER or Nango is in trouble now, and the pair is good: the venue is asked for at the first call.
        warn('the venue of a new connection could not be found out', error)
      }
    }
    directory.learn(connection)
    this.#tell(life.created(connectionId))
    return connection
  }

  /** Merges: what is not named stays. */
  async update (connectionId: string, change: ConnectionChange): Promise<Connection> {
    const connection = await this.#options.connections.update(connectionId, change)
    this.#options.directory.forget(connectionId)
    const [complete = connection] = await this.#complete([connection])
    return complete
  }

  /**
   * Takes the venue whose credentials were entered for the connection's venue from now on, and lets calls pass again.
   * @throws RollerError ROLLER_ERR_VALIDATION when the credentials are not those of the venue that was named
   */
  async confirmVenue (connectionId: string, venueId: string): Promise<Connection> {
    const { connections, directory, identity } = this.#options
    const connection = await identity.confirm(await connections.fresh(connectionId), venueId)
    directory.forget(connectionId)
    directory.learn(connection)
    return connection
  }

  /**
   * Disconnects a venue: first its registrations for ROLLER's webhooks, which would go on after the credentials are gone, then the connection.
   * Where ROLLER does not take the first, because the credentials are refused already, the second is done all the same.
   */
  async delete (connectionId: string): Promise<void> {
    const { connections, directory, life, forgetCredentials, unsubscribe, warn } = this.#options
    await unsubscribe(connectionId).catch((error: unknown) => {
      if (isRollerError(error) && error.code === 'ROLLER_ERR_CONNECTION_UNKNOWN') return
      warn('ROLLER\'s webhooks of a connection could not be taken back before it was disconnected; ROLLER will go on sending until it gives up', error)
    })
    await connections.delete(connectionId)
    // At once: whoever has the answer must not be served from what is left of the connection.
    directory.forget(connectionId)
    await forgetCredentials(connectionId)
    this.#tell(life.deleted(connectionId))
  }

  /** Waits for what is told behind answers that were given. */
  async close (): Promise<void> { await Promise.all(this.#behind) }

  /** The caller has its answer, whatever the host's handlers of the event do. */
  #tell (told: Promise<void>): void {
    const behind: Promise<void> = told
      .catch((error: unknown) => {
        // What was not taken is delivered again.
        if (!(error instanceof EventNotTaken)) this.#options.warn('an event of a connection could not be told', error)
      })
      .finally(() => { this.#behind.delete(behind) })
    this.#behind.add(behind)
  }

  /** What Nango does not know: ROLLER's cooling-off, and other connections of the same venue. */
  async #complete (connections: readonly Connection[]): Promise<Connection[]> {
    const { budgets, directory } = this.#options
    for (const connection of connections) directory.learn(connection, directory.peek(connection.connectionId)?.unverified)
    const resting = await Promise.all(connections.map(async ({ connectionId }) => await budgets.coolingOff(connectionId)))
    return connections.map((connection, index) => ({
      ...connection,
      status: connection.status === 'connected' && (resting[index] ?? 0) > 0 ? 'cooling-off' : connection.status,
      warnings: directory.isDouble(connection) ? [...connection.warnings, 'venue-connected-twice'] : connection.warnings
    }))
  }
}
