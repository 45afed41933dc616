/** Security headers for browsers. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import helmet from 'helmet'

/** Everything of ROLLER's, and nothing else, is served under this path. */
const CALLS = '/roller/'

/**
 * For what ROLLER answers: data, whatever its type says. A page made of it would load nothing, run nothing and stand in no frame, so that
 * the rest of helmet's headers, which are about pages, would say nothing more.
 */
const FOR_DATA = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff'
}

/**
 * With these options helmet's headers are the same for every answer, so that it is asked once. @fastify/helmet, registered, takes 60 µs of
 * every request, also where a route has it switched off: more than all the rest of a call.
 */
export function addSecurityHeaders (app: FastifyInstance): void {
  const headers = askHelmet()
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(isCall(request) ? FOR_DATA : headers)
    done()
  })
}

/** For an answer that is made before there is a route, and before any hook. */
export function addSecurityHeadersForData (reply: FastifyReply): void { reply.headers(FOR_DATA) }

/** The router decides, and it decodes the path first: `/%72oller/venues/me` is a call too. */
function isCall ({ raw, routeOptions }: FastifyRequest): boolean {
  if (raw.url?.startsWith(CALLS) === true) return true
  // There is no configuration where no route was found.
  return (routeOptions.config as typeof routeOptions.config | undefined)?.roller?.operation !== undefined
}

function askHelmet (): Record<string, string> {
  const headers: Record<string, string> = {}
  const answer = { setHeader: (name: string, value: string) => { headers[name.toLowerCase()] = value }, removeHeader: () => {} }
  // TLS ends in front of the service, so HSTS is said there. Swagger UI brings a policy of its own.
  // it reads nothing of the request, and sets headers alone
  helmet({ contentSecurityPolicy: false, hsts: false })({} as never, answer as never, () => {})
  return headers
}
