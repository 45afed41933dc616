// @fastify/http-proxy, as its README shows it.
import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'

const { PORT, UPSTREAM, LOG } = process.env
const server = Fastify({ logger: LOG === 'on' })

server.register(httpProxy, {
  upstream: UPSTREAM,
  prefix: '/roller'
})

await server.listen({ port: Number(PORT), host: '127.0.0.1' })
