/** The log: one line a request, without bodies, query values or anything secret. */
import { createHmac, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { pid } from 'node:process'
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { LRUCache } from 'lru-cache'
import { describeError, problemOf, type LoggedError } from 'fastify-roller/internal'
import { logStream } from './log-stream.ts'
import { layerOf } from './request-facts.ts'

/** Where a secret could turn up in something that is logged by mistake. */
const REDACTED = [
  'req.headers', 'res.headers', '*.authorization', '*.Authorization', '*.secretKey', '*.clientSecret', '*.client_secret', '*.access_token', '*.token',
  'err.config', 'err.request', 'err.response'
]

/** A connection as the log names it. */
export type NameConnection = (connectionId: string) => string

/** Connection ids as they are, or a hash that stays the same over restarts and replicas, but for another Nango key. */
export function connectionNames (asTheyAre: boolean, secretKey: string): NameConnection {
  return asTheyAre ? (connectionId) => connectionId : hasher(secretKey)
}

export function loggerOptions (level: string, nameConnection: NameConnection): FastifyServerOptions['logger'] {
  // For lines that are not the request's own. Fastify's serializer of a request would write the URL.
  const serializers = {
    // The plugin has described its own.
    err: (error: Error | LoggedError) => ({ ...(error instanceof Error ? describeError(error) : error) }),
    req: ({ method, routeOptions }: FastifyRequest) => ({ method, route: routeOptions?.url ?? 'unknown' }),
    connectionId: nameConnection
  }
  return { level, redact: { paths: REDACTED, censor: '[redacted]' }, serializers, stream: logStream }
}

/** A caller's own request id is kept when it is harmless in a log and a header. */
export function requestId ({ headers }: { headers: Record<string, string | string[] | undefined> }): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
}

export interface RequestLogOptions {
  readonly nameConnection: NameConnection
  /** Further fields, such as the trace's id. */
  readonly more?: ((request: FastifyRequest) => object) | undefined
}

export type LogRequest = (request: FastifyRequest, reply: FastifyReply) => void

/** Levels at which lines of level info are written. */
const SHOWS_INFO: ReadonlySet<string> = new Set(['info', 'debug', 'trace'])
/** As Pino writes it. */
const INFO = 30

/**
 * One line when a request is done, in place of Fastify's two, which hold the URL with its query. It is of Pino's shape, but not made by it: Pino would
 * look through every line for what must be left out, and here everything that is in it is from a closed set.
 */
export function requestLogger ({ nameConnection: name, more }: RequestLogOptions): LogRequest {
  const self = `"pid":${pid},"hostname":${JSON.stringify(hostname())},"reqId":"`
  const routeOf = routes()
  return (request, reply) => {
    if (!SHOWS_INFO.has(request.log.level)) return
    const { rollerCall: call, caller } = request
    // Written out: JSON.stringify takes an object of this size three times as long.
    let line = `{"level":${INFO},"time":${Date.now()},${self}${request.id}",${routeOf(request)},"status":${reply.statusCode}`
    const by = reply.getHeader('roller-answered-by')
    const problem = problemOf(request)
    if (by === 'roller' && problem === undefined) line += ',"by":"roller","layer":"roller"'
    else {
      if (by !== undefined) line += `,"by":${quoted(String(by))}`
      line += `,"layer":"${layerOf(request, reply)}"`
      if (problem !== undefined) line += `,"code":"${problem.code}"`
    }
    // Of a token the subject may be a person.
    if (caller !== null) line += `,"caller":${caller.name.startsWith('jwt:') ? '"jwt"' : quoted(caller.name)}`
    if (call !== null) {
      line += `,"operation":"${call.operation}","connection":${quoted(name(call.connectionId))},"waitMs":${Math.round(call.waitedMs)},` +
        `"upstreamMs":${Math.round(call.upstreamMs)},"tries":${call.tries}`
    }
    line += `,"ms":${Math.round(reply.elapsedTime)}`
    const further = more === undefined ? '{}' : JSON.stringify(more(request))
    if (further !== '{}') line += `,${further.slice(1, -1)}`
    logStream.write(`${line},"msg":"request"}\n`)
  }
}

/** Method and route. A call's are known by its operation, while Fastify makes all options of a route anew each time it is asked for one. */
function routes (): (request: FastifyRequest) => string {
  const known = new Map<string, string>()
  const write = (request: FastifyRequest): string => `"method":${quoted(request.method)},"route":${quoted(request.routeOptions.url ?? 'unknown')}`
  return (request) => {
    const operation = request.rollerCall?.operation
    if (operation === undefined) return write(request)
    let text = known.get(operation)
    if (text === undefined) known.set(operation, text = write(request))
    return text
  }
}

/** Nearly every text is plain; what is not is written by JSON's own rules. */
function quoted (text: string): string { return /^[\w .:/{}*-]*$/.test(text) ? `"${text}"` : JSON.stringify(text) }

/** Keyed: ids are often the names of venues, which a plain hash would give away to whoever tries them. */
function hasher (secretKey: string): NameConnection {
  const known = new LRUCache<string, string>({ max: 10_000 })
  return (id) => {
    let hash = known.get(id)
    if (hash === undefined) {
      hash = createHmac('sha256', secretKey).update(`log:${id}`).digest('base64url').slice(0, 12)
      known.set(id, hash)
    }
    return hash
  }
}
