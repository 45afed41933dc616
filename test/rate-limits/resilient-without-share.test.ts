/** A limit with fewer slots than replicas has no shares: after an outage of Redis, its calls wait until the shared log is complete. */
import { test } from '../support/tap.ts'
import { MemoryLimitStore } from '#plugin/gateway/limits/memory-store.js'
import { ResilientLimitStore } from '#plugin/gateway/limits/resilient-store.js'
import type { LimitStore } from '#plugin/gateway/limits/store.js'
import { RedisUnavailable } from '#plugin/redis/script.js'
import { until } from '../upstream/fixture.ts'
import { granted, rejected, request } from './helpers.ts'

test('rejects with the exact wait after the return of Redis', async (t) => {
  let now = 1_000
  let isDown = true
  const memory = new MemoryLimitStore({ now: () => now })
  const shared: LimitStore = new Proxy(memory, {
    get: (store, name: keyof LimitStore) => async (...args: never[]) => {
      if (isDown) throw new RedisUnavailable('down')
      return (store[name] as (...args: never[]) => unknown)(...args)
    }
  })
  const store = new ResilientLimitStore(shared, { onRedisDown: 'share', replicas: 2, now: () => now })
  const order = request('v', [{ key: 'bulk', limit: 1, windowMs: 60_000 }, { key: 'reporting', limit: 10, windowMs: 1_000 }])
  t.equal(rejected(await store.take(order)).waitMs, 1_000, 'until the next attempt to reach Redis')
  isDown = false
  now += 2_000
  await until(() => { store.take(order); return !store.down })
  now += 20_000
  const { waitMs } = rejected(await store.take(order))
  t.equal(waitMs, 41_500)
  now += waitMs
  rejected(await store.take(order))
  now += 1
  granted(await store.take(order))
})
