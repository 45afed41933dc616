/** An app with a login, tenants and its own page, with fastify-roller embedded. */
import { readFile } from 'node:fs/promises'
import Fastify from 'fastify'
import roller from 'fastify-roller'
import { toVenueDate } from 'fastify-roller/time'
import { findNango } from '../nango.ts'
import { signIn, userOf } from './users.ts'

const port = Number(process.env.PORT ?? 3100)
const { options, close } = await findNango()
const page = await readFile(new URL('./page.html', import.meta.url), 'utf8')
const script = await readFile(new URL('./page.js', import.meta.url), 'utf8')

const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? 'warn' } })
app.addHook('onClose', close)

app.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page))
app.get('/page.js', async (_request, reply) => reply.type('text/javascript; charset=utf-8').send(script))

app.post<{ Body: { name?: string, password?: string } }>('/login', async ({ body }, reply) => {
  const session = signIn(String(body?.name), String(body?.password))
  if (session === null) return reply.code(401).send({ message: 'Name or password is wrong.' })
  // SameSite stops cross-site requests with this cookie. Add Secure where the app is served over https.
  return reply.header('set-cookie', `session=${session}; HttpOnly; SameSite=Strict; Path=/`).code(204).send()
})

await app.register(async (api) => {
  // This app's own authentication. Routes that authenticate themselves are skipped: ROLLER's webhooks by a key, Nango's by a signature, the
  // connect page by the link's ticket.
  api.addHook('onRequest', async (request, reply) => {
    const { roller: route } = request.routeOptions.config
    if (route?.auth === 'self' || route?.auth === 'public') return
    if (userOf(request) === null) return reply.code(401).send({ message: 'Sign in first.' })
  })

  await api.register(roller, {
    ...options,
    connectPage: true,
    // The tenant is written to every connection that this user creates, and checked on every one that it uses.
    identify: (request) => {
      const user = userOf(request)
      return user === null ? null : { tags: { organization_id: user.organization } }
    },
    // Staff may read; managers may do everything.
    authorize: (request, { scope }) => userOf(request)?.role === 'manager' || scope === 'roller:read' || scope === 'connections:read'
  })

  /**
   * A route of the app itself: today's number of bookings at each of the user's venues. It filters by tenant itself: app.roller skips
   * `authorize`.
   */
  api.get('/overview', async (request) => {
    const { connections } = await api.roller.connections.list({ tags: { organization_id: userOf(request)?.organization ?? '' } })
    return await Promise.all(connections.map(async ({ connectionId, venue }) => {
      const today = toVenueDate(Date.now(), venue?.timeZone ?? 'UTC')
      const { bookings = [] } = await api.roller.request('GET /bookings', { connectionId, query: { date: today } })
      return { connectionId, venue: venue?.name ?? null, bookings: bookings.length }
    }))
  })

  api.roller.on('connection.created', async ({ connectionId, connection }) => {
    app.log.warn({ connectionId, venue: connection?.venue?.name }, 'a venue has connected')
  })
}, { prefix: '/api' })

console.log(`The app is at ${await app.listen({ port })}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())
