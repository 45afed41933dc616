import fc from 'fast-check'
import t from '../support/tap.ts'

import { effectiveLimits } from '#plugin/gateway/limits/limits.js'
import { MemoryLimitStore } from '#plugin/gateway/limits/memory-store.js'
import { Lease } from '#plugin/gateway/limits/lease.js'
import { granted, request, worst } from './helpers.ts'

function world (limit: number, windowMs: number) {
  const state = { now: 1000 }
  const clock = { now: () => state.now, setTimeout: () => null, clearTimeout: () => {} }
  const store = new MemoryLimitStore({ now: () => state.now })
  const windows = [{ key: 'rest', limit, windowMs }]
  const enter = (): Lease | null => {
    const result = store.take(request('v', windows))
    return result.outcome === 'granted' ? new Lease({ store, news: null, clock, tag: 'v', windows, slot: result.slot, left: null, waitedMs: 0 }) : null
  }
  return { state, store, windows, enter }
}

t.test('calls are held up between their place and the way out: ROLLER never sees too many in its window', async (t) => {
  const { jitter } = { jitter: 500 }
  t.equal(effectiveLimits({ margin: 0 }).rest.windowMs, 60_000 + jitter, 'the windows are longer by this')
  const step = fc.record({ pass: fc.nat(4000), calls: fc.nat(6), held: fc.oneof(fc.constant(0), fc.nat(70), fc.nat(12_000)) })
  fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
    const { state, enter } = world(limit, 10_000 + jitter)
    const held: Array<{ at: number, place: Lease }> = []
    const left: number[] = []
    const until = (moment: number): void => {
      for (const one of held.splice(0).sort((a, b) => a.at - b.at)) {
        if (one.at > moment) held.push(one)
        else {
          state.now = Math.max(state.now, one.at)
          if (one.place.leave()) left.push(state.now)
        }
      }
      state.now = moment
    }
    for (const { pass, calls, held: ms } of steps) {
      until(state.now + pass)
      for (let i = 0; i < calls; i++) {
        const place = enter()
        if (place !== null) held.push({ at: state.now + ms, place })
      }
    }
    until(state.now + 20_000)
    return worst(left, 10_000) <= limit
  }), { numRuns: 1000 })
  t.pass()
})

t.test('a punctual call costs the store nothing more', async (t) => {
  const { state, store, enter } = world(1, 1000)
  store.renew = () => { throw new Error('not needed') }
  const place = enter()
  state.now += 50
  t.ok(place?.leave())
})

t.test('a call that was held up for longer than a window does not leave', async (t) => {
  const { state, store, windows, enter } = world(1, 1000)
  const place = enter()
  state.now += 1000
  t.equal(place?.leave(), false)
  granted(store.take(request('v', windows)))
})

t.test('nothing was sent: all is given back; an export that was not taken: its own limit alone', async (t) => {
  const store = new MemoryLimitStore({ now: () => 5 })
  const windows = [{ key: 'bulk', limit: 1, windowMs: 1000 }, { key: 'reporting', limit: 1, windowMs: 1000 }]
  const clock = { now: () => 5, setTimeout: () => null, clearTimeout: () => {} }
  const enter = (): Lease => new Lease({ store, news: null, clock, tag: 'v', windows, slot: granted(store.take(request('v', windows))).slot, left: null, waitedMs: 0 })
  await enter().refund()
  t.same(store.usage('v', windows).map(({ remaining }) => remaining), [1, 1])
  await enter().refundExport()
  t.same(store.usage('v', windows).map(({ remaining }) => remaining), [1, 0])
})
