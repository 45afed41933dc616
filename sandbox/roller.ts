/**
 * A simulated ROLLER: its tokens, limits, venues and documented operations on one HTTP server. Used by the service's sandbox and the tests;
 * independent of the plugin.
 */
import { addTokenRoute, demandToken } from './roller/access.ts'
import { createDeliveries, type Attempt } from './roller/delivery.ts'
import type { Faults } from './fault-queue.ts'
import { addFaults, type Fault } from './roller/faults.ts'
import { addFiles, publishFile, type Files, type PublishedFile } from './roller/files.ts'
import { createApp, recordOf, type RecordedRequest } from './roller/http.ts'
import { lab } from './roller/lab.ts'
import { createLimits, type LimitOptions } from './roller/limits.ts'
import { addPaymentPages } from './roller/payment-links.ts'
import { addRoutes, perform } from './roller/routes.ts'
import { createVenue } from './roller/seed/venue.ts'
import { createTokens } from './roller/tokens.ts'
import { dispatch } from './roller/webhooks.ts'
import type { Input } from './roller/input.ts'
import type { Context } from './roller/contract.ts'
import type { VenueState } from './roller/types.ts'

export type { Attempt } from './roller/delivery.ts'
export type { Fault } from './roller/faults.ts'
export type { RecordedRequest } from './roller/http.ts'
export type { VenueState } from './roller/types.ts'

export interface RollerSimulatorOptions {
  host?: string
  port?: number
  /** Seed of the data; the same seed and clock generate the same venues. */
  seed?: number
  /** Clock in epoch milliseconds, used for everything that depends on time. */
  now?: () => number
  limits?: LimitOptions | 'off'
  /** Seconds. */
  tokenTtl?: number
}

export interface RollerSimulator {
  readonly url: string
  /** The last 50,000 requests. */
  readonly requests: readonly RecordedRequest[]
  /** How often a cooling-off of a credential began. */
  readonly penalties: number
  readonly tokensIssued: number
  venue: (clientId: string) => VenueState
  /** Runs an operation for this venue, without a token and outside its limits. @throws ErrorResponse */
  perform: (clientId: string, method: string, path: string, body?: Input) => unknown
  revokeTokens: (clientId?: string) => void
  rejectCredentials: (clientId: string, rejected?: boolean) => void
  readonly faults: Faults<Fault>
  /** Files of bulk exports, by their path. */
  readonly files: ReadonlyMap<string, PublishedFile>
  /** Every attempt to deliver a webhook. */
  readonly deliveries: readonly Attempt[]
  /** Sends the webhooks that are due; tests with their own clock call it, otherwise a timer does. */
  deliverDue: (now?: number) => Promise<number>
  close: () => Promise<void>
}

const DELIVERY_INTERVAL_MS = 250
const BULK_WINDOW_MS = 6 * 3_600_000

export async function startRollerSimulator (options: RollerSimulatorOptions = {}): Promise<RollerSimulator> {
  const { host = '127.0.0.1', port = 0, seed = 1, now = Date.now, tokenTtl = 86_400 } = options
  const limits = createLimits(now, options.limits ?? {})
  const tokens = createTokens(now, tokenTtl)
  const deliveries = createDeliveries()
  const files: Files = new Map()
  const venues = new Map<string, VenueState>()
  const requests: RecordedRequest[] = []
  let url = ''

  function venueOf (clientId: string): VenueState {
    const venue = venues.get(clientId) ?? createVenue(clientId, seed, now())
    venues.set(clientId, venue)
    return venue
  }
  const bulkWindowMs = options.limits === 'off' ? 0 : BULK_WINDOW_MS
  const contextOf = (venue: VenueState): Context => ({
    venue,
    now: now(),
    url,
    bulkWindowMs,
    emit: (type, eventType, data, times = 1) => { dispatch(deliveries, venue, { type, eventType, data }, now(), times) },
    publish: (name, body, ttlMs) => `${url}${publishFile(files, name, body, now() + ttlMs)}`
  })

  const app = createApp(requests, now)
  const faults = addFaults(app)
  addFiles(app, files, now)
  addTokenRoute(app, tokens, limits)
  addPaymentPages(app, (venueId) => {
    const venue = [...venues.values()].find(({ id }) => String(id) === venueId)
    return venue && contextOf(venue)
  })
  // All other paths need a token, unknown paths too.
  await app.register(async (api) => {
    demandToken(api, tokens, limits)
    await api.register(lab)
    addRoutes(api, (request) => contextOf(venueOf(recordOf(request).clientId ?? '')))
  })
  url = await app.listen({ host, port })

  // A test with its own clock triggers deliveries itself; otherwise a timer does.
  const timer = options.now === undefined
    ? setInterval(() => { deliveries.deliverDue(now()).catch(() => {}) }, DELIVERY_INTERVAL_MS).unref()
    : undefined

  return {
    url,
    requests,
    get penalties () { return limits.penalties },
    get tokensIssued () { return tokens.issued },
    venue: venueOf,
    perform: (clientId, method, path, body = {}) => perform(contextOf(venueOf(clientId)), method, path, body),
    revokeTokens: (clientId) => { tokens.revoke(clientId) },
    rejectCredentials: (clientId, rejected = true) => { tokens.reject(clientId, rejected) },
    faults,
    files,
    deliveries: deliveries.log,
    deliverDue: async (at = now()) => await deliveries.deliverDue(at),
    async close () {
      clearInterval(timer)
      await app.close()
    }
  }
}
