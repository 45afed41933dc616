/** Stands before the gateway and gives the errors of its calls their true reason. A call that goes well passes. */
import type { UpstreamResponse } from './upstream-response.ts'
import type { RateLimitState } from './limits/rate-limiter.ts'
import type { CallHandler, RollerCall } from './call.ts'
import type { TransportName } from '../util/transport-name.ts'

export type Explain = (error: unknown, connectionId: string) => Promise<unknown>

export class ExplainedCalls implements CallHandler {
  readonly transport: TransportName
  readonly #next: CallHandler
  readonly #explain: Explain

  constructor (next: CallHandler, explain: Explain) {
    this.#next = next
    this.#explain = explain
    this.transport = next.transport
  }

  send (call: RollerCall): Promise<UpstreamResponse> {
    return this.#next.send(call).catch(async (error: unknown) => { throw await this.#explain(error, call.connectionId) })
  }

  peek (call: RollerCall): RateLimitState {
    return this.#next.peek?.(call) as RateLimitState // the gateway has it
  }
}
