/** Ends a call when its caller disconnects. */
import type { ServerResponse } from 'node:http'
import { constants, type Http2ServerResponse } from 'node:http2'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Cancellation, type CancelSignal } from '../util/cancellation.ts'
import { clientDisconnected } from './body.ts'

/** An HTTP/2 stream that the client resets counts as finished for its response: only its error code shows the reset. */
function isFinished (response: ServerResponse | Http2ServerResponse): boolean {
  if (!('stream' in response)) return response.writableFinished
  return response.stream.rstCode === constants.NGHTTP2_NO_ERROR && !response.stream.aborted
}

function isTimeout (reason: unknown): boolean { return (reason as FastifyError | undefined)?.code === 'FST_ERR_HANDLER_TIMEOUT' } // or any

/**
 * Aborts if the caller disconnects before the response is finished, and if the host's `handlerTimeout` ends the request. Without one,
 * `request.signal` would add an AbortController to the same event, see Cancellation.
 */
export function disconnectSignal (request: FastifyRequest, reply: FastifyReply): CancelSignal {
  const cancellation = new Cancellation()
  const onClose = (): void => { if (!isFinished(reply.raw)) cancellation.abort(clientDisconnected()) }
  if (reply.raw.destroyed) onClose() // it disconnected while its body was read
  else reply.raw.once('close', onClose)
  if (request.routeOptions.handlerTimeout) {
    // Fastify aborts it as well, without this code, as soon as a body has been read: the request's stream closes then.
    const end = (): void => { if (isTimeout(request.signal.reason)) cancellation.abort(clientDisconnected()) }
    if (request.signal.aborted) end()
    else request.signal.addEventListener('abort', end)
  }
  return cancellation
}
