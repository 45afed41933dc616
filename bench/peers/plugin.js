// The plugin in an otherwise empty app, without flags of Node.js.
import Fastify from 'fastify'
import roller from 'fastify-roller'

const { PORT, ROLLER_URL, NANGO_URL, NANGO_KEY, LOG } = process.env
const app = Fastify({ logger: LOG === 'true' })

await app.register(roller, {
  authorize: 'open',
  nango: { secretKey: NANGO_KEY, host: NANGO_URL },
  transport: 'direct',
  rollerBaseUrl: ROLLER_URL
})

await app.listen({ port: Number(PORT), host: '127.0.0.1' })
