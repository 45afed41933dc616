/** A Redis that replies too late has counted: what is sent again is not counted twice, and its event is not lost. */
import { Redis } from 'ioredis'
import { test } from '../support/tap.ts'
import { needsRedis, sharedRedis } from '../support/redis-server.ts'
import { UsageMeter, type UsageOptions } from '#plugin/gateway/usage/usage.js'
import { ManualClock } from '../support/manual-clock.ts'

test('counts once what is sent again after a lost reply', needsRedis, async (t) => {
  const clock = new ManualClock()
  const redis = new Redis((await sharedRedis()).port, '127.0.0.1')
  t.teardown(() => { redis.disconnect() })
  let lost = 0
  const lose = async <T>(reply: Promise<T>): Promise<T> => {
    const value = await reply
    if (lost-- > 0) throw new Error('the connection broke')
    return value
  }
  const marks: string[] = []
  const options: UsageOptions = {
    redis: { evalsha: (...args) => lose(redis.evalsha(...args)), eval: (...args) => lose(redis.eval(...args)) },
    scope: `lost-reply-${process.pid}`,
    allowance: 10,
    byVenue: false,
    clock,
    date: () => Date.UTC(2026, 10, 15),
    onMark: (mark) => { marks.push(mark) }
  }
  const usage = new UsageMeter(options)
  for (let calls = 0; calls < 8; calls++) usage.count(null, 'venue', 'rest')
  lost = 1
  await t.rejects(usage.read(null, 'venue'), { name: 'RedisUnavailable' })
  clock.advance(1_000) // after a failure, Redis is left alone for as long
  t.match(await usage.read(null, 'venue'), { rest: 8 })
  usage.count(null, 'venue', 'rest', 2)
  t.match(await usage.read(null, 'venue'), { rest: 10 })
  t.same(marks, ['warning', 'exceeded'])
  usage.count(null, 'venue', 'reporting')
  await usage.close()
  const restarted = new UsageMeter(options)
  t.match(await restarted.read(null, 'venue'), { rest: 10, reporting: 1 }, 'what was counted last is sent on close')
  const elsewhere = new UsageMeter({ ...options, scope: 'another Nango environment' })
  t.equal((await elsewhere.read(null, 'venue')).rest, 0)
  const lives = await Promise.all((await redis.keys('*:2026-11*')).map((key) => redis.pttl(key)))
  t.equal(lives.length, 2, 'the use of the month, and the last addition')
  t.ok(Math.min(...lives) > 0 && Math.max(...lives) > 31 * 86_400_000, 'which expire after it')
})
