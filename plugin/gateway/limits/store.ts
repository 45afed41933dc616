// The contract of a budget store. A take is one atomic step: the call gets its place now, or stands in line, or is refused. ROLLER silences a
// credential for 60 s after one call too many, so a place is given once, in the order of asking, over all replicas.
//
// A log holds the calls that have left, and a line the calls that wait. A caller in line holds a number, not a moment: when somebody leaves
// the line or a wall goes up, the moments of all others change by themselves, and nobody passes anybody.

/** One sliding limit, margins already applied: never more than `limit` places in any half-open interval of `windowMs`. */
export interface Window {
  readonly key: string
  readonly limit: number
  readonly windowMs: number
  /**
   * Whose call this is, on a window that several connections share. Its line is then served in turn, one call of each, so that a connection
   * with a thousand calls in line delays another's by no more than one.
   */
  readonly flow?: string
  /**
   * Places of a shared window that are kept for connections with little to do: whose first window holds fewer calls than this. Who has sent a
   * burst before the others came cannot take that back, and they would wait for it to age.
   */
  readonly reserve?: number
}

export interface TakeRequest {
  /** Scope of all keys below. Redis: the hash tag, so that one take stays inside one Cluster slot. */
  readonly tag: string
  /**
   * All of them must admit the call. The order matters to who waits: a call stands in a window's line only once it has its turn in all
   * windows before. A connection that has spent its own window thus takes nobody's turn in a window that it shares.
   */
  readonly windows: readonly Window[]
  /** Keys of the cooling-off marks that the call must respect. */
  readonly walls: readonly string[]
  /** Key of what the other side says is left of its own limit, see `report`. */
  readonly meter?: string | undefined
  /** Key of the version of what replicas tell each other; a shared store gives it along. */
  readonly news?: string | undefined
  /** The caller's patience from now on. 0: now or not at all. */
  readonly maxWaitMs: number
  /** From an earlier answer `queued`. One that the store has dropped counts as a new call. */
  readonly ticket?: number | undefined
}

/** What the RateLimit headers say about one window. */
export interface Usage {
  readonly key: string
  readonly limit: number
  /** Places that are free now; what waiting callers will take is not free. */
  readonly remaining: number
  /** Until a place frees: the oldest call leaves the window, or, behind a line, a newcomer's turn comes. 0 when nothing is used. */
  readonly resetMs: number
}

/** The call may leave, now. */
export interface Granted {
  readonly outcome: 'granted'
  /** The store's own name for the place: hand it back, read nothing into it. */
  readonly slot: number
  /** What the meter shows after this call, where there is one. */
  readonly left?: number
  /** The version of what replicas have told each other. */
  readonly news?: number
  readonly usage: readonly Usage[]
}

/** The call stands in line. Take again with the ticket after `waitMs`; a ticket that nobody asks about for LEASE_MS more is dropped. */
export interface Queued {
  readonly outcome: 'queued'
  readonly ticket: number
  readonly waitMs: number
  readonly usage: readonly Usage[]
}

/** The call cannot be served within its patience. It stands in no line any more, and nothing has been recorded. */
export interface Refused {
  readonly outcome: 'refused'
  /** `away`: the shared store cannot be reached, and this replica may not send without it. */
  readonly reason: 'budget' | 'wall' | 'away'
  /** The patience that would have been enough. */
  readonly waitMs: number
  readonly usage: readonly Usage[]
  /** Key of the wall, and how long it stands, for `wall`. */
  readonly wall?: string
  readonly wallMs?: number
  /** Key of the window or meter that was the last to give way, for `budget`. */
  readonly window?: string
}

/** Places of a window for a connection whose own window holds so many calls. */
export function placesFor ({ limit, reserve = 0 }: Window, ownCalls: number): number {
  return ownCalls < reserve ? limit : Math.max(1, limit - reserve)
}

export type TakeResult = Granted | Queued | Refused

/** What the other side has said of its own limit. */
export interface MeterReading {
  readonly remaining: number
  /** Until its present window ends. */
  readonly endsInMs: number
  /** Place of the call with whose answer it came: what has left since is not in it yet. */
  readonly slot: number
}

type Answer<T> = Promise<T> | T

export interface LimitStore {
  take (request: TakeRequest): Answer<TakeResult>
  /** The caller went away while it waited: all behind it move up. */
  leave (request: TakeRequest, ticket: number): Answer<void>
  /** The other side certainly did not count the call in these windows: the places are free again. */
  refund (tag: string, windows: readonly Window[], slot: number): Answer<void>
  /** The call leaves only now, some time after it got its place: it counts from now on. @returns the name of its new place */
  renew (tag: string, windows: readonly Window[], slot: number): Answer<number>
  /** A cooling-off from now on. Extends a mark that stands, never shortens it. Seen by all replicas. */
  startCoolingOff (tag: string, key: string, ms: number): Answer<void>
  /** Ms left of a cooling-off, 0 when there is none. */
  wall (tag: string, key: string): Answer<number>
  /**
   * A meter counts down with every call granted, on all replicas, and lets none through at 0 until it ends. Within one window of the other
   * side the least that was said counts: answers overtake each other. `windows`: where the calls it counts are recorded.
   */
  report (tag: string, meter: string, windows: readonly Window[], reading: MeterReading): Answer<void>
  usage (tag: string, windows: readonly Window[]): Answer<readonly Usage[]>
  /** The same, at no cost, from a store that needs no round trip for it. */
  peek?(tag: string, windows: readonly Window[]): readonly Usage[]
  close (): Answer<void>
}

/** A replica that dies holds the places of its waiting callers no longer than this after their turn. */
export const LEASE_MS = 2000

/** Two readings of one window of the other side tell its end to the second. */
export const SAME_END_MS = 1500
