/** A Redis that was restarted without its data begins with versions of its own, which are never those from before. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { newsKeys } from '#plugin/gateway/limits/redis-store.js'
import { systemClock as clock } from '#plugin/util/clock.js'
import { ConnectionNews } from '#plugin/venues/connection-news.js'
import { needsRedis, sharedRedis } from '../support/redis-server.ts'
import { test } from '../support/tap.ts'

test('a replica drops its state at the first news after a restart', needsRedis, async (t) => {
  const { port } = await sharedRedis()
  const client = new Redis(port, '127.0.0.1')
  t.teardown(() => { client.disconnect() })
  const [version, log] = newsKeys('roller', 'news-after-restart', 'x')
  const received: (string | null)[] = []
  const replica = new ConnectionNews({ client, keys: [version, log], clock, onNews: (id) => { received.push(id) } })
  const other = new ConnectionNews({ client, keys: [version, log], clock, onNews: () => {} })
  const read = async (): Promise<(string | null)[]> => {
    await replica.reach(0)
    return received.splice(0)
  }
  t.same(await read(), [null], 'it has read nothing before')
  await other.publish('one')
  await other.publish('two')
  t.same(await read(), ['one', 'two'])
  await sleep(20) // a restart takes longer than the milliseconds that the news before has used up as versions
  await client.del(version, log)
  await other.publish('three')
  await other.publish('four')
  t.same(await read(), [null])
  await other.publish('five')
  t.same(await read(), ['five'])
  for (const key of [version, log]) t.ok(await client.pttl(key) > 0)
  await client.set(version, '5')
  t.same(await read(), [null], 'also after a return to older data')
})
