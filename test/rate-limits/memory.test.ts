import fc from 'fast-check'
import t from '../support/tap.ts'

import { MemoryLimitStore } from '#plugin/gateway/limits/memory-store.js'
import type { TakeRequest } from '#plugin/gateway/limits/store.js'
import { freshTag, granted, rejected, request, worst } from './helpers.ts'
import type { Bench } from './helpers.ts'
import { storeProperties } from './store-properties.ts'
import { storeSuite } from './store-suite.ts'

t.test('passes the common suite', (t) => {
  let now = 1000
  const store = new MemoryLimitStore({ now: () => now })
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
      for (let i = 0; i < 200; i++) {
        now += 100
        store.take(request(tag, [{ key: 'sweep', limit: 1, windowMs: 1 }]))
      }
      return store.size - 1
    }
  }
  storeSuite(t, bench)
  storeProperties(t, bench)
  t.end()
})

t.test('keeps the limit when the clock jumps back and forth', async (t) => {
  const jump = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -500, max: 0 }))
  const step = fc.record({ real: fc.nat(40), jump, wait: fc.nat(200), send: fc.boolean() })
  fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 80 }), (limit, steps) => {
    let real = 0
    let clock = 5000
    const store = new MemoryLimitStore({ now: () => clock })
    const left: number[] = []
    let line: number[] = []
    for (const one of steps) {
      real += one.real
      clock += one.real + one.jump
      const ticket = one.send ? line.shift() : undefined
      const result = store.take({ ...request('t', [{ key: 'rest', limit, windowMs: 100 }], one.wait), ticket })
      if (result.outcome === 'granted') left.push(real)
      if (result.outcome === 'queued') line = ticket === undefined ? [...line, result.ticket] : [result.ticket, ...line]
    }
    return worst(left, 100) <= limit
  }), { numRuns: 500 })
  t.pass()
})

t.test('does not wait for a backward jump of the clock', async (t) => {
  let now = 1_000_000
  const store = new MemoryLimitStore({ now: () => now })
  const windows = [{ key: 'rest', limit: 2, windowMs: 100 }]
  granted(store.take(request('t', windows)))
  granted(store.take(request('t', windows)))
  now -= 900_000
  t.equal(rejected(store.take(request('t', windows))).waitMs, 100)
  now += 100
  granted(store.take(request('t', windows)))
})

t.test('uses the whole limit for hours with a full log', async (t) => {
  let now = 0.5
  const store = new MemoryLimitStore({ now: () => now })
  const windows = [{ key: 'rest', limit: 582, windowMs: 60_500 }]
  const left: number[] = []
  let due: Array<{ at: number, ticket: number }> = []
  while (now < 10 * 60_500) {
    const next = due[0] !== undefined && due[0].at <= now ? due.shift() : undefined
    const result = store.take({ ...request('t', windows, 30_000), ticket: next?.ticket })
    if (result.outcome === 'granted') left.push(now)
    if (result.outcome === 'queued') due = [...due, { at: now + result.waitMs, ticket: result.ticket }].sort((a, b) => a.at - b.at)
    if (next === undefined) now += result.outcome === 'granted' ? 1 / 3 : 97 / 3
  }
  t.ok(worst(left, 60_500 - 0.001) <= 582)
  t.ok(left.length >= 582 * 10 * 0.99, `${left.length} calls`)
})

t.test('serves venues fairly for hours on a full account, and hardly delays one with little demand', async (t) => {
  let now = 1
  const store = new MemoryLimitStore({ now: () => now })
  const wish = (venue: string): TakeRequest => request(
    'account', [{ key: venue, limit: 600, windowMs: 60_000 }, { key: 'account', limit: 60, windowMs: 60_000, flow: venue }], 600_000
  )
  const line: Array<{ venue: string, ticket: number, since: number, at: number }> = []
  const waits = new Map<string, number[]>()
  const call = (venue: string, since: number, ticket?: number): void => {
    const result = store.take({ ...wish(venue), ticket })
    if (result.outcome === 'granted') waits.set(venue, [...waits.get(venue) ?? [], now - since])
    if (result.outcome === 'queued') line.push({ venue, since, ticket: result.ticket, at: now + result.waitMs })
  }
  const step = (venues: readonly string[]): void => {
    for (const one of line.splice(0).sort((a, b) => a.at - b.at)) {
      if (one.at > now) line.push(one); else call(one.venue, one.since, one.ticket)
    }
    for (const venue of venues) call(venue, now)
    now += 250
  }
  // Used evenly at first: a burst would free its slots in a burst.
  for (let i = 0; i < 240; i++) step(i % 4 === 0 ? ['noisy'] : [])
  // Four times the limit from one venue, half of it from each of two more, and one call every ten seconds from another.
  for (let i = 0; i < 960; i++) {
    step(['noisy', ...(i % 8 === 0 ? ['one'] : []), ...(i % 8 === 4 ? ['two'] : []), ...(i % 40 === 0 ? ['quiet'] : [])])
  }
  const worstOf = (venue: string): number => Math.max(...waits.get(venue) ?? [Infinity])
  t.ok(worstOf('quiet') <= 6_000, `the quiet one waited ${worstOf('quiet')} ms at most`)
  t.ok((waits.get('quiet')?.length ?? 0) >= 23)
  for (const venue of ['noisy', 'one', 'two']) t.ok((waits.get(venue)?.length ?? 0) >= 60, `${venue}: ${waits.get(venue)?.length}`)
})

t.test('works with the real clock, and ends', async (t) => {
  const store = new MemoryLimitStore()
  const windows = [{ key: 'rest', limit: 1, windowMs: 60_000 }]
  granted(store.take(request('t', windows)))
  t.ok(rejected(store.take(request('t', windows))).waitMs > 59_000)
  t.same(granted(store.take(request('t', []))).usage, [])
  store.close()
  t.equal(store.size, 0)
})
