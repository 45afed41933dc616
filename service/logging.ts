/** The log: one line a request, without bodies, query values or anything secret. */
import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'

/** Where a secret could turn up in something that is logged by mistake. */
const REDACTED = [
  'req.headers', 'res.headers', '*.authorization', '*.Authorization', '*.secretKey', '*.clientSecret', '*.client_secret', '*.access_token', '*.token',
  'err.config', 'err.request', 'err.response'
]

export function loggerOptions (level: string): FastifyServerOptions['logger'] {
  return { level, redact: { paths: REDACTED, censor: '[redacted]' } }
}

/** A caller's own request id is kept when it is harmless in a log and a header. */
export function requestId ({ headers }: { headers: Record<string, string | string[] | undefined> }): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
}

/** One line when a request is done, in place of Fastify's two, which hold the URL with its query. */
export function logRequests (app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => { reply.header('x-request-id', request.id) })
  app.addHook('onResponse', async (request, reply) => {
    request.log.info({
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      by: reply.getHeader('roller-answered-by'),
      ms: Math.round(reply.elapsedTime)
    }, 'request')
  })
}
