import type { Dict } from './input.ts'

export interface Session {
  token: string
  tags: Record<string, string>
  /** Null: every integration. */
  allowedIntegrations: string[] | null
  /** Connection config, by integration. */
  defaults: Record<string, Dict>
  webhookUrlOverride: string | null
  /** Epoch milliseconds. */
  expiresAt: number
  /** Set on a reconnect session: the one connection it may write. */
  reconnect: { connectionId: string, integrationId: string } | null
}

/** Cleared by every write and by every refresh that succeeds. */
interface RefreshState {
  errors: { type: 'auth', log_id: string }[]
  lastRefreshFailure: number | null
  /** Number of days with a failed refresh; Nango gives up after four. */
  failingDays: number
  lastFailingDay: number | null
}

export interface SimulatedConnection extends RefreshState {
  id: number
  connectionId: string
  integrationId: string
  provider: string
  clientId: string
  clientSecret: string
  token: string
  /** Epoch milliseconds; null if Nango never refreshes it automatically. */
  expiresAt: number | null
  raw: Dict
  tags: Record<string, string>
  metadata: Dict | null
  connectionConfig: Dict
  webhookUrlOverride: string | null
  createdAt: number
  updatedAt: number
  lastFetchedAt: number | null
  /** The check of the credentials in progress; calls in the meantime join it. */
  checking: Promise<void> | null
}

type ConnectionInput = Pick<SimulatedConnection, 'connectionId' | 'integrationId' | 'provider' | 'clientId' | 'clientSecret'> &
  Partial<SimulatedConnection>

export const healthy = (): RefreshState => ({ errors: [], lastRefreshFailure: null, failingDays: 0, lastFailingDay: null })

/** Sessions and connections, in memory. */
export class Store {
  readonly sessions = new Map<string, Session>()
  readonly #connections = new Map<string, SimulatedConnection>()
  #lastId = 0

  get connections (): SimulatedConnection[] {
    return [...this.#connections.values()]
  }

  find (connectionId: string, integrationId: string): SimulatedConnection | undefined {
    return this.#connections.get(`${integrationId}\0${connectionId}`)
  }

  remove ({ connectionId, integrationId }: SimulatedConnection): void {
    this.#connections.delete(`${integrationId}\0${connectionId}`)
  }

  /** Stores a connection. An existing one keeps the fields that are not given, its row id and both dates, `updated_at` too. */
  upsert (input: ConnectionInput, now: number): { connection: SimulatedConnection, created: boolean } {
    const existing = this.find(input.connectionId, input.integrationId)
    if (existing !== undefined) return { connection: Object.assign(existing, input, healthy()), created: false }
    const connection: SimulatedConnection = {
      token: '',
      expiresAt: 0,
      raw: {},
      tags: {},
      metadata: null,
      connectionConfig: {},
      webhookUrlOverride: null,
      ...input,
      ...healthy(),
      id: ++this.#lastId,
      createdAt: now,
      updatedAt: now,
      lastFetchedAt: now,
      checking: null
    }
    this.#connections.set(`${input.integrationId}\0${input.connectionId}`, connection)
    return { connection, created: true }
  }
}
