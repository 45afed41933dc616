/** The gateway in a separate process, to measure its memory. Gets Nango's address and key; responds to `rss` with its peak so far. */
import Fastify from 'fastify'
import roller from 'fastify-roller'

const [host = '', secretKey = ''] = process.argv.slice(2)
const app = Fastify()
await app.register(roller, { authorize: 'open', nango: { host, secretKey } })
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.on('message', () => { process.send?.({ kib: process.resourceUsage().maxRSS }) })
process.on('disconnect', () => { process.exit() })
process.send?.({ url })
