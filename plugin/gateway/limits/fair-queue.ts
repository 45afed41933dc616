interface Entry {
  readonly ticket: number
  /** In ascending order: the ticket itself, or, on a shared window, its turn. Equal ones are served by ticket. */
  readonly order: number
  expiry: number
}

/**
 * The calls that wait for one window.
 *
 * On a shared window each call has a turn: the one after the last of its flow, but none before those that are being served (start-time fair
 * queueing). A flow with little demand is therefore at most one call of every other flow away from the front.
 */
export class FairQueue {
  readonly #waiting: Entry[] = []
  readonly #byTicket = new Map<number, Entry>()
  /** The last turn given to each flow, as long as a call waits. */
  readonly #turns = new Map<string, number>()
  #served = 0

  get size (): number {
    return this.#waiting.length
  }

  /** Drops tickets that were not used for long after their turn: the replica that held them is gone. */
  drop (now: number, but: number | undefined): void {
    let gone = 0
    for (const { ticket, expiry } of this.#waiting) {
      if (expiry > now || ticket === but) break
      gone++
    }
    if (gone > 0) for (const { ticket } of this.#waiting.splice(0, gone)) this.#byTicket.delete(ticket)
  }

  /** True when no ticket is left that is still used. */
  emptied (now: number): boolean {
    this.drop(now, undefined)
    return this.#waiting.length === 0
  }

  /** How many are before this ticket, or would be if it joined now. */
  ahead (ticket: number | undefined, flow: string | undefined): number {
    const own = this.#get(ticket)
    if (own !== undefined) return this.#before(own.order, own.ticket)
    if (flow !== undefined) return this.#before(this.#nextTurn(flow), Infinity)
    return ticket === undefined ? this.#waiting.length : this.#before(ticket, ticket)
  }

  join (ticket: number, flow: string | undefined, expiry: number): void {
    const own = this.#get(ticket)
    if (own !== undefined) {
      own.expiry = expiry
      return
    }
    const order = flow === undefined ? ticket : this.#nextTurn(flow)
    if (flow !== undefined) this.#turns.set(flow, order)
    const one = { ticket, order, expiry }
    this.#waiting.splice(this.#before(order, ticket), 0, one)
    this.#byTicket.set(ticket, one)
  }

  leave (ticket: number): void {
    const own = this.#get(ticket)
    if (own === undefined) return
    this.#waiting.splice(this.#before(own.order, ticket), 1)
    this.#byTicket.delete(ticket)
  }

  /** The call has its slot: out of the queue, or as a newcomer whose turn has come. */
  serve (ticket: number | undefined, flow: string | undefined): void {
    const own = this.#get(ticket)
    if (own !== undefined) this.leave(own.ticket)
    if (flow === undefined) return
    const order = own?.order ?? this.#nextTurn(flow)
    if (own === undefined) this.#turns.set(flow, order)
    this.#served = Math.max(this.#served, order)
  }

  #get (ticket: number | undefined): Entry | undefined {
    return ticket === undefined ? undefined : this.#byTicket.get(ticket)
  }

  #nextTurn (flow: string): number {
    return Math.max(this.#served, this.#turns.get(flow) ?? 0) + 1
  }

  /** How many come before this order and ticket. */
  #before (order: number, ticket: number): number {
    let low = 0
    let high = this.#waiting.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const one = this.#waiting[middle] as Entry // within the queue
      if (one.order < order || (one.order === order && one.ticket < ticket)) low = middle + 1
      else high = middle
    }
    return low
  }
}
