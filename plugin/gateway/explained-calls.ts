/** Stands before the gateway and gives the errors of its calls their true reason. A call that goes well passes. */
import type { Answer } from './upstream-response.ts'
import type { BudgetUse } from './limits/rate-limiter.ts'
import type { CallHandler, GatewayCall } from './call.ts'
import type { TransportName } from './transport/transport.ts'

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

  send (call: GatewayCall): Promise<Answer> {
    return this.#next.send(call).catch(async (error: unknown) => { throw await this.#explain(error, call.connectionId) })
  }

  standing (call: GatewayCall): BudgetUse {
    return this.#next.standing?.(call) as BudgetUse // the gateway has it
  }
}
