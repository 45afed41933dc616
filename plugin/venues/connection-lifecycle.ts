/**
 * What happens to connections, from whatever source: Nango's webhooks, the poller, a call that found something out, or the gateway's own
 * routes. A report is only a hint, for it has no id, may be late, and may come twice: the connection is read anew, and what it is then
 * counts. Whatever is found out here is told to the other replicas before anything else is done.
 */
import { createHash } from 'node:crypto'
import { isRollerError, RollerError } from '../errors.ts'
import type { Connection } from '../nango/connection.ts'
import type { ConnectionEvent, ConnectionEventName } from '../nango/connection-events.ts'
import type { ConnectionState } from '../nango/connection-state.ts'
import type { Connections } from '../nango/connections.ts'
import type { ConnectionIndex, IndexedConnection } from './connection-index.ts'
import type { VenueVerifier } from './venue-verifier.ts'

export interface ConnectionLifecycleOptions {
  readonly connections: Connections
  readonly index: ConnectionIndex
  /** Null where connections are not asked for their venue. */
  readonly verifier: VenueVerifier | null
  /** Rejects when a handler failed. */
  readonly emit: (event: ConnectionEvent) => Promise<void>
  /** Drops what was made with a connection's earlier credentials: answers, tokens, refusals. */
  readonly forgetCredentials: (connectionId: string) => Promise<void>
  /** Makes the other replicas read a connection anew. */
  readonly publish: (connectionId: string) => Promise<void>
  readonly warn: (message: string, error: unknown, connectionId?: string) => void
}

export class ConnectionLifecycle {
  readonly #options: ConnectionLifecycleOptions
  readonly #background = new Set<Promise<void>>()

  constructor (options: ConnectionLifecycleOptions) {
    this.#options = options
  }

  /** True where connections are asked for their venue. */
  get identifies (): boolean { return this.#options.verifier !== null }

  /** @throws what the handlers of the event threw, or RollerError when Nango could not be asked; then the report should come again */
  async created (connectionId: string): Promise<void> {
    const state = await this.#settled(connectionId)
    if (state !== null) await this.announce(state)
  }

  /** Emits the event of a connection that was just created here. */
  async announce ({ connection }: ConnectionState): Promise<void> {
    await this.#emit('connection.created', connection, connection.createdAt)
  }

  /** Credentials were entered again, perhaps another venue's. */
  async reconnected (connectionId: string): Promise<void> {
    const { verifier, forgetCredentials, index, publish } = this.#options
    verifier?.reset(connectionId)
    index.forget(connectionId)
    await publish(connectionId)
    await forgetCredentials(connectionId)
    const state = await this.#settled(connectionId)
    if (state !== null) await this.#emitEntered(state)
  }

  /** Nango reports every refresh that fails, one in 30 s: told once. */
  async failed (connectionId: string): Promise<void> {
    const known = this.#options.index.last(connectionId)?.status
    const state = await this.#read(connectionId)
    if (state === null || state.connection.status !== 'reconnect-required' || known === 'reconnect-required') return
    await this.#options.publish(connectionId)
    await this.#forgetUnlessHandled(connectionId, async () => { await this.#emit('connection.failed', state.connection, state.errorId) })
  }

  async recovered (connectionId: string): Promise<void> {
    const known = this.#options.index.last(connectionId)
    const state = await this.#settled(connectionId)
    if (state === null || state.connection.status === 'reconnect-required' || known?.status === 'connected') return
    await this.#options.publish(connectionId)
    // What it recovered from tells one recovery from the next, on whichever replica it is noticed.
    const stamp = known !== undefined && known.errorId !== '' ? known.errorId : state.updatedAt
    if (state.verification === 'changed') await this.#emitEntered(state)
    else await this.#forgetUnlessHandled(connectionId, async () => { await this.#emit('connection.recovered', state.connection, stamp) })
  }

  async deleted (connectionId: string): Promise<void> {
    // The id alone: whether it was read before must not make another event of it.
    if (await this.#read(connectionId) !== null) return
    await this.gone(connectionId)
    await this.announceDeleted(connectionId)
  }

  /** Emits the event of a connection that was just deleted here. */
  async announceDeleted (connectionId: string): Promise<void> { await this.#emit('connection.deleted', null, '', connectionId) }

  /** It is known not to be there any more. */
  async gone (connectionId: string): Promise<void> {
    const { index, forgetCredentials, publish } = this.#options
    index.forget(connectionId)
    await publish(connectionId)
    await forgetCredentials(connectionId)
  }

  /**
   * Has ROLLER asked whose credentials a connection holds, unless that is known.
   * @throws RollerError while it is not known: which step failed, and when to try again
   */
  async verify (connectionId: string): Promise<IndexedConnection> {
    const { verifier, index } = this.#options
    if (verifier === null) return await index.get(connectionId)
    const failure = verifier.failure(connectionId)
    if (failure !== null) throw failure
    const { state, error } = await this.#verify(connectionId, verifier, true)
    if (error !== null) throw error
    return index.update(state)
  }

  /**
   * The same for a report: credentials were entered a moment ago, and what failed before was about others.
   * @throws RollerError when the connection cannot be read
   */
  async settle (connectionId: string): Promise<ConnectionState> { return (await this.#settle(connectionId, true)).state }

  /**
   * The same for a caller that needs the venue, and has just read the connection. What it read is read again only where it is unverified:
   * under the lock, because another replica may have verified it meanwhile.
   * @throws RollerError while it is not known, too
   */
  async settleOrThrow (read: ConnectionState): Promise<ConnectionState> {
    const { verifier, index } = this.#options
    const { connectionId } = read.connection
    if (read.verification !== 'unverified') {
      // What this process knows is older.
      if (index.last(connectionId)?.verification !== read.verification) index.forget(connectionId)
      verifier?.reset(connectionId)
      return read
    }
    const { state, error } = await this.#settle(connectionId, true)
    if (error !== null) throw error
    return state
  }

  /** @param emits false where the caller emits the event */
  async #settle (connectionId: string, emits: boolean): Promise<{ state: ConnectionState, error: RollerError | null }> {
    const { verifier, connections, index } = this.#options
    if (verifier === null) {
      const state = await connections.fresh(connectionId)
      index.update(state)
      return { state, error: null }
    }
    verifier.reset(connectionId)
    return await this.#verify(connectionId, verifier, emits)
  }

  /** Waits for events that are being emitted in the background. */
  async close (): Promise<void> { await Promise.all(this.#background) }

  async #verify (
    connectionId: string, verifier: VenueVerifier, emits: boolean
  ): Promise<{ state: ConnectionState, error: RollerError | null }> {
    const { index, publish, warn } = this.#options
    const { state, news, first, error } = await verifier.verify(connectionId)
    index.update(state)
    if (error !== null) warn('the venue of a connection could not be verified', error, connectionId)
    if (news) {
      await publish(connectionId)
      if (emits) this.#emitInBackground(first ? this.announce(state) : this.#emitEntered(state))
    }
    return { state, error }
  }

  /** Null when it is gone. An event is not held back because ROLLER cannot be asked now: the connection says that it is unverified. */
  async #settled (connectionId: string): Promise<ConnectionState | null> {
    try {
      return (await this.#settle(connectionId, false)).state
    } catch (error) {
      return nullIfUnknown(error)
    }
  }

  /** Null when it is gone. */
  async #read (connectionId: string): Promise<ConnectionState | null> {
    try {
      const state = await this.#options.connections.fresh(connectionId)
      this.#options.index.update(state)
      return state
    } catch (error) {
      return nullIfUnknown(error)
    }
  }

  /** Forgets the change, so that the next report of it emits the event again. */
  async #forgetUnlessHandled (connectionId: string, emit: () => Promise<void>): Promise<void> {
    try {
      await emit()
    } catch (error) {
      this.#options.index.forget(connectionId)
      throw error
    }
  }

  /** The caller does not wait for the handlers of the event. */
  #emitInBackground (emitted: Promise<void>): void {
    const { warn } = this.#options
    const running: Promise<void> = emitted.catch((error: unknown) => { warn('a connection event was not handled', error) })
      .finally(() => { this.#background.delete(running) })
    this.#background.add(running)
  }

  /** Each entry of credentials is verified under a value of its own, the same for every source of the report. */
  async #emitEntered ({ connection, verification, entry }: ConnectionState): Promise<void> {
    await this.#emit(verification === 'changed' ? 'connection.venue-changed' : 'connection.reconnected', connection, entry)
  }

  async #emit (
    name: ConnectionEventName, connection: Connection | null, stamp: string, connectionId = connection?.connectionId ?? ''
  ): Promise<void> {
    const id = `evt_${createHash('sha256').update(JSON.stringify([name, connectionId, stamp])).digest('base64url').slice(0, 27)}`
    await this.#options.emit({ name, id, connectionId, noticedAt: new Date().toISOString(), connection } satisfies ConnectionEvent)
  }
}

function nullIfUnknown (error: unknown): null {
  if (!isRollerError(error) || error.code !== 'ROLLER_ERR_CONNECTION_UNKNOWN') throw error
  return null
}
