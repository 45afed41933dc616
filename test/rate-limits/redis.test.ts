import { setTimeout as sleep } from 'node:timers/promises'

import { Redis as IoRedis } from 'ioredis'
import { Redis as IoValkey } from 'iovalkey'
import t from '../support/tap.ts'

import { limitKeys, RedisLimitStore } from '#plugin/gateway/limits/redis-store.js'
import type { RedisLike } from '#plugin/redis/client.js'
import { TICKET_MS } from '#plugin/gateway/limits/store.js'
import { RedisUnavailable } from '#plugin/redis/script.js'
import type { Window } from '#plugin/gateway/limits/store.js'
import { freshTag, granted, queued, rejected, request } from './helpers.ts'
import type { Bench } from './helpers.ts'
import { sharedRedis } from '../support/redis-server.ts'
import { storeProperties } from './store-properties.ts'
import { storeSuite } from './store-suite.ts'

const server = await sharedRedis()
const ioredis = (): IoRedis => new IoRedis(server.port, '127.0.0.1')
const a = ioredis()
const b = ioredis()
const v = new IoValkey(server.port, '127.0.0.1')
const w = new IoValkey(server.port, '127.0.0.1')
t.teardown(() => {
  for (const client of [a, b, v, w]) client.disconnect()
})

for (const [name, one, two] of [['ioredis', a, b], ['iovalkey', v, w]] as const) {
  t.test(`passes the common suite with ${name}`, (t) => {
    const prefix = `suite-${name}`
    const bench: Bench = {
      store: new RedisLimitStore(one, { prefix, timeoutMs: 5000 }),
      other: new RedisLimitStore(two, { prefix, timeoutMs: 5000 }),
      slotsPerMs: 1000,
      realTime: true,
      runs: name === 'ioredis' ? 8 : 2,
      pass: async (ms) => { await sleep(ms + 1) },
      idleKeys: async () => {
        // Other tests' keys live longer: only those of this test's short windows are checked.
        const keys = await one.keys(`${prefix}:*:window:venue-*`)
        return keys.length
      }
    }
    storeSuite(t, bench)
    storeProperties(t, bench)
    t.end()
  })
}

t.test('sets an expiry on every key', async (t) => {
  const tag = freshTag()
  const store = new RedisLimitStore(a, { prefix: 'ends' })
  const windows = [{ key: 'rest', limit: 2, windowMs: 1000 }, { key: 'account', limit: 1, windowMs: 2000, flow: 'a' }]
  const { slot } = granted(await store.take(request(tag, windows)))
  const wish = { ...request(tag, windows, 5000), upstreamQuota: 'account' }
  const { ticket } = queued(await store.take(wish))
  await store.startCoolingOff(tag, 'connection', 1500)
  await store.report(tag, 'account', [windows[1] as Window], { remaining: 3, endsInMs: 1800, slot })
  const names = (await a.keys('ends:*')).map((key) => key.slice(key.indexOf('}:') + 2)).sort()
  t.same(
    names,
    [
      'clock', 'cooling-off:connection', 'queue:account', 'queue:rest', 'quota:account', 'tickets', 'turns:account', 'window:account',
      'window:rest'
    ]
  )
  for (const key of await a.keys('ends:*')) {
    const left = await a.pttl(key)
    t.ok(left > 0 && left <= (key.endsWith(':clock') ? 86_400_000 : TICKET_MS + 2200), `${key}: ${left}`)
  }
  await store.cancel(wish, ticket)
  const left = await a.keys('ends:*')
  t.notOk(left.some((key) => /queue|turns|tickets/.test(key)), 'no call waits: nothing of it is left')
  await sleep(TICKET_MS + 2400)
  t.match(await a.keys('ends:*'), [/:clock$/], 'the name of the data lives for a day')
})

t.test('keeps a full log small', async (t) => {
  const tag = freshTag()
  const store = new RedisLimitStore(a, { prefix: 'small' })
  const windows = [{ key: 'rest', limit: 582, windowMs: 60_500 }]
  await Promise.all(Array.from({ length: 582 }, () => store.take(request(tag, windows))))
  const [, , , , key = ''] = limitKeys('small', { tag, windows })
  t.ok(Number(await a.memory('USAGE', key)) < 8192, 'under 8 KiB')
})

t.test('keeps its state and adds no wait when the server clock is set back', async (t) => {
  const tag = freshTag()
  const store = new RedisLimitStore(a)
  const windows = [{ key: 'rest', limit: 3, windowMs: 1000 }]
  const hour = 3_600_000_000
  for (let i = 0; i < 3; i++) granted(await store.take(request(tag, windows)))
  // Equivalent to a server clock set back by an hour: all stored times are an hour ahead.
  const [clock = '', , , , log = ''] = limitKeys('roller', { tag, windows })
  const slots = (await a.lrange(log, 0, -1)).map((slot) => String(Number(slot) + hour))
  await a.del(log)
  await a.rpush(log, ...slots)
  const [shift, last, first] = (await a.get(clock) ?? '').split(' ')
  await a.set(clock, `${shift} ${Number(last) + hour} ${first}`, 'PX', 60_000)
  const no = rejected(await store.take(request(tag, windows)))
  t.ok(no.waitMs > 500 && no.waitMs <= 1000, `${no.waitMs}`)
  await sleep(100)
  const later = rejected(await store.take(request(tag, windows)))
  t.ok(later.waitMs < no.waitMs - 90, 'time passes')
  t.ok(queued(await store.take(request(tag, windows, 1000))).waitMs > 100)
})

t.test('keeps all keys of a script in one Cluster slot', async (t) => {
  const windows = ['rest', 'a}b', '{x}'].map((key) => ({ key, limit: 1, windowMs: 1 }))
  for (const tag of ['venue', '', '}', '{', '{}', 'a{b}c', '%7B', 'ünï', 'a:b c']) {
    for (const prefix of ['roller', '{', '{}', 'a{b}']) {
      const slots = new Set(limitKeys(prefix, { tag, windows, coolingOff: ['venue', '}{'], upstreamQuota: '{m}' }).map(clusterSlot))
      t.equal(slots.size, 1, `${prefix} ${tag}`)
    }
  }
  t.equal(clusterSlot('123456789'), 0x31c3, 'the check value of CRC-16/XMODEM')
  t.not(limitKeys('roller', { tag: '{' })[0], limitKeys('roller', { tag: '%7B' })[0], 'two tags never share keys')
})

t.test('loads a script again that the server has lost', async (t) => {
  const store = new RedisLimitStore(a)
  await a.script('FLUSH')
  granted(await store.take(request(freshTag(), [{ key: 'rest', limit: 1, windowMs: 10 }])))
})

t.test('ends every operation soon while Redis is down, without a backlog', async (t) => {
  const windows = [{ key: 'rest', limit: 1, windowMs: 10 }]
  const silent: RedisLike = { evalsha: () => new Promise(() => {}), eval: () => new Promise(() => {}) }
  const store = new RedisLimitStore(silent, { timeoutMs: 30, maxPending: 3 })
  const started = performance.now()
  const requested = Array.from({ length: 5 }, () => store.take(request('t', windows)).catch((error: unknown) => error as Error))
  const errors = await Promise.all(requested)
  t.ok(performance.now() - started < 300)
  t.ok(errors.every((error) => error instanceof RedisUnavailable))
  t.match(errors[4], { message: /unanswered/ })
  const isDown = (part: Partial<RedisLike>): RedisLimitStore => new RedisLimitStore({ ...silent, ...part })
  await t.rejects(isDown({ status: 'reconnecting' }).coolingOff('t', 'x'), { message: /not connected/ })
  const failing = isDown({ evalsha: async () => { throw new Error('OOM') } })
  await t.rejects(failing.coolingOff('t', 'x'), { name: 'RedisUnavailable', message: /failed/ })
  await t.rejects(isDown({ evalsha: async () => 'PONG' }).coolingOff('t', 'x'), RedisUnavailable)
  const closed = new RedisLimitStore(a)
  closed.close()
  await t.rejects(closed.usage('t', windows), { message: /closed/ })
})

/** The slot of a key in Redis Cluster: CRC-16/XMODEM of the text between the first braces, or of all of it. */
function clusterSlot (key: string): number {
  const open = key.indexOf('{')
  const close = open < 0 ? -1 : key.indexOf('}', open)
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key
  let crc = 0
  for (const byte of Buffer.from(hashed)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff
  }
  return key === '123456789' ? crc : crc % 16384
}
