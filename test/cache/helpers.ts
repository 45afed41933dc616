/** A gateway whose responses the test controls, with builders of calls and responses. */
import type { Clock } from '#plugin/util/clock.js'
import { Readable } from 'node:stream'
import { RollerError } from '#plugin/errors.js'
import type { UpstreamResponse } from '#plugin/gateway/upstream-response.js'
import { RollerCall, type CallHandler, type CallRequest } from '#plugin/gateway/call.js'
import { ResponseCache, type ResponseCacheParts } from '#plugin/gateway/cache/response-cache.js'
import { RequestDeduplicator } from '#plugin/gateway/sharing/request-deduplicator.js'
import type { RateLimitState } from '#plugin/util/rate-limit-state.js'
import { catalogOperations } from '#plugin/client/client.js'
import { operations } from '#plugin/operations/operations.js'

const entries = catalogOperations(operations)

export const LIMIT = 1024 * 1024

/** Chunks of streams. */
const PIECE = 16 * 1024

export interface Reply {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
  readonly rateLimit?: RateLimitState
  /** Thrown instead of the body, like a broken connection. */
  readonly broken?: Error
  /** The body is incomplete when the head arrives. Larger ones always are. */
  readonly flows?: boolean
}

/** A response that can be consumed once, like a real one. */
export class FakeResponse implements UpstreamResponse {
  readonly status: number
  readonly headers: Record<string, string>
  readonly rateLimit: RateLimitState | undefined
  aborted = false
  taken = 0
  stream: Readable | null = null
  readonly #flows: boolean
  readonly #body: Buffer
  readonly #broken: Error | undefined

  constructor ({ status = 200, headers = { 'content-type': 'application/json' }, body = '{}', broken, flows = false, rateLimit }: Reply) {
    this.rateLimit = rateLimit
    this.#flows = flows
    this.status = status
    this.headers = headers
    this.#body = Buffer.from(body)
    this.#broken = broken
  }

  payload (): Buffer | Readable {
    this.taken++
    const broken = this.#broken
    if (broken === undefined && this.#body.length <= LIMIT && !this.#flows) return this.#body
    const pieces = Array.from(
      { length: Math.ceil(this.#body.length / PIECE) }, (_, index) => this.#body.subarray(index * PIECE, (index + 1) * PIECE)
    )
    this.stream = Readable.from((async function * () {
      yield * pieces
      if (broken !== undefined) throw broken
    })(), { objectMode: false })
    return this.stream
  }

  async collect (limit: number): Promise<Buffer | null> {
    if (this.#body.length > limit) return null
    if (this.#broken !== undefined) throw this.#broken
    return this.#body
  }

  abort (): void { this.aborted = true }
}

/** A call that has reached the gateway. */
export interface Sent {
  readonly call: RollerCall
  /** The call was cancelled. */
  gone: boolean
  respond (reply?: Reply): FakeResponse
  fail (error: unknown): void
}

export class FakeGateway implements CallHandler {
  readonly transport: 'nango' | 'direct'
  readonly sent: Sent[] = []
  /** If set, responds at once. */
  serve: ((call: RollerCall, count: number) => Reply) | null = null

  constructor (transport: 'nango' | 'direct' = 'nango') { this.transport = transport }

  send (call: RollerCall): Promise<UpstreamResponse> {
    return new Promise((resolve, reject) => {
      const sent: Sent = {
        call,
        gone: false,
        respond (reply = {}) {
          const response = new FakeResponse(reply)
          resolve(response)
          return response
        },
        fail: reject
      }
      call.signal?.addEventListener('abort', () => { sent.gone = true; reject(call.signal?.reason) })
      this.sent.push(sent)
      if (this.serve !== null) sent.respond(this.serve(call, this.sent.length))
    })
  }

  /** The n-th call, from 1. */
  at (number: number): Sent {
    const sent = this.sent[number - 1]
    if (sent === undefined) throw new Error(`there is no call ${number}`)
    return sent
  }
}

export type CallOf = Partial<Omit<CallRequest, 'operation' | 'method'>> & { readonly name?: string }

/** A GET of the products, or of the given name; a name outside the catalog is a call through the wildcard. */
export function callOf ({ name = 'GET /products', ...rest }: CallOf = {}): RollerCall {
  const [method = '', path = ''] = name.split(' ')
  const { target = path, validate = true, maxWaitMs = 0, signal, admit, ...fields } = rest
  const call = { method, connectionId: 'venue', headers: {}, body: null, operation: entries.get(name) ?? null, ...fields }
  const [before = '', query] = target.split('?')
  return new RollerCall(call, { path: before, query: query === undefined ? '' : `?${query}` }, validate, maxWaitMs, signal, admit)
}

/** The two steps in front of the sending one. */
export class Sharing {
  readonly #cache: ResponseCache | null
  readonly #deduplicator: RequestDeduplicator

  constructor ({ next, clock, cache }: { next: CallHandler, clock: Clock, cache?: Pick<ResponseCacheParts, 'store' | 'rules'> }) {
    this.#cache = cache === undefined ? null : new ResponseCache({ next, clock, ...cache })
    this.#deduplicator = new RequestDeduplicator({ next: this.#cache ?? next, clock })
  }

  get transport (): string { return this.#deduplicator.transport }
  async send (call: RollerCall): Promise<UpstreamResponse> { return await this.#deduplicator.send(call) }
  async forget (connectionId: string): Promise<void> {
    this.#deduplicator.detach(connectionId)
    await this.#cache?.forget(connectionId)
  }
}

/** Runs all microtasks. */
export async function settled (): Promise<void> {
  for (let count = 0; count < 5; count++) await new Promise((resolve) => { setImmediate(resolve) })
}

export async function textOf (response: UpstreamResponse): Promise<string> {
  const payload = response.payload()
  if (Buffer.isBuffer(payload)) return payload.toString()
  const chunks: Buffer[] = []
  for await (const chunk of payload) chunks.push(Buffer.from(chunk as Buffer)) // a stream of bytes
  return Buffer.concat(chunks).toString()
}

export function rateLimited (seconds: number): RollerError {
  return new RollerError('ROLLER_ERR_RATE_LIMITED', { retryAfter: seconds })
}
