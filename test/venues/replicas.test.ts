import { createHmac } from 'node:crypto'
import { Redis } from 'ioredis'
import { test } from '../support/tap.ts'
import { needsRedis, sharedRedis } from '../support/redis-server.ts'
import { SIGNING_KEY, start, until } from './fixture.ts'

test('emits a change once for replicas that poll the same list, through Redis', needsRedis, async (t) => {
  const redis = await sharedRedis()
  const clients = [0, 1].map(() => new Redis(redis.port, '127.0.0.1'))
  t.teardown(() => { for (const client of clients) client.disconnect() })
  const [first, second] = clients as [Redis, Redis] // two were made
  const one = await start(t, { webhooks: false, options: { redis: first } })
  const two = await start(
    t, { webhooks: false, options: { redis: second, nango: { host: one.nango.url, webhookSigningKeys: [SIGNING_KEY] } } }
  )
  one.nango.addConnection({ connectionId: 'new', clientId: 'new', clientSecret: 's' })
  const body = JSON.stringify(
    { from: 'nango', type: 'auth', operation: 'creation', success: true, connectionId: 'new', providerConfigKey: 'roller' }
  )
  const headers = {
    'content-type': 'application/json', 'x-nango-hmac-sha256': createHmac('sha256', SIGNING_KEY).update(body).digest('hex')
  }
  const responses = await Promise.all(
    [one, two].map(async ({ app }) => await app.inject({ method: 'POST', url: '/webhooks/nango', payload: body, headers }))
  )
  t.ok(responses.every(({ statusCode }) => statusCode === 204 || statusCode === 503), 'handled, or another replica is handling it')
  for (const { app } of [one, two]) {
    t.equal((await app.inject({ method: 'POST', url: '/webhooks/nango', payload: body, headers })).statusCode, 204)
  }
  await until(() => one.events.length + two.events.length > 0)
  t.equal(one.events.length + two.events.length, 1)
})
