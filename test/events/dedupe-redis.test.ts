/** The store of all replicas: the common suite, two replicas, and the keys in Redis. */
import { Redis } from 'ioredis'
import t from '../support/tap.ts'
import { RedisDedupeStore } from '#plugin/webhooks/dedupe-redis.js'
import { sharedRedis } from '../support/redis-server.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { dedupeSuite } from './dedupe-suite.ts'

const server = await sharedRedis()
const client = new Redis(server.port, '127.0.0.1')
t.teardown(() => {
  client.disconnect()
})
const clock = new ManualClock()
const open = (scope: string): RedisDedupeStore => new RedisDedupeStore(client, { scope, clock })

/** Redis has its own clock: its keys expire in real time. */
async function pass (ms: number): Promise<void> {
  for (const key of await client.keys('roller:seen:*')) await client.pexpire(key, Math.max(0, await client.pttl(key) - ms))
}

t.test('passes the common suite', (t) => {
  dedupeSuite(t, { store: open('suite'), pass })
  t.end()
})

t.test('shares events between replicas, not between environments', async (t) => {
  const [one, two, other] = [open('a'), open('a'), open('b')]
  const key = { connectionId: 'venue', id: 'shared' }
  t.equal(await one.claim(key), 'new')
  t.equal(await two.claim(key), 'busy')
  t.equal(await other.claim(key), 'new')
  await one.done(key)
  t.equal(await two.claim(key), 'done')
  t.equal(await other.claim(key), 'busy')
  t.equal(await open('avenue').claim({ ...key, connectionId: '' }), 'new', 'not by the letters of both names together')
})

t.test('waits half a second for a Redis that hangs, with at most a thousand calls', async (t) => {
  const clock = new ManualClock()
  const hang = (): Promise<never> => new Promise(() => {})
  const store = new RedisDedupeStore({ evalsha: hang, eval: hang }, { scope: 'hangs', clock })
  const claims = Promise.allSettled(Array.from({ length: 1_001 }, (_, id) => store.claim({ connectionId: 'venue', id: String(id) })))
  t.same([...new Set(clock.waits)], [500])
  clock.advance(500)
  const reasons = (await claims).map((result) => result.status === 'rejected' ? String(result.reason) : result.value)
  t.match(reasons.pop(), /too many calls unanswered/)
  t.ok(reasons.every((reason) => reason.includes('not reply in time')))
})

t.test('does not release an expired claim', async (t) => {
  const [one, two] = [open('a'), open('a')]
  const key = { connectionId: 'venue', id: 'late' }
  t.equal(await one.claim(key), 'new')
  await pass(30_001)
  t.equal(await two.claim(key), 'new')
  await one.release(key)
  t.equal(await one.claim(key), 'busy', 'it is the other\'s')
})

t.test('stores neither ids nor the scope in Redis, and each connection in one slot', async (t) => {
  await client.flushall()
  const store = open('canary-scope')
  for (const id of ['canary-1', 'canary-2']) await store.claim({ connectionId: 'canary-venue', id })
  const keys = await client.keys('*')
  t.equal(keys.length, 2)
  t.notMatch(keys.join(), /canary/)
  t.equal(new Set(keys.map((key) => /\{[^}]+\}/.exec(key)?.[0])).size, 1)
})
