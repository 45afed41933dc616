/** Who has had which event. ROLLER repeats: on its schedule, and also what was taken. Both stores pass one suite. */
import type { MaybePromise } from '../util/maybe-promise.ts'

export interface EventKey {
  readonly connectionId: string
  /** ROLLER's id of the event, unique within a venue at least. */
  readonly id: string
}

/** `new`: it is the caller's now, who says `done` or `release`. `busy`: somebody has it in hand. `done`: it was taken before. */
export type Claim = 'new' | 'busy' | 'done'

export interface DedupeStore {
  claim (key: EventKey): MaybePromise<Claim>
  /** Taken: a repeat is nothing new. */
  done (key: EventKey): MaybePromise<void>
  /** Not taken: the repeat is welcome. */
  release (key: EventKey): MaybePromise<void>
}

/** ROLLER's last try is 4 days and 77 minutes after the first. Milliseconds. */
export const REMEMBERED_MS = 5 * 86_400_000
/** Whoever claimed it and is silent for so long has gone. ROLLER gives up after 10 s, and comes again after a minute. Milliseconds. */
export const LEASE_MS = 30_000
