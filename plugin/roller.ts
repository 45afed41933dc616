/** The API of `app.roller` for the host's own code. */
import { checkConnection, checkGateway, type CheckReport, type CheckStep } from './check.ts'
import type { EventHandler, EventOf, EventPattern, Events } from './webhooks/events.ts'
import type { RateLimiter } from './gateway/limits/rate-limiter.ts'
import type { Clock } from './util/clock.ts'
import type { RateLimitState } from './util/rate-limit-state.ts'
import type { CallSender } from './gateway/call.ts'
import type { PoolUse } from './gateway/transport/pool-use.ts'
import type { NangoClient } from './nango/client.ts'
import { checkKeyRights, type KeyRight } from './nango/key-rights.ts'
import type { OtherEnvironment } from './nango/other-environment.ts'
import type { RollerEnvironment } from './nango/venue.ts'
import type { CallResult, CallInput, OperationName } from './operations/call-types.ts'
import { estimateBulkExport, type BulkExportEstimate, type EstimateInput } from './client/bulk-export-estimate.ts'
import type { BulkExportFile, BulkExportInput } from './client/bulk-export.ts'
import type { RollerClient } from './client/client.ts'
import { leasedPages, type WaitOptions } from './client/lease-wait.ts'
import { paginate, type PaginateOptions, type Pager, type ReportName, type ReportRecord } from './client/paginate.ts'
import { createReconnectSession, createSession, type ConnectSession, type SessionInput } from './nango/sessions.ts'
import type { ManagedConnections } from './venues/managed-connections.ts'
import type { Venues } from './venues/venues.ts'
import type { Subscriptions } from './webhooks/subscriptions.ts'
import type { Webhooks } from './webhooks/webhooks.ts'

/** All parameters of `paginate` for one report. */
export type ReportInput<Name extends ReportName> = Omit<PaginateOptions<Name>, 'scope'> & {
  /** The venue's connection. */
  readonly connectionId: string
} & WaitOptions

export interface RollerParts {
  readonly integrationId: string
  readonly environment: RollerEnvironment
  readonly nango: NangoClient
  readonly venues: Venues
  readonly otherEnvironment: OtherEnvironment
  readonly pipeline: CallSender
  readonly rateLimiter: RateLimiter
  /** Whose rate limits a connection's calls count against. */
  readonly credentialOf: (connectionId: string) => Promise<string>
  readonly client: RollerClient
  readonly events: Events
  readonly webhooks: Webhooks
  readonly pool: () => PoolUse
  readonly clock: Clock
}

/** By a brand, since a CommonJS module and an ES module of one app may each have loaded this class. */
const BRAND = Symbol.for('fastify-roller.roller')

export class Roller {
  /** @internal */
  readonly [BRAND] = true
  readonly integrationId: string
  /** List, read, create, change and delete connections. */
  readonly connections: ManagedConnections
  /** ROLLER's webhooks for this gateway: subscribe, list, remove. */
  readonly webhooks: Subscriptions
  readonly #parts: RollerParts
  readonly #integrations: Map<string, Roller>

  constructor (parts: RollerParts) {
    this.integrationId = parts.integrationId
    this.connections = parts.venues.connections
    this.webhooks = parts.webhooks.subscriptions
    this.#parts = parts
    this.#integrations = new Map([[parts.integrationId, this]])
  }

  /**
   * Makes one call to ROLLER: `request('GET /bookings/{uniqueId}', { connectionId, params: { uniqueId } })`.
   * Input and result are typed by the catalog. It runs through the same pipeline as a call over HTTP.
   * @returns the body of ROLLER's response
   * @throws RollerError for every failure; with code ROLLER_ERR_REFUSED its `upstream` is ROLLER's own status and body
   */
  request<Name extends OperationName> (name: Name, input: CallInput<Name>): Promise<CallResult<Name>> {
    return this.#parts.client.request(name, input)
  }

  /**
   * Iterates over the records of a report: `for await (const record of paginate('GET /data/bookingitems', { connectionId, startDate,
   * endDate }))`. The range is split into the venue's days, at most one page is prefetched, and every page counts against the rate limit
   * like any call, and waits for its lease. `cursor` continues where an iteration stopped; an error has a cursor too.
   */
  paginate<const Name extends ReportName> (
    name: Name, { connectionId, maxWait, onWait, ...options }: ReportInput<Name>
  ): Pager<ReportRecord<Name>> {
    const { client, clock } = this.#parts
    const source = leasedPages(client, clock, { connectionId, maxWait, onWait })
    return paginate(source, name, { ...options, scope: connectionId } as PaginateOptions<Name>)
  }

  /**
   * Subscribes to events: `on('booking.created', handler)`, all of a kind with `booking.*`, everything with `*`. An event is
   * acknowledged when all handlers have resolved, and sent again when one failed or timed out: handlers must be idempotent.
   * @returns removes the handler
   */
  on<Pattern extends EventPattern> (pattern: Pattern, handler: EventHandler<EventOf<Pattern>>): () => void {
    return this.#parts.events.on(pattern, handler)
  }

  /**
   * Orders a bulk export and yields its files as they arrive, hours later: `for await (const { name, stream } of bulkExport({ connectionId,
   * exportType, startDate, endDate }))`. The connection must be subscribed to ROLLER's webhooks. The order waits for its lease, at most
   * 6 hours after the previous one. Resume after a restart with `resume: true`.
   */
  bulkExport (input: BulkExportInput): AsyncGenerator<BulkExportFile, void, undefined> {
    return this.#parts.webhooks.bulkExport(input)
  }

  /** Estimates a bulk export's share of the venue's monthly allowance. Nothing is sent. */
  estimateBulkExport (input: EstimateInput): BulkExportEstimate {
    return estimateBulkExport(input)
  }

  /** A session with which a browser may connect one venue. Tags come from the server, never from the browser. */
  createSession (input: SessionInput): Promise<ConnectSession> {
    return createSession(this.#parts.nango, input)
  }

  /** A session for a connection whose credentials must be entered again. The connection keeps its id, tags, metadata and config. */
  async createReconnectSession (connectionId: string): Promise<ConnectSession> {
    return await createReconnectSession(this.#parts.nango, connectionId)
  }

  /** The connection of a venue: of several, the newest healthy one. */
  connectionOf (venueId: string): Promise<string> {
    return this.#parts.venues.index.find(venueId)
  }

  /** Diagnoses a connection, step by step. */
  check (connectionId: string): Promise<CheckReport> {
    return checkConnection(this.#parts, connectionId)
  }

  /** The remaining rate limits of a connection, read without spending. */
  async rateLimits (connectionId: string): Promise<{ rateLimits: RateLimitState[], coolingOffMs: number }> {
    return await this.#parts.rateLimiter.usage(await this.#parts.credentialOf(connectionId))
  }

  /**
   * Rejects calls that wait for a rate limit with ROLLER_ERR_CLOSING, now and from now on. For hosts that shut down and give calls in
   * flight a limited time.
   */
  releaseWaiting (): void {
    this.#parts.rateLimiter.releaseWaiting()
  }

  /** Current use of the connection pool to Nango, or with the direct transport to ROLLER: for metrics. */
  pool (): PoolUse {
    return this.#parts.pool()
  }

  /** Same for the parts that all connections share: Nango, the key, the integration; with `scopes` also the scopes that calls need. */
  checkGateway ({ scopes = false }: { readonly scopes?: boolean } = {}): Promise<CheckStep[]> {
    return checkGateway(this.#parts, scopes)
  }

  /**
   * The scopes of the Nango key, among those that are used here. About six calls to Nango, which change nothing.
   * @throws RollerError if Nango is unavailable
   */
  checkKeyRights (): Promise<KeyRight[]> {
    return checkKeyRights(this.#parts.nango, this.#parts.pipeline.transport)
  }

  /**
   * The registration for another integration of the same app.
   * @throws Error if there is none
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

export function isRoller (value: unknown): value is Roller {
  return typeof value === 'object' && value !== null && BRAND in value
}
