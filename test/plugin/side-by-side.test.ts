/** Several registrations in one app do not disturb each other. */
import Fastify from 'fastify'
import { test } from '../support/tap.ts'
import { roller } from 'fastify-roller/internal'
import { callsAtRoller, SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'

const integrations = [{ uniqueKey: 'roller', provider: 'roller' }, { uniqueKey: 'roller-playground', provider: 'roller' }]

test('supports two prefixes and two integrations in one app', async (t) => {
  const simulators = await startSimulators(t, { nango: { integrations } })
  const { nango } = simulators
  nango.addConnection({ connectionId: 'trial', integrationId: 'roller-playground', clientId: 'trial', clientSecret: 's' })
  const app = Fastify()
  t.teardown(() => app.close())
  const common = { secretKey: SECRET_KEY, host: nango.url }
  await app.register(roller, { prefix: '/live', nango: common, authorize: 'open' })
  await app.register(
    roller,
    {
      prefix: '/trial', nango: { ...common, integrationId: 'roller-playground' }, authorize: () => true, readOnly: true, verifyVenues: false
    }
  )

  t.same(
    (await app.inject({ url: '/live/connections' })).json().connections.map(({ connectionId }: { connectionId: string }) => connectionId),
    ['demo-venue']
  )
  t.same(
    (await app.inject({ url: '/trial/connections' })).json().connections.map(({ connectionId }: { connectionId: string }) => connectionId),
    ['trial']
  )
  t.equal((await app.inject({ url: '/live/roller/venues/me', headers: VENUE })).statusCode, 200)
  t.equal((await app.inject({ url: '/trial/roller/venues/me', headers: { 'connection-id': 'trial' } })).statusCode, 200)
  t.equal((await app.inject({ url: '/trial/roller/venues/me', headers: VENUE })).statusCode, 404, 'a connection of the other integration')
  t.equal(
    (await app.inject({ method: 'POST', url: '/trial/roller/x', headers: { 'connection-id': 'trial' } })).statusCode, 403,
    'options are its own'
  )
  t.equal((await app.inject({ url: '/connections' })).statusCode, 404)
  t.same(callsAtRoller(simulators).map(({ url }) => url), ['/venues/me', '/venues/me'])

  t.equal(app.roller.integrationId, 'roller')
  t.equal(app.roller.integration('roller'), app.roller)
  t.same(
    (await app.roller.integration('roller-playground').connections.list()).connections.map(({ connectionId }) => connectionId), ['trial']
  )
  t.throws(() => app.roller.integration('third'), /not registered for the integration third/)
})

test('supports one registration in each of two encapsulated contexts', async (t) => {
  const { nango } = await startSimulators(t, { nango: { integrations } })
  const app = Fastify()
  t.teardown(() => app.close())
  const seen: string[] = []
  for (const integrationId of ['roller', 'roller-playground']) {
    await app.register(async (context) => {
      await context.register(roller, { nango: { secretKey: SECRET_KEY, host: nango.url, integrationId }, authorize: 'open' })
      seen.push(context.roller.integrationId)
      t.throws(() => context.roller.integration(integrationId === 'roller' ? 'roller-playground' : 'roller'))
    }, { prefix: `/${integrationId}` })
  }
  t.same(seen, ['roller', 'roller-playground'])
  t.notOk(app.hasDecorator('roller'), 'nothing leaks to the parent')
  t.equal((await app.inject({ url: '/roller/roller/venues/me', headers: VENUE })).statusCode, 200)
  t.equal((await app.inject({ url: '/roller-playground/connections' })).statusCode, 200)
})

test('supports a prefix with a trailing slash or parameters', async (t) => {
  const simulators = await startSimulators(t)
  const app = Fastify()
  t.teardown(() => app.close())
  const options = { nango: { secretKey: SECRET_KEY, host: simulators.nango.url }, authorize: 'open' } as const
  await app.register(roller, { ...options, prefix: '/api/' })
  await app.register(roller, { ...options, prefix: '/tenants/:tenant' })
  for (const prefix of ['/api', '/tenants/a%2Fb']) {
    t.equal((await app.inject({ url: `${prefix}/roller/venues/me?x=1`, headers: VENUE })).statusCode, 200, prefix)
    t.equal((await app.inject({ url: `${prefix}/roller/sandbox/echo`, headers: VENUE })).statusCode, 200, prefix)
    t.equal((await app.inject({ url: `${prefix}/connections` })).statusCode, 200, prefix)
  }
  t.same(callsAtRoller(simulators).map(({ url }) => url), ['/venues/me?x=1', '/sandbox/echo', '/venues/me?x=1', '/sandbox/echo'])
})
