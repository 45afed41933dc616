/** Tells a tracer of every try of a call, and lets it add the headers by which the next hop finds the trace. */
import type { Dispatcher } from 'undici'

/** One try, from the moment it is handed to the pool. */
export interface UpstreamTry {
  readonly method: string
  /** Nango's or ROLLER's. */
  readonly origin: string
}

export interface TriedUpstream {
  /** Sent along: `traceparent` and its like. */
  readonly headers: Readonly<Record<string, string>>
  /** The answer's head has come. */
  onStatus (status: number): void
  /** It is over; with an error when it broke. Called once. */
  onEnd (error?: Error): void
}

/** Called in the asynchronous context of the request that makes the call. */
export type UpstreamTracer = (attempt: UpstreamTry) => TriedUpstream

type Dispatch = Pick<Dispatcher, 'dispatch'>

/** Written by hand: undici's own interceptors write headers anew, and an answer must keep its bytes. */
export function traceDispatches (inner: Dispatch, tracer: UpstreamTracer): Dispatch {
  return {
    dispatch (options, handler) {
      const attempt = tracer({ method: options.method, origin: String(options.origin) })
      const headers = [...options.headers as string[], ...Object.entries(attempt.headers).flat()] // the transports write a flat list
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
