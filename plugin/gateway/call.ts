/** A call to ROLLER: as received, as passed between the steps of the pipeline, and the type of a step. */
import { checkConnectionId } from '../nango/connection-id.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import type { ExportReservation } from './export-reservation.ts'
import type { LeaseWait } from './limits/rate-limiter.ts'
import type { CancelSignal } from '../util/cancellation.ts'
import type { RateLimitState } from '../util/rate-limit-state.ts'
import type { TransportName } from '../util/transport-name.ts'
import { sanitizeTarget, type Target } from './sanitize-request.ts'
import type { OutgoingBody } from './transport/transport.ts'
import type { UpstreamResponse } from './upstream-response.ts'

interface CallFields {
  readonly method: string
  readonly connectionId: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: OutgoingBody | null
  /** The catalog's entry; null for a path outside it, which is forwarded unvalidated. */
  readonly operation: CatalogOperation | null
  /** Aborts when the caller disconnects. */
  readonly signal?: CancelSignal | undefined
  /** The credential whose rate limits the call counts against; set by the venue check. Default: the connection's own. */
  readonly credential?: string | undefined
  /** ROLLER's id of the connection's venue, for which the call's cost is counted; set by the venue check. Absent while it is unknown. */
  readonly venueId?: string | undefined
  /** Internal calls, see Pipeline.send. */
  readonly internal?: 'check' | 'verification' | undefined
  /**
   * Authorizes the call again right before it is sent, when it has waited. Set by routes.
   * @throws RollerError
   */
  readonly admit?: (() => void | Promise<void>) | undefined
  /** Called when the call begins to wait for a lease. Of calls that share a response, only the first one's is called. */
  readonly onWait?: ((wait: LeaseWait) => void) | undefined
  /** Filled in by the pipeline, for the host's log and metrics. */
  readonly timing?: CallTiming | undefined
  /** Filled in by the pipeline: whether ROLLER may have accepted the bulk export that the call orders. */
  readonly reservation?: ExportReservation | undefined
}

/** A call from routes or the typed client. */
export interface CallRequest extends CallFields {
  /** Path and query under ROLLER's API, as received. */
  readonly target: string
  /** False skips validation, for operations newer than the catalog. Default: the gateway's setting. */
  readonly validate?: boolean | undefined
  /**
   * How long after its arrival, in milliseconds, the call may wait: for a lease, for the end of a cooling-off, or between two attempts. A
   * wait that would end later is not started; 0 allows none. Default: the gateway's setting.
   */
  readonly maxWaitMs?: number | undefined
}

/** Defaults for calls without a value. */
export interface CallDefaults {
  readonly validate: boolean
  readonly maxWaitMs: number
}

/** A sanitized call. */
export class RollerCall implements CallFields {
  readonly method: string
  readonly target: Target
  readonly connectionId: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: OutgoingBody | null
  readonly operation: CatalogOperation | null
  readonly validate: boolean
  readonly maxWaitMs: number
  readonly signal: CancelSignal | undefined
  readonly admit: CallFields['admit']
  readonly internal: CallFields['internal']
  readonly onWait: CallFields['onWait']
  readonly timing: CallTiming | undefined
  readonly reservation: ExportReservation | undefined
  credential: string | undefined
  venueId: string | undefined
  /**
   * Checks the venue again right before the call is sent, when it has waited or another replica has news. Set by the venue check.
   * @throws RollerError
   */
  verify: ((call: RollerCall, waited: boolean) => Promise<void>) | undefined = undefined

  constructor (
    from: CallFields, target: Target, validate: boolean, maxWaitMs: number, signal: CancelSignal | undefined, admit: CallFields['admit']
  ) {
    this.method = from.method
    this.target = target
    this.connectionId = from.connectionId
    this.headers = from.headers
    this.body = from.body
    this.operation = from.operation
    this.validate = validate
    this.maxWaitMs = maxWaitMs
    this.signal = signal
    this.admit = admit
    this.internal = from.internal
    this.onWait = from.onWait
    this.timing = from.timing
    this.reservation = from.reservation
    this.credential = from.credential
    this.venueId = from.venueId
  }

  /** The credential whose rate limits apply. */
  get limitedCredential (): string { return this.credential ?? `connection:${this.connectionId}` }

  /** The same call for other callers, or with a shorter wait. */
  copy (maxWaitMs: number, signal = this.signal, admit = this.admit): RollerCall {
    const copy = new RollerCall(this, this.target, this.validate, maxWaitMs, signal, admit)
    copy.verify = this.verify
    return copy
  }
}

/** @throws RollerError ROLLER_ERR_PATH, ROLLER_ERR_CONNECTION_UNKNOWN, or ROLLER_ERR_OPERATION_FORBIDDEN for `/token` */
export function sanitizeCall (request: CallRequest, defaults: CallDefaults): RollerCall {
  checkConnectionId(request.connectionId)
  const target = sanitizeTarget(request.target, request.operation?.template)
  return new RollerCall(
    request, target, request.validate ?? defaults.validate, request.maxWaitMs ?? defaults.maxWaitMs, request.signal, request.admit
  )
}

/** Durations of a call's phases, or of all calls of a request. All zero for a call that shared another's response. */
export interface CallTiming {
  /** Milliseconds in the queue for a lease. */
  waitedMs: number
  /** Milliseconds between sending and the head of the response, over all attempts; of a small response, up to its end. */
  upstreamMs: number
  tries: number
  /** Tries that sent a call again. */
  repeats: number
}

/** A step of the pipeline, including the steps after it. */
export interface CallHandler {
  /** Name of the transport. */
  readonly transport: TransportName
  send (call: RollerCall): Promise<UpstreamResponse>
  /** The state of the call's rate limit, read without spending. */
  peek? (call: RollerCall): RateLimitState | undefined
}

/** Sends calls for routes and the typed client: the pipeline. */
export interface CallSender {
  readonly transport: TransportName
  send (request: CallRequest): Promise<UpstreamResponse>
}
