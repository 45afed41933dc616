/** News of connections between replicas: none is lost while Redis is down, or while another is being read. */
import { Redis } from 'ioredis'
import { test, type Test } from '../support/tap.ts'
import { needsRedis, sharedRedis } from '../support/redis-server.ts'
import { ConnectionNews } from '#plugin/venues/connection-news.js'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from './fixture.ts'

/** A replica whose Redis may be down, or send its replies later. */
class Replica {
  isDown = false
  calls = 0
  held = 0
  release = (): void => {}
  readonly seen: (string | null)[] = []
  readonly clock = new ManualClock()
  readonly news: ConnectionNews
  #gate: Promise<void> | null = null

  constructor (redis: Redis) {
    const run = async (call: () => Promise<unknown>): Promise<unknown> => {
      this.calls++
      if (this.isDown) throw new Error('Redis is down')
      const reply = await call()
      if (this.#gate !== null) this.held++
      await this.#gate
      return reply
    }
    this.news = new ConnectionNews({
      client: {
        evalsha: (sha, keys, ...rest) => run(() => redis.evalsha(sha, keys, ...rest)),
        eval: (lua, keys, ...rest) => run(() => redis.eval(lua, keys, ...rest))
      },
      keys: ['{news}:version', '{news}:log'],
      clock: this.clock,
      onNews: (id) => { this.seen.push(id) }
    })
  }

  holdReplies (): void { this.#gate = new Promise((resolve) => { this.release = () => { this.#gate = null; resolve() } }) }

  /** What it does each second. */
  async round (): Promise<void> {
    this.news.start()
    await this.news.stop()
  }
}

async function replicas (t: Pick<Test, 'teardown'>) {
  const { port } = await sharedRedis()
  const redis = new Redis(port, '127.0.0.1')
  t.teardown(() => redis.disconnect())
  await redis.del('{news}:version', '{news}:log')
  const [one, two] = [new Replica(redis), new Replica(redis)]
  for (const replica of [one, two]) {
    await replica.news.publish('first') // loads the script, too
    await replica.news.refresh()
  }
  await one.news.refresh()
  for (const { seen } of [one, two]) seen.length = 0
  return { one, two, version: async () => Number(await redis.get('{news}:version')) }
}

test('skips its own news, and none of another replica in between', needsRedis, async (t) => {
  const { one, two } = await replicas(t)
  await one.news.publish('a')
  await one.news.refresh()
  t.same(one.seen, [])
  await two.news.publish('b')
  await one.news.publish('c')
  await one.news.refresh()
  t.match(one.seen, ['b'])
})

test('publishes after an outage of Redis what has changed in it, with one attempt a second until then', needsRedis, async (t) => {
  const { one, two } = await replicas(t)
  one.isDown = true
  for (const id of ['a', 'b', 'c']) await one.news.publish(id)
  const before = one.calls
  one.news.start()
  await until(() => one.clock.waits.includes(1_000))
  t.equal(one.calls - before, 2, 'one of the three, and the read')
  one.isDown = false
  one.clock.advance(1_000)
  await until(() => one.calls - before === 6)
  await one.news.stop()
  await two.news.refresh()
  t.same(two.seen, ['b', 'c', 'a'])
})

test('makes the other replicas read everything again after an outage with more than 1,000 changes', needsRedis, async (t) => {
  const { one, two } = await replicas(t)
  one.isDown = true
  for (let count = 0; count <= 1_000; count++) await one.news.publish(`c${count}`)
  await one.news.publish('last')
  one.isDown = false
  await one.round()
  await two.news.refresh()
  t.same(two.seen, [null, 'last'])
})

test('reads again for news that are newer than the read in progress', needsRedis, async (t) => {
  const { one, two, version } = await replicas(t)
  for (const read of [() => one.news.refresh(), (latest: number) => one.news.reach(latest)]) {
    one.holdReplies()
    const earlier = one.news.refresh()
    await until(() => one.held === 1)
    await two.news.publish('moved')
    const later = read(await version())
    one.release()
    await Promise.all([earlier, later])
    t.same(one.seen.splice(0), ['moved'])
    one.held = 0
  }
})

test('drops everything if the news of a lease cannot be read', needsRedis, async (t) => {
  const { one, version } = await replicas(t)
  one.isDown = true
  await one.news.reach(await version() + 1)
  t.same(one.seen, [null])
})
