/**
 * Polls Nango's list of connections, for changes without a webhook: a self-hosted Nango may send none, and any Nango gives up after three
 * attempts. One poll is one call to Nango for a thousand connections. The list contains the tags, which reveal newly entered credentials:
 * see nango/entry.ts.
 */
import { sleep, type Clock } from '../util/clock.ts'
import type { Connection } from '../nango/connection.ts'
import type { ConnectionState } from '../nango/connection-state.ts'
import type { Connections } from '../nango/connections.ts'
import { ENVIRONMENT_TAG, type RollerEnvironment } from '../nango/venue.ts'
import { EventBusy } from '../webhooks/events.ts'
import type { ConnectionIndex } from './connection-index.ts'
import type { ConnectionLifecycle } from './connection-lifecycle.ts'

export interface ConnectionPollerOptions {
  readonly connections: Connections
  readonly index: ConnectionIndex
  readonly lifecycle: ConnectionLifecycle
  readonly environment: RollerEnvironment
  readonly clock: Clock
  /** Milliseconds between two polls. */
  readonly intervalMs: number
  /** Venues are verified: connections without one are new even at the first poll. */
  readonly identifies: boolean
  readonly warn: (message: string, error: unknown, connectionId?: string) => void
}

/** Maximum page size; Nango's is 2,000. */
const PAGE = 1_000
/** Maximum number of pages: 50,000 connections. */
const MAX_PAGES = 50
/** Each costs calls to Nango and ROLLER, which others need too; the next poll continues. */
const MAX_CHANGES = 50

/**
 * Verifying a venue takes some six calls to Nango, whose smallest account limit is 200 a minute. Further ones are verified by their first
 * call, or by a later poll; until then their calls are rejected.
 */
const MAX_VERIFICATIONS = 10
const VERIFICATIONS_IN_MS = 60_000

type PolledConnection = Pick<Connection, 'status'>
type Change = 'created' | 'unverified' | 'failed' | 'recovered'

export class ConnectionPoller {
  readonly #options: ConnectionPollerOptions
  readonly #stop = new AbortController()
  #previous: Map<string, PolledConnection> | null = null
  #running: Promise<void> = Promise.resolve()
  #verifications = { count: 0, until: -Infinity }

  constructor (options: ConnectionPollerOptions) {
    this.#options = options
  }

  start (): void { this.#running = this.#run() }

  async stop (): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  /** One poll. What failed is repeated at the next one. */
  async poll (): Promise<void> {
    const { states, complete } = await this.#list()
    const before = this.#previous
    const after = new Map<string, PolledConnection>()
    let changes = 0
    const report = async (connectionId: string, change: () => Promise<void>): Promise<boolean> => {
      if (changes++ >= MAX_CHANGES || this.#stop.signal.aborted) return false
      try {
        await change()
        return true
      } catch (error) {
        if (error instanceof EventBusy) return false // being delivered: the next poll finds it handled, or repeats it
        this.#options.warn('a connection event failed and is retried at the next poll', error, connectionId)
        return false
      }
    }
    const { lifecycle, index } = this.#options
    // First those with new credentials: calls may be in flight with them.
    const inOrder = [...states].sort((a, b) => Number(a.connection.venue === null) - Number(b.connection.venue === null))
    for (const state of inOrder) {
      const { connectionId, status } = state.connection
      const known = before?.get(connectionId)
      let change = this.#changeOf(state, known, before === null)
      if (change === 'unverified' || (change === 'created' && this.#options.identifies)) {
        index.update(state) // calls are rejected from now on, whenever it is verified
        if (!this.#mayVerify()) change = null
      }
      // Before it is stored: the previous state distinguishes a new change from a reported one.
      const reported = change === null || await report(connectionId, () => lifecycle[change](connectionId))
      if (reported) after.set(connectionId, { status })
      else if (known !== undefined) after.set(connectionId, known)
      if (change === null) index.update(state)
    }
    const listed = new Set(states.map(({ connection: { connectionId } }) => connectionId))
    // Also those that a webhook or a call has shown since the last poll.
    for (const connectionId of new Set([...before?.keys() ?? [], ...index.ids()])) {
      if (listed.has(connectionId)) continue
      const known = before?.get(connectionId)
      const gone = complete && await report(connectionId, () => lifecycle.deleted(connectionId))
      if (!gone && known !== undefined) after.set(connectionId, known)
    }
    this.#previous = after
  }

  #mayVerify (): boolean {
    const now = this.#options.clock.now()
    if (now >= this.#verifications.until) this.#verifications = { count: 0, until: now + VERIFICATIONS_IN_MS }
    return this.#verifications.count++ < MAX_VERIFICATIONS
  }

  #changeOf ({ connection, verification }: ConnectionState, known: PolledConnection | undefined, first: boolean): Change | null {
    const { identifies, environment } = this.#options
    const { venue, tags, warnings, status } = connection
    const isOwnEnvironment = (tags[ENVIRONMENT_TAG] ?? environment) === environment
    // Rejected credentials are not verified at every poll.
    const canVerify = isOwnEnvironment && !warnings.includes('no-room-for-venue') &&
      (status !== 'reconnect-required' || known === undefined)
    if (identifies && canVerify && verification === 'unverified') return venue === null ? 'created' : 'unverified'
    if (known === undefined) return identifies || first ? null : 'created'
    if (known.status === status) return null
    return status === 'reconnect-required' ? 'failed' : 'recovered'
  }

  async #list (): Promise<{ states: ConnectionState[], complete: boolean }> {
    const states = new Map<string, ConnectionState>() // pages shift while they are read: a row may be repeated
    let page: number | null = 0
    for (let pages = 0; page !== null && pages < MAX_PAGES; pages++) {
      const found: { states: ConnectionState[], nextPage: number | null } = await this.#options.connections.list({ limit: PAGE, page })
      for (const state of found.states) states.set(state.connection.connectionId, state)
      page = found.nextPage
    }
    return { states: [...states.values()], complete: page === null }
  }

  async #run (): Promise<void> {
    const { clock, intervalMs, warn } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      await this.poll().catch((error: unknown) => { warn('Nango\'s list of connections could not be read', error) })
      // Jitter: replicas that were started together must not poll together.
      await sleep(clock, intervalMs * (0.9 + 0.2 * Math.random()), signal).catch(() => {})
    }
  }
}
