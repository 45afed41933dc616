/**
 * Looks at Nango's list of connections from time to time, for what webhooks did not tell: a free self-hosted Nango sends none, and any Nango gives
 * up after three tries. One look is one call to Nango for a thousand connections.
 */
import { sleep, type Clock } from '../clock.ts'
import type { Connection } from '../nango/connection.ts'
import type { Connections } from '../nango/connections.ts'
import type { Directory } from './directory.ts'
import type { ConnectionLife } from './life.ts'

export interface ConnectionWatchOptions {
  readonly connections: Connections
  readonly directory: Directory
  readonly life: ConnectionLife
  readonly clock: Clock
  /** Milliseconds between two looks. */
  readonly intervalMs: number
  /** Connections without a venue are new even at the first look: whoever met them before would have asked them for it. */
  readonly identifies: boolean
  /** A connection is named by its own argument, and never in the message. */
  readonly warn: (message: string, error: unknown, connectionId?: string) => void
}

/** Nango lists up to 2,000. */
const PAGE = 1_000
/** More than this many are not compared: 50,000 connections. */
const MAX_PAGES = 50
/** Each costs calls to Nango and ROLLER, which others need too; the next look goes on. */
const MAX_CHANGES = 50
/** A session lives for 30 minutes, and what it changes shows a look later. */
const RECONNECT_MS = 35 * 60_000

type Seen = Pick<Connection, 'status'>

export class ConnectionWatch {
  readonly #options: ConnectionWatchOptions
  readonly #stop = new AbortController()
  #seen: Map<string, Seen> | null = null
  /** Reconnect sessions were made for these: Nango's list does not show that credentials were entered again. */
  readonly #expected = new Map<string, { readonly updatedAt: string, readonly until: number }>()
  #running: Promise<void> = Promise.resolve()

  constructor (options: ConnectionWatchOptions) {
    this.#options = options
  }

  start (): void { this.#running = this.#run() }

  async stop (): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  /** A browser may now enter this connection's credentials again. */
  async expectReconnect (connectionId: string): Promise<void> {
    const { connections, clock } = this.#options
    const { stamps } = await connections.freshWithStamps(connectionId)
    this.#expected.set(connectionId, { updatedAt: stamps.updatedAt, until: clock.now() + RECONNECT_MS })
  }

  /** One look. What could not be told is told at the next one. */
  async look (): Promise<void> {
    const { rows, complete } = await this.#list()
    const before = this.#seen
    const after = new Map<string, Seen>()
    let changes = 0
    const tell = async (connectionId: string, change: () => Promise<void>): Promise<boolean> => {
      if (changes++ >= MAX_CHANGES || this.#stop.signal.aborted) return false
      try {
        await change()
        return true
      } catch (error) {
        this.#options.warn('a change of a connection could not be told, and will be again', error, connectionId)
        return false
      }
    }
    const { life, directory } = this.#options
    for (const row of rows) {
      const { connectionId, status } = row
      const known = before?.get(connectionId)
      const change = this.#changeOf(row, known, before === null)
      // Before it is learned: what is known of it tells the change from what was told already.
      const told = change === null || await tell(connectionId, () => life[change](connectionId))
      if (told) after.set(connectionId, { status })
      else if (known !== undefined) after.set(connectionId, known)
      if (change === null && directory.peek(connectionId)?.unverified !== true) directory.learn(row)
    }
    for (const [connectionId, known] of before ?? []) {
      if (after.has(connectionId) || rows.some((row) => row.connectionId === connectionId)) continue
      if (!complete || !await tell(connectionId, () => life.deleted(connectionId))) after.set(connectionId, known)
    }
    this.#seen = after
    await this.#lookForReconnects(tell)
  }

  #changeOf (row: Connection, known: Seen | undefined, first: boolean): 'created' | 'failed' | 'recovered' | null {
    if (known === undefined) {
      if (this.#options.identifies ? row.venue === null && !row.warnings.includes('no-room-for-venue') : !first) return 'created'
      return null
    }
    if (known.status === row.status) return null
    return row.status === 'reconnect-required' ? 'failed' : 'recovered'
  }

  async #lookForReconnects (tell: (connectionId: string, change: () => Promise<void>) => Promise<boolean>): Promise<void> {
    const { connections, life, clock } = this.#options
    for (const [connectionId, { updatedAt, until }] of this.#expected) {
      const told = await tell(connectionId, async () => {
        const { stamps } = await connections.freshWithStamps(connectionId)
        // A renewed token shows in the same way; then the venue is found to be what it was.
        if (stamps.updatedAt === updatedAt) return
        await life.reconnected(connectionId)
        this.#expected.delete(connectionId)
      })
      if (told && clock.now() > until) this.#expected.delete(connectionId)
    }
  }

  async #list (): Promise<{ rows: Connection[], complete: boolean }> {
    const rows = new Map<string, Connection>() // pages shift while they are read: a row may come twice
    let page: number | null = 0
    for (let pages = 0; page !== null && pages < MAX_PAGES; pages++) {
      const { connections, nextPage }: { connections: Connection[], nextPage: number | null } = await this.#options.connections.list({ limit: PAGE, page })
      for (const connection of connections) rows.set(connection.connectionId, connection)
      page = nextPage
    }
    return { rows: [...rows.values()], complete: page === null }
  }

  async #run (): Promise<void> {
    const { clock, intervalMs, warn } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      await this.look().catch((error: unknown) => { warn('Nango\'s list of connections could not be read', error) })
      // Replicas that were started together must not ask together for ever.
      await sleep(clock, intervalMs * (0.9 + 0.2 * Math.random()), signal).catch(() => {})
    }
  }
}
