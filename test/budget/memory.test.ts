import fc from 'fast-check'
import t from 'tap'

import { MemoryBudgetStore } from '../../plugin/gateway/budget/memory.ts'
import { freshTag, granted, refused, request, worst } from './helpers.ts'
import type { Bench } from './helpers.ts'
import { storeProperties } from './store-properties.ts'
import { storeSuite } from './store-suite.ts'

t.test('the common suite', (t) => {
  let now = 1000
  const store = new MemoryBudgetStore({ now: () => now })
  const bench: Bench = {
    store,
    other: store,
    slotsPerMs: 1,
    realTime: false,
    runs: 500,
    pass: async (ms) => { now += ms },
    // Idle entries go while others are used.
    idleKeys: async () => {
      const tag = freshTag()
      now += 600_000
      for (let i = 0; i < 1000; i++) store.take(request(tag, [{ key: 'sweep', limit: 1, windowMs: 1 }]))
      return store.size - 1
    }
  }
  storeSuite(t, bench)
  storeProperties(t, bench)
  t.end()
})

t.test('a clock that jumps back and forth lets nothing through', async (t) => {
  const jump = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -500, max: 0 }))
  const step = fc.record({ real: fc.nat(40), jump, wait: fc.nat(200) })
  fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 80 }), (limit, steps) => {
    let real = 0
    let clock = 5000
    const store = new MemoryBudgetStore({ now: () => clock })
    const left: number[] = []
    for (const one of steps) {
      real += one.real
      clock += one.real + one.jump
      const result = store.take(request('t', [{ key: 'rest', limit, windowMs: 100 }], one.wait))
      if (result.granted) left.push(real + result.waitMs)
    }
    return worst(left, 100) <= limit
  }), { numRuns: 500 })
  t.pass()
})

t.test('a jump back does not make callers wait for the jump', async (t) => {
  let now = 1_000_000
  const store = new MemoryBudgetStore({ now: () => now })
  const windows = [{ key: 'rest', limit: 2, windowMs: 100 }]
  granted(store.take(request('t', windows)))
  granted(store.take(request('t', windows)))
  now -= 900_000
  t.equal(refused(store.take(request('t', windows))).waitMs, 100)
  now += 100
  t.equal(granted(store.take(request('t', windows))).waitMs, 0)
})

t.test('nothing goes missing: a full log uses the whole limit for hours', async (t) => {
  let now = 0.5
  const store = new MemoryBudgetStore({ now: () => now })
  const windows = [{ key: 'rest', limit: 582, windowMs: 60_500 }]
  const left: number[] = []
  while (now < 10 * 60_500) {
    const result = store.take(request('t', windows, 30_000))
    if (result.granted) left.push(now + result.waitMs)
    now += result.granted ? 1 / 3 : 97 / 3
  }
  t.ok(worst(left, 60_500 - 0.001) <= 582)
  t.ok(left.length >= 582 * 10, `${left.length} calls`)
})

t.test('the real clock, and an end', async (t) => {
  const store = new MemoryBudgetStore()
  const windows = [{ key: 'rest', limit: 1, windowMs: 60_000 }]
  granted(store.take(request('t', windows)))
  t.ok(refused(store.take(request('t', windows))).waitMs > 59_000)
  t.same(granted(store.take(request('t', []))).usage, [])
  store.close()
  t.equal(store.size, 0)
})
