import fc from 'fast-check'
import type { Test } from 'tap'

import type { Window } from '../../plugin/gateway/budget/store.ts'
import { freshTag, request, times, worst } from './helpers.ts'
import type { Bench } from './helpers.ts'

/** What must hold of every store for any schedule. */
export function storeProperties (t: Test, bench: Bench): void {
  const { store, slotsPerMs, runs } = bench

  t.test('in no interval more than the limit, whatever is asked for', async (t) => {
    const step = fc.record({
      pass: fc.nat(30),
      key: fc.nat(2),
      wait: fc.nat(150),
      act: fc.constantFrom('take', 'take', 'take', 'take', 'burst', 'release', 'wall')
    })
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 25 }), async (limit, steps) => {
      const tag = freshTag()
      const account = { key: 'account', limit: limit + 2, windowMs: 40 }
      const windows = (key: number): Window[] => key === 0 ? [account] : [{ key: `c${key}`, limit, windowMs: 50 }, account]
      const given: Array<{ key: number, slot: number, waitMs: number }> = []
      for (const { pass, key, wait, act } of steps) {
        if (pass > 20) await bench.pass(pass)
        const wish = request(tag, windows(key), wait, ['connection'])
        if (act === 'wall') await store.raiseWall(tag, 'connection', pass)
        else if (act === 'release') {
          const i = given.findIndex((one) => one.key === key && one.waitMs > 100)
          // Well before it is due: whether the caller left is then beyond doubt.
          if (i >= 0 && pass <= 20) for (const { slot } of given.splice(i, 1)) await store.release(tag, windows(key), slot)
        } else {
          for (const one of given) one.waitMs = 0
          for (const result of await Promise.all(times(act === 'burst' ? limit + 2 : 1, async () => await store.take(wish)))) {
            if (result.granted) given.push({ key, slot: result.slot, waitMs: result.waitMs })
            else if (!(result.waitMs > wait)) return false
          }
        }
      }
      const slots = (key: number): number[] => given.filter((one) => key === 0 || one.key === key).map(({ slot }) => slot)
      return worst(slots(0), 40 * slotsPerMs) <= limit + 2 && [1, 2].every((key) => worst(slots(key), 50 * slotsPerMs) <= limit)
    }), { numRuns: runs })
    t.pass()
  })

  t.test('always the earliest moment that is free in every window, as counted by hand', async (t) => {
    const step = fc.record({ key: fc.nat(2), notBefore: fc.constantFrom(0, 0, 0, 7000, 25_000), back: fc.boolean(), pick: fc.nat(1000) })
    const schedule = fc.array(step, { minLength: 20, maxLength: 60 })
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 3 }), schedule, async (limit, steps) => {
      const tag = freshTag()
      // So long that nothing leaves a window while the test runs.
      const account = { key: 'account', limit: limit + 1, windowMs: 60_000 }
      const windows = (key: number): Window[] => key === 0 ? [account] : [{ key: `c${key}`, limit, windowMs: 90_000 }, account]
      const given: Array<{ key: number, slot: number }> = []
      for (const { key, notBefore, back, pick } of steps) {
        const gone = back ? given[pick % given.length] : undefined
        // A slot that has passed is not given back, so only what is far ahead is tried.
        if (gone !== undefined && gone.slot > Math.min(...given.map(({ slot }) => slot)) + 5000 * slotsPerMs) {
          await store.release(tag, windows(gone.key), gone.slot)
          given.splice(given.indexOf(gone), 1)
        }
        const result = await store.take({ ...request(tag, windows(key), Infinity), notBeforeMs: notBefore })
        if (!result.granted) return false
        const start = result.slot - Math.round(result.waitMs * slotsPerMs) + notBefore * slotsPerMs
        const lengths = windows(key).map((window) => ({
          ...window,
          length: window.windowMs * slotsPerMs,
          slots: given.filter((one) => window === account || one.key === key).map(({ slot }) => slot)
        }))
        const moments = lengths.flatMap(({ slots, length }) => slots.map((slot) => slot + length)).filter((moment) => moment > start)
        const fits = (moment: number): boolean => lengths.every((one) => worst([...one.slots, moment], one.length) <= one.limit)
        if (result.slot !== [start, ...moments.sort((a, b) => a - b)].find(fits)) return false
        given.push({ key, slot: result.slot })
      }
      return true
    }), { numRuns: Math.min(runs, 100) })
    t.pass()
  })
}
