/** Responses to requests for which no hook runs: invalid bytes, and a URL that cannot be decoded. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RollerError } from 'fastify-roller'
import { isRollerWebhook, rejectDelivery, sendProblem, toProblem, type Addresses } from 'fastify-roller/internal'
import { isInResponse, respondsEarly } from './connection-use.ts'
import type { Cors } from './cors.ts'
import { SANDBOX_HEADER } from './sandbox-header.ts'
import { addSecurityHeadersForData } from './security-headers.ts'

/** Maximum size of all headers of a request in bytes. */
export const MAX_HEADERS = 16 * 1024

/** Parts of these responses. */
export interface InvalidRequests {
  readonly addresses: Addresses
  readonly cors: Cors
  /** Adds the sandbox header. */
  readonly sandbox: boolean
}

type InvalidRequest = Error & { readonly code?: string, readonly rawPacket?: unknown }

export function respondToInvalidUrl (request: FastifyRequest, reply: FastifyReply, { addresses, cors, sandbox }: InvalidRequests): void {
  Object.assign(request, { caller: null, rollerCall: null }) // created without the decorators of this app
  reply.header('x-request-id', request.id)
  addSecurityHeadersForData(reply)
  reply.headers(cors.headersFor(request.headers.origin))
  if (sandbox) reply.header(...SANDBOX_HEADER)
  if (isRollerWebhook(request.raw.url ?? '')) rejectDelivery(reply)
  else {
    sendProblem(
      request, reply, new RollerError('ROLLER_ERR_PATH', { detail: 'The URL is not encoded correctly, or a part of it is too long.' }),
      addresses
    )
  }
}

/** There is no request, so neither hooks nor the request log run. */
export function respondToInvalidRequest (
  app: FastifyInstance, error: InvalidRequest, socket: Socket, { addresses, cors, sandbox }: InvalidRequests
): void {
  if (socket.destroyed) return // as with every error of the connection itself
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
  return /\norigin:[ \t]*([^\s]+)/i.exec(rawPacket.toString('latin1'))?.[1]
}
