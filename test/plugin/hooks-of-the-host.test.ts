/** The options onRequest, preHandler and config reach every route of the plugin and no other route of the app. */
import rateLimit from '@fastify/rate-limit'
import { test } from '../support/tap.ts'
import { build, VENUE } from '../support/build.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    tier?: string
  }
}

test('adds the host\'s hooks and config to every route', async (t) => {
  const seen: string[] = []
  const { app } = await build(t, {
    host: (app) => { app.get('/own', async () => 'own') },
    options: {
      config: { tier: 'gold' },
      onRequest: [
        async ({ routeOptions: { config } }) => { seen.push(`first ${config.tier} ${config.roller?.auth} ${config.roller?.operation}`) },
        async () => { seen.push('second') }
      ],
      preHandler: (_request, _reply, done) => {
        seen.push('preHandler')
        done()
      }
    }
  })
  t.equal((await app.inject('/own')).body, 'own')
  t.same(seen, [])
  t.equal((await app.inject({ url: '/roller/venues/me', headers: VENUE })).statusCode, 200)
  t.same(seen.splice(0), ['first gold caller GET /venues/me', 'second', 'preHandler'])
  t.equal((await app.inject({ url: '/connections' })).statusCode, 200)
  t.same(seen.splice(0), ['first gold caller undefined', 'second', 'preHandler'])
  await app.inject({ url: '/problems/ROLLER_ERR_PATH' })
  t.equal(seen.shift(), 'first gold public undefined')
})

test('shows the config to the host\'s onRoute hooks, by which plugins such as @fastify/rate-limit set up a route', async (t) => {
  const seen: Record<string, unknown> = {}
  const { app } = await build(t, {
    host: async (app) => {
      await app.register(rateLimit, { global: false })
      app.addHook('onRoute', ({ method, url, config = {} }) => {
        seen[`${String(method)} ${url}`] = [config.tier, config.roller?.auth, config.roller?.operation]
      })
      app.get('/own', async () => 'own')
    },
    options: { config: { tier: 'gold', rateLimit: { max: 2 } }, connectPage: true }
  })
  t.same(seen['GET /own'], [undefined, undefined, undefined])
  for (const [route, config] of Object.entries(seen)) if (!route.endsWith(' /own')) t.match(config, ['gold', /^(?:caller|self|public)$/], route)
  t.same(seen['GET /roller/venues/me'], ['gold', 'caller', 'GET /venues/me'])
  t.same(seen['POST /webhooks/nango'], ['gold', 'self', undefined])
  t.same(seen['OPTIONS /roller/*'], ['gold', 'public', undefined])
  const statuses: number[] = []
  for (const url of ['/connections', '/connections', '/connections']) statuses.push((await app.inject(url)).statusCode)
  t.same(statuses, [200, 200, 429])
})

test('sends no call to ROLLER if a hook has responded', async (t) => {
  const built = await build(
    t, { options: { onRequest: async (_request, reply) => await reply.code(401).send({ message: 'Sign in first.' }) } }
  )
  const response = await built.app.inject({ url: '/roller/venues/me', headers: VENUE })
  t.match(response, { statusCode: 401, body: '{"message":"Sign in first."}' })
  t.equal(built.roller.requests.length, 0)
})

test('rejects an invalid hook at registration', async (t) => {
  await t.rejects(
    build(t, { options: { preHandler: 'guard' as never } }),
    { message: /option preHandler is wrong: expected a function or a list of functions/ }
  )
})
