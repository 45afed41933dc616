/** The log: one line a request, without bodies, query values or anything secret. */
import { createHmac, randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { LRUCache } from 'lru-cache'
import { pino } from 'pino'
import { describeError, problemOf, type LoggedError } from 'fastify-roller/internal'
import { logDestination } from './log-destination.ts'
import { layerOf } from './request-facts.ts'

/** Where a secret could turn up in something that is logged by mistake. */
const REDACTED = [
  'req.headers', 'res.headers', '*.authorization', '*.Authorization', '*.secretKey', '*.clientSecret', '*.client_secret', '*.access_token',
  '*.token',
  'err.config', 'err.request', 'err.response'
]

/** A connection as the log names it. */
export type NameConnection = (connectionId: string) => string

/** Connection ids as they are, or a hash that stays the same over restarts and replicas, but for another Nango key. */
export function connectionNames (asTheyAre: boolean, secretKey: string): NameConnection {
  return asTheyAre ? (connectionId) => connectionId : hasher(secretKey)
}

export function loggerOptions (level: string, nameConnection: NameConnection): NonNullable<FastifyServerOptions['logger']> {
  if (level === 'silent') return false
  // For lines that are not the request's own. Fastify's serializer of a request would write the URL.
  const serializers = {
    // The plugin has described its own.
    err: (error: Error | LoggedError) => ({ ...(error instanceof Error ? describeError(error) : error) }),
    req: ({ method, routeOptions }: FastifyRequest) => ({ method, route: routeOptions?.url ?? 'unknown' }),
    connectionId: nameConnection
  }
  return { level, redact: { paths: REDACTED, censor: '[redacted]' }, serializers, stream: logDestination() }
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

const INFO = pino.levels.values['info'] ?? 0

/**
 * One line when a request is done, in place of Fastify's two, which hold the URL with its query. Its logger redacts nothing: every value
 * comes from a closed set, and the search for secrets takes 20 µs a line, a third of a call.
 */
export function requestLogger ({ nameConnection, more }: RequestLogOptions): LogRequest {
  let requests: pino.Logger | null = null
  return (request, reply) => {
    // A route's own level; without a log there is none.
    if ((pino.levels.values[request.log.level] ?? Infinity) > INFO) return
    requests ??= pino({}, logDestination())
    const { rollerCall: call, caller, method, routeOptions } = request
    const problem = problemOf(request)
    const by = reply.getHeader('roller-answered-by')
    requests.info({
      reqId: request.id,
      method,
      route: routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      by,
      layer: layerOf(request, reply),
      code: problem?.code,
      // Of a token the subject may be a person.
      caller: caller === null ? undefined : caller.name.startsWith('jwt:') ? 'jwt' : caller.name,
      ...(call !== null && {
        operation: call.operation,
        connection: nameConnection(call.connectionId),
        waitMs: Math.round(call.waitedMs),
        upstreamMs: Math.round(call.upstreamMs),
        tries: call.tries
      }),
      ms: Math.round(reply.elapsedTime),
      ...more?.(request)
    }, 'request')
  }
}

/** Keyed: ids are often the names of venues, which could be guessed from a plain hash. */
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
