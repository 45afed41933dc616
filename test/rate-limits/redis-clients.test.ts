/** Every script works with every kind of client that a host may have: with a prefix, with texts for numbers, of a Cluster, by Sentinel. */
import { Cluster, Redis } from 'ioredis'
import { RedisExportInbox } from '#plugin/client/export-inbox-redis.js'
import { RedisCacheStore } from '#plugin/gateway/cache/redis-store.js'
import { newsKeys, RedisLimitStore } from '#plugin/gateway/limits/redis-store.js'
import { RedisRefreshLock } from '#plugin/gateway/refresh-lock.js'
import { parseOptions } from '#plugin/options.js'
import type { RedisLike } from '#plugin/redis/client.js'
import { RedisConfirmationStore } from '#plugin/mcp/confirmation-store.js'
import { systemClock as clock } from '#plugin/util/clock.js'
import { ConnectionNews } from '#plugin/venues/connection-news.js'
import { RedisDedupeStore } from '#plugin/webhooks/dedupe-redis.js'
import tap, { test, type Test } from '../support/tap.ts'
import { needsRedis, sharedRedis, startRedisCluster, startRedisSentinel } from '../support/redis-server.ts'
import { until } from '../upstream/fixture.ts'
import { freshTag, granted, queued, request } from './helpers.ts'

tap.setTimeout(120_000) // starting a Cluster takes its time on a busy machine

const timeoutMs = 5_000 // a Cluster client first learns where the slots are

async function works (t: Test, client: RedisLike): Promise<void> {
  // Several connections, so that several slots are used.
  for (const connectionId of ['a', 'b', 'c', 'd']) {
    const limits = new RedisLimitStore(client, { timeoutMs })
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 1, windowMs: 60_000 }, { key: 'account', limit: 5, windowMs: 60_000, flow: connectionId }]
    const [version, log] = newsKeys('roller', tag, 'x')
    const wish = { ...request(tag, windows, 100_000), upstreamQuota: 'account', news: 'x' }
    const first = granted(await limits.take(wish))
    t.match(first, { news: 0, usage: [{ key: 'rest', remaining: 0 }, { key: 'account', remaining: 4 }] })
    t.notOk('left' in first)
    const { ticket } = queued(await limits.take(wish))
    await limits.report(tag, 'account', windows, { remaining: 3, endsInMs: 60_000, slot: first.slot })
    await limits.refund(tag, windows, first.slot)
    t.equal(granted(await limits.take({ ...wish, ticket })).left, 2)
    await limits.startCoolingOff(tag, 'credential', 30_000)
    t.ok(await limits.coolingOff(tag, 'credential') > 20_000)

    const received: (string | null)[] = []
    const news = new ConnectionNews({ client, keys: [version, log], clock, onNews: (id) => { received.push(id) } })
    news.start()
    await until(() => news.isCurrent(0))
    const other = new ConnectionNews({ client, keys: [version, log], clock, onNews: () => {} })
    await other.publish(connectionId)
    await news.reach(1)
    const latest = Number(await client.eval("return redis.call('GET', KEYS[1])", 1, version))
    t.same([received.at(-1), news.isCurrent(latest)], [connectionId, true])
    await news.stop()

    const cache = new RedisCacheStore(client, { scope: tag, clock, timeoutMs })
    const key = { connectionId, resource: 'products', key: 'GET /products' }
    const response = { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('[1]') }
    const { generation } = await cache.find(key, false)
    t.equal(await cache.keep(key, generation ?? '', response, 60_000), true)
    t.match((await cache.find(key, false)).hit, { response: { headers: response.headers, body: response.body }, ageMs: Number })
    await cache.invalidate(connectionId, ['products'])
    t.equal((await cache.find(key, false)).hit, null)
    t.equal(await cache.keep(key, generation ?? '', response, 60_000), false, 'not the response from before the write')

    const confirmations = new RedisConfirmationStore(client, tag, 60_000)
    await confirmations.open(connectionId)
    t.same([await confirmations.use(connectionId), await confirmations.use(connectionId)], [true, false])

    const seen = new RedisDedupeStore(client, { scope: tag, timeoutMs })
    const event = { connectionId, id: 'event' }
    t.equal(await seen.claim(event), 'new')
    await seen.done(event)
    t.equal(await seen.claim(event), 'done')

    const inbox = new RedisExportInbox(client, { scope: tag, timeoutMs })
    await inbox.put({ connectionId, exportType: 'Payments' }, { kind: 'ordered', order: 'x' })
    t.same(await inbox.read({ connectionId, exportType: 'Payments' }), [{ kind: 'ordered', order: 'x' }])

    const [lock, another] = [new RedisRefreshLock(client, tag, { timeoutMs }), new RedisRefreshLock(client, tag, { timeoutMs })]
    t.same(await lock.acquire(connectionId, 0), { kind: 'acquired', forMs: 0 })
    t.match(await another.acquire(connectionId, 0), { kind: 'held' })
    await lock.release(connectionId, 'failed', 30_000)
    const failed = await another.acquire(connectionId, 0)
    t.ok(failed.kind === 'failed' && failed.forMs > 20_000)
  }
}

test('a prefix of keys, and texts for numbers', needsRedis, async (t) => {
  const { port } = await sharedRedis()
  for (const options of [{ keyPrefix: 'host:' }, { keyPrefix: 'host:{x}' }, { stringNumbers: true }]) {
    const client = new Redis(port, '127.0.0.1', options)
    t.teardown(() => { client.disconnect() })
    await works(t, client)
    if (options.keyPrefix === undefined) continue
    const bare = new Redis(port, '127.0.0.1')
    t.teardown(() => { bare.disconnect() })
    const keys = await bare.keys('*')
    t.ok(keys.length > 0 && keys.every((name) => name.startsWith('host:')), 'no key is without it')
    await bare.flushall()
  }
})

test('a Cluster of three nodes, also with a prefix and texts for numbers', needsRedis, async (t) => {
  const { ports, stop } = await startRedisCluster(t.testdir({}))
  t.teardown(stop)
  for (const options of [{}, { keyPrefix: 'host:', redisOptions: { stringNumbers: true } }]) {
    const cluster = new Cluster(ports.map((port) => ({ host: '127.0.0.1', port })), options)
    t.teardown(() => { cluster.disconnect() })
    await works(t, cluster)
  }
  for (const port of ports) {
    const node = new Redis(port, '127.0.0.1')
    t.teardown(() => { node.disconnect() })
    t.ok(await node.dbsize() > 0, 'each node holds some of the keys')
  }
})

test('a server that Sentinel names', needsRedis, async (t) => {
  const { port, stop } = await startRedisSentinel(t.testdir({}))
  t.teardown(stop)
  const client = new Redis({ sentinels: [{ host: '127.0.0.1', port }], name: 'main' })
  t.teardown(() => { client.disconnect() })
  await works(t, client)
})

test('a client with other methods is rejected at registration, by name', async (t) => {
  const options = { nango: { secretKey: 'key' }, authorize: 'open' }
  for (const redis of [{ evalSha: () => {}, eval: () => {} }, {}, 'redis://canary']) {
    t.throws(() => parseOptions({ ...options, redis }), { message: /^fastify-roller: option redis is wrong: expected a client[^;]*;[^;]*$/ })
  }
})
