/** Redis restarts without its data while no call is made: the limit is not granted a second time. */
import { Redis } from 'ioredis'
import { limitKeys, RedisLimitStore } from '#plugin/gateway/limits/redis-store.js'
import { ResilientLimitStore } from '#plugin/gateway/limits/resilient-store.js'
import type { LimitStore } from '#plugin/gateway/limits/store.js'
import { test, type Test } from '../support/tap.ts'
import { needsRedis, startRedis } from '../support/redis-server.ts'
import { request } from './helpers.ts'

const WINDOWS = [{ key: 'rest', limit: 10, windowMs: 60_000 }]

async function grantedBy (store: LimitStore): Promise<number> {
  let granted = 0
  while ((await store.take(request('v', WINDOWS))).outcome === 'granted') granted++
  return granted
}

/** Unlike `once` of node:events, it ignores errors of attempts to connect. */
const next = (client: Redis, event: 'ready' | 'end'): Promise<void> => new Promise((resolve) => { client.once(event, () => { resolve() }) })

async function connect (t: Test, port: number): Promise<Redis> {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 })
  client.on('error', () => {})
  t.teardown(() => { client.disconnect() })
  await next(client, 'ready')
  return client
}

test('counts the calls before a restart of Redis that no call noticed', needsRedis, async (t) => {
  const server = await startRedis()
  t.teardown(() => server.kill())
  const client = await connect(t, server.port)
  const reported: string[] = []
  const time = { now: 0 }
  const store = new ResilientLimitStore(new RedisLimitStore(client), {
    onRedisDown: 'share',
    replicas: 2,
    now: () => time.now,
    onDown: () => { reported.push('down') },
    onUp: () => { reported.push('up') }
  })
  t.equal(await grantedBy(store), 10)
  const ready = next(client, 'ready')
  await server.kill()
  await server.start()
  await ready
  time.now += 10_000 // the next call is sent long after Redis is back
  t.equal(await grantedBy(store), 0)
  t.same(reported, ['down', 'up'])
  time.now += 50_001
  t.equal(await grantedBy(store), 5, 'its share, while the others may not have noticed')
})

test('takes no end of the connection for a loss, and no data that is older than the window', needsRedis, async (t) => {
  const server = await startRedis()
  t.teardown(() => server.kill())
  const client = await connect(t, server.port)
  const reported: string[] = []
  const store = new ResilientLimitStore(
    new RedisLimitStore(client), { onRedisDown: 'share', replicas: 2, now: () => 0, onDown: () => { reported.push('down') } }
  )
  t.equal((await store.take(request('v', WINDOWS))).outcome, 'granted')
  const again = next(client, 'ready')
  client.disconnect(true)
  await again
  t.equal((await store.take(request('v', WINDOWS))).outcome, 'granted')
  t.same(reported, [])
  // Another replica began the new data two minutes ago.
  const [clock = ''] = limitKeys('roller', { tag: 'v' })
  const [shift, last] = (await client.get(clock) ?? '').split(' ')
  await client.flushall()
  await client.set(clock, `${shift} ${last} ${Number(last) - 120_000_000}`)
  t.equal(await grantedBy(store), 10, 'the whole limit: no lost call is in the window')
  t.same(reported, ['down'])
})
