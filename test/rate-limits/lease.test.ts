import fc from 'fast-check'
import t from '../support/tap.ts'

import { effectiveLimits } from '#plugin/gateway/limits/limits.js'
import { MemoryLimitStore } from '#plugin/gateway/limits/memory-store.js'
import { Lease } from '#plugin/gateway/limits/lease.js'
import { granted, request, worst } from './helpers.ts'

const rateLimit = { name: 'rest', limit: 1, windowMs: 1000, remaining: 0, resetMs: 0 } as const
const parts = { tag: 'v', quotaLeft: null, newsVersion: null, waitedMs: 0, rateLimit }

function world (limit: number, windowMs: number) {
  const state = { now: 1000 }
  const clock = { now: () => state.now, setTimeout: () => null, clearTimeout: () => {} }
  const store = new MemoryLimitStore({ now: () => state.now })
  const windows = [{ key: 'rest', limit, windowMs }]
  const acquire = (): Lease | null => {
    const result = store.take(request('v', windows))
    return result.outcome === 'granted' ? new Lease({ ...parts, store, clock, windows, slot: result.slot }) : null
  }
  return { state, store, windows, acquire }
}

t.test('never exceeds ROLLER\'s window, despite delays between lease and sending', async (t) => {
  const { jitter } = { jitter: 500 }
  t.equal(effectiveLimits({ margin: 0 }).rest.windowMs, 60_000 + jitter, 'the windows are longer by this')
  const step = fc.record({ pass: fc.nat(4000), calls: fc.nat(6), held: fc.oneof(fc.constant(0), fc.nat(70), fc.nat(12_000)) })
  fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
    const { state, acquire } = world(limit, 10_000 + jitter)
    const held: Array<{ at: number, lease: Lease }> = []
    const left: number[] = []
    const until = (moment: number): void => {
      for (const one of held.splice(0).sort((a, b) => a.at - b.at)) {
        if (one.at > moment) held.push(one)
        else {
          state.now = Math.max(state.now, one.at)
          if (one.lease.markSent()) left.push(state.now)
        }
      }
      state.now = moment
    }
    for (const { pass, calls, held: ms } of steps) {
      until(state.now + pass)
      for (let i = 0; i < calls; i++) {
        const lease = acquire()
        if (lease !== null) held.push({ at: state.now + ms, lease })
      }
    }
    until(state.now + 20_000)
    return worst(left, 10_000) <= limit
  }), { numRuns: 1000 })
  t.pass()
})

t.test('makes no extra store request for a punctual call', async (t) => {
  const { state, store, acquire } = world(1, 1000)
  store.renew = () => { throw new Error('not needed') }
  const lease = acquire()
  state.now += 50
  t.ok(lease?.markSent())
})

t.test('does not send a call that was delayed longer than a window', async (t) => {
  const { state, store, windows, acquire } = world(1, 1000)
  const lease = acquire()
  state.now += 1000
  t.equal(lease?.markSent(), false)
  granted(store.take(request('v', windows)))
})

t.test('does not send an export that was delayed longer than the shorter of its windows', async (t) => {
  const state = { now: 1000 }
  const clock = { now: () => state.now, setTimeout: () => null, clearTimeout: () => {} }
  const windows = [{ key: 'bulk', limit: 1, windowMs: 60_000 }, { key: 'reporting', limit: 1, windowMs: 1000 }]
  const lease = new Lease({ ...parts, store: new MemoryLimitStore({ now: clock.now }), clock, windows, slot: 1000 })
  state.now += 1000
  t.equal(lease.markSent(), false)
})

t.test('refunds everything if nothing was sent, and only the export\'s limit after its rejection', async (t) => {
  const store = new MemoryLimitStore({ now: () => 5 })
  const windows = [{ key: 'bulk', limit: 1, windowMs: 1000 }, { key: 'reporting', limit: 1, windowMs: 1000 }]
  const clock = { now: () => 5, setTimeout: () => null, clearTimeout: () => {} }
  const acquire = (): Lease => new Lease({ ...parts, store, clock, windows, slot: granted(store.take(request('v', windows))).slot })
  await acquire().refund()
  t.same(store.usage('v', windows).map(({ remaining }) => remaining), [1, 1])
  await acquire().refundExport()
  t.same(store.usage('v', windows).map(({ remaining }) => remaining), [1, 0])
})
