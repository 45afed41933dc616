/** ROLLER gets only 200, 500 and 503 from the service too: even without a matching route, and with authentication. */
import { test } from '../support/tap.ts'
import { deliver, message, SECRET } from '../webhooks/fixture.ts'
import { KEY, service } from './fixture.ts'
import { NOW, target } from './target-server.ts'

const guards: Record<string, Record<string, string>> = {
  'API keys': { API_KEYS: KEY },
  'this machine alone': {},
  open: { AUTH: 'none' }
}

for (const [name, env] of Object.entries(guards)) {
  test(name, async (t) => {
    const { url } = await target(t)
    const { app } = await service(t, { ROLLER_WEBHOOK_SECRET: SECRET, WEBHOOK_TARGET_URL: url, WEBHOOK_TARGET_SECRET: NOW, ...env })
    t.equal((await deliver(app, message(), { headers: { host: 'gateway.example.com' } })).statusCode, 200)
    t.equal((await deliver(app, message(), { key: 'wrong' })).statusCode, 500)
    for (
      const url of [
        '/webhooks/roller/%zz', '/webhooks/roller/%', '/webhooks/roller/%c0%ae', `/webhooks/roller/${'x'.repeat(3_000)}`,
        '/webhooks/roller/a/b', '/webhooks/roller', '/webhooks/roller/a?b=%zz'
      ]
    ) {
      for (const method of ['POST', 'GET'] as const) {
        const response = await app.inject({ method, url })
        t.equal(response.statusCode, 500, `${method} ${url.slice(0, 40)}`)
        t.equal(response.headers['cache-control'], 'no-store')
      }
    }
    t.equal((await app.inject({ url: '/webhooks/%zz' })).statusCode, 400, 'other addresses have their problem')
  })
}

test('returns 503 for ROLLER\'s retry without a target', async (t) => {
  const { app } = await service(t, { ROLLER_WEBHOOK_SECRET: SECRET })
  t.equal((await deliver(app, message())).statusCode, 503)
})
