// The contract of a rate limit store. A take is one atomic step: the call gets its slot now, or is queued, or is refused. ROLLER starts
// a cooling-off of 60 s after one call too many, so a slot is given once, in the order of asking, over all replicas.
//
// A log holds the calls that were sent, and a queue those that wait. A caller in the queue holds a number, not a moment: when another
// leaves the queue or a cooling-off starts, the moments of all others change by themselves, and the order stays.
import type { MaybePromise } from '../../util/maybe-promise.ts'

/** One sliding limit, margins already applied: never more than `limit` slots in any half-open interval of `windowMs`. */
export interface Window {
  readonly key: string
  readonly limit: number
  readonly windowMs: number
  /**
   * The credential of the call, on a window that several share. Its queue is then served in turn, one call of each, so that a
   * connection with a thousand calls in the queue delays another's by no more than one.
   */
  readonly flow?: string
  /**
   * Slots of a shared window that are reserved for connections with little to do: whose first window holds fewer calls than this. A
   * burst that was sent before the others came cannot be taken back, and they would wait for it to age.
   */
  readonly reserve?: number
}

export interface TakeRequest {
  /** Scope of all keys below. Redis: the hash tag, so that one take stays inside one Cluster slot. */
  readonly tag: string
  /**
   * All of them must admit the call. Their order matters: a call enters a window's queue only once it has its turn in all windows before. A
   * connection that has used up its own window thus takes no other's turn in a window that they share.
   */
  readonly windows: readonly Window[]
  /** Keys of the coolings-off that the call must respect. */
  readonly coolingOff: readonly string[]
  /** Key of what the upstream says is left of its own limit, see `report`. */
  readonly upstreamQuota?: string | undefined
  /** Key of the version of what replicas tell each other; a shared store gives it along. */
  readonly news?: string | undefined
  /** How long the caller may still wait. 0: now or not at all. */
  readonly maxWaitMs: number
  /** From an earlier answer `queued`. One that the store has dropped counts as a new call. */
  readonly ticket?: number | undefined
}

/** What the RateLimit headers say about one window. */
export interface Usage {
  readonly key: string
  readonly limit: number
  /** Slots that are free now; what waiting callers will take is not free. */
  readonly remaining: number
  /** Until a slot frees: the oldest call leaves the window, or, behind a queue, a newcomer's turn comes. 0 when nothing is used. */
  readonly resetMs: number
}

/** The call may be sent, now. */
export interface Granted {
  readonly outcome: 'granted'
  /** The store's own name for the slot: hand it back, read nothing into it. */
  readonly slot: number
  /** What is left of the upstream's quota after this call, where it is known. */
  readonly left?: number
  /** The version of what replicas have told each other. */
  readonly news?: number
  readonly usage: readonly Usage[]
}

/** The call is queued. Take again with the ticket after `waitMs`; a ticket that is not used for TICKET_MS more is dropped. */
export interface Queued {
  readonly outcome: 'queued'
  readonly ticket: number
  readonly waitMs: number
  readonly usage: readonly Usage[]
}

/** The call cannot be served in the time that it may wait. It is in no queue any more, and nothing has been recorded. */
export interface Refused {
  readonly outcome: 'refused'
  /** `redis-down`: the shared store cannot be reached, and this replica may not send without it. */
  readonly reason: 'limit' | 'cooling-off' | 'redis-down'
  /** The wait that would have been enough. */
  readonly waitMs: number
  readonly usage: readonly Usage[]
  /** Its key, and how long it lasts, for `cooling-off`. */
  readonly coolingOff?: string
  readonly coolingOffMs?: number
  /** Key of the window or quota that was the last to free a slot, for `limit`. */
  readonly window?: string
}

/** Slots of a window for a connection whose own window holds so many calls. */
export function slotsFor ({ limit, reserve = 0 }: Window, ownCalls: number): number {
  return ownCalls < reserve ? limit : Math.max(1, limit - reserve)
}

export type TakeResult = Granted | Queued | Refused

/** What the upstream has said of its own limit. */
export interface QuotaReading {
  readonly remaining: number
  /** Until its present window ends. */
  readonly endsInMs: number
  /** Of the call with whose answer it came: what was sent since is not in it yet. */
  readonly slot: number
}

export interface LimitStore {
  take (request: TakeRequest): MaybePromise<TakeResult>
  /** The caller disconnected while it waited: all behind it move up. */
  cancel (request: TakeRequest, ticket: number): MaybePromise<void>
  /** The upstream certainly did not count the call in these windows: the slots are free again. */
  refund (tag: string, windows: readonly Window[], slot: number): MaybePromise<void>
  /** The call is sent only now, some time after it got its slot: it counts from now on. @returns its new slot */
  renew (tag: string, windows: readonly Window[], slot: number): MaybePromise<number>
  /** From now on. Extends a cooling-off, never shortens it. Seen by all replicas. */
  startCoolingOff (tag: string, key: string, ms: number): MaybePromise<void>
  /** Ms left of a cooling-off, 0 when there is none. */
  coolingOff (tag: string, key: string): MaybePromise<number>
  /**
   * The quota counts down with every call granted, on all replicas, and admits none at 0 until it ends. Within one window of the
   * upstream the least that was said counts: answers overtake each other. `windows`: where the calls it counts are recorded.
   */
  report (tag: string, upstreamQuota: string, windows: readonly Window[], reading: QuotaReading): MaybePromise<void>
  usage (tag: string, windows: readonly Window[]): MaybePromise<readonly Usage[]>
  /** The same, at no cost, from a store that needs no round trip for it. */
  peek?(tag: string, windows: readonly Window[]): readonly Usage[]
  close (): MaybePromise<void>
}

/** A replica that dies holds the turns of its waiting callers no longer than this after they came. */
export const TICKET_MS = 2000

/** Two readings of one window of the upstream tell its end to the second. */
export const SAME_END_MS = 1500
