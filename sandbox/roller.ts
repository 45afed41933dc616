/**
 * A simulated ROLLER: its tokens, limits, venues and all of its documented operations behind one HTTP server. It is the sandbox of the
 * service and the fixture of the tests, and knows nothing of the plugin.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { availabilityRoutes } from './roller/availability.ts'
import { bookingRoutes } from './roller/bookings.ts'
import { bulkRoutes } from './roller/bulk.ts'
import { createDeliveries, type Attempt } from './roller/delivery.ts'
import { discountRoutes } from './roller/discounts.ts'
import { draftRoutes } from './roller/drafts.ts'
import { createFaults, instead, spoil, type Faults } from './roller/faults.ts'
import { createFiles, type PublishedFile } from './roller/files.ts'
import { giftCardRoutes } from './roller/gift-cards.ts'
import { guestRoutes } from './roller/guests.ts'
import { createRouter, parseBody, readBody, readQuery, render } from './roller/http.ts'
import { forbidden, notFound, Refusal, type Input } from './roller/input.ts'
import { count, deterministicBytes, echo } from './roller/lab.ts'
import { createLimits, type LimitOptions } from './roller/limits.ts'
import { paymentRoutes } from './roller/payments.ts'
import { productRoutes } from './roller/products.ts'
import { redemptionRoutes } from './roller/redemptions.ts'
import { reportRoutes } from './roller/reports.ts'
import { reservationRoutes } from './roller/reservations.ts'
import { createVenue } from './roller/seed.ts'
import { staffRoutes } from './roller/staff.ts'
import { stockRoutes } from './roller/stock.ts'
import { createTokens } from './roller/tokens.ts'
import { venueRoutes } from './roller/venue.ts'
import { waiverRoutes } from './roller/waivers.ts'
import { dispatch, webhookRoutes } from './roller/webhooks.ts'
import type { Answer, World } from './roller/contract.ts'
import type { VenueState } from './roller/types.ts'

export type { Fault, Faults } from './roller/faults.ts'
export type { Attempt } from './roller/delivery.ts'
export type { PublishedFile } from './roller/files.ts'
export type { VenueState } from './roller/types.ts'

export interface RollerSimulatorOptions {
  host?: string
  port?: number
  /** Makes the data; the same seed and clock give the same venues. */
  seed?: number
  /** The clock behind everything that depends on time, in milliseconds. */
  now?: () => number
  limits?: LimitOptions | 'off'
  /** Seconds. */
  tokenTtl?: number
}

export interface RecordedRequest {
  method: string
  /** As it came over the wire. */
  url: string
  headers: IncomingMessage['headers']
  body: Buffer
  at: number
  clientId: string | null
}

export interface RollerSimulator {
  readonly url: string
  /** Bounded: the oldest go first beyond 50,000. */
  readonly requests: readonly RecordedRequest[]
  /** How often a credential was put into cooling-off. */
  readonly penalties: number
  readonly tokensIssued: number
  venue: (clientId: string) => VenueState
  /** What an operation answers to this venue, without a token and outside of its limits. @throws Refusal */
  perform: (clientId: string, method: string, path: string, body?: Input) => unknown
  revokeTokens: (clientId?: string) => void
  rejectCredentials: (clientId: string, rejected?: boolean) => void
  readonly faults: Faults
  /** Files of bulk exports, by the path they are served under. */
  readonly files: ReadonlyMap<string, PublishedFile>
  /** Every attempt to deliver a webhook. */
  readonly deliveries: readonly Attempt[]
  /** Sends the webhooks that are due; tests that own the clock call it, otherwise a timer does. */
  deliverDue: (now?: number) => Promise<number>
  close: () => Promise<void>
}

const MAX_REQUESTS = 50_000
const DELIVERY_INTERVAL_MS = 250

const route = createRouter([
  venueRoutes, productRoutes, stockRoutes, availabilityRoutes, reservationRoutes, bookingRoutes, draftRoutes, paymentRoutes, discountRoutes,
  guestRoutes, waiverRoutes,
  redemptionRoutes, giftCardRoutes, webhookRoutes, staffRoutes, reportRoutes, bulkRoutes
])

const retryAfter = (ms: number): Answer =>
  ({ status: 429, headers: { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) }, body: { message: 'API calls quota exceeded' } })

export async function startRollerSimulator (options: RollerSimulatorOptions = {}): Promise<RollerSimulator> {
  const { host = '127.0.0.1', port = 0, seed = 1, now = Date.now, tokenTtl = 86_400 } = options
  const limits = createLimits(now, options.limits ?? {})
  const tokens = createTokens(now, tokenTtl)
  const { faults, take: takeFault } = createFaults()
  const deliveries = createDeliveries()
  const files = createFiles(now)
  const venues = new Map<string, VenueState>()
  const requests: RecordedRequest[] = []
  let url = ''

  const venueOf = (clientId: string): VenueState => {
    const venue = venues.get(clientId) ?? createVenue(clientId, seed, now())
    venues.set(clientId, venue)
    return venue
  }
  const bulk = options.limits === 'off' ? 0 : options.limits?.bulkWindowMs ?? 6 * 3_600_000
  const world: World = {
    now,
    url: () => url,
    bulkWindowMs: bulk,
    emit: (venue, type, eventType, data, times) => { dispatch(deliveries, venue, type, eventType, data, now(), times) },
    publish: (name, body, ttlMs) => `${url}${files.publish(name, body, ttlMs)}`
  }

  /** Everything between the request line and the answer, but for what streams. */
  function work (request: IncomingMessage, path: string, search: URLSearchParams, body: Buffer, clientId: string): Answer {
    if (path === '/sandbox/echo') return { status: 200, body: echo(request, body) }
    const match = route(request.method ?? '', path)
    if (match === undefined) throw notFound(`No resource was found at ${path}`)
    const venue = venueOf(clientId)
    return match.handler({
      params: match.params, query: readQuery(search), body: parseBody(request, body), headers: request.headers, venue, world, now: now()
    })
  }

  function issueToken (request: IncomingMessage, body: Buffer): Answer {
    const input = parseBody(request, body)
    const rest = limits.resting(String(input['client_id'] ?? ''))
    // The cooling-off is on the credential, so it stands in the way of a new token as well.
    if (rest > 0) return retryAfter(rest)
    return { status: 200, body: tokens.issue(input) }
  }

  async function answer (request: IncomingMessage, response: ServerResponse, record: RecordedRequest): Promise<Answer | undefined> {
    const [path = '/', search = ''] = splitOnce(record.url, '?')
    const streams = path === '/sandbox/count'
    if (!streams) record.body = await readBody(request)
    const fault = takeFault(record.method, record.url)
    if (fault !== undefined && await instead(fault, request, response)) return undefined
    const result = await attempt(async () => {
      if (path.startsWith('/files/')) return files.serve(path)
      if (path === '/token' && record.method === 'POST') return issueToken(request, record.body)
      const clientId = tokens.check(request.headers.authorization)
      record.clientId = clientId
      const wait = limits.take(clientId, path)
      if (wait > 0) return retryAfter(wait)
      if (clientId.startsWith('noaccess')) throw forbidden('API access is not enabled for this venue')
      if (streams) return { status: 200, body: await count(request) }
      const size = /^\/sandbox\/bytes\/(\d+)$/.exec(path)?.[1]
      if (size !== undefined) {
        const query = new URLSearchParams(search)
        await deterministicBytes(response, Number(size), { chunked: query.get('chunked') === '1', seconds: Number(query.get('seconds')) })
        return undefined
      }
      return work(request, path, new URLSearchParams(search), record.body, clientId)
    })
    if (result === undefined || fault === undefined) return result
    await spoil(fault, result, render(result), response)
    return undefined
  }

  async function serve (request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record: RecordedRequest = {
      method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.alloc(0), at: now(), clientId: null
    }
    requests.push(record)
    if (requests.length > MAX_REQUESTS) requests.splice(0, MAX_REQUESTS / 10)
    const result = await attempt(async () => await answer(request, response, record))
    if (result === undefined || response.headersSent || response.destroyed) return
    const { headers, body } = render(result)
    response.writeHead(result.status, { ...headers, 'content-length': body.length }).end(body)
  }

  const server = createServer((request, response) => {
    // The only errors left here are those of a caller that has gone away.
    serve(request, response).catch(() => { response.destroy() })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => { server.off('error', reject); resolve() })
  })
  const address = server.address() as AddressInfo
  url = `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`

  // A test with its own clock decides when deliveries happen; in the running sandbox the wall clock does.
  const timer = options.now === undefined
    ? setInterval(
      () => { deliveries.deliverDue(now()).catch(() => {}) }, DELIVERY_INTERVAL_MS
    ).unref()
    : undefined

  return {
    url,
    requests,
    get penalties () { return limits.penalties },
    get tokensIssued () { return tokens.issued },
    venue: venueOf,
    perform (clientId, method, path, body = {}) {
      const match = route(method, path)
      if (match === undefined) throw notFound(`No resource was found at ${path}`)
      return match.handler({ params: match.params, query: readQuery(new URLSearchParams()), body, headers: {}, venue: venueOf(clientId), world, now: now() }).body
    },
    revokeTokens: (clientId) => { tokens.revoke(clientId) },
    rejectCredentials: (clientId, rejected = true) => { tokens.reject(clientId, rejected) },
    faults,
    files: files.all,
    deliveries: deliveries.log,
    deliverDue: async (at = now()) => await deliveries.deliverDue(at),
    async close () {
      clearInterval(timer)
      await new Promise<void>((resolve) => {
        server.close(() => { resolve() })
        server.closeAllConnections()
      })
    }
  }
}

function splitOnce (text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** Turns a refusal into its answer; anything else is a bug here, and shows as the 500 that it is. */
async function attempt (run: () => Promise<Answer | undefined>): Promise<Answer | undefined> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: error.body, headers: error.headers }
    return { status: 500, body: { message: error instanceof Error ? error.message : 'Unknown error' } }
  }
}
