import type { MemoryBudgetStore } from './memory.ts'
import type { TakeRequest, Usage, Window } from './store.ts'
import { sweeper } from './sweep.ts'

interface Crowd {
  readonly places: number
  readonly until: number
}

/**
 * What this replica knows by itself, in a local store that is kept beside the shared one while all is well.
 *
 * Every call the shared store grants is noted here. When the shared store goes away, the local share (limit / replicas) is therefore
 * already used by what this replica itself sent within the window: a replica that sent more than its share sends nothing until its own
 * calls have aged out. That alone would let a quiet replica add its whole share to a limit that a busy one has spent. So the last count
 * that was seen is kept too: of what was free then, each replica may add only its part. The rest of its share is filled with calls that
 * nobody made, and opens a window later. With one replica the limit cannot be exceeded. With several, only calls that others were granted
 * after the last look, and never seen here, can exceed it. A window with fewer places than replicas (bulk: 1 in 6 h) keeps one place for
 * each: `share` then means one try each.
 */
export class Shadow {
  readonly local: MemoryBudgetStore
  readonly #replicas: number
  readonly #now: () => number
  readonly #crowds = new Map<string, Crowd>()
  readonly #sweep = sweeper(this.#crowds, (crowd, now) => crowd.until <= now)

  constructor (local: MemoryBudgetStore, replicas: number, now: () => number) {
    this.local = local
    this.#replicas = Math.max(1, Math.floor(replicas))
    this.#now = now
  }

  /** The same windows, cut down to this replica's part. */
  shareOf (windows: readonly Window[]): readonly Window[] {
    return windows.map((window) => ({ ...window, limit: Math.max(1, Math.floor(window.limit / this.#replicas)) }))
  }

  /** The shared store has granted a call: it is this replica's. */
  granted (request: TakeRequest, waitMs: number, usage: readonly Usage[]): void {
    this.local.note(request.tag, request.windows, waitMs)
    this.seen(request, usage)
  }

  /** Keeps the part of the share that would not be free if the shared store went away now. */
  seen ({ tag, windows }: TakeRequest, usage: readonly Usage[]): void {
    if (this.#replicas === 1) return
    const now = this.#now()
    this.#sweep(now, windows.length * 2)
    const own = this.local.usage(tag, windows)
    const shares = this.shareOf(windows)
    windows.forEach(({ key, limit, windowMs }, i) => {
      const mine = limit - (own[i]?.remaining ?? limit)
      const part = Math.floor((usage[i]?.remaining ?? limit) / this.#replicas)
      const places = (shares[i]?.limit ?? 1) - mine - part
      if (places > 0) this.#crowds.set(`${tag}\0${key}`, { places, until: now + windowMs })
      else this.#crowds.delete(`${tag}\0${key}`)
    })
  }

  /** Before the first local take of these windows: others hold these places. */
  crowd (tag: string, windows: readonly Window[]): void {
    if (this.#crowds.size === 0) return
    for (const window of windows) {
      const name = `${tag}\0${window.key}`
      const crowd = this.#crowds.get(name)
      if (crowd === undefined) continue
      this.#crowds.delete(name)
      if (crowd.until > this.#now()) this.local.note(tag, [window], 0, crowd.places)
    }
  }
}
