// A Fastify handler with nango.proxy(), as in Nango's guide.
import { Nango } from '@nangohq/node'
import Fastify from 'fastify'

const { PORT, ROLLER_URL, NANGO_KEY, LOG } = process.env
const nango = new Nango({ secretKey: NANGO_KEY, host: ROLLER_URL })
const app = Fastify({ logger: LOG === 'true' })

app.all('/roller/*', async (request, reply) => {
  const response = await nango.proxy({
    method: request.method,
    endpoint: request.url.slice('/roller'.length),
    providerConfigKey: 'roller',
    connectionId: request.headers['connection-id'],
    data: request.body
  })
  return reply.code(response.status).send(response.data)
})

await app.listen({ port: Number(PORT), host: '127.0.0.1' })
