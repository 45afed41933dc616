import Fastify from 'fastify'
import { test } from '../support/tap.ts'
import { errorDefinitions } from 'fastify-roller'
import { roller } from 'fastify-roller/internal'
import { build } from '../support/build.ts'

test('serves a page with instructions at the type of every problem', async (t) => {
  const { app } = await build(t)
  for (const [code, { title }] of Object.entries(errorDefinitions)) {
    const response = await app.inject({ url: `/problems/${code}` })
    t.equal(response.statusCode, 200, code)
    t.match(response.headers, { 'content-type': /^text\/html/, 'content-security-policy': /default-src 'none'/ })
    t.ok(response.body.includes(title.replaceAll('\'', '\'')), title)
  }
  t.match((await app.inject({ url: '/problems/ROLLER_ERR_NOTHING' })).json(), { status: 404, code: 'ROLLER_ERR_NOT_FOUND' })
  t.match((await app.inject({ url: '/problems/__proto__' })).json(), { status: 404 })
})

test('serves it under a prefix too', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(roller, { prefix: '/api', authorize: 'open', nango: { secretKey: 'k', host: 'http://127.0.0.1:1' } })
  const { type } = (await app.inject({ url: '/api/roller/venues/me' })).json()
  t.equal(type, '/api/problems/ROLLER_ERR_CONNECTION_REQUIRED')
  t.equal((await app.inject({ url: type })).statusCode, 200)
})
