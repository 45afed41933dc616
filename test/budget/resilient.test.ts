import { setTimeout as sleep } from 'node:timers/promises'

import fc from 'fast-check'
import t from 'tap'

import { MemoryBudgetStore } from '../../plugin/gateway/budget/memory.ts'
import { ResilientBudgetStore } from '../../plugin/gateway/budget/resilient.ts'
import type { ResilientBudgetStoreOptions } from '../../plugin/gateway/budget/resilient.ts'
import { BudgetStoreUnavailable } from '../../plugin/gateway/budget/store.ts'
import type { BudgetStore, TakeResult, Window } from '../../plugin/gateway/budget/store.ts'
import { granted, refused, request, worst } from './helpers.ts'

/** Several replicas on one shared store that can be taken away, on one clock that is set by hand. */
function world (replicas: number, options: Partial<ResilientBudgetStoreOptions> = {}) {
  const state = { now: 1000, away: false, calls: 0, told: [] as string[] }
  const now = (): number => state.now
  let memory = new MemoryBudgetStore({ now })
  const reach = async <T>(work: () => T): Promise<T> => {
    state.calls++
    if (state.away) throw new BudgetStoreUnavailable('away')
    return work()
  }
  const shared: BudgetStore = {
    take: (...args) => reach(() => memory.take(...args)),
    confirm: (...args) => reach(() => memory.confirm(...args)),
    release: (...args) => reach(() => memory.release(...args)),
    raiseWall: (...args) => reach(() => memory.raiseWall(...args)),
    wall: (...args) => reach(() => memory.wall(...args)),
    usage: (...args) => reach(() => memory.usage(...args)),
    close: () => {}
  }
  const stores = Array.from({ length: replicas }, (_, i) => new ResilientBudgetStore(shared, {
    whenAway: 'share',
    replicas,
    now,
    onAway: () => { state.told.push(`${i} away`) },
    onBack: () => { state.told.push(`${i} back`) },
    ...options
  }))
  return { state, stores, one: stores[0] as ResilientBudgetStore, restart: () => { memory = new MemoryBudgetStore({ now }) } }
}

const rest = (limit: number, windowMs = 60_000): Window[] => [{ key: 'rest', limit, windowMs }]
const placesOf = async (store: BudgetStore, windows: Window[]): Promise<number> => {
  let places = 0
  while ((await store.take(request('v', windows))).granted) places++
  return places
}
/** Lets a probe in the background end. */
const settle = async (): Promise<void> => { await sleep(1) }

t.test('share: what was sent before counts, the word is given once, and it comes back by itself', async (t) => {
  const { state, one } = world(1)
  for (let i = 0; i < 6; i++) granted(await one.take(request('v', rest(10))))
  state.away = true
  t.equal(await placesOf(one, rest(10)), 4)
  t.ok(one.away)
  const calls = state.calls
  t.equal(refused(await one.take(request('v', rest(10)))).waitMs, 60_000, 'exact, though local')
  t.equal(state.calls, calls, 'no try before a second has passed')
  state.now += 1000
  await Promise.all(Array.from({ length: 20 }, () => one.take(request('v', rest(10)))))
  await settle()
  t.equal(state.calls, calls + 1, 'a single probe')
  state.away = false
  state.now += 1000
  await one.take(request('v', rest(10)))
  await settle()
  t.notOk(one.away)
  t.same(state.told, ['0 away', '0 back'])
})

t.test('coming back to a store that has lost everything does not give the limit twice', async (t) => {
  const { state, one, restart } = world(1)
  t.equal(await placesOf(one, rest(10)), 10)
  state.away = true
  state.now += 30_000
  await one.take(request('v', rest(10)))
  restart()
  state.away = false
  state.now += 1000
  await one.take(request('v', rest(10)))
  await settle()
  t.equal(refused(await one.take(request('v', rest(10)))).waitMs, 29_000)
  const waited = granted(await one.take(request('v', rest(10), 30_000)))
  t.equal(waited.waitMs, 29_000)
  state.now += 29_000
  t.same(await one.confirm(request('v', rest(10)), waited.slot), { ok: true })
  t.equal(await placesOf(one, rest(10)), 9)
  state.now += 120_000
  t.equal(await placesOf(one, rest(10)), 10, 'and the shared log alone is believed after a window')
})

t.test('several replicas: an uneven use before does not become too much after', async (t) => {
  const { state, stores } = world(2)
  const [busy, quiet] = stores as [ResilientBudgetStore, ResilientBudgetStore]
  granted(await quiet.take(request('v', rest(10))))
  for (let i = 0; i < 8; i++) granted(await busy.take(request('v', rest(10))))
  await quiet.take(request('v', rest(10)))
  state.away = true
  t.equal(await placesOf(busy, rest(10)) + await placesOf(quiet, rest(10)), 0)
  state.now += 60_000
  t.equal(await placesOf(busy, rest(10)), 5, 'afterwards each has its part')
  t.equal(await placesOf(quiet, rest(10)), 5)
  t.equal(await placesOf(quiet, [{ key: 'bulk', limit: 1, windowMs: 1000 }]), 1, 'never less than one')
})

t.test('one replica: never more than the limit, however often the store goes, comes back and forgets', async (t) => {
  const step = fc.record({
    pass: fc.nat(400),
    wait: fc.nat(1500),
    calls: fc.nat(6),
    turn: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, fc.constantFrom('away', 'back', 'restart'))
  })
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 40 }), async (limit, steps) => {
    const { state, one, restart } = world(1, { retryMs: 100 })
    const left: number[] = []
    for (const { pass, wait, calls, turn } of steps) {
      state.now += pass
      if (turn === 'back') state.away = false
      if (turn === 'away') state.away = true
      for (const result of await Promise.all(Array.from({ length: calls }, () => one.take(request('v', rest(limit, 1000), wait))))) {
        if (result.granted) left.push(state.now + result.waitMs)
      }
      // A store that is empty again has been away, and somebody has noticed.
      if (turn === 'restart' && one.away) restart()
      for (let i = 0; i < 8; i++) await null
    }
    return worst(left, 1000) <= limit
  }), { numRuns: 300 })
  t.pass()
})

t.test('refuse', async (t) => {
  const { state, one } = world(1, { whenAway: 'refuse' })
  state.away = true
  t.match(await one.take(request('v', rest(10))), { granted: false, reason: 'away', waitMs: 1000 })
  state.away = false
  state.now += 1000
  t.match(await one.take(request('v', rest(10))), { reason: 'away' })
  await settle()
  granted(await one.take(request('v', rest(10))))
})

t.test('walls hold on both sides of a change, and reach the others on the return', async (t) => {
  const { state, stores } = world(2)
  const [one, two] = stores as [ResilientBudgetStore, ResilientBudgetStore]
  const wish = request('v', rest(10), 60_000, ['wall'])
  await one.raiseWall('v', 'early', 500)
  t.equal(await two.wall('v', 'early'), 500)
  state.away = true
  await one.raiseWall('v', 'wall', 30_000)
  t.equal(await one.wall('v', 'wall'), 30_000)
  t.match(await one.take(request('v', rest(10), 0, ['wall'])), { granted: false, reason: 'wall', wall: 'wall', wallMs: 30_000 })
  const local = granted(await one.take(wish))
  t.equal(local.waitMs, 30_000)
  await one.raiseWall('v', 'wall', 40_000)
  t.same(await one.confirm(wish, local.slot), { ok: false, waitMs: 40_000 })
  const again = granted(await one.take(wish))
  await one.release('v', rest(10), again.slot)
  t.equal((await one.usage('v', rest(10)))[0]?.remaining, 5)
  state.away = false
  state.now += 1000
  const kept = granted(await one.take(wish))
  await settle()
  t.match(await two.take(request('v', rest(10), 0, ['wall'])), { reason: 'wall', wallMs: 39_000 })
  await two.raiseWall('v', 'wall', 50_000)
  t.same(await one.confirm(wish, kept.slot), { ok: false, waitMs: 50_000 }, 'a local slot, a wall of another replica')
  state.away = true
  t.match(await two.take(request('v', rest(10), 0, ['wall'])), { reason: 'wall' }, 'and remembered without the shared store')
  await two.close()
})

t.test('an answer that is older than a change is not used', async (t) => {
  let answer = (_: TakeResult): void => {}
  let fail = (_: Error): void => {}
  const slow = new Promise<TakeResult>((resolve) => { answer = resolve })
  const broken = new Promise<TakeResult>((_resolve, reject) => { fail = reject })
  const answers = [slow, broken]
  const never = async (): Promise<never> => { throw new BudgetStoreUnavailable('away') }
  const shared: BudgetStore = {
    take: () => answers.shift() ?? never(), confirm: never, release: never, raiseWall: never, wall: never, usage: never, close: () => {}
  }
  const store = new ResilientBudgetStore(shared, { whenAway: 'share', replicas: 1 })
  const first = store.take(request('v', rest(1)))
  const second = store.take(request('v', rest(1)))
  fail(new BudgetStoreUnavailable('away'))
  granted(await second)
  answer({ granted: true, waitMs: 0, slot: 1, usage: [] })
  refused(await first)
  const fault = async (): Promise<never> => { throw new TypeError('a fault') }
  const faulty = new ResilientBudgetStore({ ...shared, take: fault }, { whenAway: 'share', replicas: 1 })
  await t.rejects(faulty.take(request('v', rest(1))), TypeError)
  t.notOk(faulty.away)
})
