import type { FastifyRequest } from 'fastify'
import type { CallRequest } from '../gateway/call.ts'
import type { OutgoingBody } from '../gateway/transport/transport.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import type { CancelSignal } from '../util/cancellation.ts'
import type { CallRecord } from './call-record.ts'

/** A caller's request in the form of the pipeline. A class instead of a literal, for the reason given at SharedResult. */
export class HttpCall implements CallRequest {
  readonly method: string
  readonly target: string
  readonly connectionId: string
  readonly headers: CallRequest['headers']
  readonly body: OutgoingBody | null
  readonly operation: CatalogOperation | null
  readonly maxWaitMs: number | undefined
  readonly validate: boolean | undefined
  readonly timing: CallRecord
  readonly admit: () => Promise<void>
  readonly signal: CancelSignal

  constructor (
    { method, headers }: FastifyRequest, operation: CatalogOperation | null, record: CallRecord, target: string, body: OutgoingBody | null,
    maxWaitMs: number | undefined, admit: () => Promise<void>, signal: CancelSignal
  ) {
    this.method = method === 'HEAD' ? 'GET' : method // ROLLER documents no HEAD
    this.target = target
    this.connectionId = record.connectionId
    this.headers = headers
    this.body = body
    this.operation = operation
    this.maxWaitMs = maxWaitMs
    this.validate = headers['roller-validation'] === 'false' ? false : undefined
    this.timing = record
    this.admit = admit
    this.signal = signal
  }
}
