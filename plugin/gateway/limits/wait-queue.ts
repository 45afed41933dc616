import type { CancelSignal } from '../../util/cancellation.ts'
import type { Clock } from '../../util/clock.ts'
import { RollerError } from '../../errors.ts'

interface Guest {
  alarm: number
  readonly wake: () => void
  readonly sendAway: (reason: RollerError) => void
}

/**
 * Those in this process who wait before one window, in the order in which they came. The store says when each has its turn; one who leaves hands
 * its moment to the next behind it, and so on down the line, so that the place it leaves open is used without asking the store again. When the
 * process ends all are sent away: a caller with an answer can go elsewhere.
 */
export class WaitQueue {
  readonly #clock: Clock
  readonly #guests: Guest[] = []
  #timer: unknown = null
  #timerAt = Infinity
  #closed = false

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /** Those who wait now. */
  get size (): number { return this.#guests.length }

  /**
   * Waits `ms`, or until an earlier moment becomes free.
   * @param signal of a caller who may leave
   * @throws the signal's reason when it aborts first; RollerError ROLLER_ERR_CLOSING when the room is closed
   */
  wait (ms: number, signal?: CancelSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason)
      if (this.#closed) return reject(closing())
      const silence = (): void => signal?.removeEventListener('abort', onAbort)
      const guest: Guest = {
        alarm: this.#clock.now() + ms,
        wake: () => { silence(); resolve() },
        sendAway: (reason) => { silence(); reject(reason) }
      }
      const onAbort = (): void => {
        this.#leave(guest)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      // One that asked too early comes in again: its moment shows where it stood.
      let place = this.#guests.length
      while (place > 0 && (this.#guests[place - 1] as Guest).alarm > guest.alarm) place--
      this.#guests.splice(place, 0, guest)
      this.#arm(guest.alarm)
    })
  }

  /** Sends away everybody who waits, and whoever would wait after them. */
  close (): void {
    this.#closed = true
    this.#disarm()
    for (const { sendAway } of this.#guests.splice(0)) sendAway(closing())
  }

  /** Nobody's moment gets later by it. */
  #leave (guest: Guest): void {
    const place = this.#guests.indexOf(guest)
    if (place < 0) return
    let free = guest.alarm
    this.#guests.splice(place, 1)
    for (let i = place; i < this.#guests.length; i++) {
      const next = this.#guests[i] as Guest // within the line
      const { alarm } = next
      next.alarm = Math.min(alarm, free)
      free = Math.max(alarm, free)
    }
    if (this.#guests.length === 0) this.#disarm()
    else this.#arm((this.#guests[0] as Guest).alarm)
  }

  #arm (alarm: number): void {
    if (alarm >= this.#timerAt) return
    this.#disarm()
    this.#timerAt = alarm
    this.#timer = this.#clock.setTimeout(() => this.#ring(), Math.max(0, Math.ceil(alarm - this.#clock.now())))
  }

  #disarm (): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
    this.#timerAt = Infinity
  }

  #ring (): void {
    // A timer may fire a little before its time by the clock.
    const now = Math.max(this.#clock.now(), this.#timerAt)
    this.#disarm()
    let due = 0
    while (due < this.#guests.length && (this.#guests[due] as Guest).alarm <= now) due++
    const [next] = this.#guests.slice(due)
    const woken = this.#guests.splice(0, due)
    if (next !== undefined) this.#arm(next.alarm)
    for (const { wake } of woken) wake()
  }
}

function closing (): RollerError {
  return new RollerError('ROLLER_ERR_CLOSING', { retryAfter: 1 })
}
