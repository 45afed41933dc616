/** Passes a call to undici and waits for the head of its response: the common part of both transports. */
import type { Agent } from 'undici'
import type { Clock } from '../../util/clock.ts'
import type { CancelSignal } from '../../util/cancellation.ts'
import { Exchange, type Timeouts } from './exchange.ts'
import type { OutgoingBody, OutgoingCall } from './transport.ts'

/** The settings of a transport for every call. */
export interface DispatchParts {
  readonly agent: Pick<Agent, 'dispatch'>
  readonly timeouts: Timeouts
  readonly clock: Clock
}

export class WrittenRequest {
  readonly origin: string
  readonly path: string
  readonly method: string
  /** Name, value, name, value and so on: undici accepts a flat list. */
  readonly headers: string[]
  readonly body: OutgoingBody | null
  /** Called when the request has its socket; false keeps it from being sent. */
  readonly markSent: (() => boolean) | undefined

  constructor (origin: string, path: string, headers: string[], { method, body, markSent }: OutgoingCall) {
    this.origin = origin
    this.path = path
    this.method = method
    this.headers = headers
    this.body = body
    this.markSent = markSent
  }
}

/**
 * @param onHead called before the caller gets the head
 * @throws ExchangeFailure
 */
export function dispatch (
  { agent, timeouts, clock }: DispatchParts, request: WrittenRequest, signal: CancelSignal | undefined,
  onHead?: (exchange: Exchange) => void
): Promise<Exchange> {
  const { origin, path, method, headers, body, markSent } = request
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(clock, timeouts, (failure) => {
      if (failure !== null) return reject(failure)
      onHead?.(exchange)
      resolve(exchange)
    }, markSent)
    if (signal !== undefined) {
      const cancel = (): void => exchange.abort(signal.reason as Error) // some throw another value, which is only passed on
      if (signal.aborted) return cancel()
      signal.addEventListener('abort', cancel, { once: true })
    }
    try {
      agent.dispatch({
        origin,
        path,
        method: method as 'GET', // undici's type lists the common methods; it sends any
        headers,
        body: body === null ? null : body.kind === 'bytes' ? body.bytes : body.stream,
        headersTimeout: 0, // the exchange has its own timeouts
        bodyTimeout: 0
      }, exchange)
    } catch (error) {
      // undici rejects some values (a header, a path) before anything is sent.
      exchange.onError(error instanceof Error ? error : new Error('dispatch failed'))
    }
  })
}
