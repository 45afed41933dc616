/** Ends a call when its caller is gone. */
import type { ServerResponse } from 'node:http'
import { constants, type Http2ServerResponse } from 'node:http2'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Cancellation, type CancelSignal } from '../util/cancellation.ts'
import { clientDisconnected } from './body.ts'

/** A stream of HTTP/2 that the caller resets counts as finished for its response: the code of its end tells them apart. */
function isFinished (response: ServerResponse | Http2ServerResponse): boolean {
  if (!('stream' in response)) return response.writableFinished
  return response.stream.rstCode === constants.NGHTTP2_NO_ERROR && !response.stream.aborted
}

/**
 * Aborts when the caller disconnects before the response is done, and when the host's `handlerTimeout` ends the request. Where the host
 * has none, `request.signal` would add an AbortController to the same event, see Cancellation.
 */
export function disconnectSignal (request: FastifyRequest, reply: FastifyReply): CancelSignal {
  const cancellation = new Cancellation()
  const onClose = (): void => { if (!isFinished(reply.raw)) cancellation.abort(clientDisconnected()) }
  if (reply.raw.destroyed) onClose() // it left while its body was read
  else reply.raw.once('close', onClose)
  if (request.routeOptions.handlerTimeout) {
    const end = (): void => { cancellation.abort(clientDisconnected()) }
    if (request.signal.aborted) end()
    else request.signal.addEventListener('abort', end)
  }
  return cancellation
}
