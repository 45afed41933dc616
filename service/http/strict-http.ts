/** Rules of HTTP/1.1 that Node does not enforce, or rejects without a problem response. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RollerError } from 'fastify-roller'
import type { Cors } from './cors.ts'

/**
 * A browser behind two proxies sends some forty. Node silently drops headers beyond 2000, and more than that fit into the allowed bytes:
 * this server and the next one would then see different headers.
 */
const MAX_HEADER_COUNT = 200

/** Rejects violations like any other error: with a problem, a request id and a log line. */
export function rejectViolations (app: FastifyInstance, cors: Cors): void {
  // Node would respond to an unknown expectation itself, without a body.
  app.server.on('checkExpectation', (request, response) => { app.routing(request, response) })
  app.addHook('onRequest', (request, reply, done) => {
    const broken = brokenRule(request)
    if (broken === null) return done()
    reply.headers(cors.headersFor(request.headers.origin)) // before the hook that sets them
    reply.header('connection', 'close') // a client that breaks one rule may also frame the next request wrongly
    done(broken)
  })
}

function brokenRule ({ raw: { httpVersionMajor, httpVersionMinor, rawHeaders, headers: { expect } } }: FastifyRequest): RollerError | null {
  if (httpVersionMajor !== 1) return new RollerError('ROLLER_ERR_HTTP', { detail: 'The request is not HTTP/1.1.' })
  if (rawHeaders.length > 2 * MAX_HEADER_COUNT) {
    return new RollerError('ROLLER_ERR_HEADERS', { status: 431, detail: `The request has more than ${MAX_HEADER_COUNT} headers.` })
  }
  // RFC 9112 3.2: exactly one Host. Two servers that choose differently would send one request to two places.
  const hosts = countHosts(rawHeaders)
  if (hosts > 1 || (hosts === 0 && httpVersionMinor > 0)) {
    return new RollerError('ROLLER_ERR_HEADERS', { detail: `The request has ${hosts} Host headers instead of one.` })
  }
  // RFC 9110 10.1.1: the only defined expectation.
  if (expect !== undefined && !/^100-continue$/i.test(expect)) {
    return new RollerError('ROLLER_ERR_HEADERS', { status: 417, detail: 'The value of the header Expect is not supported.' })
  }
  return null
}

function countHosts (rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string // names and values alternate
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count
}
