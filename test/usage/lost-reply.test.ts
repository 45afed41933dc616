/** A Redis that replies too late has counted: what is sent again is not counted twice, and its event is not lost. */
import { Redis } from 'ioredis'
import { test } from '../support/tap.ts'
import { needsRedis, sharedRedis } from '../support/redis-server.ts'
import { UsageMeter } from '#plugin/gateway/usage/usage.js'
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
  const usage = new UsageMeter({
    redis: { evalsha: (...args) => lose(redis.evalsha(...args)), eval: (...args) => lose(redis.eval(...args)) },
    scope: `lost-reply-${process.pid}`,
    allowance: 10,
    byVenue: false,
    clock,
    onMark: (mark) => { marks.push(mark) }
  })
  for (let calls = 0; calls < 9; calls++) usage.count(null, 'venue', 'rest')
  lost = 1
  await t.rejects(usage.read(null, 'venue'), { name: 'RedisUnavailable' })
  clock.advance(1_000) // after a failure, Redis is left alone for as long
  t.match(await usage.read(null, 'venue'), { rest: 9 })
  usage.count(null, 'venue', 'rest')
  t.match(await usage.read(null, 'venue'), { rest: 10 })
  t.same(marks, ['warning', 'exceeded'])
  await usage.close()
})
