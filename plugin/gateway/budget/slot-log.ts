const FIRST_SIZE = 8

/**
 * The slots of one window in ascending order, past and reserved, in a ring.
 *
 * A take that must satisfy two windows can reserve a moment far ahead in one of them, and a released slot leaves a hole. So a newcomer
 * gets the earliest moment that fits BETWEEN the others, not simply the moment after the last: `limit` neighbours that lie within one
 * window forbid every moment from (last of them - window) to (first of them + window), both ends excluded. Those intervals are ordered,
 * so one walk finds the first gap.
 */
export class SlotLog {
  /** Of the latest take: tells when the log is idle. */
  windowMs = 0
  #ring = new Float64Array(FIRST_SIZE)
  #head = 0
  #size = 0
  // From #busyFrom up to #busyTo all is known to be taken. New slots cannot change that: a deep queue is walked once, not by every
  // newcomer.
  #busyFrom = 0
  #busyTo = 0
  #busyLimit = 0

  get size (): number {
    return this.#size
  }

  /** The i-th oldest slot. */
  at (i: number): number {
    let place = this.#head + i
    if (place >= this.#ring.length) place -= this.#ring.length
    return this.#ring[place] as number
  }

  idle (now: number): boolean {
    return this.#size === 0 || this.at(this.#size - 1) + this.windowMs <= now
  }

  /** Forgets what has left the window. */
  trim (now: number, windowMs: number): void {
    if (windowMs !== this.windowMs) {
      this.windowMs = windowMs
      this.#forgetBusy()
    }
    while (this.#size > 0 && this.at(0) + windowMs <= now) {
      this.#head = this.#head + 1 === this.#ring.length ? 0 : this.#head + 1
      this.#size--
    }
  }

  /** The earliest moment from `start` on that leaves no window with more than `limit` slots. Trim first. */
  earliest (limit: number, start: number): number {
    const runs = this.#size - limit + 1
    if (runs < 1) return start
    const windowMs = this.windowMs
    const known = limit === this.#busyLimit && start >= this.#busyFrom && start < this.#busyTo
    let t = known ? this.#busyTo : start
    for (let i = this.#firstWithin(t); i < runs; i++) {
      const first = this.at(i)
      const last = this.at(i + limit - 1)
      if (t + windowMs <= last) break
      if (first + windowMs > last && first + windowMs > t) t = first + windowMs
    }
    if (t > start) {
      if (!known) this.#busyFrom = start
      this.#busyTo = t
      this.#busyLimit = limit
    }
    return t
  }

  /** `limit` is where the ring stops doubling: more than that is only held for callers who wait. */
  insert (slot: number, limit: number): void {
    if (this.#size === this.#ring.length) this.#grow(limit)
    const ring = this.#ring
    const end = ring.length
    let place = this.#head + this.#size
    if (place >= end) place -= end
    for (let i = this.#size; i > 0; i--) {
      const before = place === 0 ? end - 1 : place - 1
      const value = ring[before] as number
      if (value <= slot) break
      ring[place] = value
      place = before
    }
    ring[place] = slot
    this.#size++
  }

  /** Takes one slot out again; false when it is not there. */
  remove (slot: number): boolean {
    let i = this.#search((value) => value >= slot)
    if (i === this.#size || this.at(i) !== slot) return false
    const ring = this.#ring
    for (; i < this.#size - 1; i++) ring[(this.#head + i) % ring.length] = this.at(i + 1)
    this.#size--
    this.#forgetBusy()
    return true
  }

  /** Index of the first slot that still weighs on the moment t. */
  #firstWithin (t: number): number {
    const windowMs = this.windowMs
    return this.#search((value) => value + windowMs > t)
  }

  #search (found: (value: number) => boolean): number {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (found(this.at(middle))) high = middle
      else low = middle + 1
    }
    return low
  }

  #grow (limit: number): void {
    const old = this.#ring.length
    const ring = new Float64Array(old < limit ? Math.min(old * 2, limit) : old + Math.max(FIRST_SIZE, old >>> 2))
    for (let i = 0; i < this.#size; i++) ring[i] = this.at(i)
    this.#ring = ring
    this.#head = 0
  }

  #forgetBusy (): void {
    this.#busyTo = this.#busyFrom = 0
    this.#busyLimit = 0
  }
}
