import { randomUUID } from 'node:crypto'

export interface EndUser { id: string, email?: string, displayName?: string, tags: Record<string, string>, organization?: Organization }
export interface Organization { id: string, displayName?: string }
export interface IntegrationDefaults { connectionConfig: Record<string, unknown>, authorizationParams: Record<string, string> | null }

export interface Session {
  token: string
  tags: Record<string, string>
  endUser: EndUser | null
  allowedIntegrations: string[] | null
  defaults: Record<string, IntegrationDefaults>
  webhookUrlOverride: string | null
  /** Epoch milliseconds. */
  expiresAt: number
  /** Set on a reconnect session: the one connection it may write. */
  reconnect: { connectionId: string, integrationId: string } | null
}

export interface SimulatedConnection {
  id: number
  connectionId: string
  integrationId: string
  provider: string
  clientId: string
  clientSecret: string
  token: string
  /** Epoch milliseconds; null means that Nango never refreshes it on its own. */
  expiresAt: number | null
  raw: Record<string, unknown>
  tags: Record<string, string>
  metadata: Record<string, unknown> | null
  connectionConfig: Record<string, unknown>
  webhookUrlOverride: string | null
  endUser: EndUser | null
  errors: { type: 'auth', log_id: string }[]
  createdAt: number
  updatedAt: number
  lastFetchedAt: number | null
  lastRefreshFailure: number | null
  /** How many different days saw a failed refresh; Nango gives up after four. */
  failingDays: number
  lastFailingDay: number | null
  /** The check of the credentials that is under way; calls that arrive meanwhile join it. */
  checking: Promise<void> | null
}

export type ConnectionInput = Pick<SimulatedConnection, 'connectionId' | 'integrationId' | 'provider' | 'clientId' | 'clientSecret'> &
  Partial<SimulatedConnection>

const key = (connectionId: string, integrationId: string): string => `${integrationId}\0${connectionId}`

/** Sessions and connections, in memory. */
export class Store {
  readonly sessions = new Map<string, Session>()
  readonly #connections = new Map<string, SimulatedConnection>()
  #lastId = 0

  get connections (): SimulatedConnection[] {
    return [...this.#connections.values()]
  }

  find (connectionId: string, integrationId: string): SimulatedConnection | undefined {
    return this.#connections.get(key(connectionId, integrationId))
  }

  remove (connection: SimulatedConnection): void {
    this.#connections.delete(key(connection.connectionId, connection.integrationId))
  }

  /**
   * Writes a connection. One that exists keeps what is not given, its row id and both of its dates: entering credentials again
   * leaves `updated_at` as it was. Its error state is cleared.
   */
  upsert (input: ConnectionInput, now: number): { connection: SimulatedConnection, created: boolean } {
    const existing = this.find(input.connectionId, input.integrationId)
    const cleared = { errors: [], lastRefreshFailure: null, failingDays: 0, lastFailingDay: null }
    if (existing !== undefined) return { connection: Object.assign(existing, input, cleared), created: false }
    const connection: SimulatedConnection = {
      token: '',
      expiresAt: 0,
      raw: {},
      tags: {},
      metadata: null,
      connectionConfig: {},
      webhookUrlOverride: null,
      endUser: null,
      lastFetchedAt: now,
      ...input,
      ...cleared,
      id: ++this.#lastId,
      createdAt: now,
      updatedAt: now,
      checking: null
    }
    this.#connections.set(key(connection.connectionId, connection.integrationId), connection)
    return { connection, created: true }
  }
}

export const newConnectionId = (): string => randomUUID()
