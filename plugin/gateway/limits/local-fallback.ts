import type { MemoryLimitStore } from './memory-store.ts'
import type { TakeRequest, Window } from './store.ts'
import { sweeper } from '../../util/sweep.ts'

/**
 * A local store beside the shared one, with the calls of this replica, for the time while Redis is down.
 *
 * While the shared store is down each replica keeps to its share (limit / replicas). Together with earlier calls the shares must not exceed
 * the limit, and replicas do not have each other's counts: one may have used up the whole limit, another may never have called for the
 * connection. So for one window after noticing the outage, a replica sends no more than it had itself sent in the window before, nor more
 * than its share: as its own calls leave the window it may send others instead. To that end the rest of its share is filled with
 * placeholder calls, which leave the window together. Then:
 * - within a window of the loss, every replica sends at most what it had sent before, and those calls together were within the limit;
 * - afterwards all earlier calls have left the windows, and the shares together are within the limit.
 *
 * With one replica all calls are counted. A window with fewer slots than replicas (bulk: 1 in 6 h) has no shares: nothing is sent.
 *
 * This holds if the store is down for all replicas and all notice, as they do under load. A replica that alone is cut off from the store,
 * or whose outage the others have not noticed, may add its share to their calls; where that can happen, `reject` is the safe choice.
 */
export class LocalFallback {
  readonly local: MemoryLimitStore
  readonly #replicas: number
  readonly #now: () => number
  /** The windows that were filled since the store was lost, and the end of that period. */
  readonly #filled = new Map<string, number>()
  readonly #sweep = sweeper(this.#filled, (until, now) => until <= now)
  #lostAt = -Infinity

  constructor (local: MemoryLimitStore, replicas: number, now: () => number) {
    this.local = local
    this.#replicas = replicas
    this.#now = now
  }

  /** The same windows, reduced to this replica's share; null if one of them has fewer slots than replicas. */
  shareOf (windows: readonly Window[]): readonly Window[] | null {
    const shares = windows.map((window) => ({ ...window, limit: Math.floor(window.limit / this.#replicas) }))
    return shares.some(({ limit }) => limit < 1) ? null : shares
  }

  /** The shared store has granted a call of this replica. */
  granted ({ tag, windows }: TakeRequest): void { this.local.note(tag, windows) }

  lost (at: number): void {
    this.#filled.clear()
    this.#lostAt = at
  }

  /** Call before a local take of these windows. */
  fill (tag: string, shares: readonly Window[]): void {
    if (this.#replicas === 1) return
    const now = this.#now()
    this.#sweep(now, shares.length * 2)
    for (const share of shares) {
      const name = `${tag}\0${share.key}`
      const until = this.#lostAt + share.windowMs
      if (until <= now || this.#filled.has(name)) continue
      this.#filled.set(name, until)
      const [own] = this.local.usage(tag, [share])
      this.local.note(tag, [share], own?.remaining ?? 0, this.#lostAt)
    }
  }
}
