/** What `app.roller` offers to the host's own code. */
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
import { untilLeased, type WaitOptions } from './client/lease-wait.ts'
import { paginate, type PageSource, type PaginateOptions, type Pager, type ReportName, type ReportRecord } from './client/paginate.ts'
import { createReconnectSession, createSession, type ConnectSession, type SessionInput } from './nango/sessions.ts'
import type { ManagedConnections } from './venues/managed-connections.ts'
import type { Venues } from './venues/venues.ts'
import type { Subscriptions } from './webhooks/subscriptions.ts'
import type { Webhooks } from './webhooks/webhooks.ts'

/** Everything `paginate` takes for one report. */
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

export class Roller {
  readonly integrationId: string
  /** List, read, create, change and delete connections. */
  readonly connections: ManagedConnections
  /** Which of ROLLER's webhooks come here: subscribe, list, remove. */
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
   * Walks through a report record by record:
   * `for await (const record of paginate('GET /data/bookingitems', { connectionId, startDate, endDate }))`. The range is split into the
   * venue's days, at most one page is fetched ahead, and every page counts against the rate limit like any call, for whose lease it waits.
   * `cursor` goes on where a walk stood; an error carries the cursor too.
   */
  paginate<const Name extends ReportName> (
    name: Name, { connectionId, maxWait, onWait, ...options }: ReportInput<Name>
  ): Pager<ReportRecord<Name>> {
    const { client, clock } = this.#parts
    // What a report takes is known to paginate; its query is checked like every call's.
    const source: PageSource = (report, query, signal) => untilLeased(clock, { maxWait, onWait }, signal,
      (left) => client.request(report, { connectionId, query, signal, maxWait: left, onWait } as never))
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
   * Orders a bulk export and gives its files as they come, hours later:
   * `for await (const { name, stream } of bulkExport({ connectionId, exportType, startDate, endDate }))`. The connection must be subscribed
   * to ROLLER's webhooks. The order waits for its lease, at most 6 hours after the one before. `resume: true` goes on after a restart.
   */
  bulkExport (input: BulkExportInput): AsyncGenerator<BulkExportFile, void, undefined> {
    return this.#parts.webhooks.bulkExport(input)
  }

  /** What a bulk export would cost of the venue's monthly allowance. Nothing is sent. */
  estimateBulkExport (input: EstimateInput): BulkExportEstimate {
    return estimateBulkExport(input)
  }

  /** A session with which a browser may connect one venue. Tags come from the server, never from the browser. */
  createSession (input: SessionInput): Promise<ConnectSession> {
    return createSession(this.#parts.nango, input)
  }

  /** A session for a connection whose credentials must be entered again. It keeps its id, tags, metadata and config. */
  async createReconnectSession (connectionId: string): Promise<ConnectSession> {
    return await createReconnectSession(this.#parts.nango, connectionId)
  }

  /** The connection of a venue: of several the newest that works. */
  connectionOf (venueId: string): Promise<string> {
    return this.#parts.venues.index.find(venueId)
  }

  /** Finds out, step by step, why a connection does not work. */
  check (connectionId: string): Promise<CheckReport> {
    return checkConnection(this.#parts, connectionId)
  }

  /** What is left of a connection's rate limits, without spending of them. */
  async rateLimits (connectionId: string): Promise<{ rateLimits: RateLimitState[], coolingOffMs: number }> {
    return await this.#parts.rateLimiter.usage(await this.#parts.credentialOf(connectionId))
  }

  /**
   * Rejects calls that wait for a rate limit with ROLLER_ERR_CLOSING, now and from now on. For hosts that shut down and
   * give calls in flight a limited time.
   */
  releaseWaiting (): void {
    this.#parts.rateLimiter.releaseWaiting()
  }

  /** Current use of the connection pool to Nango, or with the direct transport to ROLLER: for metrics. */
  pool (): PoolUse {
    return this.#parts.pool()
  }

  /**
   * The same for what all connections have in common: Nango, the key, the integration; with `scopes` also whether the key has those that
   * calls need.
   */
  checkGateway ({ scopes = false }: { readonly scopes?: boolean } = {}): Promise<CheckStep[]> {
    return checkGateway(this.#parts, scopes)
  }

  /**
   * Which scopes the Nango key has, of those that are used here. About six calls to Nango, none of which changes anything.
   * @throws RollerError when Nango cannot be asked
   */
  checkKeyRights (): Promise<KeyRight[]> {
    return checkKeyRights(this.#parts.nango, this.#parts.pipeline.transport)
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
