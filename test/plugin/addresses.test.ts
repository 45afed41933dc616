/** Addresses that the plugin gives out are those by which its callers reach it. */
import Fastify from 'fastify'
import { test, type Test } from '../support/tap.ts'
import { build, SECRET_KEY, startSimulators } from '../support/build.ts'
import roller, { type RollerOptions } from 'fastify-roller'

const SECRETS = { rollerWebhookSecrets: ['secret-of-the-webhooks'] }

async function below (t: Test, prefix: string, options: Partial<RollerOptions> = {}, server: object = {}) {
  const { app } = await build(t, { options: { connectPage: true, prefix, ...options }, server })
  return async (url: string, headers: Record<string, string> = {}) => {
    const problem = await app.inject({ url: `${url}/roller/venues/me`, headers })
    const session = await app.inject({ method: 'POST', url: `${url}/connect-session`, headers })
    return { type: String(problem.json().type), link: String(session.json().connectPage).split('#')[0] }
  }
}

const CODE = 'ROLLER_ERR_CONNECTION_REQUIRED'

test('a parameter of the prefix has the value of the request', async (t) => {
  for (const [prefix, tenant] of [['/t/:tenant', 'acme'], ['/t/:tenant', 'a%2Fb'], ['/t/:tenant(^\\d+$)', '17']] as const) {
    const ask = await below(t, prefix)
    t.same(await ask(`/t/${tenant}`), { type: `/t/${tenant}/problems/${CODE}`, link: `/t/${tenant}/connect` })
  }
  const lenient = await below(t, '/t/:tenant/api', {}, { routerOptions: { ignoreDuplicateSlashes: true } })
  t.same(await lenient('//t//acme/api'), { type: `/t/acme/api/problems/${CODE}`, link: '/t/acme/api/connect' })
  const known = await below(t, '/t/:tenant', { publicUrl: 'https://gateway.example.com/gate/' })
  t.same(await known('/t/acme'), { type: `/gate/t/acme/problems/${CODE}`, link: 'https://gateway.example.com/gate/t/acme/connect' })
})

test('the prefix that a trusted proxy has stripped is put in front', async (t) => {
  const ask = await below(t, '/api', {}, { trustProxy: true })
  const via = { 'x-forwarded-for': '192.0.2.1' }
  for (const [given, prefix] of [
    ['/gateway', '/gateway'], ['/gateway/', '/gateway'], ['/a/b', '/a/b'], ['/outer, /inner', '/outer/inner'], ['/', ''], ['', ''],
    ['//evil.example', ''], ['/a//b', ''], ['https://evil.example', ''], ['/a?b', ''], ['/a"b', ''], ['/' + 'x'.repeat(300), '']
  ] as const) {
    const found = await ask('/api', { ...via, 'x-forwarded-prefix': given })
    t.same(found, { type: `${prefix}/api/problems/${CODE}`, link: `${prefix}/api/connect` }, given)
  }
})

test('ignores the header of a sender that is not trusted', async (t) => {
  for (const trustProxy of [false, '192.0.2.1']) {
    const ask = await below(t, '/api', {}, { trustProxy })
    const found = await ask('/api', { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-prefix': '/gateway' })
    t.same(found, { type: `/api/problems/${CODE}`, link: '/api/connect' })
  }
})

test('publicUrl decides where the link leads, and its path is the prefix without the header', async (t) => {
  const ask = await below(t, '/api', { publicUrl: 'https://gateway.example.com/gate' }, { trustProxy: true })
  t.same(await ask('/api'), { type: `/gate/api/problems/${CODE}`, link: 'https://gateway.example.com/gate/api/connect' })
  const found = await ask('/api', { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-prefix': '/other' })
  t.same(found, { type: `/other/api/problems/${CODE}`, link: 'https://gateway.example.com/gate/api/connect' })
})

test('ROLLER\'s webhooks below a prefix with parameters are rejected at registration', async (t) => {
  const { nango } = await startSimulators(t)
  for (const [own, host] of [['/t/:tenant', ''], ['', '/t/:tenant'], ['/api', '/t/*']] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    const options: RollerOptions = { authorize: 'open', prefix: own, nango: { secretKey: SECRET_KEY, host: nango.url }, ...SECRETS }
    await t.rejects(
      async () => { await app.register(async (scope) => { await scope.register(roller, options) }, { prefix: host }) },
      { code: 'ROLLER_ERR_OPTIONS', message: /rollerWebhookSecrets cannot be used below the prefix \/t\/.*identify/ }
    )
  }
})

test('without secrets such a gateway has no subscriptions, and disconnects', async (t) => {
  const { app, roller: simulator } = await build(t, { options: { prefix: '/t/:tenant', publicUrl: 'https://gateway.example.com' } })
  t.equal((await app.inject({ method: 'DELETE', url: '/t/acme/connections/demo-venue' })).statusCode, 204)
  t.notOk(simulator.requests.some(({ url }) => url.startsWith('/webhooks')))
})
