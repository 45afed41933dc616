/** Security headers for browsers. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import helmet from 'helmet'

/** The path prefix of ROLLER's routes. */
const CALLS = '/roller/'

/**
 * For ROLLER's responses: data, whatever the Content-Type. As a page it would load nothing, run nothing and not be framed, so the rest of
 * helmet's headers is not needed.
 */
const FOR_DATA = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff'
}

/**
 * With these options helmet's headers are the same for every response, so they are computed once. @fastify/helmet takes 60 µs of every
 * request, even on routes where it is disabled: more than the rest of a call.
 */
export function addSecurityHeaders (app: FastifyInstance): void {
  const headers = askHelmet()
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(isCall(request) ? FOR_DATA : headers)
    done()
  })
}

/** For responses before routing, which run no hook. */
export function addSecurityHeadersForData (reply: FastifyReply): void { reply.headers(FOR_DATA) }

/** Decided by the router, which decodes the path first: `/%72oller/venues/me` is a call too. */
function isCall ({ raw, routeOptions }: FastifyRequest): boolean {
  if (raw.url?.startsWith(CALLS) === true) return true
  // No configuration if no route matched.
  return (routeOptions.config as typeof routeOptions.config | undefined)?.roller?.operation !== undefined
}

function askHelmet (): Record<string, string> {
  const headers: Record<string, string> = {}
  const response = { setHeader: (name: string, value: string) => { headers[name.toLowerCase()] = value }, removeHeader: () => {} }
  // TLS ends in front of the service, so HSTS is set there. Swagger UI has its own policy.
  // it ignores the request and only sets headers
  helmet({ contentSecurityPolicy: false, hsts: false })({} as never, response as never, () => {})
  return headers
}
