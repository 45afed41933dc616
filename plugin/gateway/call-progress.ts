/** One call over all its attempts. */
import { mayHaveBeenDoneError } from './classify-failure.ts'
import type { RollerError } from '../errors.ts'
import type { Clock } from '../util/clock.ts'
import type { RateLimitState } from '../util/rate-limit-state.ts'
import type { RollerCall } from './call.ts'
import { ExportReservation } from './export-reservation.ts'
import type { Lease } from './limits/lease.ts'
import { rateLimitOf, type RateLimitToSpend } from './limits/rate-limit-of.ts'
import type { Repeatability } from './retry.ts'
import { sanitizeHeaders, type Target } from './sanitize-request.ts'
import type { Exchange } from './transport/exchange.ts'
import type { OutgoingBody, OutgoingCall } from './transport/transport.ts'

/** The rate limit of an export's retry: the call already has its lease of the limit for exports. */
const EXPORT_AGAIN: RateLimitToSpend = { rateLimit: 'reporting', exportType: null }

export class CallProgress {
  readonly call: RollerCall
  readonly outgoing: Outgoing
  /** Null unless the call orders a bulk export. */
  readonly reservation: ExportReservation | null
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #rateLimit: RateLimitToSpend
  attempts = 0
  repeats = 0
  renewals = 0
  /** When the last attempt was sent. */
  sentAt = 0
  exchange: Exchange | null = null
  /** The rate limit at the last lease or rejection. */
  rateLimit: RateLimitState | undefined = undefined

  constructor (call: RollerCall, clock: Clock) {
    this.call = call
    this.outgoing = new Outgoing(call)
    this.#clock = clock
    this.#startedAt = clock.now()
    this.#rateLimit = rateLimitOf(call)
    this.reservation = this.#rateLimit.rateLimit === 'bulk' ? call.reservation ?? new ExportReservation() : null
  }

  /** How long the call may still wait. */
  get timeLeftMs (): number { return Math.max(0, this.call.maxWaitMs - (this.#clock.now() - this.#startedAt)) }

  get rateLimitToSpend (): RateLimitToSpend { return (this.reservation?.lease ?? null) === null ? this.#rateLimit : EXPORT_AGAIN }

  get repeatability (): Repeatability {
    const { operation, method, body } = this.call
    return { repeatable: operation?.operation.repeatable ?? method === 'GET', body }
  }

  /** @returns when the call was handed to the transport */
  startAttempt (lease: Lease): number {
    this.attempts++
    this.exchange = null
    this.outgoing.lease = lease
    if (this.reservation !== null) this.reservation.accepted = true // until it is known
    this.sentAt = this.#clock.now()
    return this.sentAt
  }

  /** Cancels the response. @returns the error for the caller */
  abandon (reason: Error, error: RollerError, maySent: boolean): RollerError {
    this.exchange?.abort(reason)
    return this.repeatability.repeatable || !maySent ? error : mayHaveBeenDoneError(error)
  }
}

class Outgoing implements OutgoingCall {
  readonly method: string
  readonly target: Target
  readonly connectionId: string
  readonly headers: readonly [name: string, value: string][]
  readonly body: OutgoingBody | null
  readonly acceptEncoding: string | undefined
  readonly verifying: boolean
  readonly soleSuccess: number | undefined
  /** Of the current attempt. */
  lease: Lease | null = null

  constructor (call: RollerCall) {
    this.method = call.method
    this.target = call.target
    this.connectionId = call.connectionId
    this.headers = sanitizeHeaders(call.headers)
    this.body = call.body
    this.acceptEncoding = call.headers['accept-encoding']?.toString()
    this.verifying = call.internal === 'verification'
    this.soleSuccess = call.operation?.soleSuccess
  }

  readonly markSent = (): boolean => this.lease?.markSent() ?? true
}
