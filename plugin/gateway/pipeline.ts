/**
 * The one road to ROLLER, read top to bottom:
 *
 *   identify the operation -> address the connection -> authorize     (routes/, where there is an HTTP request)
 *   -> guard -> validate -> budget -> transport -> outcome                                  (here; also for calls made in process)
 */
import { sleep, type Clock } from '../util/clock.ts'
import { isRollerError, RollerError } from '../errors.ts'
import { validateCall } from '../operations/validate.ts'
import type { UpstreamResponse } from './upstream-response.ts'
import type { RateLimiter, RateLimitState } from './limits/rate-limiter.ts'
import type { Lease } from './limits/lease.ts'
import { spendingOf, type Spending } from './limits/spend.ts'
import type { CallHandler, RollerCall } from './call.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import { mayHaveBeenDone } from './sharing/calls.ts'
import { sanitizeHeaders, sanitizeTarget } from './sanitize-request.ts'
import { checkConnectionId } from '../nango/connection-id.ts'
import type { Classification, Limited } from './classification.ts'
import { classifyExchange, passesUnread } from './classify-response.ts'
import type { Renewals } from './renewal.ts'
import { untilAccountReset } from '../util/retry-after.ts'
import { VenueZones } from './venue-zones.ts'
import { backoff, mayRepeat, type Repeatability, type RetryPolicy } from './retry.ts'
import { ExchangeFailure, type Exchange } from './transport/exchange.ts'
import type { OutgoingBody, OutgoingCall, Transport } from './transport/transport.ts'
import type { TransportName } from '../util/transport-name.ts'

export interface PipelineOptions {
  readonly transport: Transport
  readonly budgets: RateLimiter
  readonly renewals: Renewals
  readonly retry: RetryPolicy
  /** What replicas tell each other of connections; null for a single one. */
  readonly news: NewsVersion | null
  readonly clock: Clock
}

/** The version of what replicas tell each other, which comes with every lease of a shared rate limit. */
export interface NewsVersion {
  isCurrent (version: number): boolean
  /** Learns what was told up to this version. */
  reach (version: number): Promise<void>
}

/** Answers up to this size are read whole before they are passed on: they leave in one piece, and a line cut in the middle is still an error answer. */
const WHOLE_LIMIT = 64 * 1024

/** ROLLER's cooling-off is a minute. A longer Retry-After after a bulk export is about exports of its type alone. */
const LONGEST_REST_AFTER_BULK_SECONDS = 60
/** What a bulk export spends when it is sent again: its one place in six hours is this call's already. */
const BULK_AGAIN: Spending = { budget: 'reporting', exportType: null }

/** A call meets this many revocations of the token at most. */
const MAX_RENEWALS = 3

const PASS: Classification = { kind: 'pass' }
const NOT_PASSED_ON = new Error('the answer is not passed on')

export class Pipeline implements CallHandler {
  readonly #transport: Transport
  readonly #budgets: RateLimiter
  readonly #renewals: Renewals
  readonly #retry: RetryPolicy
  readonly #clock: Clock
  readonly #news: NewsVersion | null
  readonly #zones = new VenueZones()

  constructor (options: PipelineOptions) {
    this.#transport = options.transport
    this.#budgets = options.budgets
    this.#renewals = options.renewals
    this.#retry = options.retry
    this.#news = options.news
    this.#clock = options.clock
  }

  get transport (): TransportName { return this.#transport.name }

  /**
   * Sends a call to ROLLER.
   * @returns ROLLER's own answer, whatever its status, head read and body waiting
   * @throws RollerError for all that the gateway answers itself
   */
  send (call: RollerCall): Promise<UpstreamResponse> {
    let outgoing: Outgoing
    try {
      outgoing = guard(call)
      if (call.validate !== false) validate(outgoing, call.operation)
    } catch (error) {
      return refuse(error)
    }
    const spending = spendingFor(call, outgoing)
    const order: ExportOrder = { place: null, taken: false }
    return spending.budget === 'bulk' ? this.#sendExport(call, outgoing, spending, order) : this.#travel(call, outgoing, spending, order)
  }

  async #sendExport (call: RollerCall, outgoing: Outgoing, spending: Spending, order: ExportOrder): Promise<UpstreamResponse> {
    try {
      return await this.#travel(call, outgoing, spending, order)
    } finally {
      if (order.place !== null && !order.taken) await order.place.refundExport()
    }
  }

  peek (call: RollerCall): RateLimitState {
    return this.#budgets.peek({ ...spendingFor(call, { target: sanitizeTarget(call.target) }), credential: credentialOf(call) })
  }

  /** From the line before the budget to the answer, as often as it takes. One function, for every promise on the way costs half a microsecond. */
  async #travel (call: RollerCall, outgoing: Outgoing, spending: Spending, order: ExportOrder): Promise<UpstreamResponse> {
    const repeatability = { repeatable: call.operation?.operation.repeatable ?? call.method === 'GET', body: call.body }
    const startedAt = this.#clock.now()
    const patience = (): number => Math.max(0, call.maxWaitMs - (this.#clock.now() - startedAt))
    let renewals = 0
    let waited = false
    for (let repeats = 0; ; waited = true) {
      const { budget, exportType } = order.place === null ? spending : BULK_AGAIN
      const entered = this.#budgets.enter({
        credential: credentialOf(call), budget, exportType, maxWaitMs: patience(), signal: call.signal, onUse: call.onUse
      })
      const place = entered instanceof Promise ? await entered : entered
      if (spending.budget === 'bulk') order.place ??= place
      if (waited || place.waitedMs > 0 || this.#hasNews(place)) await this.#checkAgain(call, place, order, waited || place.waitedMs > 0)
      const sentAt = this.#clock.now()
      order.taken = true // until it is known
      outgoing.markSent = () => place.leave()
      let exchange: Exchange | null = null
      let outcome: Classification = PASS
      try {
        exchange = await this.#transport.send(outgoing, call.signal)
        if (!passesUnread(exchange)) outcome = await classifyExchange(exchange, this.transport)
        // Of any other body the first bytes are awaited: until the caller has the head, a line that breaks is still an error answer.
        else if (!exchange.complete) await exchange.collect(declaredLength(exchange) <= WHOLE_LIMIT ? WHOLE_LIMIT : 0)
      } catch (error) {
        exchange = null
        outcome = await this.#failed(error, place, order)
      }
      order.taken = mayHaveTaken(outcome, exchange)
      if (call.timing !== undefined) {
        call.timing.waitedMs += place.waitedMs
        call.timing.upstreamMs += this.#clock.now() - sentAt
        call.timing.tries++
      }
      if (exchange !== null && exchange.limits !== null) await this.#learn(exchange.limits, place)
      switch (outcome.kind) {
        case 'pass':
          return this.#zones.note(call, exchange as Exchange) // `pass` is only said of an answer
        case 'fail':
          exchange?.abort(NOT_PASSED_ON)
          throw describe(outcome.error, repeatability, outcome.maySent ?? false)
        case 'renew':
          exchange?.abort(NOT_PASSED_ON)
          if (renewals === MAX_RENEWALS) throw outcome.error
          if (renewals > 0 && await this.#renewals.rejected(outgoing.connectionId, sentAt, outcome.error)) throw outcome.error
          await this.#renew(outgoing, sentAt, outcome.error)
          renewals++
          break
        case 'limited':
          if (spending.budget === 'bulk' && outcome.whose === 'connection' && outcome.seconds > LONGEST_REST_AFTER_BULK_SECONDS) {
            exchange?.abort(NOT_PASSED_ON)
            order.taken = true // by an order before this one, which comes to the same
            throw exportedBefore(outcome)
          }
          // The wall first, before anything else of this connection can leave.
          await (outcome.whose === 'connection' ? this.#budgets.coolOff(credentialOf(call), outcome.seconds) : this.#budgets.coolOffAccount(outcome.seconds))
          exchange?.abort(NOT_PASSED_ON)
          if (outgoing.body?.kind === 'stream' || outcome.seconds * 1000 > patience()) throw outcome.error
          break
        case 'repeat': {
          const may = repeats < this.#retry.limit && mayRepeat(repeatability, outcome.maySent)
          const pause = may ? backoff(this.#retry, repeats) : Infinity
          // What is left then is also what the repeat may wait for its place: without any it would be of no use.
          if (pause >= patience()) {
            if (outcome.error === null) return exchange as UpstreamResponse // only an answer of ROLLER's own has no error to it
            throw describe(outcome.error, repeatability, outcome.maySent)
          }
          exchange?.abort(NOT_PASSED_ON)
          await sleep(this.#clock, pause, call.signal)
          repeats++
        }
      }
    }
  }

  #hasNews ({ news }: Lease): boolean { return news !== null && this.#news !== null && !this.#news.isCurrent(news) }

  /** A decision is only as old as the send: who waited is asked again. @throws RollerError, and the lease is given back */
  async #checkAgain (call: RollerCall, place: Lease, order: ExportOrder, waited: boolean): Promise<void> {
    try {
      if (this.#hasNews(place) && place.news !== null) await this.#news?.reach(place.news)
      await call.verify?.(call, waited)
      await call.admit?.()
      call.signal?.throwIfAborted()
    } catch (error) {
      await place.refund()
      if (order.place === place) order.place = null
      throw error
    }
  }

  /** Nango says with every answer how much of the account's limit is left, and when it is whole again. */
  async #learn (limits: ReadonlyMap<string, string>, place: Lease): Promise<void> {
    const limit = Number(limits.get('x-ratelimit-limit'))
    const remaining = limits.has('x-ratelimit-remaining') ? Number(limits.get('x-ratelimit-remaining')) : NaN
    await this.#budgets.learnAccount({ limit, remaining, endsInMs: untilAccountReset(limits.get('x-ratelimit-reset')) }, place)
  }

  /** No answer came. @throws what is no fault of the way */
  async #failed (error: unknown, place: Lease, order: ExportOrder): Promise<Classification> {
    // No token for the direct way, because Nango could not be reached.
    const tokenless = isRollerError(error) && error.code === 'ROLLER_ERR_UNREACHABLE'
    if (isUnsent(error)) {
      await place.refund()
      if (order.place === place) order.place = null
      order.taken = false
    }
    if (error instanceof ExchangeFailure) return judgeFailure(error, this.transport)
    if (tokenless) return { kind: 'repeat', maySent: false, error }
    throw error
  }

  async #renew (outgoing: OutgoingCall, sentAt: number, rejected: RollerError): Promise<void> {
    try {
      await this.#renewals.renew(outgoing.connectionId, sentAt)
    } catch (error) {
      // The caller wants to know what ROLLER said, not only that the refresh failed.
      if (isRollerError(error) && error.code === 'ROLLER_ERR_CREDENTIALS_REJECTED' && error.upstream === undefined) {
        throw new RollerError(error.code, {
          detail: error.detail,
          ...(rejected.upstream !== undefined && { upstream: rejected.upstream }),
          ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter })
        })
      }
      throw error
    }
    // A streamed body is gone. ROLLER took nothing of the call, so the caller may send it again at once.
    if (outgoing.body?.kind === 'stream') throw new RollerError('ROLLER_ERR_TOKEN_RENEWED', { retryAfter: 1 })
  }
}

/** One call, asked anew before each of its tries. */
interface Outgoing extends OutgoingCall {
  markSent: (() => boolean) | undefined
}

/** The order of a bulk export, of which ROLLER takes one of a type in six hours. */
interface ExportOrder {
  /** The place of its own limit. */
  place: Lease | null
  /** False when it is certain that ROLLER has not taken it. */
  taken: boolean
}

function credentialOf ({ credential, connectionId }: RollerCall): string { return credential ?? `connection:${connectionId}` }

/** Nobody who calls for an answer has to expect an error before it. */
async function refuse (error: unknown): Promise<never> { throw error }

/** @throws RollerError */
function guard (call: RollerCall): Outgoing {
  return {
    method: call.method,
    target: sanitizeTarget(call.target, call.operation?.template),
    connectionId: checkConnectionId(call.connectionId),
    headers: sanitizeHeaders(call.headers),
    body: call.body,
    acceptEncoding: call.headers['accept-encoding']?.toString(),
    verifying: call.verifying === true,
    soleSuccess: call.operation?.soleSuccess,
    markSent: undefined
  }
}

/** Whether ROLLER may have taken the order. What it has counted is another matter: a call that was refused spends its other places all the same. */
function mayHaveTaken (outcome: Classification, exchange: Exchange | null): boolean {
  switch (outcome.kind) {
    case 'pass': return exchange === null || mayHaveBeenDone(exchange)
    case 'fail': return mayHaveBeenDone(outcome)
    case 'repeat': return outcome.maySent
    case 'renew': case 'limited': return false
  }
}

/** Certain that no byte of the call left this process. A refusal of the gateway's own in the transport (no token) comes before any. */
function isUnsent (error: unknown): boolean {
  return error instanceof ExchangeFailure ? !error.maySent : isRollerError(error)
}

function spendingFor ({ method, operation, body }: RollerCall, { target }: Pick<OutgoingCall, 'target'>): Spending {
  return spendingOf({ method, path: target.path, operation: operation?.operation ?? null, body: bytesOf(body) })
}

/** @throws RollerError ROLLER_ERR_VALIDATION; ROLLER is not called */
function validate (call: OutgoingCall, entry: CatalogOperation | null): void {
  if (entry === null) return
  const { path, query } = call.target
  const faults = validateCall(entry, { path, query, headers: call.headers, body: bytesOf(call.body) })
  if (faults.length > 0) {
    throw new RollerError('ROLLER_ERR_VALIDATION', { detail: faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; '), errors: faults })
  }
}

function judgeFailure (failure: ExchangeFailure, by: TransportName): Classification {
  // The caller left, or its body broke a rule while it was being sent.
  if (failure.kind === 'aborted') throw failure.cause ?? failure
  if (isRollerError(failure.cause)) throw failure.cause
  const cause = failure.cause as NodeJS.ErrnoException | undefined // undici's and Node's network errors have a code
  const code = typeof cause?.code === 'string' ? ` (${cause.code})` : ''
  const { maySent } = failure
  if (failure.kind === 'timeout') {
    // Not repeated: the caller has waited long enough.
    return { kind: 'fail', maySent, error: new RollerError('ROLLER_ERR_TIMEOUT', { detail: 'No answer came in time.', cause: failure }) }
  }
  const timedOut = cause?.code === 'UND_ERR_CONNECT_TIMEOUT'
  const error = new RollerError(timedOut ? 'ROLLER_ERR_TIMEOUT' : 'ROLLER_ERR_UNREACHABLE', {
    detail: `The connection to ${by === 'nango' ? 'Nango' : 'ROLLER'} failed${code}.`, cause: failure
  })
  return { kind: 'repeat', maySent, error }
}

/** A caller must know when a call that is not safe to repeat may have been done all the same. */
function describe (error: RollerError, { repeatable }: Repeatability, maySent: boolean): RollerError {
  if (repeatable || !maySent) return error
  return new RollerError(error.code, {
    detail: `${error.detail} The call had been sent: it may have been done.`,
    hint: 'Look before you send it again (for a booking: GET /bookings?keywords=…). The gateway never repeats a call that may have been done.',
    cause: error.cause,
    ...(error.upstream !== undefined && { upstream: error.upstream })
  })
}

/** ROLLER counts exports of a type by themselves, and does not put the credential to rest for one too many. */
function exportedBefore ({ error: { upstream, retryAfter }, exportSeconds = retryAfter }: Limited): RollerError {
  return new RollerError('ROLLER_ERR_RATE_LIMITED', {
    layer: 'roller',
    detail: 'ROLLER has taken an export of this type a short while ago.',
    hint: 'Wait for Retry-After seconds, or use the files of the export that was ordered before. Other calls of this connection go on.',
    ...(upstream !== undefined && { upstream }),
    ...(exportSeconds !== undefined && { retryAfter: exportSeconds })
  })
}

function bytesOf (body: OutgoingBody | null): Buffer | null {
  return body?.kind === 'bytes' ? body.bytes : null
}

function declaredLength (exchange: Exchange): number {
  const length = exchange.headers['content-length']
  return typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : Infinity
}
