/**
 * Retries failed work with increasing delays until it succeeds or a bound is reached. In memory only: pending work is lost when the process
 * ends.
 */
import { unref, type Clock } from '../util/clock.ts'

export interface RetryQueueOptions {
  readonly clock: Clock
  /** Random number from 0 to 1 for the jitter. */
  readonly random?: () => number
  /** Called with the last state when work is given up. */
  readonly onGivenUp: (facts: RetryFacts) => void
  readonly onDone: (facts: Omit<RetryFacts, 'reason' | 'error'>) => void
}

export interface RetryFacts {
  readonly key: string
  /** Attempts so far, the first included. */
  readonly tries: number
  readonly reason: 'too-old' | 'too-many' | 'closed'
  /** The latest. */
  readonly error: unknown
}

/** Milliseconds before the first retry; each further delay is twice as long. */
const FIRST_PAUSE = 1_000
/** Milliseconds. */
const LONGEST_PAUSE = 300_000
/** Milliseconds from the first failure to the last attempt. */
const GIVE_UP_AFTER = 86_400_000
const MAX_PENDING = 1_000
/** Jitter of the delays, so that work that failed together is not retried together. */
const JITTER = 0.2

interface Pending {
  work: () => Promise<void>
  tries: number
  timer: unknown
  running: Promise<void> | null
  readonly since: number
}

export class RetryQueue {
  readonly #options: Required<RetryQueueOptions>
  readonly #pending = new Map<string, Pending>()
  #closed = false

  constructor (options: RetryQueueOptions) {
    this.#options = { random: Math.random, ...options }
  }

  get size (): number { return this.#pending.size }

  /** Adds work that failed once. Pending work with the same key keeps its delay and is replaced by the newer work. */
  add (key: string, work: () => Promise<void>, error: unknown): void {
    const { clock, onGivenUp } = this.#options
    const known = this.#pending.get(key)
    if (known !== undefined) {
      known.work = work
      return
    }
    if (this.#closed || this.#pending.size >= MAX_PENDING) {
      return onGivenUp({ key, tries: 1, reason: this.#closed ? 'closed' : 'too-many', error })
    }
    const pending: Pending = { work, tries: 1, timer: null, running: null, since: clock.now() }
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

  /** Starts no further attempt, and waits for those in progress. @returns the number of pending ones */
  async close (): Promise<number> {
    this.#closed = true
    for (const { timer } of this.#pending.values()) this.#options.clock.clearTimeout(timer)
    await Promise.all([...this.#pending.values()].map(({ running }) => running))
    const left = this.#pending.size
    this.#pending.clear()
    return left
  }

  #schedule (key: string, pending: Pending): void {
    const { clock, random } = this.#options
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (pending.tries - 1)) * (1 - JITTER * random())
    // The last attempt is at the end of the time, not before it.
    const left = pending.since + GIVE_UP_AFTER - clock.now()
    pending.timer = clock.setTimeout(
      () => { pending.running = this.#try(key, pending).finally(() => { pending.running = null }) }, Math.min(pause, left)
    )
    unref(pending.timer)
  }

  async #try (key: string, pending: Pending): Promise<void> {
    const { clock, onDone, onGivenUp } = this.#options
    pending.tries++
    try {
      await pending.work()
      if (this.#pending.get(key) !== pending) return // removed in between
      this.#pending.delete(key)
      onDone({ key, tries: pending.tries })
    } catch (error) {
      if (this.#closed || this.#pending.get(key) !== pending) return
      if (clock.now() - pending.since < GIVE_UP_AFTER) return this.#schedule(key, pending)
      this.#pending.delete(key)
      onGivenUp({ key, tries: pending.tries, reason: 'too-old', error })
    }
  }
}
