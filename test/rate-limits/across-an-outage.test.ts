/** What a replica keeps across an outage of the shared store: calls, waits, cooling-off periods, and one report for each outage. */
import { setTimeout as sleep } from 'node:timers/promises'
import { RedisUnavailable } from '#plugin/redis/script.js'
import type { TakeResult } from '#plugin/gateway/limits/store.js'
import { test } from '../support/tap.ts'
import { granted, queued, rejected, request } from './helpers.ts'
import { placesOf, rest, settle, world } from './outage.ts'

type World = ReturnType<typeof world>

/** Another connection's calls show the outage, and its end. */
const other = request('w', rest(100))

async function goDown ({ state, one }: World): Promise<void> {
  state.isDown = true
  await one.take(other)
}

async function comeBack ({ state, one }: World): Promise<void> {
  state.isDown = false
  state.now += 1_000
  await one.take(other)
  await settle()
}

test('reports an outage in which the data was lost once', async (t) => {
  const at = world(1)
  granted(await at.one.take(other))
  await goDown(at)
  at.state.now += 5_000
  at.restart()
  await comeBack(at)
  granted(await at.one.take(other))
  t.same(at.state.reported, ['0 away', '0 back'])
})

test('reports a loss that no call noticed once, and none of a store that was not used for a day', async (t) => {
  const { state, one, restart } = world(2)
  granted(await one.take(other))
  state.now += 10_000
  restart()
  for (let n = 0; n < 3; n++) await one.take(other)
  t.same(state.reported, ['0 away', '0 back'])
  state.now += 86_400_000
  restart()
  granted(await one.take(other))
  t.same(state.reported, ['0 away', '0 back'], 'the store drops the name of unused data')
})

test('takes no place before others with a ticket of the outage', async (t) => {
  const at = world(1)
  granted(await at.one.take(request('v', rest(1))))
  await goDown(at)
  const { ticket } = queued(await at.one.take(request('v', rest(1), 600_000)))
  await comeBack(at)
  at.state.now += 62_500
  granted(await at.shared.take(request('v', rest(1))))
  t.equal(queued(await at.shared.take(request('v', rest(1), 600_000))).waitMs, 60_000)
  t.equal(queued(await at.one.take({ ...request('v', rest(1), 600_000), ticket })).waitMs, 120_000)
})

test('leaves the shared queue if its own share is used up', async (t) => {
  const at = world(2)
  granted(await at.one.take(request('v', rest(2))))
  at.state.now += 10_000
  granted(await at.shared.take(request('v', rest(2))))
  const { ticket, waitMs } = queued(await at.one.take(request('v', rest(2), 600_000)))
  t.equal(waitMs, 50_000)
  await goDown(at)
  await comeBack(at)
  rejected(await at.one.take({ ...request('v', rest(2)), ticket }))
  t.equal(queued(await at.shared.take(request('v', rest(2), 600_000))).waitMs, 49_000, 'the next caller is not behind it')
})

test('a call that leaves during an outage delays no other', async (t) => {
  const at = world(1)
  await goDown(at)
  granted(await at.one.take(request('v', rest(1))))
  const waits = request('v', rest(1), 600_000)
  await at.one.cancel(waits, queued(await at.one.take(waits)).ticket)
  t.equal(queued(await at.one.take(waits)).waitMs, 60_000)
})

test('keeps a cooling-off that another replica started, and a call that was sent late', async (t) => {
  const at = world(1)
  const cooled = request('v', rest(9), 0, ['credential'])
  await at.shared.startCoolingOff('v', 'credential', 30_000)
  t.match(rejected(await at.one.take(cooled)), { reason: 'cooling-off', waitMs: 30_000 })
  const { slot } = granted(await at.one.take(request('late', rest(1))))
  at.state.now += 20_000
  await at.one.renew('late', rest(1), slot)
  await goDown(at)
  t.match(rejected(await at.one.take(cooled)), { reason: 'cooling-off', waitMs: 10_000 })
  at.state.now += 50_000
  t.equal(rejected(await at.one.take(request('late', rest(1)))).waitMs, 10_000, 'its first slot has left the window')
})

test('shows its share during an outage, and exact waits from the beginning of it', async (t) => {
  const at = world(2)
  await goDown(at)
  t.match(await at.one.usage('v', rest(10)), [{ limit: 5 }])
  at.state.now += 50_000
  t.equal(rejected(await at.one.take(request('v', rest(10)))).waitMs, 10_000)
  at.state.now += 10_000
  t.equal(await placesOf(at.one, rest(10)), 5)
})

test('takes a reply from before an outage for no further one', async (t) => {
  const at = world(1)
  const { take } = at.shared
  let fail = (_: Error): void => {}
  at.shared.take = async () => await new Promise<TakeResult>((_resolve, reject) => { fail = reject })
  const early = at.one.take(other)
  at.shared.take = take
  await goDown(at)
  await comeBack(at)
  fail(new RedisUnavailable('late'))
  granted(await early)
  t.same(at.state.reported, ['0 away', '0 back'])
})

test('no call waits for an attempt to reach a store that is down for long', async (t) => {
  const at = world(1)
  await goDown(at)
  at.state.now += 1_000
  await at.one.take(other)
  await settle()
  at.state.now += 1_000
  at.shared.startCoolingOff = async () => { await sleep(300); throw new RedisUnavailable('away') }
  t.match(await Promise.race([at.one.take(other), sleep(100, 'waits')]), { outcome: 'granted' })
})
