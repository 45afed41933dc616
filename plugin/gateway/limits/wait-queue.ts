import type { CancelSignal } from '../../util/cancellation.ts'
import type { Clock } from '../../util/clock.ts'
import { RollerError } from '../../errors.ts'

interface Waiter {
  wakeAt: number
  readonly wake: () => void
  readonly reject: (reason: RollerError) => void
}

/**
 * The calls of this process that wait for one window, in order of arrival. The store computes their turns; a call that leaves hands its
 * time to the next one behind it, and so on, so that its slot is used without another request to the store. At shutdown all are rejected: a
 * caller with a response can try elsewhere.
 */
export class WaitQueue {
  readonly #clock: Clock
  readonly #waiters: Waiter[] = []
  #timer: unknown = null
  #timerAt = Infinity
  #closed = false

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /** Calls that wait now. */
  get size (): number { return this.#waiters.length }

  /**
   * Waits `ms` milliseconds, or until an earlier time becomes free.
   * @throws the signal's reason if it aborts first; RollerError ROLLER_ERR_CLOSING when the queue is closed
   */
  wait (ms: number, signal?: CancelSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason)
      if (this.#closed) return reject(closing())
      const release = (): void => signal?.removeEventListener('abort', onAbort)
      const waiter: Waiter = {
        wakeAt: this.#clock.now() + ms,
        wake: () => { release(); resolve() },
        reject: (reason) => { release(); reject(reason) }
      }
      const onAbort = (): void => {
        this.#remove(waiter)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      // A call that was woken too early waits again: its time determines its position.
      let index = this.#waiters.length
      while (index > 0 && (this.#waiters[index - 1] as Waiter).wakeAt > waiter.wakeAt) index--
      this.#waiters.splice(index, 0, waiter)
      this.#setTimer(waiter.wakeAt)
    })
  }

  /** Rejects all waiting calls and all later ones. */
  close (): void {
    this.#closed = true
    this.#clearTimer()
    for (const { reject } of this.#waiters.splice(0)) reject(closing())
  }

  /** Each waiter behind it gets the time of the one before, which is never later: they are in the order of their times. */
  #remove (waiter: Waiter): void {
    const index = this.#waiters.indexOf(waiter)
    if (index < 0) return
    let free = waiter.wakeAt
    this.#waiters.splice(index, 1)
    for (let i = index; i < this.#waiters.length; i++) {
      const next = this.#waiters[i] as Waiter // within the queue
      const { wakeAt } = next
      next.wakeAt = free
      free = wakeAt
    }
    if (this.#waiters.length === 0) this.#clearTimer()
    else this.#setTimer((this.#waiters[0] as Waiter).wakeAt)
  }

  #setTimer (wakeAt: number): void {
    if (wakeAt >= this.#timerAt) return
    this.#clearTimer()
    this.#timerAt = wakeAt
    this.#timer = this.#clock.setTimeout(() => this.#onTimer(), Math.max(0, Math.ceil(wakeAt - this.#clock.now())))
  }

  #clearTimer (): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
    this.#timerAt = Infinity
  }

  #onTimer (): void {
    // A timer may fire slightly before its time by the clock.
    const now = Math.max(this.#clock.now(), this.#timerAt)
    this.#clearTimer()
    let due = 0
    while (due < this.#waiters.length && (this.#waiters[due] as Waiter).wakeAt <= now) due++
    const [next] = this.#waiters.slice(due)
    const woken = this.#waiters.splice(0, due)
    if (next !== undefined) this.#setTimer(next.wakeAt)
    for (const { wake } of woken) wake()
  }
}

function closing (): RollerError {
  return new RollerError('ROLLER_ERR_CLOSING', { retryAfter: 1 })
}
