/** The Fastify app of the simulator: records requests, parses bodies, converts errors to responses. */
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { METHODS, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { invalid, isObject, ErrorResponse, type Input } from './input.ts'

export interface RecordedRequest {
  method: string
  /** As received. */
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
  at: number
  clientId: string | null
}

const MAX_BODY = 10 * 1024 * 1024
const MAX_REQUESTS = 50_000
const RECORD = 'recordedRequest'

export const recordOf = (request: FastifyRequest): RecordedRequest => request.getDecorator<RecordedRequest>(RECORD)

/** For content-type parsers: keeps the raw bytes. */
export function keepBody (request: FastifyRequest, body: Buffer): Buffer {
  recordOf(request).body = body
  return body
}

function parseJson (body: Buffer): Input {
  if (body.length === 0) return {}
  let value: unknown
  try {
    // .NET writes a byte order mark before JSON, and accepts one.
    value = JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''))
  } catch {
    throw invalid('body', 'The body is not valid JSON')
  }
  if (!isObject(value)) throw invalid('body', 'The body must be a JSON object')
  return value
}

/** ROLLER ignores the case of parameter names. */
const parseQuery = (text: string): Record<string, string> =>
  text === '' ? {} : Object.fromEntries([...new URLSearchParams(text)].map(([name, value]) => [name.toLowerCase(), value]))

export function createApp (requests: RecordedRequest[], now: () => number): FastifyInstance {
  function record ({ method = '', url = '', headers }: IncomingMessage): RecordedRequest {
    const recorded: RecordedRequest = { method, url, headers, body: Buffer.alloc(0), at: now(), clientId: null }
    requests.push(recorded)
    if (requests.length > MAX_REQUESTS) requests.splice(0, MAX_REQUESTS / 10)
    return recorded
  }

  const app = Fastify({
    forceCloseConnections: true,
    keepAliveTimeout: 5_000,
    bodyLimit: MAX_BODY,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 16_384, querystringParser: parseQuery },
    // A path that cannot be decoded skips hooks and the error handler.
    frameworkErrors ({ message }, request, reply) {
      record(request.raw)
      reply.raw.writeHead(400, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify({ message }))
    }
  })
  // Every method may have a body, so that tests see what was sent.
  for (const method of METHODS) app.addHttpMethod(method, { hasBody: true, overrideExisting: true })

  app.decorateRequest(RECORD, null)
  app.addHook('onRequest', (request, _reply, done) => {
    request.setDecorator(RECORD, record(request.raw))
    done()
  })

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    parseJson(keepBody(request, body)))
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (keepBody(request, body).length === 0) return {}
    const type = request.headers['content-type'] ?? ''
    throw new ErrorResponse(415, { message: `Media type '${type}' is not supported, use application/json` })
  })

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof ErrorResponse) return reply.code(error.status).headers(error.headers).send(error.body)
    return reply.code(error.statusCode ?? 500).send({ message: error.message })
  })
  return app
}
