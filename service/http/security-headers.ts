/** The headers that keep browsers from doing with an answer what nobody meant. */
import helmet from '@fastify/helmet'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

/** Everything of ROLLER's, and nothing else, is served under this path. */
const CALLS = '/roller/'

/**
 * For what ROLLER answers: data, whatever its type says. A page made of it would load nothing, run nothing and stand in no frame, so that the rest of
 * helmet's headers, which are about pages, would say nothing more, and cost a call a twentieth of its time.
 */
const FOR_DATA = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff'
}

/**
 * With these options helmet's headers are the same for every answer. Left to itself it makes a dozen middlewares anew for each request and writes
 * past Fastify's headers, which sends all headers of the answer down Node's slow way.
 */
export async function addSecurityHeaders (app: FastifyInstance): Promise<void> {
  const headers = await askHelmet()
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

async function askHelmet (): Promise<Record<string, string>> {
  const probe = Fastify()
  // TLS ends in front of the service, so HSTS is said there. Swagger UI brings a policy of its own.
  await probe.register(helmet, { contentSecurityPolicy: false, hsts: false })
  probe.get('/', async (_request, reply) => reply.getHeaders())
  // Both sides of the call are helmet's alone: no body, so no header that Fastify or Node adds for one.
  const { payload } = await probe.inject('/')
  await probe.close()
  return JSON.parse(payload) as Record<string, string> // helmet's headers are text, each once
}
