import fc from 'fast-check'
import t from '../support/tap.ts'

import { ResilientLimitStore } from '#plugin/gateway/limits/resilient-store.js'
import { RedisUnavailable } from '#plugin/redis/script.js'
import type { LimitStore, TakeResult } from '#plugin/gateway/limits/store.js'
import { granted, queued, rejected, request, worst } from './helpers.ts'
import { placesOf, rest, settle, world } from './outage.ts'

t.test('share: counts earlier calls, reports the outage once, and recovers by itself', async (t) => {
  const { state, one } = world(1)
  for (let i = 0; i < 6; i++) granted(await one.take(request('v', rest(10))))
  state.isDown = true
  t.equal(await placesOf(one, rest(10)), 4)
  t.ok(one.down)
  const calls = state.calls
  t.equal(rejected(await one.take(request('v', rest(10)))).waitMs, 60_000, 'exact, though local')
  t.equal(state.calls, calls, 'no try before a second has passed')
  state.now += 1000
  await Promise.all(Array.from({ length: 20 }, () => one.take(request('v', rest(10)))))
  await settle()
  t.equal(state.calls, calls + 1, 'a single probe')
  state.isDown = false
  state.now += 1000
  await one.take(request('v', rest(10)))
  await settle()
  t.notOk(one.down)
  t.same(state.reported, ['0 away', '0 back'])
})

t.test('does not grant the limit twice when the store returns without data', async (t) => {
  const { state, one, restart } = world(1)
  t.equal(await placesOf(one, rest(10)), 10)
  state.isDown = true
  state.now += 30_000
  await one.take(request('v', rest(10)))
  restart()
  state.isDown = false
  state.now += 1000
  await one.take(request('v', rest(10)))
  await settle()
  t.equal(rejected(await one.take(request('v', rest(10)))).waitMs, 29_000)
  const { ticket, waitMs } = queued(await one.take(request('v', rest(10), 30_000)))
  t.equal(waitMs, 29_000)
  state.now += 29_000
  granted(await one.take({ ...request('v', rest(10)), ticket }))
  t.equal(await placesOf(one, rest(10)), 9)
  state.now += 120_000
  t.equal(await placesOf(one, rest(10)), 10, 'and the shared log alone is believed after a window')
})

t.test('several replicas: each sends no more than before for one window, then its share', async (t) => {
  const { state, stores } = world(2)
  const [busy, quiet] = stores as [ResilientLimitStore, ResilientLimitStore]
  granted(await quiet.take(request('v', rest(10))))
  state.now += 10_000
  for (let i = 0; i < 8; i++) granted(await busy.take(request('v', rest(10))))
  state.isDown = true
  t.equal(await placesOf(busy, rest(10)) + await placesOf(quiet, rest(10)), 0)
  state.now += 50_000
  t.equal(await placesOf(quiet, rest(10)), 1, 'its own call has left the window, another may go in its stead')
  t.equal(await placesOf(busy, rest(10)), 0)
  state.now += 10_000
  t.equal(await placesOf(busy, rest(10)), 5, 'afterwards each has its part')
  t.equal(await placesOf(quiet, rest(10)), 4)
})

t.test('several replicas: one without earlier calls starts a window later, with an exact wait', async (t) => {
  const { state, stores } = world(3)
  const [busy, idle] = stores as [ResilientLimitStore, ResilientLimitStore]
  t.equal(await placesOf(busy, rest(9)), 9)
  state.isDown = true
  t.equal(rejected(await idle.take(request('v', rest(9)))).waitMs, 60_000)
  state.now += 20_000
  const no = rejected(await idle.take(request('v', rest(9))))
  t.equal(no.waitMs, 40_000)
  state.now += no.waitMs - 1
  rejected(await idle.take(request('v', rest(9))))
  state.now += 1
  t.equal(await placesOf(idle, rest(9)), 3)
})

t.test('grants nothing from a limit smaller than the number of replicas', async (t) => {
  const { state, one } = world(2)
  state.isDown = true
  t.match(
    await one.take(request('v', [{ key: 'bulk', limit: 1, windowMs: 1000 }, ...rest(10)])),
    { outcome: 'rejected', reason: 'redis-down', waitMs: 1000 }
  )
})

t.test('an idle replica probes Redis before it uses its share', async (t) => {
  const { state, stores } = world(2)
  const [busy, idle] = stores as [ResilientLimitStore, ResilientLimitStore]
  state.isDown = true
  for (const store of stores) await store.take(request('v', rest(10)))
  state.isDown = false
  state.now += 70_000
  await busy.take(request('v', rest(10)))
  t.notOk(busy.down)
  t.ok(idle.down)
  state.now += 70_000
  t.equal(await placesOf(busy, rest(10)), 10)
  rejected(await idle.take(request('v', rest(10))))
  t.notOk(idle.down, 'the store has been back for long')
})

for (const replicas of [1, 2, 3]) {
  t.test(`${replicas} replicas: never exceed the limit, however often the store fails, returns and loses data`, async (t) => {
    const step = fc.record({
      pass: fc.nat(400),
      wait: fc.nat(1500),
      calls: fc.nat(6),
      who: fc.nat(2),
      turn: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, fc.constantFrom('away', 'back', 'restart'))
    })
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 7 }), fc.array(step, { maxLength: 60 }), async (limit, steps) => {
      const { state, stores, restart } = world(replicas, { retryMs: 100 })
      const left: number[] = []
      const line: Array<{ store: ResilientLimitStore, ticket: number, at: number }> = []
      const take = async (store: ResilientLimitStore, wait: number, ticket?: number): Promise<void> => {
        const result = await store.take({ ...request('v', rest(limit, 1000), wait), ticket })
        if (result.outcome === 'granted') left.push(state.now)
        if (result.outcome === 'queued') line.push({ store, ticket: result.ticket, at: state.now + result.waitMs })
      }
      for (const { pass, wait, calls, turn, who } of steps) {
        state.now += pass
        if (turn === 'back') state.isDown = false
        if (turn === 'away') {
          state.isDown = true
          // Under load all replicas notice.
          for (const store of stores) await take(store, 0)
        }
        for (const { store, ticket, at } of line.splice(0)) {
          if (at <= state.now) await take(store, wait, ticket); else line.push({ store, ticket, at })
        }
        await Promise.all(Array.from({ length: calls }, () => take(stores[who % replicas] as ResilientLimitStore, wait)))
        // An empty store was restarted, and all replicas have noticed.
        if (turn === 'restart' && stores.every((store) => store.down)) restart()
        for (let i = 0; i < 12; i++) await null
      }
      return worst(left, 1000) <= limit
    }), { numRuns: 400 })
    t.pass()
  })
}

t.test('reject: rejects calls while Redis is down, and recovers', async (t) => {
  const { state, one } = world(1, { onRedisDown: 'reject' })
  state.isDown = true
  t.match(await one.take(request('v', rest(10))), { outcome: 'rejected', reason: 'redis-down', waitMs: 1000 })
  state.isDown = false
  state.now += 1000
  t.match(await one.take(request('v', rest(10))), { reason: 'redis-down' })
  await settle()
  granted(await one.take(request('v', rest(10))))
})

t.test('reject: rejects queued callers when Redis goes down', async (t) => {
  const { state, one } = world(1, { onRedisDown: 'reject' })
  t.equal(await placesOf(one, rest(2)), 2)
  const { ticket, waitMs } = queued(await one.take(request('v', rest(2), 100_000)))
  state.isDown = true
  state.now += waitMs
  t.match(await one.take({ ...request('v', rest(2), 40_000), ticket }), { outcome: 'rejected', reason: 'redis-down', waitMs: 1000 })
})

t.test('keeps a cooling-off while Redis is down, and shares it afterwards', async (t) => {
  const { state, stores } = world(2)
  const [one, two] = stores as [ResilientLimitStore, ResilientLimitStore]
  const wish = request('v', rest(10), 120_000, ['venue'])
  await one.startCoolingOff('v', 'early', 500)
  t.equal(await two.coolingOff('v', 'early'), 500)
  state.isDown = true
  await one.startCoolingOff('v', 'venue', 30_000)
  t.equal(await one.coolingOff('v', 'venue'), 30_000)
  t.match(
    await one.take(request('v', rest(10), 0, ['venue'])),
    { outcome: 'rejected', reason: 'cooling-off', coolingOff: 'venue', coolingOffMs: 30_000 }
  )
  const local = queued(await one.take(wish))
  await one.startCoolingOff('v', 'venue', 40_000)
  t.ok(queued(await one.take({ ...wish, ticket: local.ticket })).waitMs >= 40_000, 'the queue is behind it')
  await one.cancel(wish, local.ticket)
  state.isDown = false
  state.now += 1000
  const kept = queued(await one.take(wish))
  await settle()
  t.match(await two.take(request('v', rest(10), 0, ['venue'])), { reason: 'cooling-off', coolingOffMs: 39_000 })
  await two.startCoolingOff('v', 'venue', 150_000)
  state.now += 60_000
  t.match(
    await one.take({ ...wish, maxWaitMs: 80_000, ticket: kept.ticket }),
    { outcome: 'rejected', reason: 'cooling-off', coolingOffMs: 90_000 }, 'a local ticket, a cooling-off of another replica'
  )
  state.isDown = true
  t.match(await two.take(request('v', rest(10), 0, ['venue'])), { reason: 'cooling-off' }, 'and remembered without the shared store')
  await two.close()
})

t.test('releases and moves slots in the store that granted them', async (t) => {
  const { state, one } = world(1)
  const remaining = async (): Promise<number | undefined> => (await one.usage('v', rest(2)))[0]?.remaining
  const shared = granted(await one.take(request('v', rest(2))))
  await one.refund('v', rest(2), shared.slot)
  t.equal(await remaining(), 2)
  const late = granted(await one.take(request('v', rest(2))))
  state.now += 10_000
  const moved = await one.renew('v', rest(2), late.slot)
  state.now += 50_000
  t.equal(await remaining(), 1)
  await one.refund('v', rest(2), moved)
  t.equal(await remaining(), 2)
  state.now += 100_000
  state.isDown = true
  const local = granted(await one.take(request('v', rest(2))))
  state.now += 10_000
  const localMoved = await one.renew('v', rest(2), local.slot)
  state.now += 50_000
  t.equal(rejected(await one.take(request('v', rest(1)))).waitMs, 10_000)
  await one.refund('v', rest(2), localMoved)
  granted(await one.take(request('v', rest(1))))
})

t.test('discards a result that is older than a change', async (t) => {
  let finish = (_: TakeResult): void => {}
  let fail = (_: Error): void => {}
  const slow = new Promise<TakeResult>((resolve) => { finish = resolve })
  const broken = new Promise<TakeResult>((_resolve, reject) => { fail = reject })
  const responses = [slow, broken]
  const never = async (): Promise<never> => { throw new RedisUnavailable('away') }
  const shared: LimitStore = {
    take: () => responses.shift() ?? never(),
    cancel: never,
    refund: never,
    renew: never,
    report: never,
    startCoolingOff: never,
    coolingOff: never,
    usage: never,
    close: () => {}
  }
  const store = new ResilientLimitStore(shared, { onRedisDown: 'share', replicas: 1 })
  const first = store.take(request('v', rest(1)))
  const second = store.take(request('v', rest(1)))
  fail(new RedisUnavailable('away'))
  granted(await second)
  finish({ outcome: 'granted', slot: 1, usage: [] })
  rejected(await first)
  const fault = async (): Promise<never> => { throw new TypeError('a fault') }
  const faulty = new ResilientLimitStore({ ...shared, take: fault }, { onRedisDown: 'share', replicas: 1 })
  await t.rejects(faulty.take(request('v', rest(1))), TypeError)
  t.notOk(faulty.down)
})
