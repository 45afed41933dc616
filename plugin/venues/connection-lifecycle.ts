/**
 * Handles changes of connections from every source: Nango's webhooks, the poller, a failed call, or the gateway's own routes. A report is
 * only a hint, since it has no id, may be late, and may be repeated: the connection is read again, and its current state counts. Changes
 * are published to the other replicas before anything else is done.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { isRollerError } from '../errors.ts'
import type { Connection } from '../nango/connection.ts'
import type { ConnectionEvent, ConnectionEventName } from '../nango/connection-events.ts'
import type { ConnectionState } from '../nango/connection-state.ts'
import type { Connections } from '../nango/connections.ts'
import { atMost } from '../util/at-most.ts'
import { EventBusy } from '../webhooks/events.ts'
import type { ConnectionIndex, IndexedConnection } from './connection-index.ts'
import type { VenueVerifier, VerifyResult } from './venue-verifier.ts'

export interface ConnectionLifecycleOptions {
  readonly connections: Connections
  readonly index: ConnectionIndex
  /** Null if venues are not verified. */
  readonly verifier: VenueVerifier | null
  /** Rejects if a handler failed. */
  readonly emit: (event: ConnectionEvent) => Promise<void>
  /** Drops state of a connection's earlier credentials: responses, tokens, rejections. */
  readonly forgetCredentials: (connectionId: string) => Promise<void>
  /** Makes the other replicas read a connection again. */
  readonly publish: (connectionId: string) => Promise<void>
  readonly warn: (message: string, error: unknown, connectionId?: string) => void
}

const MAX_FAILING = 10_000

export class ConnectionLifecycle {
  readonly #options: ConnectionLifecycleOptions
  /** The emitted failures. The index has what any read has found, emitted or not. */
  readonly #failing = new LRUCache<string, Pick<ConnectionState, 'entry' | 'errorId'>>(atMost(MAX_FAILING))
  readonly #background = new Set<Promise<void>>()

  constructor (options: ConnectionLifecycleOptions) {
    this.#options = options
  }

  /** True if venues are verified. */
  get identifies (): boolean { return this.#options.verifier !== null }

  /** @throws the error of the event's handlers, or RollerError if Nango was unavailable; then the report should be sent again */
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
    const state = await this.#verifyAgain(connectionId)
    if (state !== null) await this.#emitEntered(state)
  }

  /** Credentials were entered again, or tags are being changed. */
  async unverified (connectionId: string): Promise<void> {
    const state = await this.#verifyAgain(connectionId)
    if (state !== null && !hasNewTagsOnly(state)) await this.#emitEntered(state)
  }

  async #verifyAgain (connectionId: string): Promise<ConnectionState | null> {
    const { verifier, forgetCredentials, index, publish } = this.#options
    verifier?.reset(connectionId)
    this.#failing.delete(connectionId)
    index.forget(connectionId)
    await publish(connectionId)
    await forgetCredentials(connectionId)
    return await this.#settled(connectionId)
  }

  /** Nango reports every failed refresh, one in 30 s: emitted once. */
  async failed (connectionId: string): Promise<void> {
    const known = this.#options.index.last(connectionId)?.status
    const state = await this.#read(connectionId)
    if (state === null || state.connection.status !== 'reconnect-required') return
    const failure = this.#failing.get(connectionId)
    // Credentials that were verified since then work: their failure is another, and its predecessor may have ended on another replica.
    const isSame = failure !== undefined && (failure.entry === state.entry || state.verification === 'unverified')
    if (isSame && known !== 'connected') return
    await this.#options.publish(connectionId)
    await this.#emit('connection.failed', state.connection, state.errorId)
    this.#failing.set(connectionId, { entry: state.entry, errorId: state.errorId })
  }

  async recovered (connectionId: string): Promise<void> {
    const known = this.#options.index.last(connectionId)
    const failure = this.#failing.get(connectionId)
    const state = await this.#settled(connectionId)
    if (state === null || state.connection.status === 'reconnect-required') return
    // Of other credentials, it ended with connection.reconnected, perhaps on another replica.
    if (failure?.entry !== state.entry && known?.status === 'connected') return
    await this.#options.publish(connectionId)
    // The failure identifies the recovery, on whichever replica detects it.
    const stamp = [known?.errorId, failure?.errorId].find((id) => id !== undefined && id !== '') ?? state.updatedAt
    if (state.verification === 'changed') await this.#emitEntered(state)
    else await this.#forgetUnlessHandled(connectionId, async () => { await this.#emit('connection.recovered', state.connection, stamp) })
    this.#failing.delete(connectionId)
  }

  async deleted (connectionId: string): Promise<void> {
    // The id alone, so that the event is the same whether the connection was read before or not.
    if (await this.#read(connectionId) !== null) return
    await this.gone(connectionId)
    await this.announceDeleted(connectionId)
  }

  /** Emits the event of a connection that was just deleted here. */
  async announceDeleted (connectionId: string): Promise<void> { await this.#emit('connection.deleted', null, '', connectionId) }

  /** The connection no longer exists. */
  async gone (connectionId: string): Promise<void> {
    const { index, forgetCredentials, publish } = this.#options
    this.#failing.delete(connectionId)
    index.forget(connectionId)
    await publish(connectionId)
    await forgetCredentials(connectionId)
  }

  /**
   * Verifies the venue of a connection's credentials, unless it is known.
   * @throws RollerError while it is unknown: with the failed step, and when to retry
   */
  async verify (connectionId: string): Promise<IndexedConnection> {
    const { verifier, index } = this.#options
    if (verifier === null) return await index.get(connectionId)
    const failure = verifier.failure(connectionId)
    if (failure !== null) throw failure
    const { state, error } = await this.#accept(await verifier.verify(connectionId), true)
    if (error !== null) throw error
    return index.update(state)
  }

  /**
   * Same after new tags. The caller holds the connection's lock.
   * @throws RollerError if the connection cannot be read
   */
  async settleTags (connectionId: string): Promise<ConnectionState> {
    return (await this.#settle(connectionId, true, true)).state
  }

  /**
   * Same for a caller that needs the venue and has just read the connection. It is read again only if it is unverified: under the lock,
   * because another replica may have verified it meanwhile.
   * @throws RollerError also while the venue is unknown
   */
  async settleOrThrow (read: ConnectionState): Promise<ConnectionState> {
    const { verifier, index } = this.#options
    const { connectionId } = read.connection
    if (read.verification !== 'unverified') {
      // The state in this process is older.
      if (index.last(connectionId)?.verification !== read.verification) index.forget(connectionId)
      verifier?.reset(connectionId)
      return read
    }
    const { state, error } = await this.#settle(connectionId, true)
    if (error !== null) throw error
    return state
  }

  /**
   * @param emits false if the caller emits the event
   * @param isLocked true if the caller holds the connection's lock
   */
  async #settle (connectionId: string, emits: boolean, isLocked = false): Promise<Pick<VerifyResult, 'state' | 'error'>> {
    const { verifier, connections, index } = this.#options
    if (verifier === null) {
      const state = await connections.fresh(connectionId)
      index.update(state)
      return { state, error: null }
    }
    verifier.reset(connectionId)
    return await this.#accept(await (isLocked ? verifier.verifyLocked(connectionId) : verifier.verify(connectionId)), emits)
  }

  /** Waits for events that are being emitted in the background. */
  async close (): Promise<void> { await Promise.all(this.#background) }

  async #accept ({ state, news, first, error }: VerifyResult, emits: boolean): Promise<Pick<VerifyResult, 'state' | 'error'>> {
    const { index, publish, warn } = this.#options
    const { connectionId } = state.connection
    index.update(state)
    if (error !== null) warn('the venue of a connection could not be verified', error, connectionId)
    if (news) {
      await publish(connectionId)
      if (emits && !hasNewTagsOnly(state)) this.#emitInBackground(first ? this.announce(state) : this.#emitEntered(state))
    }
    return { state, error }
  }

  /** Null if it is deleted. An event is not held back while ROLLER is unavailable: the connection is marked as unverified. */
  async #settled (connectionId: string): Promise<ConnectionState | null> {
    try {
      return (await this.#settle(connectionId, false)).state
    } catch (error) {
      return nullIfUnknown(error)
    }
  }

  /** Null if it is deleted. */
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
    const running: Promise<void> = emitted.catch((error: unknown) => {
      if (!(error instanceof EventBusy)) warn('a connection event was not handled', error) // by another delivery, which reports it
    }).finally(() => { this.#background.delete(running) })
    this.#background.add(running)
  }

  /** Each entry of credentials is verified with its own value, the same for every source of the report. */
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

/** Its venue was verified before and is not another now, and no credentials were entered: no event. */
function hasNewTagsOnly ({ tagsOnly, verification }: ConnectionState): boolean { return tagsOnly && verification !== 'changed' }

function nullIfUnknown (error: unknown): null {
  if (!isRollerError(error) || error.code !== 'ROLLER_ERR_CONNECTION_UNKNOWN') throw error
  return null
}
