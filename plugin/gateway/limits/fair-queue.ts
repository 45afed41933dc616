interface Entry {
  readonly ticket: number
  /** Ascending: the ticket itself or, on a shared window, its turn. Ties are broken by ticket. */
  readonly startTag: number
  expiry: number
}

/**
 * The queue of calls for one window.
 *
 * On a shared window each call has a turn: one after the last of its flow, but not before those being served (start-time fair queueing). A
 * flow with little demand is therefore at most one call of every other flow away from the front.
 */
export class FairQueue {
  readonly #waiting: Entry[] = []
  readonly #byTicket = new Map<number, Entry>()
  /** The last turn given to each flow, as long as a call waits. */
  readonly #startTags = new Map<string, number>()
  #served = 0

  get size (): number {
    return this.#waiting.length
  }

  /** Drops tickets that were unused long after their turn: their replica is gone. */
  drop (now: number, except: number | undefined): void {
    let expired = 0
    for (const { ticket, expiry } of this.#waiting) {
      if (expiry > now || ticket === except) break
      expired++
    }
    if (expired > 0) for (const { ticket } of this.#waiting.splice(0, expired)) this.#byTicket.delete(ticket)
  }

  /** True if no ticket is in use. */
  emptied (now: number): boolean {
    this.drop(now, undefined)
    return this.#waiting.length === 0
  }

  /** Number of calls before this ticket, or before a new one. */
  ahead (ticket: number | undefined, flow: string | undefined): number {
    const entry = this.#get(ticket)
    if (entry !== undefined) return this.#before(entry.startTag, entry.ticket)
    if (flow !== undefined) return this.#before(this.#nextStartTag(flow), Infinity)
    return ticket === undefined ? this.#waiting.length : this.#before(ticket, ticket)
  }

  /** How many of those before this ticket, or before a newcomer, are not in the next window's queue. */
  notYetIn (next: FairQueue | undefined, ticket: number | undefined, flow: string | undefined): number {
    const ahead = this.ahead(ticket, flow)
    if (next === undefined) return ahead
    let missing = 0
    for (let i = 0; i < ahead; i++) if (!next.#byTicket.has((this.#waiting[i] as Entry).ticket)) missing++
    return missing
  }

  join (ticket: number, flow: string | undefined, expiry: number): void {
    const entry = this.#get(ticket)
    if (entry !== undefined) {
      entry.expiry = expiry
      return
    }
    const startTag = flow === undefined ? ticket : this.#nextStartTag(flow)
    if (flow !== undefined) this.#startTags.set(flow, startTag)
    const one = { ticket, startTag, expiry }
    this.#waiting.splice(this.#before(startTag, ticket), 0, one)
    this.#byTicket.set(ticket, one)
  }

  remove (ticket: number): void {
    const entry = this.#get(ticket)
    if (entry === undefined) return
    this.#waiting.splice(this.#before(entry.startTag, ticket), 1)
    this.#byTicket.delete(ticket)
  }

  /** The call has its slot: removes it from the queue, or admits a new call directly. */
  serve (ticket: number | undefined, flow: string | undefined): void {
    const entry = this.#get(ticket)
    if (entry !== undefined) this.remove(entry.ticket)
    if (flow === undefined) return
    const startTag = entry?.startTag ?? this.#nextStartTag(flow)
    this.#served = Math.max(this.#served, startTag)
  }

  #get (ticket: number | undefined): Entry | undefined {
    return ticket === undefined ? undefined : this.#byTicket.get(ticket)
  }

  #nextStartTag (flow: string): number {
    return Math.max(this.#served, this.#startTags.get(flow) ?? 0) + 1
  }

  /** Number of calls before this order and ticket. */
  #before (startTag: number, ticket: number): number {
    let low = 0
    let high = this.#waiting.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const one = this.#waiting[middle] as Entry // within the queue
      if (one.startTag < startTag || (one.startTag === startTag && one.ticket < ticket)) low = middle + 1
      else high = middle
    }
    return low
  }
}
