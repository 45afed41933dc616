/** The requests in flight that may be joined, by their connection, so that a write finds all of them at once. */
import type { CallKey } from './calls.ts'
import type { InFlightRequest } from './in-flight-request.ts'

export class InFlightRequests {
  /** The newest last. */
  readonly #byConnection = new Map<string, InFlightRequest[]>()

  /** Connections with requests in flight. */
  get size (): number { return this.#byConnection.size }

  /** The newest request of a key, whose text is made only where there are requests to compare it with. */
  find (connectionId: string, key: Pick<CallKey, 'text'>): InFlightRequest | null {
    return this.#byConnection.get(connectionId)?.findLast((request) => request.key.text === key.text) ?? null
  }

  /** From now on this one is found, until it is removed; then the one before it is, if that is still in flight. */
  add (request: InFlightRequest): void {
    const requests = this.#byConnection.get(request.connectionId)
    if (requests === undefined) this.#byConnection.set(request.connectionId, [request])
    else requests.push(request)
  }

  /** Lets no caller join any more. */
  remove (request: InFlightRequest): void {
    this.#keep(request.connectionId, (one) => one !== request)
  }

  /** Removes all of this key. */
  removeAll (connectionId: string, key: Pick<CallKey, 'text'>): void {
    this.#keep(connectionId, (request) => request.key.text !== key.text)
  }

  /** Removes all of a connection. Those in flight go on for their subscribers. */
  clear (connectionId: string): void { this.#byConnection.delete(connectionId) }

  #keep (connectionId: string, which: (request: InFlightRequest) => boolean): void {
    const kept = this.#byConnection.get(connectionId)?.filter(which)
    if (kept === undefined) return
    if (kept.length === 0) this.#byConnection.delete(connectionId)
    else this.#byConnection.set(connectionId, kept)
  }
}
