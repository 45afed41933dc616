import { Redis } from 'ioredis'
import { test } from '../support/tap.ts'
import { RedisRefreshLock } from '#plugin/gateway/refresh-lock.js'
import { needsRedis, sharedRedis } from '../support/redis-server.ts'

test('grants the refresh to one replica, makes the others wait, and confirms a repeated request', needsRedis, async (t) => {
  const server = await sharedRedis()
  const client = new Redis(server.port, '127.0.0.1')
  t.teardown(() => { client.disconnect() })
  const [one, two] = [new RedisRefreshLock(client, 'roller'), new RedisRefreshLock(client, 'roller')]
  t.match(await one.acquire('a', 0), { kind: 'acquired' })
  t.match(await two.acquire('a', 0), { kind: 'held' })
  t.match(await one.acquire('a', 0), { kind: 'acquired' }, 'the response was lost on the way')
  t.match(await two.acquire('b', 0), { kind: 'acquired' }, 'nothing is known of another connection')
  await one.release('a', 'renewed', 30_000)
  t.match(await two.acquire('a', 60_000), { kind: 'renewed' })
  await one.release('a', 'failed', 30_000)
  t.match(await two.acquire('a', 60_000), { kind: 'renewed' }, 'a call from before the renewal is sent again')
  await new Promise((resolve) => { setTimeout(resolve, 5) })
  const failed = await two.acquire('a', 0)
  t.equal(failed.kind, 'failed')
  t.ok(failed.kind === 'failed' && failed.forMs > 29_000 && failed.forMs <= 30_000)
})

test('separates scopes, and ignores the release of an expired lease', needsRedis, async (t) => {
  const server = await sharedRedis()
  const client = new Redis(server.port, '127.0.0.1')
  t.teardown(() => { client.disconnect() })
  const [one, other] = [new RedisRefreshLock(client, 'live/roller'), new RedisRefreshLock(client, 'test/roller')]
  t.match(await one.acquire('a', 0), { kind: 'acquired' })
  t.match(await other.acquire('a', 0), { kind: 'acquired' }, 'the same connection id of another environment')
  const late = new RedisRefreshLock(client, 'live/roller')
  await late.release('a', 'unknown', 30_000)
  t.match(await late.acquire('a', 0), { kind: 'held' })
})

test('forgets a failure after a refresh, and keeps nothing forever', needsRedis, async (t) => {
  const server = await sharedRedis()
  const client = new Redis(server.port, '127.0.0.1')
  t.teardown(() => { client.disconnect() })
  const lock = new RedisRefreshLock(client, 'roller')
  await lock.acquire('a', 0)
  const [key = ''] = await client.keys('*')
  t.ok(await client.pttl(key) > 0)
  await client.persist(key)
  await lock.release('a', 'failed', 30_000)
  t.ok(await client.pttl(key) > 0)
  await lock.release('a', 'renewed', 30_000)
  await new Promise((resolve) => { setTimeout(resolve, 5) })
  t.match(await lock.acquire('a', 0), { kind: 'acquired' })
})
