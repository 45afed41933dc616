/** A call on the road to ROLLER, and whatever takes one: the gateway itself, and those that stand before it. */
import type { CancelSignal } from '../util/cancellation.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import type { UpstreamResponse } from './upstream-response.ts'
import type { RateLimitState } from './limits/rate-limiter.ts'
import type { OutgoingBody } from './transport/transport.ts'
import type { TransportName } from '../util/transport-name.ts'

export interface RollerCall {
  readonly method: string
  /** Path and query under ROLLER's API as the caller wrote them. */
  readonly target: string
  readonly connectionId: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: OutgoingBody | null
  /** The catalogue's entry; null for a path outside it, which is passed on unvalidated. */
  readonly operation: CatalogOperation | null
  /** False lets a call through unvalidated, for when ROLLER is ahead of the catalogue. Default true. */
  readonly validate?: boolean
  /** What the caller may see, where callers' rights differ: calls with different rights never share an answer. */
  readonly rights?: string
  /**
   * How long after it came, in milliseconds, the call may still be kept waiting: for a place in the budget, for a wall to fall, or between two
   * tries. A wait that would end later is not begun; with 0 there is none. The time that ROLLER takes to answer passes too.
   */
  readonly maxWaitMs: number
  /** Aborts when the caller goes away. */
  readonly signal?: CancelSignal
  /** Whose rate limits the call counts against; set in front of the pipeline. Default: the connection's own. */
  credential?: string | undefined
  /** True for the question which venue the credentials are of: nobody knows yet, and nothing else may pass without that. */
  readonly verifying?: boolean
  /**
   * Asked again right before a call leaves that has waited: may this caller still make it? Set by routes.
   * @throws RollerError
   */
  readonly admit?: (() => void | Promise<void>) | undefined
  /**
   * Asked again as well, and when another replica has told something: is it still that venue? Set in front of the pipeline.
   * @throws RollerError
   */
  verify?: ((call: RollerCall, waited: boolean) => Promise<void>) | undefined
  /** Told how the call's budget stands, whether it got its place or not. */
  readonly onUse?: (use: RateLimitState) => void
  /** Filled in on the way, for the host's log and metrics. */
  readonly timing?: CallTiming | undefined
}

/** Where a call's time went. All zero for one that shared another's answer. */
export interface CallTiming {
  /** Milliseconds in the line for a place in the budget. */
  waitedMs: number
  /** Milliseconds between sending and the head of the answer, over all tries; of a small answer, up to its end. */
  upstreamMs: number
  tries: number
}

/** Whatever takes calls to ROLLER. */
export interface CallHandler {
  /** How calls leave. */
  readonly transport: TransportName
  send (call: RollerCall): Promise<UpstreamResponse>
  /** How the call's budget stands, without spending of it. */
  peek? (call: RollerCall): RateLimitState
}
