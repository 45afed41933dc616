/** Reports every attempt of a call to a tracer, which can add headers that link the next hop to the trace. */
import type { Dispatcher } from 'undici'

/** One attempt, from the moment it is passed to the pool. */
export interface UpstreamTry {
  readonly method: string
  /** Nango's or ROLLER's. */
  readonly origin: string
}

export interface TriedUpstream {
  /** Sent along: `traceparent` and similar headers. */
  readonly headers: Readonly<Record<string, string>>
  /** The head of the response has arrived. */
  onStatus (status: number): void
  /** The attempt is over; with an error if it failed. Called once. */
  onEnd (error?: Error): void
}

/** Called in the asynchronous context of the request that makes the call. */
export type UpstreamTracer = (attempt: UpstreamTry) => TriedUpstream

type Dispatch = Pick<Dispatcher, 'dispatch'>

/** Hand-written: undici's own interceptors rewrite headers, and a response must keep its bytes. */
export function traceDispatches (inner: Dispatch, tracer: UpstreamTracer): Dispatch {
  return {
    dispatch (options, handler) {
      const attempt = tracer({ method: options.method, origin: String(options.origin) })
      const headers = [...options.headers as string[], ...Object.entries(attempt.headers).flat()] // the transports pass a flat list
      return inner.dispatch({ ...options, headers }, {
        onConnect (abort) { handler.onConnect?.(abort) },
        onHeaders (status, rawHeaders, resume, statusText) {
          attempt.onStatus(status)
          return handler.onHeaders?.(status, rawHeaders, resume, statusText) ?? true
        },
        onData (chunk) { return handler.onData?.(chunk) ?? true },
        onComplete (trailers) {
          attempt.onEnd()
          handler.onComplete?.(trailers)
        },
        onError (error) {
          attempt.onEnd(error)
          handler.onError?.(error)
        }
      })
    }
  }
}
