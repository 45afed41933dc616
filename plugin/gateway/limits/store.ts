// The contract of a rate limit store. A take is one atomic step: the call gets its slot now, is queued, or is rejected. ROLLER starts
// a cooling-off of 60 s after one call too many, so a slot is given once, in the order of requests, over all replicas.
//
// A log holds the calls that were sent, and a queue those that wait. A queued caller holds a number, not a time: when another leaves the
// queue or a cooling-off starts, the times of all others change implicitly, and the order stays.
import type { MaybePromise } from '../../util/maybe-promise.ts'

/** One sliding limit, margins already applied: never more than `limit` slots in any half-open interval of `windowMs`. */
export interface Window {
  readonly key: string
  readonly limit: number
  readonly windowMs: number
  /**
   * The credential of the call, on a window that several share. Its queue is then served round robin, so that a connection with a thousand
   * queued calls delays another's by one call at most.
   */
  readonly flow?: string
  /**
   * Slots of a shared window that are reserved for connections with few calls: whose first window holds fewer calls than this. Calls that
   * were sent earlier cannot be undone, and without a reserve others would wait for them to leave the window.
   */
  readonly reserve?: number
}

export interface TakeRequest {
  /** Scope of all keys below. Redis: the hash tag, so that one take stays inside one Cluster slot. */
  readonly tag: string
  /**
   * All of them must admit the call. The order matters: a call joins a window's queue only once it has its turn in all windows before. A
   * connection that has used up its own window thus takes no other's turn in a shared window.
   */
  readonly windows: readonly Window[]
  /** Keys of the cooling-off periods that apply to the call. */
  readonly coolingOff: readonly string[]
  /** Key of the upstream's remaining quota, see `report`. */
  readonly upstreamQuota?: string | undefined
  /** Key of the version of the replicas' news; a shared store returns it with the result. */
  readonly news?: string | undefined
  /** Maximum wait. 0: now or not at all. */
  readonly maxWaitMs: number
  /** From an earlier result `queued`. A ticket that the store has dropped counts as a new call. */
  readonly ticket?: number | undefined
}

/** The state of one window for the RateLimit headers. */
export interface Usage {
  readonly key: string
  readonly limit: number
  /** Slots that are free now, minus those of waiting calls. */
  readonly remaining: number
  /** Until a slot frees: the oldest call leaves the window or, behind a queue, a new call has its turn. 0 if nothing is used. */
  readonly resetMs: number
}

/** The data of a store that can lose it, for example by a restart. */
export interface StoredData {
  /** The time of its first entry, by the store's clock, which names it: after a loss there is another. */
  readonly first: number
  readonly ageMs: number
}

/** The call may be sent, now. */
export interface Granted {
  readonly outcome: 'granted'
  /** The store's opaque id of the slot. */
  readonly slot: number
  /** The upstream's remaining quota after this call, if known. */
  readonly left?: number
  /** The version of the replicas' news. */
  readonly news?: number
  readonly data?: StoredData
  readonly usage: readonly Usage[]
}

/** The call is queued. Take again with the ticket after `waitMs`; a ticket that stays unused for TICKET_MS more is dropped. */
export interface Queued {
  readonly outcome: 'queued'
  readonly ticket: number
  readonly waitMs: number
  readonly data?: StoredData
  readonly usage: readonly Usage[]
}

/** The call cannot be served within its maximum wait. It has left all queues, and nothing was recorded. */
export interface Rejected {
  readonly outcome: 'rejected'
  /** `redis-down`: the shared store is unavailable, and this replica must not send without it. */
  readonly reason: 'limit' | 'cooling-off' | 'redis-down'
  /** The wait that would have been sufficient. */
  readonly waitMs: number
  readonly usage: readonly Usage[]
  /** Key and duration of the `cooling-off`. */
  readonly coolingOff?: string
  readonly coolingOffMs?: number
  /** Key of the window or quota that is the last to free a slot, for `limit`. */
  readonly window?: string
}

/** Slots of a window for a connection whose own window holds so many calls. */
export function slotsFor ({ limit, reserve = 0 }: Window, ownCalls: number): number {
  return ownCalls < reserve ? limit : Math.max(1, limit - reserve)
}

export type TakeResult = Granted | Queued | Rejected

/** The upstream's own limit, as it reports it. */
export interface QuotaReading {
  readonly remaining: number
  /** Until the end of its current window. */
  readonly endsInMs: number
  /** Send time of the call whose response reported it: later calls are not included. */
  readonly slot: number
}

export interface LimitStore {
  take (request: TakeRequest): MaybePromise<TakeResult>
  /** The caller disconnected while waiting: the calls behind it move up. */
  cancel (request: TakeRequest, ticket: number): MaybePromise<void>
  /** The upstream certainly did not count the call in these windows: the slots are free again. */
  refund (tag: string, windows: readonly Window[], slot: number): MaybePromise<void>
  /** The call is sent some time after it got its slot: it counts from now on. @returns its new slot */
  renew (tag: string, windows: readonly Window[], slot: number): MaybePromise<number>
  /** Starts now. Extends a cooling-off, never shortens it. Applies to all replicas. */
  startCoolingOff (tag: string, key: string, ms: number): MaybePromise<void>
  /** Milliseconds left of a cooling-off, 0 if there is none. */
  coolingOff (tag: string, key: string): MaybePromise<number>
  /**
   * The quota decreases with every granted call, on all replicas, and admits none at 0 until it ends. Within one window of the upstream the
   * lowest report counts, because responses overtake each other. `windows`: where the calls it counts are recorded.
   */
  report (tag: string, upstreamQuota: string, windows: readonly Window[], reading: QuotaReading): MaybePromise<void>
  usage (tag: string, windows: readonly Window[]): MaybePromise<readonly Usage[]>
  /** Same as `peek`, from a store that needs no round trip for it. */
  peek?(tag: string, windows: readonly Window[]): readonly Usage[]
  close (): MaybePromise<void>
}

/** A replica that dies blocks the turns of its waiting callers no longer than this. */
export const TICKET_MS = 2000

/** Two reports of one window of the upstream have the same end, to the second. */
export const SAME_END_MS = 1500
