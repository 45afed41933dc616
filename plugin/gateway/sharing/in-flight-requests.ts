/** The requests in flight that may be joined, by their connection, so that a write finds all of them at once. */
import type { InFlightRequest } from './in-flight-request.ts'

/**
 * The requests of one connection as a linked list. They are neither in the Map itself nor in an array, which would outlive them: a Map
 * keeps its former table when it grows or shrinks, and an array its former elements. Once those are in V8's old generation, they keep every
 * later request alive until the next full collection (a third of the time of a call).
 */
class Connection {
  newest: InFlightRequest | null = null
}

export class InFlightRequests {
  readonly #connections = new Map<string, Connection>()

  /** Connections with requests in flight. */
  get size (): number { return this.#connections.size }

  /** The newest request of a key. */
  find (connectionId: string, key: string): InFlightRequest | null {
    let request = this.#connections.get(connectionId)?.newest ?? null
    while (request !== null && request.key !== key) request = request.older
    return request
  }

  /** Adds a request, which takes precedence over older ones until it is removed. */
  add (request: InFlightRequest): void {
    let connection = this.#connections.get(request.connectionId)
    if (connection === undefined) this.#connections.set(request.connectionId, connection = new Connection())
    request.older = connection.newest
    connection.newest = request
  }

  /** Stops sharing of this request. */
  remove (request: InFlightRequest): void {
    this.#keep(request.connectionId, (one) => one !== request)
  }

  /** Removes all of this key. */
  removeAll (connectionId: string, key: string): void {
    this.#keep(connectionId, (request) => request.key !== key)
  }

  /** Removes all of a connection. Those in flight continue for their subscribers. */
  clear (connectionId: string): void { this.#keep(connectionId, () => false) }

  #keep (connectionId: string, which: (request: InFlightRequest) => boolean): void {
    const connection = this.#connections.get(connectionId)
    if (connection === undefined) return
    let newer: InFlightRequest | null = null
    for (let request = connection.newest; request !== null; request = request.older) {
      if (which(request)) newer = request
      else if (newer === null) connection.newest = request.older
      else newer.older = request.older
    }
    if (connection.newest === null) this.#connections.delete(connectionId)
  }
}
