import fc from 'fast-check'
import type { Test } from 'tap'

import type { TakeRequest, Window } from '#plugin/gateway/limits/store.js'
import { freshTag, request, times, worst } from './helpers.ts'
import type { Bench } from './helpers.ts'

interface Waiting {
  readonly key: number
  readonly ticket: number
}

/** Invariants of every store for any schedule. */
export function storeProperties (t: Test, bench: Bench): void {
  const { store, other, slotsPerMs, runs } = bench

  t.test('never exceeds the limit in any interval, and keeps the order of callers', async (t) => {
    const step = fc.record({
      pass: fc.nat(30),
      key: fc.nat(2),
      wait: fc.nat(150),
      act: fc.constantFrom('take', 'take', 'take', 'burst', 'ask', 'ask', 'leave', 'late', 'coolingOff'),
      pick: fc.nat(1000)
    })
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 30 }), async (limit, steps) => {
      const tag = freshTag()
      const account = { key: 'account', limit: limit + 2, windowMs: 40 }
      const windows = (key: number): Window[] => [{ key: `c${key}`, limit, windowMs: 50 }, { ...account, flow: `c${key}` }]
      const left: Array<{ key: number, slot: number }> = []
      let line: Waiting[] = []
      const take = async (key: number, wish: TakeRequest): Promise<boolean> => {
        const result = await (key === 0 ? other : store).take(wish)
        const { ticket } = wish
        if (result.outcome === 'granted') {
          left.push({ key, slot: result.slot })
          // A call overtakes if an earlier one could be granted but has not been requested again.
          const ahead = line.filter((one) => one.key === key && (ticket === undefined || one.ticket < ticket))
          for (const one of ahead) {
            const before = await store.take({ ...request(tag, windows(key), Infinity, ['connection']), ticket: one.ticket })
            if (before.outcome !== 'granted') return false
            left.push({ key, slot: before.slot })
            line = line.filter(({ ticket }) => ticket !== one.ticket)
          }
        }
        if (result.outcome === 'queued' && ticket === undefined) line.push({ key, ticket: result.ticket })
        if (result.outcome !== 'queued') line = line.filter((one) => one.ticket !== ticket)
        return result.outcome === 'granted' || (result.outcome === 'queued') === (result.waitMs <= wish.maxWaitMs)
      }
      for (const { pass, key, wait, act, pick } of steps) {
        if (pass > 20) await bench.pass(pass)
        const wish = request(tag, windows(key), wait, ['connection'])
        const one = line[pick % line.length]
        const gone = left[pick % left.length]
        if (act === 'coolingOff') await store.startCoolingOff(tag, 'connection', pass)
        else if (act === 'take') { if (!await take(key, wish)) return false } else if (act === 'burst') {
          for (const ok of await Promise.all(times(limit + 2, async () => await take(3, request(tag, [{ ...account, flow: 'c3' }], 0))))) {
            if (!ok) return false
          }
        } else if (act === 'ask' && one !== undefined) {
          if (!await take(one.key, { ...request(tag, windows(one.key), wait, ['connection']), ticket: one.ticket })) return false
        } else if (act === 'leave' && one !== undefined) {
          await store.cancel(request(tag, windows(one.key)), one.ticket)
          line = line.filter((other) => other !== one)
        } else if (act === 'late' && gone !== undefined && gone === left.at(-1) && gone.key < 3) {
          gone.slot = await store.renew(tag, windows(gone.key), gone.slot)
        }
      }
      const slots = (key: number | null): number[] => left.filter((one) => key === null || one.key === key).map(({ slot }) => slot)
      return worst(slots(null), 40 * slotsPerMs) <= limit + 2 && [0, 1, 2].every((key) => worst(slots(key), 50 * slotsPerMs) <= limit)
    }), { numRuns: runs })
    t.pass()
  })
}
