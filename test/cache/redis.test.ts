/** The store of all replicas: the common suite with both clients, two replicas, and the keys in Redis. */
import { Redis as IoRedis } from 'ioredis'
import { Redis as IoValkey } from 'iovalkey'
import t from '../support/tap.ts'
import { RedisCacheStore } from '#plugin/gateway/cache/redis-store.js'
import { sharedRedis } from '../support/redis-server.ts'
import type { Bench } from './bench.ts'
import { callOf, FakeGateway, Sharing, textOf } from './helpers.ts'
import { SteppedClock } from '../support/manual-clock.ts'
import { storeSuite } from './store-suite.ts'
import { writeSuite } from './write-suite.ts'

const server = await sharedRedis()
const a = new IoRedis(server.port, '127.0.0.1')
const b = new IoRedis(server.port, '127.0.0.1')
const v = new IoValkey(server.port, '127.0.0.1')
t.teardown(() => {
  for (const client of [a, b, v]) client.disconnect()
})

const clock = new SteppedClock()
/** Far longer than a busy machine needs: timeouts are not tested here. */
const waiting = { clock, timeoutMs: 30_000 }

for (const [name, client] of [['ioredis', a], ['iovalkey', v]] as const) {
  t.test(`passes the common suite with ${name}`, (t) => {
    const bench: Bench = {
      store: new RedisCacheStore(client, { scope: name, ...waiting }),
      async pass (ms) {
        for (const key of await a.keys('roller:cache:*:response:*')) await a.pexpire(key, await a.pttl(key) - ms)
      }
    }
    storeSuite(t, bench)
    writeSuite(t, bench)
    t.end()
  })
}

function replica (client: IoRedis, scope: string) {
  const gateway = new FakeGateway()
  const store = new RedisCacheStore(client, { scope, ...waiting })
  const shared = new Sharing({ next: gateway, clock, cache: { store, rules: { 'GET /products': 60_000 } } })
  return { gateway, shared, get: async (target = '/products') => await textOf(await shared.send(callOf({ target }))) }
}

t.test('shares responses and invalidations between replicas', async (t) => {
  const [one, two] = [replica(a, 'shared'), replica(b, 'shared')]
  one.gateway.serve = () => ({ body: 'from one' })
  two.gateway.serve = () => ({ body: 'from two' })
  t.equal(await one.get(), 'from one')
  t.equal(await two.get(), 'from one')
  await one.shared.send(callOf({ name: 'PUT /products/stock' }))
  t.equal(await two.get(), 'from two')
  t.equal(await one.get(), 'from two')
})

t.test('does not store a read of one replica from before another\'s write', async (t) => {
  const [one, two] = [replica(a, 'before'), replica(b, 'before')]
  const reading = one.get()
  while (one.gateway.sent.length === 0) await new Promise((resolve) => { setImmediate(resolve) })
  two.gateway.serve = () => ({ body: 'new' })
  await two.shared.send(callOf({ name: 'POST /elsewhere' }))
  one.gateway.at(1).respond({ body: 'old' })
  t.equal(await reading, 'old')
  t.equal(await two.get(), 'new')
})

t.test('separates environments and integrations in the same Redis', async (t) => {
  const [one, two] = [replica(a, 'live'), replica(a, 'test')]
  one.gateway.serve = () => ({ body: 'live' })
  two.gateway.serve = () => ({ body: 'test' })
  t.equal(await one.get(), 'live')
  t.equal(await two.get(), 'test')
})

t.test('loses responses but no write with lost generations', async (t) => {
  const { gateway, get } = replica(a, 'lost')
  gateway.serve = (_call, count) => ({ body: `body ${count}` })
  const before = new Set(await a.keys('*:generations'))
  t.equal(await get(), 'body 1')
  for (const key of await a.keys('*:generations')) if (!before.has(key)) await a.del(key)
  t.equal(await get(), 'body 2')
})

t.test('every key expires, shares one Cluster slot and contains no ids', async (t) => {
  await a.flushall()
  const { gateway, get } = replica(a, 'canary-scope-1f')
  gateway.serve = () => ({})
  await get('/products?productType=canary-query')
  const keys = await a.keys('*')
  t.equal(keys.length, 2)
  for (const key of keys) {
    t.match(key, /^roller:cache:\{[\w-]{22}\}:(generations|response:[\w-]{22})$/)
    t.ok(await a.pttl(key) > (key.endsWith('generations') ? 86_400_000 : 0), 'generations outlive every response')
  }
  t.equal(new Set(keys.map((key) => /\{.*\}/.exec(key)?.[0])).size, 1)
})

t.test('treats values that it did not write as misses', async (t) => {
  await a.flushall()
  const { gateway, get } = replica(a, 'odd')
  gateway.serve = (_call, count) => ({ body: `body ${count}` })
  await get()
  const [key = ''] = await a.keys('*:response:*')
  for (const [field, value] of [['head', 'not json'], ['head', 'null'], ['head', '[1]'], ['head', '["utf8",60000,null]']] as const) {
    const calls = gateway.sent.length
    await a.hset(key, field, value)
    await get()
    t.equal(gateway.sent.length, calls + 1, value)
  }
  await a.hdel(key, 'body')
  t.match(await get(), /^body/)
  await a.set(key, 'a string')
  t.match(await get(), /^body/)
})
