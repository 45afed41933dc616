/**
 * The one pipeline to ROLLER, for calls over HTTP and in process alike. Before it, routes identify the operation, address the
 * connection and authorize the caller. Then a call passes these steps:
 *
 *   1. OperationPolicy          the operation is open here
 *   2. sanitizeCall             path, query and connection id are safe to send; defaults are filled in
 *   3. VenueCheck               the connection's venue is verified for the credentials that it holds
 *   4. RequestDeduplicator      equal GETs in flight share one call
 *   5. ResponseCache            where the `cache` option names the operation, a stored response is returned
 *   6. Upstream                 validate, then as often as it takes: acquire a lease, check again after a wait, send, classify, and
 *                               pass the response, renew the token, cool off, or repeat
 *
 * Each of 3 to 6 is a CallHandler and has the one after it as `next`.
 */
import { invalidInput, isRollerError, RollerError, withRateLimit } from '../errors.ts'
import type { OperationPolicy } from '../operations/operation-policy.ts'
import { validateCall } from '../operations/validate.ts'
import { unlessAborted } from '../util/cancellation.ts'
import { sleep, type Clock } from '../util/clock.ts'
import type { RateLimitState } from '../util/rate-limit-state.ts'
import { untilAccountReset } from '../util/retry-after.ts'
import type { TransportName } from '../util/transport-name.ts'
import { ResponseCache, type ResponseCacheParts } from './cache/response-cache.ts'
import { CallProgress } from './call-progress.ts'
import { sanitizeCall, type CallDefaults, type CallHandler, type CallRequest, type CallSender, type RollerCall } from './call.ts'
import { PASS, type Classification, type Limited } from './classification.ts'
import { classifyFailure, isUnsent, mayHaveBeenDoneError, withRejection } from './classify-failure.ts'
import { classifyExchange, passesUnread } from './classify-response.ts'
import { exportedBefore, isExportLimit } from './export-reservation.ts'
import type { Lease } from './limits/lease.ts'
import { rateLimitOf } from './limits/rate-limit-of.ts'
import { LeaseRequest, type RateLimiter } from './limits/rate-limiter.ts'
import type { Renewals } from './renewal.ts'
import { backoff, mayRepeat, type RetryPolicy } from './retry.ts'
import { RequestDeduplicator } from './sharing/request-deduplicator.ts'
import type { Exchange } from './transport/exchange.ts'
import type { OutgoingCall, Transport } from './transport/transport.ts'
import type { UpstreamResponse } from './upstream-response.ts'
import { bulkUnits, type UsageMeter } from './usage/usage.ts'
import { VenueZones } from './venue-zones.ts'

export interface PipelineParts extends UpstreamParts {
  readonly policy: OperationPolicy
  readonly defaults: CallDefaults
  /** Null if venues are not verified. */
  readonly checkVenue: ((next: CallHandler) => CallHandler) | null
  readonly cache: Pick<ResponseCacheParts, 'store' | 'rules'> | null
}

export class Pipeline implements CallSender {
  readonly transport: TransportName
  readonly #policy: OperationPolicy
  readonly #defaults: CallDefaults
  readonly #checked: CallHandler
  readonly #shared: RequestDeduplicator
  readonly #cache: ResponseCache | null
  readonly #upstream: Upstream

  constructor (parts: PipelineParts) {
    const { policy, defaults, checkVenue, cache, clock } = parts
    this.#upstream = new Upstream(parts)
    this.#cache = cache === null ? null : new ResponseCache({ next: this.#upstream, clock, ...cache })
    this.#shared = new RequestDeduplicator({ next: this.#cache ?? this.#upstream, clock })
    this.#checked = checkVenue?.(this.#shared) ?? this.#shared
    this.#policy = policy
    this.#defaults = defaults
    this.transport = this.#upstream.transport
  }

  /**
   * Sends a call to ROLLER. The check of a connection ignores the operation policy; the verification of a venue does not wait for itself,
   * and shares its response with no caller.
   * @returns ROLLER's own response, whatever its status, with the body unread
   * @throws RollerError for all errors of the gateway itself
   */
  async send (request: CallRequest): Promise<UpstreamResponse> {
    if (request.internal === undefined) this.#policy(request)
    const call = sanitizeCall(request, this.#defaults)
    return await (call.internal === 'verification' ? this.#upstream : this.#checked).send(call)
  }

  /** Stops sharing of the requests in flight on a connection. */
  detach (connectionId: string): void { this.#shared.detach(connectionId) }

  /** Drops shared and cached responses of a connection: its id may belong to another venue now. */
  async forget (connectionId: string): Promise<void> {
    this.detach(connectionId)
    await this.#cache?.forget(connectionId)
  }
}

export interface UpstreamParts {
  readonly transport: Transport
  readonly rateLimiter: RateLimiter
  readonly renewals: Renewals
  readonly usage: UsageMeter
  readonly retry: RetryPolicy
  /** The news of connections that replicas share; null for a single one. */
  readonly news: NewsVersion | null
  /** Finds the actual cause of an error that Nango hides. */
  readonly explain: (error: unknown, connectionId: string) => Promise<unknown>
  readonly clock: Clock
}

/** The version of the replicas' news. Every lease of a shared rate limit contains the newest one. */
export interface NewsVersion {
  isCurrent (version: number): boolean
  /** Reads the news up to this version. */
  reach (version: number): Promise<void>
}

/**
 * Responses up to this size are read completely before they are passed on: they are sent in one piece, and a connection cut in the middle
 * still becomes an error response.
 */
const WHOLE_LIMIT = 64 * 1024

/** Maximum number of token revocations during one call. */
const MAX_RENEWALS = 3

const NOT_PASSED_ON = new Error('the response is not passed on')

/** The last step: one call with all its attempts. */
class Upstream implements CallHandler {
  readonly transport: TransportName
  readonly #parts: UpstreamParts
  readonly #zones = new VenueZones()

  constructor (parts: UpstreamParts) {
    this.#parts = parts
    this.transport = parts.transport.name
  }

  async send (call: RollerCall): Promise<UpstreamResponse> {
    const progress = new CallProgress(call, this.#parts.clock)
    try {
      if (call.validate) validate(call, progress.outgoing)
      for (;;) {
        const response = await this.#attempt(progress)
        if (response !== null) return response
      }
    } catch (error) {
      const explained = await this.#parts.explain(error, call.connectionId)
      if (!isRollerError(explained) || progress.rateLimit === undefined) throw explained
      throw withRateLimit(explained, explained.rateLimit ?? progress.rateLimit)
    } finally {
      await progress.reservation?.release()
    }
  }

  /** The state of the call's rate limit, read without spending. */
  peek (call: RollerCall): RateLimitState {
    return this.#parts.rateLimiter.peek({ ...rateLimitOf(call), credential: call.limitedCredential })
  }

  /** @returns null if the call is to be sent again */
  async #attempt (progress: CallProgress): Promise<UpstreamResponse | null> {
    const lease = await this.#acquire(progress)
    const waited = progress.attempts > 0 || lease.waitedMs > 0
    if (waited || this.#hasNews(lease)) await this.#checkAgain(progress, lease, waited)
    const classification = await this.#exchange(progress, lease)
    switch (classification.kind) {
      case 'pass':
        return progress.exchange // only a response is classified as `pass`
      case 'fail':
        throw progress.abandon(NOT_PASSED_ON, classification.error, classification.maySent ?? false)
      case 'renew':
        return await this.#renewToken(progress, classification.error)
      case 'limited':
        return await this.#coolOff(progress, classification)
      case 'repeat':
        return await this.#repeat(progress, classification)
    }
  }

  async #acquire (progress: CallProgress): Promise<Lease> {
    const { call, reservation } = progress
    const request = new LeaseRequest(call.limitedCredential, progress.rateLimitToSpend, progress.timeLeftMs, call.signal, call.onWait)
    const lease = await this.#parts.rateLimiter.acquire(request)
    progress.rateLimit = lease.rateLimit
    if (reservation !== null) reservation.lease ??= lease
    return lease
  }

  #hasNews ({ newsVersion }: Lease): boolean {
    const { news } = this.#parts
    return newsVersion !== null && news !== null && !news.isCurrent(newsVersion)
  }

  /** Repeats the checks right before the call is sent, because it may have waited. @throws RollerError; the lease is then refunded */
  async #checkAgain ({ call, reservation }: CallProgress, lease: Lease, waited: boolean): Promise<void> {
    try {
      if (this.#hasNews(lease) && lease.newsVersion !== null) await this.#parts.news?.reach(lease.newsVersion)
      await call.verify?.(call, waited)
      await call.admit?.()
    } catch (error) {
      await lease.refund()
      reservation?.drop(lease)
      throw error
    }
  }

  /** Sends the call once and classifies the result. */
  async #exchange (progress: CallProgress, lease: Lease): Promise<Classification> {
    const { clock } = this.#parts
    const { call, outgoing, reservation } = progress
    const sentAt = progress.startAttempt(lease)
    let classification: Classification
    let unsent = false
    try {
      const exchange = progress.exchange = await this.#parts.transport.send(outgoing, call.signal)
      exchange.rateLimit = progress.rateLimit
      classification = await this.#classify(exchange)
      if (classification.kind === 'pass') await this.#zones.note(call, exchange)
    } catch (error) {
      unsent = isUnsent(error)
      if (unsent) {
        await lease.refund()
        reservation?.drop(lease)
      }
      classification = this.#classifyFailure(error, progress, unsent)
    }
    if (!unsent) reservation?.record(classification, progress.exchange?.status ?? null)
    if (mayHaveArrived(classification)) this.#countUse(progress)
    if (call.timing !== undefined) {
      call.timing.waitedMs += lease.waitedMs
      call.timing.upstreamMs += clock.now() - sentAt
      call.timing.tries++
      if (progress.attempts > 1) call.timing.repeats++
    }
    if (progress.exchange !== null && progress.exchange.limits !== null) await this.#learnQuota(progress.exchange.limits, lease)
    return classification
  }

  /** @throws the error itself if it ends the call */
  #classifyFailure (error: unknown, progress: CallProgress, unsent: boolean): Classification {
    try {
      return classifyFailure(error, this.transport)
    } catch (ended) {
      if (!unsent) this.#countUse(progress) // the caller has left, and ROLLER may execute the call nevertheless
      throw ended
    }
  }

  #countUse ({ call, reservation }: CallProgress): void {
    // An order that ROLLER has rejected exports nothing: it was a call to the Reporting API.
    const rateLimit = reservation?.accepted === false ? 'reporting' : rateLimitOf(call).rateLimit
    const units = rateLimit === 'bulk' && call.body?.kind === 'bytes' ? bulkUnits(call.body.bytes) : 1
    this.#parts.usage.count(call.venueId ?? null, call.connectionId, rateLimit, units)
  }

  async #classify (exchange: Exchange): Promise<Classification> {
    if (!passesUnread(exchange)) return await classifyExchange(exchange, this.transport)
    // Waits for the first bytes: until the caller has the head, a broken connection still becomes an error response.
    if (!exchange.complete) await exchange.collect(declaredLength(exchange) <= WHOLE_LIMIT ? WHOLE_LIMIT : 0)
    return PASS
  }

  /** Nango's X-RateLimit-* report with every response the remaining account limit and its reset. */
  async #learnQuota (limits: ReadonlyMap<string, string>, lease: Lease): Promise<void> {
    const limit = Number(limits.get('x-ratelimit-limit'))
    const remaining = limits.has('x-ratelimit-remaining') ? Number(limits.get('x-ratelimit-remaining')) : NaN
    await this.#parts.rateLimiter.recordQuota({ limit, remaining, endsInMs: untilAccountReset(limits.get('x-ratelimit-reset')) }, lease)
  }

  async #renewToken (progress: CallProgress, rejected: RollerError): Promise<null> {
    const { renewals } = this.#parts
    const { call: { connectionId, body, signal }, sentAt } = progress
    progress.exchange?.abort(NOT_PASSED_ON)
    if (progress.renewals === MAX_RENEWALS) throw rejected
    if (progress.renewals > 0 && await renewals.rejected(connectionId, sentAt, rejected)) throw rejected
    await unlessAborted(renewals.renew(connectionId, sentAt), signal)
      .catch((error: unknown) => { throw withRejection(error, rejected) })
    // A streamed body cannot be sent again. ROLLER did not execute the call, so the caller may retry at once.
    if (body?.kind === 'stream') throw new RollerError('ROLLER_ERR_TOKEN_RENEWED', { retryAfter: 1 })
    progress.renewals++
    return null
  }

  async #coolOff (progress: CallProgress, limited: Limited): Promise<null> {
    const { rateLimiter } = this.#parts
    const { call, exchange, reservation } = progress
    if (reservation !== null && isExportLimit(limited)) {
      exchange?.abort(NOT_PASSED_ON)
      reservation.lease = null // an earlier export has it
      throw exportedBefore(limited)
    }
    // Before another call of this connection can be sent.
    if (limited.scope === 'connection') await rateLimiter.startCoolingOff(call.limitedCredential, limited.seconds)
    else await rateLimiter.startAccountCoolingOff(limited.seconds)
    exchange?.abort(NOT_PASSED_ON)
    if (call.body?.kind === 'stream' || limited.seconds * 1000 > progress.timeLeftMs) throw limited.error
    return null
  }

  /** @returns ROLLER's own response if the call may not be retried */
  async #repeat (progress: CallProgress, { error, maySent }: Classification & { kind: 'repeat' }): Promise<UpstreamResponse | null> {
    const { clock, retry } = this.#parts
    const may = progress.repeats < retry.limit && mayRepeat(progress.repeatability, maySent)
    const pauseMs = may ? backoff(retry, progress.repeats) : Infinity
    // The rest is also the maximum wait of the retry for its lease: without any, a retry would be useless.
    if (pauseMs >= progress.timeLeftMs) {
      if (error === null) return progress.exchange // only a response of ROLLER has no error
      throw progress.repeatability.repeatable || !maySent ? error : mayHaveBeenDoneError(error)
    }
    progress.exchange?.abort(NOT_PASSED_ON)
    await sleep(clock, pauseMs, progress.call.signal)
    progress.repeats++
    return null
  }
}

/** False only if Nango answered itself, and certainly forwarded nothing to ROLLER. */
function mayHaveArrived (classification: Classification): boolean {
  switch (classification.kind) {
    case 'limited': return classification.scope === 'connection'
    case 'repeat': return classification.maySent
    // Without a timeout, only a 403 comes from ROLLER.
    case 'fail': return classification.maySent === true || classification.error.code === 'ROLLER_ERR_ACCESS_DENIED'
    case 'pass': case 'renew': return true
  }
}

/** @throws RollerError ROLLER_ERR_VALIDATION; ROLLER is not called */
function validate ({ operation, body, target: { path, query } }: RollerCall, { headers }: OutgoingCall): void {
  if (operation === null) return
  const faults = validateCall(operation, { path, query, headers, body: body?.kind === 'bytes' ? body.bytes : null })
  if (faults.length > 0) throw invalidInput(faults)
}

function declaredLength (exchange: Exchange): number {
  const length = exchange.headers['content-length']
  return typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : Infinity
}
