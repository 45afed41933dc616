/** Handled events. ROLLER repeats some, even after a 200. Both stores pass one test suite. */
import type { MaybePromise } from '../util/maybe-promise.ts'

export interface EventKey {
  readonly connectionId: string
  /** ROLLER's id of the event, unique at least within a venue. */
  readonly id: string
}

/** `new`: claimed; the caller must call `done` or `release`. `busy`: claimed elsewhere. `done`: handled before. */
export type Claim = 'new' | 'busy' | 'done'

export interface DedupeStore {
  claim (key: EventKey): MaybePromise<Claim>
  /** Marks the event as handled. */
  done (key: EventKey): MaybePromise<void>
  /** Releases the claim, so that a repeat is handled. */
  release (key: EventKey): MaybePromise<void>
}

/** Milliseconds. ROLLER's last retry is 4 days and 77 minutes after the first attempt. */
export const REMEMBERED_MS = 5 * 86_400_000
/** Milliseconds. Lifetime of a claim; ROLLER times out after 10 s and retries after a minute. */
export const LEASE_MS = 30_000
