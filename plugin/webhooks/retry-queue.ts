/**
 * Repeats work that failed, with pauses that grow, until it is done or a bound is reached. It is kept in this process's memory alone: what
 * is left when the process ends is lost.
 */
import type { Clock } from '../util/clock.ts'

export interface RetryQueueOptions {
  readonly clock: Clock
  /** From 0 to 1, for the jitter. */
  readonly random?: () => number
  /** Told when something is given up, with what is known of it. */
  readonly onGivenUp: (facts: RetryFacts) => void
  readonly onDone?: (facts: RetryFacts) => void
  /** Milliseconds before the first repeat; each further pause is twice as long. */
  readonly firstPause?: number
  /** Milliseconds. */
  readonly longestPause?: number
  /** Milliseconds from the first failure to the last try. */
  readonly giveUpAfter?: number
  readonly maxPending?: number
}

export interface RetryFacts {
  readonly key: string
  /** Tries so far, the first included. */
  readonly tries: number
  readonly reason: 'done' | 'too-old' | 'too-many' | 'closed'
  /** The latest. */
  readonly error: unknown
}

export const FIRST_PAUSE = 1_000
export const LONGEST_PAUSE = 300_000
export const GIVE_UP_AFTER = 86_400_000
export const MAX_PENDING = 1_000
/** Pauses differ by up to so much, so that what failed together does not come again together. */
const JITTER = 0.2

interface Pending {
  work: () => Promise<void>
  tries: number
  error: unknown
  timer: unknown
  running: Promise<void> | null
  readonly since: number
}

export class RetryQueue {
  readonly #options: Required<Omit<RetryQueueOptions, 'onDone'>> & Pick<RetryQueueOptions, 'onDone'>
  readonly #pending = new Map<string, Pending>()
  #closed = false

  constructor (options: RetryQueueOptions) {
    this.#options = {
      random: Math.random,
      firstPause: FIRST_PAUSE,
      longestPause: LONGEST_PAUSE,
      giveUpAfter: GIVE_UP_AFTER,
      maxPending: MAX_PENDING,
      ...options
    }
  }

  get size (): number { return this.#pending.size }

  /** Takes over work that has failed once. What is pending under the key already keeps its pause, and does the newer work. */
  add (key: string, work: () => Promise<void>, error: unknown): void {
    const { clock, maxPending, onGivenUp } = this.#options
    const known = this.#pending.get(key)
    if (known !== undefined) {
      known.work = work
      known.error = error
      return
    }
    if (this.#closed || this.#pending.size >= maxPending) {
      return onGivenUp({ key, tries: 1, reason: this.#closed ? 'closed' : 'too-many', error })
    }
    const pending: Pending = { work, tries: 1, error, timer: null, running: null, since: clock.now() }
    this.#pending.set(key, pending)
    this.#schedule(key, pending)
  }

  /** The work was done elsewhere. */
  remove (key: string): void {
    const pending = this.#pending.get(key)
    if (pending === undefined) return
    this.#options.clock.clearTimeout(pending.timer)
    this.#pending.delete(key)
  }

  /** Starts no further try, and waits for those under way. @returns how many are left undone */
  async close (): Promise<number> {
    this.#closed = true
    for (const { timer } of this.#pending.values()) this.#options.clock.clearTimeout(timer)
    await Promise.all([...this.#pending.values()].map(({ running }) => running))
    const left = this.#pending.size
    this.#pending.clear()
    return left
  }

  #schedule (key: string, pending: Pending): void {
    const { clock, random, firstPause, longestPause, giveUpAfter } = this.#options
    const pause = Math.min(longestPause, firstPause * 2 ** Math.min(pending.tries - 1, 30)) * (1 - JITTER * random())
    // The last try is at the end of the time, not before it.
    const left = pending.since + giveUpAfter - clock.now()
    pending.timer = clock.setTimeout(
      () => { pending.running = this.#try(key, pending).finally(() => { pending.running = null }) }, Math.max(0, Math.min(pause, left))
    )
    // A process that has nothing else to do may end.
    if (pending.timer instanceof Object && 'unref' in pending.timer && typeof pending.timer.unref === 'function') pending.timer.unref()
  }

  async #try (key: string, pending: Pending): Promise<void> {
    const { clock, giveUpAfter, onDone, onGivenUp } = this.#options
    pending.tries++
    try {
      await pending.work()
      if (this.#pending.get(key) !== pending) return // removed in between
      this.#pending.delete(key)
      onDone?.({ key, tries: pending.tries, reason: 'done', error: pending.error })
    } catch (error) {
      pending.error = error
      if (this.#closed || this.#pending.get(key) !== pending) return
      if (clock.now() - pending.since < giveUpAfter) return this.#schedule(key, pending)
      this.#pending.delete(key)
      onGivenUp({ key, tries: pending.tries, reason: 'too-old', error })
    }
  }
}
