/**
 * The calls that are under way and may be joined, by their connection, so that a write finds all of them at once.
 *
 * Each connection has a lane that stays while the connection is used, and its flights are linked to each other: a Map that gains and loses an entry
 * with every call is made anew every few calls, and what it held outlives its time in the old generation (a third of a call's processor time).
 */
import { sweeper } from '../../util/sweep.ts'
import type { CallKey } from './calls.ts'
import type { InFlightRequest } from './in-flight-request.ts'

interface Lane {
  /** The newest flight; each knows the one before it. */
  newest: InFlightRequest | null
  /** By the clock, in milliseconds. */
  usedAt: number
}

/** A lane without flights is kept for the next one. Milliseconds. */
const IDLE_MS = 60_000

export class InFlightRequests {
  readonly #lanes = new Map<string, Lane>()
  readonly #sweep = sweeper(this.#lanes, ({ newest, usedAt }, now) => newest === null && usedAt + IDLE_MS <= now)

  /** Lanes that are held. */
  get size (): number { return this.#lanes.size }

  /** The newest flight for a key, whose text is asked for only where there are flights to compare it with. */
  find (connectionId: string, key: Pick<CallKey, 'text'>): InFlightRequest | null {
    let flight = this.#lanes.get(connectionId)?.newest ?? null
    while (flight !== null && flight.key.text !== key.text) flight = flight.before
    return flight
  }

  /** From now on this one is found, until it is removed; then the one before it is, if that is still under way. */
  add (flight: InFlightRequest, now: number): void {
    let lane = this.#lanes.get(flight.connectionId)
    if (lane === undefined) {
      this.#sweep(now, 2)
      this.#lanes.set(flight.connectionId, lane = { newest: null, usedAt: now })
    }
    flight.before = lane.newest
    lane.newest = flight
    lane.usedAt = now
  }

  /** Lets nobody join any more. */
  remove (flight: InFlightRequest): void {
    const lane = this.#lanes.get(flight.connectionId)
    if (lane === undefined) return
    let after: InFlightRequest | null = null
    let found = lane.newest
    while (found !== null && found !== flight) {
      after = found
      found = found.before
    }
    if (found === null) return // its connection was cleared
    if (after === null) lane.newest = flight.before
    else after.before = flight.before
    flight.before = null
  }

  /** Removes all of this key. */
  removeAll (connectionId: string, key: Pick<CallKey, 'text'>): void {
    for (let flight = this.find(connectionId, key); flight !== null; flight = this.find(connectionId, key)) this.remove(flight)
  }

  /** Removes all of a connection. Those under way go on for whoever waits for them. */
  clear (connectionId: string): void {
    const lane = this.#lanes.get(connectionId)
    if (lane !== undefined) lane.newest = null
  }
}
