/** The host's own error handling applies to errors of its hooks; without any, Fastify's default response. */
import Fastify from 'fastify'
import roller from 'fastify-roller'
import { test } from '../support/tap.ts'

test('responds to an error of the host\'s hook as Fastify does, on every route', async (t) => {
  for (const name of ['onRequest', 'preHandler'] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    const login = async () => { throw Object.assign(new Error('No login'), { statusCode: 401, code: 'APP_LOGIN' }) }
    await app.register(roller, { nango: { secretKey: 'key' }, authorize: 'open', [name]: login })
    app.get('/own', { [name]: login }, async () => '')
    const expected = (await app.inject('/own')).body
    t.match(JSON.parse(expected), { statusCode: 401, message: 'No login' })
    for (const url of ['/roller/venues/me', '/roller/new-path', '/connections']) {
      const response = await app.inject({ url, headers: { 'connection-id': 'venue' } })
      t.equal(response.body, expected, `${name} ${url}`)
    }
  }
})
