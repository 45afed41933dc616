// @fastify/http-proxy, configured as in its README.
import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'

const { PORT, ROLLER_URL, LOG } = process.env
const server = Fastify({ logger: LOG === 'true' })

server.register(httpProxy, {
  upstream: ROLLER_URL,
  prefix: '/roller'
})

await server.listen({ port: Number(PORT), host: '127.0.0.1' })
