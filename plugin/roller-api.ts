/** What `app.roller` offers to the host's own code. */
import { checkConnection, checkGateway, type CheckReport, type CheckStep } from './check.ts'
import type { Budgets, BudgetUse } from './gateway/budget/budgets.ts'
import type { CallHandler } from './gateway/gateway.ts'
import type { NangoClient } from './nango/client.ts'
import type { Connections } from './nango/connections.ts'
import type { CallAnswer, CallInput, OperationName } from './roller/call-types.ts'
import type { RollerClient } from './roller/client.ts'
import { paginate, type PageSource, type PaginateOptions, type Pager, type ReportName, type ReportRecord } from './roller/paginate.ts'
import { createReconnectSession, createSession, type ConnectSession, type SessionInput } from './nango/sessions.ts'

/** Everything `paginate` takes for one report. */
export type ReportInput<Name extends ReportName> = Omit<PaginateOptions<Name>, 'scope'> & {
  /** The venue's connection. */
  readonly connectionId: string
}

export interface RollerParts {
  readonly integrationId: string
  readonly nango: NangoClient
  readonly connections: Connections
  readonly gateway: CallHandler
  readonly budgets: Budgets
  readonly client: RollerClient
}

export class Roller {
  readonly integrationId: string
  /** List, read, create, change and delete connections. */
  readonly connections: Connections
  readonly #parts: RollerParts
  readonly #integrations: Map<string, Roller>

  constructor (parts: RollerParts) {
    this.integrationId = parts.integrationId
    this.connections = parts.connections
    this.#parts = parts
    this.#integrations = new Map([[parts.integrationId, this]])
  }

  /**
   * Makes one call to ROLLER: `request('GET /bookings/{uniqueId}', { connectionId, params: { uniqueId } })`.
   * Input and answer are typed by the catalogue. It goes the same way as a call over HTTP, without HTTP in between.
   * @returns the body of ROLLER's answer
   * @throws RollerError for every failure; with code ROLLER_ERR_REFUSED its `upstream` is ROLLER's own status and body
   */
  request<Name extends OperationName> (name: Name, input: CallInput<Name>): Promise<CallAnswer<Name>> {
    return this.#parts.client.request(name, input)
  }

  /**
   * Walks through a report record by record: `for await (const record of paginate('GET /data/bookingitems', { connectionId, startDate, endDate }))`.
   * The range is split into the venue's days, at most one page is fetched ahead, and every page is a call of the rate budget like any other.
   * `cursor` goes on where a walk stood; an error carries the cursor too.
   */
  paginate<const Name extends ReportName> (name: Name, { connectionId, ...options }: ReportInput<Name>): Pager<ReportRecord<Name>> {
    const { client } = this.#parts
    // What a report takes is known to paginate; its query is checked like every call's.
    const source: PageSource = (report, query, signal) => client.request(report, { connectionId, query, signal } as never)
    return paginate(source, name, { ...options, scope: connectionId } as PaginateOptions<Name>)
  }

  /** A session with which a browser may connect one venue. Tags come from the server, never from the browser. */
  createSession (input: SessionInput): Promise<ConnectSession> {
    return createSession(this.#parts.nango, input)
  }

  /** A session for a connection whose credentials must be entered again. It keeps its id, tags, metadata and config. */
  createReconnectSession (connectionId: string): Promise<ConnectSession> {
    return createReconnectSession(this.#parts.nango, connectionId)
  }

  /** Finds out, step by step, why a connection does not work. */
  check (connectionId: string): Promise<CheckReport> {
    return checkConnection(this.#parts, connectionId)
  }

  /** How much of a connection's rate budgets is left. */
  budget (connectionId: string): Promise<{ budgets: BudgetUse[], coolingOffMs: number }> {
    return this.#parts.budgets.usage(connectionId)
  }

  /** The same for what all connections have in common: Nango, the key, the integration. */
  checkGateway (): Promise<CheckStep[]> {
    return checkGateway(this.#parts)
  }

  /**
   * The registration for another integration of the same app.
   * @throws Error when there is none
   */
  integration (integrationId: string): Roller {
    const found = this.#integrations.get(integrationId)
    if (found === undefined) throw new Error(`fastify-roller is not registered for the integration ${integrationId}`)
    return found
  }

  /** Called by a further registration in the same app. */
  add (other: Roller): void {
    if (!this.#integrations.has(other.integrationId)) this.#integrations.set(other.integrationId, other)
  }
}
