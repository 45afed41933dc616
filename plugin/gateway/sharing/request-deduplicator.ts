/**
 * Equal GETs of the catalog in flight on one connection share one call to ROLLER. Calls are equal if they would get the same response: same
 * connection, target, forwarded headers and validation. A write on the connection ends the sharing: a later call never gets an
 * earlier response.
 */
import type { Clock } from '../../util/clock.ts'
import type { TransportName } from '../../util/transport-name.ts'
import type { CallHandler, RollerCall } from '../call.ts'
import type { UpstreamResponse } from '../upstream-response.ts'
import { isRead, keyOf, mayWaitLonger, preferenceOf, sendWrite, type ReadCall } from './calls.ts'
import { InFlightRequest, StreamResult, WholeResult, type SharedResult } from './in-flight-request.ts'
import { InFlightRequests } from './in-flight-requests.ts'
import { readWhole, withCollapsed } from './shared-response.ts'

export interface RequestDeduplicatorParts {
  readonly next: CallHandler
  readonly clock: Clock
}

export class RequestDeduplicator implements CallHandler {
  readonly transport: TransportName
  readonly #next: CallHandler
  readonly #clock: Clock
  readonly #inFlight = new InFlightRequests()
  readonly #retire = (request: InFlightRequest): void => this.#inFlight.remove(request)

  constructor ({ next, clock }: RequestDeduplicatorParts) {
    this.transport = next.transport
    this.#next = next
    this.#clock = clock
  }

  async send (call: RollerCall): Promise<UpstreamResponse> {
    // Requests in flight continue for their subscribers; no further caller joins them.
    if (call.method !== 'GET') return await sendWrite(this.#next, call, () => { this.detach(call.connectionId) })
    const preference = preferenceOf(call)
    if (!isRead(call) || preference === 'no-store') return await this.#next.send(call)
    return await this.#read(call, preference === 'no-cache')
  }

  /** Stops sharing of the requests in flight on a connection. */
  detach (connectionId: string): void { this.#inFlight.clear(connectionId) }

  async #read (call: ReadCall, fresh: boolean): Promise<UpstreamResponse> {
    call.signal?.throwIfAborted()
    const deadline = this.#clock.now() + call.maxWaitMs
    const key = keyOf(call, this.transport)
    const current = fresh ? null : this.#inFlight.find(call.connectionId, key)
    // A request with a longer deadline would make this caller wait longer than it allows.
    const joined = current !== null && current.deadline <= deadline ? current : null
    const request = joined ?? this.#begin(call.connectionId, key, fresh, deadline)
    const settled = request.join(call)
    if (joined === null) this.#run(request, call) // it never rejects: subscribers get the error
    let result: SharedResult
    try {
      result = await settled
    } catch (error) {
      const now = this.#clock.now()
      if (!mayWaitLonger(error, { now, deadline, shared: request.deadline })) throw error
      return await this.send(call.copy(deadline - now))
    }
    switch (result.kind) {
      case 'stream': return result.response
      case 'whole': return joined === null ? result.response : result.response.with(withCollapsed(result.response.headers))
      case 'taken': return await this.#next.send(call.copy(this.#left(deadline)))
    }
  }

  #begin (connectionId: string, key: string, fresh: boolean, deadline: number): InFlightRequest {
    // A caller that wants its own response must not share an older request either.
    if (fresh) this.#inFlight.removeAll(connectionId, key)
    const request = new InFlightRequest(connectionId, key, deadline, this.#retire)
    this.#inFlight.add(request)
    return request
  }

  async #run (request: InFlightRequest, call: ReadCall): Promise<void> {
    try {
      const response = await this.#next.send(call.copy(this.#left(request.deadline), request.signal, request.admit))
      // A single subscriber gets its response as a stream.
      const whole = request.size < 2 ? null : await readWhole(response)
      this.#retire(request)
      request.settle(whole === null ? new StreamResult(response) : new WholeResult(whole))
    } catch (error) {
      this.#retire(request)
      request.fail(error)
    }
  }

  #left (deadline: number): number { return Math.max(0, deadline - this.#clock.now()) }
}
