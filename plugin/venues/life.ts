/**
 * What happens to connections, from whomever it is heard: Nango's webhooks, a look at its list, or the gateway's own routes. A report is only a
 * hint, for it has no id, may be late, and may come twice: the connection is read anew, and what it is then is what counts.
 */
import { createHash } from 'node:crypto'
import { isRollerError } from '../errors.ts'
import type { Connection } from '../nango/connection.ts'
import type { ConnectionEvent, ConnectionEventName } from '../nango/connection-events.ts'
import type { Connections, Stamps } from '../nango/connections.ts'
import type { Directory, Known } from './directory.ts'
import type { VenueIdentity } from './identity.ts'

export interface ConnectionLifeOptions {
  readonly connections: Connections
  readonly directory: Directory
  /** Null where connections are not asked for their venue. */
  readonly identity: VenueIdentity | null
  /** Rejects when the event was not taken. */
  readonly emit: (event: ConnectionEvent) => Promise<void>
  /** Drops what was made with a connection's earlier credentials: answers, tokens, refusals. */
  readonly forgetCredentials: (connectionId: string) => Promise<void>
  /** A connection is named by its own argument, and never in the message. */
  readonly warn: (message: string, error: unknown, connectionId?: string) => void
}

export class ConnectionLife {
  readonly #options: ConnectionLifeOptions

  constructor (options: ConnectionLifeOptions) {
    this.#options = options
  }

  /** @throws what the handlers of the event threw, or RollerError when Nango could not be asked; then the report should come again */
  async created (connectionId: string): Promise<void> {
    const found = await this.#read(connectionId)
    if (found === null) return
    const connection = await this.#settle(found.connection, false)
    await this.#emit('connection.created', connection, connection.createdAt)
  }

  /** Credentials were entered again, perhaps another venue's. */
  async reconnected (connectionId: string): Promise<void> {
    const { directory, forgetCredentials } = this.#options
    await forgetCredentials(connectionId)
    const found = await this.#read(connectionId)
    if (found === null) return
    // From now on and until somebody could look whose they are, no call passes.
    if (this.#options.identity !== null) directory.learn(found.connection, true)
    const connection = await this.#settle(found.connection, true)
    const name = connection.warnings.includes('venue-changed') ? 'connection.venue-changed' : 'connection.reconnected'
    await this.#emit(name, connection, found.stamps.updatedAt)
  }

  /** Nango reports every refresh that fails, one in 30 s: told once. */
  async failed (connectionId: string): Promise<void> {
    const known = this.#options.directory.peek(connectionId)?.status
    const found = await this.#read(connectionId)
    if (found === null || found.connection.status !== 'reconnect-required' || known === 'reconnect-required') return
    await this.#undoneIfNotTaken(connectionId, async () => { await this.#emit('connection.failed', found.connection, found.stamps.errorId) })
  }

  async recovered (connectionId: string): Promise<void> {
    const known = this.#options.directory.peek(connectionId)?.status
    const found = await this.#read(connectionId)
    if (found === null || found.connection.status === 'reconnect-required' || known === 'connected') return
    // Perhaps because credentials were entered again, and nobody told.
    const connection = await this.#settle(found.connection, true)
    if (connection.warnings.includes('venue-changed')) await this.#emit('connection.venue-changed', connection, found.stamps.updatedAt)
    else await this.#undoneIfNotTaken(connectionId, async () => { await this.#emit('connection.recovered', connection, found.stamps.updatedAt) })
  }

  async deleted (connectionId: string): Promise<void> {
    const { directory, forgetCredentials } = this.#options
    // The id alone: whether it was read before must not make another event of it.
    if (await this.#read(connectionId) !== null) return
    directory.forget(connectionId)
    await forgetCredentials(connectionId)
    await this.#emit('connection.deleted', null, '', connectionId)
  }

  /**
   * Finds out a connection's venue, unless it is known.
   * @throws RollerError
   */
  async settle (connectionId: string, reread: boolean): Promise<Known> {
    const { connections, directory, identity } = this.#options
    const connection = await connections.fresh(connectionId)
    return directory.learn(identity === null ? connection : await identity.settle(connection, reread))
  }

  /** Null when it is gone. */
  async #read (connectionId: string): Promise<{ connection: Connection, stamps: Stamps } | null> {
    const { connections, directory } = this.#options
    try {
      const found = await connections.freshWithStamps(connectionId)
      directory.learn(found.connection, directory.peek(connectionId)?.unverified)
      return found
    } catch (error) {
      if (!isRollerError(error) || error.code !== 'ROLLER_ERR_CONNECTION_UNKNOWN') throw error
      return null
    }
  }

  /** An event is not held back because ROLLER cannot be asked now: the venue is asked for again at the first call. */
  async #settle (connection: Connection, reread: boolean): Promise<Connection> {
    const { identity, directory, warn } = this.#options
    if (identity === null) return connection
    try {
      const settled = await identity.settle(connection, reread)
      directory.learn(settled)
      return settled
    } catch (error) {
      warn('the venue of a connection could not be found out', error, connection.connectionId)
      return connection
    }
  }

  /** So that the next report of the same is not taken for known. */
  async #undoneIfNotTaken (connectionId: string, emit: () => Promise<void>): Promise<void> {
    try {
      await emit()
    } catch (error) {
      this.#options.directory.forget(connectionId)
      throw error
    }
  }

  async #emit (name: ConnectionEventName, connection: Connection | null, stamp: string, connectionId = connection?.connectionId ?? ''): Promise<void> {
    const id = `evt_${createHash('sha256').update(JSON.stringify([name, connectionId, stamp])).digest('base64url').slice(0, 27)}`
    await this.#options.emit({ name, id, connectionId, noticedAt: new Date().toISOString(), connection } satisfies ConnectionEvent)
  }
}
