/** The HTTP server: timeouts, limits, and responses to invalid bytes. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyHttpOptions, FastifyInstance } from 'fastify'
import { RollerError } from 'fastify-roller'
import { toProblem, type Addresses } from 'fastify-roller/internal'
import type { Config } from '../config/config.ts'
import type { Cors } from './cors.ts'
import { respondsEarly, isInResponse } from './connection-use.ts'
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

export function serverOptions (
  { keepAliveTimeout, trustProxy }: Pick<Config, 'keepAliveTimeout' | 'trustProxy'>,
  { headersTimeout = 15_000, requestTimeout = 300_000 }: Partial<Timeouts>, broken: InvalidRequests
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
    clientErrorHandler (this: FastifyInstance, error, socket) { respondToInvalidRequest(this, error, socket, broken) }
  }
}

/** Parts of the responses to bytes that never become a request. */
export interface InvalidRequests {
  readonly addresses: Addresses
  readonly cors: Cors
  /** Adds the sandbox header. */
  readonly sandbox: boolean
}

type InvalidRequest = Error & { readonly code?: string, readonly rawPacket?: unknown }

/** There is no request, so neither hooks nor the request log run. */
function respondToInvalidRequest (
  app: FastifyInstance, error: InvalidRequest, socket: Socket, { addresses, cors, sandbox }: InvalidRequests
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const problem = brokenRequest(error.code)
  const id = randomUUID()
  app.log.info({ reqId: id, status: problem.statusCode, code: problem.code, layer: problem.layer, reason: error.code }, 'request')
  const body = JSON.stringify(toProblem(problem, id, addresses.publicPath))
  // During a response, another head would be read as its body; after a response to a request whose body then broke off, as the next
  // response.
  if (socket.writable && !isInResponse(socket) && !respondsEarly(socket)) {
    socket.write([
      `HTTP/1.1 ${problem.statusCode} ${STATUS_CODES[problem.statusCode]}`, 'content-type: application/problem+json',
      'roller-answered-by: gateway',
      ...Object.entries(cors.headersFor(originOf(error))).map((header) => header.join(': ')),
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

/** From the last packet. Only an allowed origin is repeated in the response. */
function originOf ({ rawPacket }: InvalidRequest): string | undefined {
  if (!Buffer.isBuffer(rawPacket)) return undefined
  return /\norigin:[ \t]*([^\s]+)/i.exec(rawPacket.subarray(0, 4 * MAX_HEADERS).toString('latin1'))?.[1]
}
