import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Context } from './context.ts'
import { NangoError, crash } from './errors.ts'
import type { FaultQueue } from '../fault-queue.ts'
import { inflict, type Fault } from './faults.ts'
import { isDict } from './input.ts'

export interface ReceivedRequest { method: string, url: string, headers: IncomingHttpHeaders, body: Buffer }
/** A JSON value, the bytes of any other type, or undefined without a body. */
export interface NangoRoute { Params: Record<string, string>, Querystring: Record<string, string>, Body: unknown }
export type NangoRequest = FastifyRequest<NangoRoute>

const MAX_BODY = 75 * 1024 * 1024
const PROXIED = /^\/proxy(?=[/?]|$)/
/** These parse any Content-Type, on a GET or a DELETE too. */
const JSON_ONLY = /^\/(connect|connections|integrations|providers)(?=[/?]|$)/
const NO_SUCH_ENDPOINT = '<!DOCTYPE html><html><body><pre>No such endpoint</pre></body></html>'
const COMMON_HEADERS = {
  'content-security-policy': "default-src 'self'",
  'referrer-policy': 'strict-origin',
  'strict-transport-security': 'max-age=5184000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
  'access-control-allow-origin': '*',
  // Without Retry-After: a page cannot read it.
  'access-control-expose-headers': 'Authorization, Etag, Content-Type, Content-Length, X-Nango-Signature, X-RateLimit-Limit, ' +
    'X-RateLimit-Remaining, X-RateLimit-Reset'
}
/** A fixed list, whatever the preflight asks for: a page that sends another header gets no response. */
const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
  'access-control-allow-headers': 'Authorization, Content-Type, Accept, Origin, X-Requested-With, Nango-Activity-Log-Id, ' +
    'Nango-Is-Dry-Run, Nango-Is-Sync, Provider-Config-Key, Connection-Id, Sentry-Trace, Baggage',
  'access-control-max-age': 600,
  'content-length': 0
}

/** Fastify with the behavior of Nango's Express: headers, body parsing, ETags, errors. `record` gets every request; faults apply first. */
export function createServer (ctx: Context, faults: FaultQueue<Fault>, record: (request: ReceivedRequest) => void): FastifyInstance {
  const app = fastify({
    keepAliveTimeout: 61_000,
    forceCloseConnections: true,
    return503OnClosing: false,
    exposeHeadRoutes: false,
    // The router must not see the part after /proxy: dot segments and invalid encodings in it are forwarded unchanged. `originalUrl` keeps
    // it.
    rewriteUrl: ({ url = '/' }) => PROXIED.test(url) ? '/proxy' : url,
    // The other framework errors cannot occur: there are no constraints.
    frameworkErrors: (_error, _request, reply) => {
      sendError(reply.headers(COMMON_HEADERS), new NangoError(400, 'invalid_uri_params', { message: 'The path is not well encoded' }))
    },
    routerOptions: { maxParamLength: 100_000, querystringParser: (text) => Object.fromEntries(new URLSearchParams(text)) }
  })
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request: FastifyRequest, payload: Readable) => collect(payload))
  app.addHook('onRequest', async (_request, reply) => { reply.headers(COMMON_HEADERS) })
  app.addHook('preValidation', async (request, reply) => {
    const { method, originalUrl: url, headers } = request
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    record({ method, url, headers, body })
    const fault = faults.take(method, url)
    if (fault !== undefined && await inflict(fault, reply)) return
    if (request.mediaType === 'application/json') request.body = parseJson(body)
    else if (headers['content-type'] !== undefined && JSON_ONLY.test(url) && method !== 'OPTIONS') {
      throw notJson()
    }
  })
  app.addHook('onSend', async (request, reply, payload) => finish(request, reply, payload))
  app.options('*', async (_request, reply) => reply.code(204).headers(PREFLIGHT_HEADERS).send())
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof NangoError) return sendError(reply, error)
    if (error instanceof fastify.errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE) return sendError(reply, notJson())
    ctx.log(`nango simulator: ${error instanceof Error ? error.stack : String(error)}`)
    return sendError(reply, crash())
  })
  app.setNotFoundHandler(({ method }, reply) => {
    // Other GETs would return a file of the dashboard, and without the dashboard the server fails.
    if (method === 'GET' || method === 'HEAD') throw crash()
    return reply.code(404).type('text/html; charset=utf-8').send(NO_SUCH_ENDPOINT)
  })
  return app
}

const notJson = (): NangoError => new NangoError(415, 'invalid_content_type', { message: 'Content-Type must be application/json' })
const sendError = (reply: FastifyReply, { status, body }: NangoError): FastifyReply => reply.code(status).send(body)

/** Reads the whole body, even if it is too large: otherwise the caller sees a reset instead of the response. */
async function collect (payload: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAX_BODY) chunks.push(chunk)
  }
  if (size > MAX_BODY) throw new NangoError(413, 'request_too_large', { message: 'The body is larger than 75 MB' })
  return Buffer.concat(chunks)
}

/** Nango's body parser is strict: an empty JSON body becomes {}, a bare number or string is rejected. */
function parseJson (body: Buffer): unknown {
  const text = body.toString('utf8').trim()
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text)
    if (isDict(value) || Array.isArray(value)) return value
  } catch {}
  throw new NangoError(400, 'invalid_json', { message: 'The body is not a JSON object or array' })
}

/**
 * Express adds an ETag to every body, even an empty one, so an If-None-Match can cause Nango's own 304. A 204 and a 304 have neither type
 * nor length.
 */
function finish (request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  if (typeof payload === 'string' || Buffer.isBuffer(payload)) {
    if (!reply.hasHeader('etag')) reply.header('etag', weakTag(payload))
    const etag = withoutWeakness(String(reply.getHeader('etag')))
    const known = (request.headers['if-none-match'] ?? '').split(',').map(withoutWeakness)
    if (request.method === 'GET' && reply.statusCode === 200 && known.includes(etag)) reply.code(304)
  }
  if (reply.statusCode !== 304) return payload
  reply.removeHeader('content-type').removeHeader('content-length')
  return null
}

const withoutWeakness = (tag: string): string => tag.trim().replace(/^W\//, '')
const weakTag = (body: string | Buffer): string =>
  `W/"${Buffer.byteLength(body).toString(16)}-${createHash('sha1').update(body).digest('base64').slice(0, 27)}"`
