// The contract of a budget store. A take does not poll: it reserves the earliest moment at which the call may leave, in every window at
// once. ROLLER silences a credential for 60 s after one call too many, so a place is given once, in the order of asking, over all
// replicas.

/** One sliding limit, margins already applied: never more than `limit` slots in any half-open interval of `windowMs`. */
export interface Window {
  readonly key: string
  readonly limit: number
  readonly windowMs: number
}

export interface TakeRequest {
  /** Scope of all keys below. Redis: the hash tag, so that one take stays inside one Cluster slot. */
  readonly tag: string
  /** All of them must admit the call; the slot is recorded in each. */
  readonly windows: readonly Window[]
  /** Keys of the cooling-off marks that the call must respect. */
  readonly walls: readonly string[]
  /** The caller's patience. 0: now or not at all. */
  readonly maxWaitMs: number
  /** The slot lies no earlier than this many ms from now: another gate has already asked for that wait. */
  readonly notBeforeMs?: number
}

/** What the RateLimit headers say about one window. */
export interface Usage {
  readonly key: string
  readonly limit: number
  /** Places that are free now; what waiting callers have reserved is not free. */
  readonly remaining: number
  /** Until a place frees: the oldest slot leaves, or, behind a queue, the next slot that a newcomer can have. 0 when nothing is used. */
  readonly resetMs: number
}

export interface Granted {
  readonly granted: true
  /** Leave after this long, then `confirm` (only when it is above 0). */
  readonly waitMs: number
  /** The store's own name for the reserved moment: hand it back, read nothing into it. */
  readonly slot: number
  readonly usage: readonly Usage[]
}

export interface Refused {
  readonly granted: false
  /** `away`: the shared store cannot be reached, and the operator chose to refuse. */
  readonly reason: 'budget' | 'wall' | 'away'
  /** The patience that would have been enough; nothing has been recorded. */
  readonly waitMs: number
  readonly usage: readonly Usage[]
  /** Key of the wall, and how long it stands, for `wall`. */
  readonly wall?: string
  readonly wallMs?: number
  /** Key of the window that was the last to give way, for `budget`. */
  readonly window?: string
}

export type TakeResult = Granted | Refused

/** `ok: false`: a wall went up while the caller waited. Its slot is given back; it takes anew. `waitMs` is what is left of the wall. */
export type ConfirmResult = { readonly ok: true } | { readonly ok: false, readonly waitMs: number }

type Answer<T> = Promise<T> | T

export interface BudgetStore {
  take (request: TakeRequest): Answer<TakeResult>
  /** After a wait, just before the call leaves. */
  confirm (request: TakeRequest, slot: number): Answer<ConfirmResult>
  /** Once, when the caller went away while it waited: the place is free for later takers. No effect once the slot has passed. */
  release (tag: string, windows: readonly Window[], slot: number): Answer<void>
  /** A cooling-off from now on. Extends a mark that stands, never shortens it. Seen by all replicas. */
  raiseWall (tag: string, key: string, ms: number): Answer<void>
  /** Ms left of a cooling-off, 0 when there is none. */
  wall (tag: string, key: string): Answer<number>
  usage (tag: string, windows: readonly Window[]): Answer<readonly Usage[]>
  close (): Answer<void>
}

/** The shared store did not answer in time, or not sensibly. The message names no address and no credential. */
export class BudgetStoreUnavailable extends Error {
  override readonly name = 'BudgetStoreUnavailable'

  constructor (message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
  }
}
