import Fastify from 'fastify'
import { test } from '../support/tap.ts'
import roller from 'fastify-roller'
import { callsAtRoller, listen, SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'
import { rejectsAll, sendRaw } from './raw.ts'

test('applies the same checks under a prefix with a parameter', async (t) => {
  const built = await listen(t, { options: { prefix: '/t/:tenant/api' } })
  await rejectsAll(t, built, [
    '/t/a/api/roller/../x', '/t/a/api/roller/%2e%2e/%2e%2e/%2e%2e/connections', '/t/a%2fb/api/roller/..', '/t/a/api/roller//x',
    '/t//api/roller/venues/me'
  ], 'ROLLER_ERR_PATH')
  const { text } = await sendRaw(built.url, 'GET http://evil.example/t/a/api/roller/x HTTP/1.1')
  t.match(text, '"type":"/t/a/api/problems/ROLLER_ERR_PATH"')
  await rejectsAll(
    t, built, ['/t/a/api/roller/token', '/t/a%2fb%2fc/api/roller/token', '/t/a%2f/api/%72oller/token'], 'ROLLER_ERR_OPERATION_FORBIDDEN'
  )
})

test('removes a prefix with a parameter, whatever its value', async (t) => {
  const built = await listen(t, { options: { prefix: '/t/:tenant/api' } })
  for (const tenant of ['a', 'a%2fb', 'a%2f..%2fb', 'a;b', '%2e%2e', 'roller', 'a:b@c']) {
    t.equal((await sendRaw(built.url, `GET /t/${tenant}/api/roller/venues/me?x=/y HTTP/1.1`)).status, 200, tenant)
  }
  t.same([...new Set(callsAtRoller(built).map(({ url }) => url))], ['/venues/me?x=/y'])
})

for (const prefix of ['/', '/api/', '/api', '']) {
  test(`removes the prefix '${prefix}' from the path`, async (t) => {
    const built = await listen(t, { options: { prefix } })
    t.equal((await sendRaw(built.url, `GET ${prefix.replace(/\/$/, '')}/roller/venues/me HTTP/1.1`)).status, 200)
    t.same(callsAtRoller(built), [{ method: 'GET', url: '/venues/me' }])
  })
}

test('keeps ROLLER\'s path under a host prefix with a trailing slash', async (t) => {
  const simulators = await startSimulators(t)
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(async (scope) => {
    await scope.register(roller, { authorize: 'open', nango: { secretKey: SECRET_KEY, host: simulators.nango.url } })
  }, { prefix: '/v1/' })
  const response = await app.inject({ url: '/v1/roller/venues/me', headers: VENUE })
  t.equal(response.statusCode, 200)
  t.same(callsAtRoller(simulators), [{ method: 'GET', url: '/venues/me' }])
  t.equal((await app.inject('/v1/roller/venues/me')).json().type, '/v1/problems/ROLLER_ERR_CONNECTION_REQUIRED')
})
