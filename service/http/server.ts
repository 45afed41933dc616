/** The HTTP server: timeouts, limits, and responses to invalid bytes. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyHttpOptions, FastifyInstance } from 'fastify'
import { RollerError } from 'fastify-roller'
import { toProblem } from 'fastify-roller/internal'
import type { Config } from '../config/config.ts'
import { isAnsweredEarly, isInResponse } from './connection-use.ts'
import { SANDBOX_HEADER } from './sandbox-header.ts'

/** Interval at which Node checks for connections that exceed these timeouts. Milliseconds. */
const LOOK_EVERY = 5_000
/** Maximum size of all headers of a request in bytes. */
const MAX_HEADERS = 16 * 1024

export interface Timeouts {
  /** Timeout for a request's headers in milliseconds. */
  readonly headersTimeout: number
  /** Timeout for a whole request, body included, in milliseconds. */
  readonly requestTimeout: number
}

/** @param sandbox adds the sandbox header, also to responses without a request */
export function serverOptions (
  { keepAliveTimeout, trustProxy }: Pick<Config, 'keepAliveTimeout' | 'trustProxy'>,
  { headersTimeout = 15_000, requestTimeout = 300_000 }: Partial<Timeouts>, sandbox: boolean
): FastifyHttpOptions<Server> {
  return {
    // Fastify's type lacks the number, which its code accepts.
    trustProxy: typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : trustProxy,
    requestTimeout,
    keepAliveTimeout,
    http: {
      headersTimeout: Math.min(headersTimeout, requestTimeout),
      connectionsCheckingInterval: Math.min(LOOK_EVERY, Math.ceil(headersTimeout / 2)),
      maxHeaderSize: MAX_HEADERS,
      requireHostHeader: false // strict-http.ts does it, with a problem response
    },
    routerOptions: { maxParamLength: 1024 },
    // During shutdown, requests on kept connections are still served: a load balancer may have sent them before it noticed.
    return503OnClosing: false,
    clientErrorHandler (this: FastifyInstance, error, socket) { respondToInvalidRequest(this, error, socket, sandbox) }
  }
}

/** There is no request, so neither hooks nor the request log run. */
function respondToInvalidRequest (app: FastifyInstance, error: Error & { readonly code?: string }, socket: Socket, sandbox: boolean): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const problem = brokenRequest(error.code)
  const id = randomUUID()
  app.log.info({ reqId: id, status: problem.statusCode, code: problem.code, layer: problem.layer, reason: error.code }, 'request')
  const body = JSON.stringify(toProblem(problem, id))
  // During a response, another head would be read as its body; after a response to a request whose body then broke off, as the next
  // response.
  if (socket.writable && !isInResponse(socket) && !isAnsweredEarly(socket)) {
    socket.write([
      `HTTP/1.1 ${problem.statusCode} ${STATUS_CODES[problem.statusCode]}`, 'content-type: application/problem+json',
      'roller-answered-by: gateway',
      ...(sandbox ? [SANDBOX_HEADER.join(': ')] : []), 'x-content-type-options: nosniff',
      `x-request-id: ${id}`, `content-length: ${Buffer.byteLength(body)}`, 'connection: close', '', body
    ].join('\r\n'))
  }
  socket.destroySoon()
}

function brokenRequest (code: string | undefined): RollerError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new RollerError('ROLLER_ERR_HTTP', { status: 408, detail: 'The request did not arrive in time.' })
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new RollerError('ROLLER_ERR_HEADERS', { status: 431, detail: `The headers are larger than ${MAX_HEADERS} bytes.` })
  }
  return new RollerError('ROLLER_ERR_HTTP', { detail: 'The bytes received are not HTTP/1.1.' })
}
