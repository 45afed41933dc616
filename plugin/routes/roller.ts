/** `ANY /roller/<ROLLER path>`: the typed operations of the catalog, and a wildcard for paths outside it. */
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import type { CancelSignal } from '../util/cancellation.ts'
import { isRollerError, RollerError } from '../errors.ts'
import type { CallSender } from '../gateway/call.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import type { OutgoingBody } from '../gateway/transport/transport.ts'
import { canonicalPath } from '../operations/canonical-path.ts'
import type { Method, OperationKey } from '../operations/operation.ts'
import { pageSizeWarning } from '../operations/page-size.ts'
import { splitKey, toRoutePath } from '../operations/paths.ts'
import { operationAt } from '../operations/templates.ts'
import { scopeOf, type Access } from './access.ts'
import type { CacheHeaders } from './cache-headers.ts'
import { beginRecord } from './call-record.ts'
import { parseBodiesAsBytes, type BodyLimits } from './body.ts'
import { disconnectSignal } from './disconnect.ts'
import { HttpCall } from './http-call.ts'
import { readMaxWait, setRateLimitHeaders } from './rate-limit.ts'
import { rollerSchema, wildcardSchema } from './roller-schema.ts'
import { configOf } from './route-config.ts'

export interface RollerRoutesOptions {
  readonly pipeline: CallSender
  readonly access: Access
  /** The catalog. */
  readonly entries: ReadonlyMap<string, CatalogOperation>
  readonly limits: BodyLimits
  /** Milliseconds. Upper bound of Roller-Max-Wait. */
  readonly maxWaitLimit: number
  readonly cacheHeaders: CacheHeaders
}

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const BASE = '/roller'
const ALLOW = ['HEAD', ...METHODS, 'OPTIONS'].join(', ')

export async function rollerRoutes (app: FastifyInstance, options: RollerRoutesOptions): Promise<void> {
  parseBodiesAsBytes(app, options.limits)
  // The pipeline validates, for calls over HTTP and in process alike; Fastify would modify what it validates.
  app.setValidatorCompiler(() => () => true)
  app.setErrorHandler((error, _request, reply) => {
    options.cacheHeaders.applyToProblem(reply)
    throw error // the error handler of the enclosing scope applies
  })

  for (const entry of options.entries.values()) {
    const { method, path } = splitKey(entry.name as OperationKey) // the name of an operation is its key
    add(app, options, method, toRoutePath(path), entry, rollerSchema(method, entry.operation))
  }
  for (const method of METHODS) add(app, options, method, '/*', null, wildcardSchema(method))
  app.options(`${BASE}/*`, { schema: { hide: true }, config: configOf(app, { auth: 'public' }) }, async (_request, reply) =>
    await reply.code(204).header('allow', ALLOW).send())
}

function add (
  app: FastifyInstance, { pipeline, access, maxWaitLimit, cacheHeaders }: RollerRoutesOptions,
  method: Method, url: string, entry: CatalogOperation | null, schema: FastifySchema
): void {
  const name = entry?.name ?? `${method} /*`
  const scope = scopeOf(method)
  // Everything before this many slashes is the host's prefix and /roller, whatever parameters the prefix has.
  const skip = (app.prefix.replace(/\/+$/, '') + BASE).split('/').length - 1

  const serve = async (
    request: FastifyRequest, reply: FastifyReply, body: OutgoingBody | null, signal: CancelSignal
  ): Promise<FastifyReply> => {
    const connectionId = await access.address(request)
    const record = request.rollerCall = beginRecord(name, connectionId)
    const target = targetOf(urlAsSent(request.raw), skip)
    const operation = entry === null ? canonicalName(method, target) ?? name : name
    await access.admitCall(request, operation, scope, connectionId)
    const admit = (): Promise<void> => access.again(request, operation, scope, connectionId)
    const maxWaitMs = readMaxWait(request.headers['roller-max-wait'], maxWaitLimit)
    const response = await pipeline.send(new HttpCall(request, entry, record, target, body, maxWaitMs, admit, signal))
    setRateLimitHeaders(reply, response.rateLimit)
    cacheHeaders.apply(reply, response.headers)
    reply.code(response.status).header('roller-answered-by', 'roller')
    const warning = entry === null ? null : pageSizeWarning(name, entry.operation, target)
    if (warning !== null) reply.header('roller-warning', warning)
    const payload = response.payload()
    record.headMs = reply.elapsedTime
    if (request.method === 'HEAD') return sendHead(reply, payload)
    // Fastify would give an empty Buffer a content type of its own.
    return Buffer.isBuffer(payload) && payload.length === 0 ? reply.send() : reply.send(payload)
  }
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const body = (request.body as OutgoingBody | undefined | null) ?? null // created by the parser of this scope
    const signal = disconnectSignal(request, reply)
    if (body?.kind === 'stream') reply.raw.once('finish', () => body.stream.destroy())
    try {
      return await serve(request, reply, body, signal)
    } catch (error) {
      if (signal.aborted) throw signal.reason // the error is a consequence of the disconnect
      if (isRollerError(error)) setRateLimitHeaders(reply, error.rateLimit)
      throw error
    }
  }
  const config = configOf(app, { operation: name, auth: 'caller' })
  app.route({ method, url: BASE + url, schema, handler, exposeHeadRoute: false, config })
  // Not Fastify's own, which would read a streamed body to its end.
  if (method === 'GET') app.route({ method: 'HEAD', url: BASE + url, schema: { hide: true }, handler, config })
}

/** The head of a GET. A body that has not arrived is not waited for. */
function sendHead (reply: FastifyReply, payload: Buffer | Readable): FastifyReply {
  if (!Buffer.isBuffer(payload)) payload.destroy()
  else if (payload.length > 0) reply.header('content-length', payload.length)
  return reply.send()
}

/** @fastify/express decodes `url`, after which a %25 or a letter such as é would be another, and keeps the text that it got. */
function urlAsSent ({ url = '', originalUrl = url }: FastifyRequest['raw'] & { readonly originalUrl?: string }): string {
  if (originalUrl === url) return url
  try {
    return decodeURI(originalUrl) === url ? originalUrl : url // of a host that rewrites URLs, `url` is meant
  } catch {
    return url
  }
}

/** The raw request target without its first segments: Fastify's decoded path parameters may differ from the caller's text. */
function targetOf (url: string, skip: number): string {
  // `GET http://elsewhere/ HTTP/1.1` is matched by its path alone; such a target is not a path.
  if (!url.startsWith('/')) throw new RollerError('ROLLER_ERR_PATH', { detail: 'The request target is not a path.' })
  let from = 0
  for (let count = 0; count < skip; count++) {
    const next = url.indexOf('/', from + 1)
    // A host may be configured to ignore double slashes. They would be counted here as segments.
    if (next === -1 || next === from + 1) throw new RollerError('ROLLER_ERR_PATH')
    from = next
  }
  return url.slice(from)
}

/**
 * The operation that ROLLER may read a path outside the catalog as (`/Staff/x1`, `/products/`): `authorize` decides by its name. Null if
 * there is none, and for a path that is rejected anyway.
 */
function canonicalName (method: Method, target: string): string | null {
  try {
    return operationAt(method, canonicalPath(target.split('?', 1)[0] ?? '').segments)
  } catch {
    return null
  }
}
