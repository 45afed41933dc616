/** The inbox of all replicas: the common suite, two replicas, and a Redis that is down. */
import { Redis } from 'ioredis'
import t from '../support/tap.ts'
import { RedisExportInbox } from '#plugin/client/export-inbox-redis.js'
import { RedisUnavailable } from '#plugin/redis/script.js'
import { sharedRedis, startRedis } from '../support/redis-server.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { inboxSuite, part } from './inbox-suite.ts'

function connect ({ port }: { readonly port: number }): Redis {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 })
  client.on('error', () => {})
  t.teardown(() => { client.disconnect() })
  return client
}

const client = connect(await sharedRedis())
const clock = new ManualClock()
const open = (scope: string, redis = client): RedisExportInbox => new RedisExportInbox(redis, { scope, clock })
const key = { connectionId: 'canary-venue', exportType: 'Payments' }

t.test('passes the common suite', (t) => {
  inboxSuite(t, {
    inbox: open('suite'),
    async pass (ms) {
      for (const key of await client.keys('roller:inbox:*')) await client.pexpire(key, Math.max(0, await client.pttl(key) - ms))
    }
  })
  t.end()
})

t.test('shares entries between replicas, not between environments', async (t) => {
  await open('a').put(key, part(1))
  t.strictSame(await open('a').read(key), [part(1)])
  t.strictSame(await open('b').read(key), [])
  t.notMatch((await client.keys('*')).join(), /canary/)
})

t.test('skips entries in an unknown format', async (t) => {
  const inbox = open('odd')
  await inbox.put(key, part(1))

  for (const one of await client.keys('roller:inbox:*')) {
    await client.rpush(one, 'no JSON', '{"kind":"later"}', '{"kind":"message"}', 'null')
  }

  t.strictSame(await inbox.read(key), [part(1)])
})

t.test('throws if Redis did not store the entry', async (t) => {
  const server = await startRedis()
  const inbox = open('a', connect(server))
  t.same(await inbox.read(key), [])
  await server.kill()
  await t.rejects(inbox.put(key, part(2)), RedisUnavailable)
  await t.rejects(inbox.read(key), RedisUnavailable)
})
