const FIRST_SIZE = 8

/** The send times of one window's calls, in ascending order, in a ring of numbers: some 8 bytes a call. */
export class SlotLog {
  /** Time of the latest take, to detect an idle log. */
  windowMs = 0
  #ring = new Float64Array(FIRST_SIZE)
  #head = 0
  #size = 0

  get size (): number {
    return this.#size
  }

  /** The i-th oldest. */
  at (i: number): number {
    let index = this.#head + i
    if (index >= this.#ring.length) index -= this.#ring.length
    return this.#ring[index] as number
  }

  idle (now: number): boolean {
    return this.#size === 0 || this.at(this.#size - 1) + this.windowMs <= now
  }

  /** Drops the calls that have left the window. */
  trim (now: number, windowMs: number): void {
    this.windowMs = windowMs
    while (this.#size > 0 && this.at(0) + windowMs <= now) {
      this.#head = this.#head + 1 === this.#ring.length ? 0 : this.#head + 1
      this.#size--
    }
  }

  /** When the call behind `ahead` others has its turn, if all of them are sent as soon as possible, and none before `from`. Trim first. */
  slotAt (limit: number, ahead: number, from: number): number {
    // Only the newest `limit` calls count: the limit may have been larger when the others were sent.
    const size = Math.min(this.#size, limit)
    const index = (size + ahead) % limit
    const rounds = Math.floor((size + ahead) / limit)
    if (index >= size) return from + rounds * this.windowMs
    return Math.max(from, this.at(this.#size - size + index) + this.windowMs) + (rounds - 1) * this.windowMs
  }

  /** The ring stops doubling at `limit`: it holds more only if the limit has shrunk. */
  push (slot: number, limit: number): void {
    if (this.#size === this.#ring.length) this.#grow(limit)
    let index = this.#head + this.#size
    if (index >= this.#ring.length) index -= this.#ring.length
    // Nearly always the latest; a call recorded afterwards is inserted in order.
    for (let i = this.#size; i > 0 && this.at(i - 1) > slot; i--) {
      this.#ring[index] = this.at(i - 1)
      index = index === 0 ? this.#ring.length - 1 : index - 1
    }
    this.#ring[index] = slot
    this.#size++
  }

  /** Removes a call; false if it is not in the log. */
  remove (slot: number): boolean {
    let i = this.#firstFrom(slot)
    if (i === this.#size || this.at(i) !== slot) return false
    for (; i < this.#size - 1; i++) this.#ring[(this.#head + i) % this.#ring.length] = this.at(i + 1)
    this.#size--
    return true
  }

  /** Number of calls sent at or after this time. */
  since (slot: number): number {
    return Math.max(0, this.#size - this.#firstFrom(slot) - 1)
  }

  #firstFrom (slot: number): number {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.at(middle) >= slot) high = middle
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
}
