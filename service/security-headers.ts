/** The headers that helmet puts on every answer, asked of it once. */
import helmet from '@fastify/helmet'
import Fastify, { type FastifyInstance } from 'fastify'

/**
 * With these options helmet's headers are the same for every answer. Left to itself it makes a dozen middlewares anew for each request and writes
 * past Fastify's headers, which sends all headers of the answer down Node's slow way.
 */
export async function addSecurityHeaders (app: FastifyInstance): Promise<void> {
  const headers = await askHelmet()
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers)
    done()
  })
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
