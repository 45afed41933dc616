import type { Test } from 'tap'

import type { TakeRequest, TakeResult } from '../../plugin/gateway/budget/store.ts'
import { freshTag, granted, refused, request, times, worst } from './helpers.ts'
import type { Bench } from './helpers.ts'

/** What every store must do, whatever it is made of. */
export function storeSuite (t: Test, bench: Bench): void {
  const { store, other, slotsPerMs, realTime } = bench
  let began = 0
  t.beforeEach(() => { began = performance.now() })
  const near = (t: Test, actual: number, expected: number, what: string): void => {
    const slackMs = realTime ? performance.now() - began : 0
    t.ok(actual <= expected + 0.001 && actual >= expected - slackMs - 0.001, `${what}: ${actual} should be ${expected}`)
  }
  const all = async (wishes: TakeRequest[]): Promise<TakeResult[]> => await Promise.all(wishes.map(async (wish) => await store.take(wish)))

  t.test('gives the whole limit at once, then the exact wait', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 5, windowMs: 400 }]
    const first = (await all(times(5, () => request(tag, windows)))).map((result) => granted(result))
    t.ok(first.every(({ waitMs }) => waitMs === 0))
    t.same(first.map(({ usage }) => usage[0]?.remaining), [4, 3, 2, 1, 0])
    near(t, first[4]?.usage[0]?.resetMs ?? 0, 400, 'reset')
    const no = refused(await other.take(request(tag, windows, 100)))
    t.equal(no.reason, 'budget')
    t.equal(no.window, 'rest')
    near(t, no.waitMs, 400, 'the wait that would be needed')
    near(t, no.usage[0]?.resetMs ?? 0, 400, 'reset')
    t.equal((await store.usage(tag, windows))[0]?.remaining, 0)
    const yes = granted(await store.take(request(tag, windows, 400)))
    t.equal(yes.slot - (first[0]?.slot ?? 0), 400 * slotsPerMs, 'exactly one window after the first')
    t.ok(yes.waitMs <= no.waitMs, 'the refused caller has taken nothing')
    await bench.pass(yes.waitMs)
    t.same(await store.confirm(request(tag, windows), yes.slot), { ok: true })
  })

  t.test('serves waiters in the order of asking, over replicas', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 3, windowMs: 1000 }]
    const slots: number[] = []
    for (let i = 0; i < 12; i++) slots.push(granted(await (i % 2 ? store : other).take(request(tag, windows, 60_000))).slot)
    t.same(slots, [...slots].sort((a, b) => a - b))
    for (let i = 3; i < 12; i++) t.equal((slots[i] as number) - (slots[i - 3] as number), 1000 * slotsPerMs)
    const [use] = await other.usage(tag, windows)
    near(t, use?.resetMs ?? 0, 4000, 'a newcomer stands behind the queue')
  })

  t.test('a place given back is found by the next taker', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 2, windowMs: 1000 }]
    const slots = (await all(times(50, () => request(tag, windows, 60_000)))).map((result) => granted(result).slot)
    for (const i of [4, 30]) {
      await other.release(tag, windows, slots[i] as number)
      t.equal(granted(await store.take(request(tag, windows, 60_000))).slot, slots[i])
    }
    await store.release(tag, windows, slots[40] as number)
    await store.release(tag, windows, slots[20] as number)
    t.equal(granted(await store.take(request(tag, windows, 60_000))).slot, slots[20], 'the earliest hole first')
    t.equal(granted(await store.take(request(tag, windows, 60_000))).slot, slots[40])
    t.ok(granted(await store.take(request(tag, windows, 60_000))).slot > (slots[49] as number))
    await store.release(tag, windows, slots[0] as number)
    t.ok(refused(await store.take(request(tag, windows))).waitMs > 3000, 'a slot that has passed is not given back')
    await store.release(tag, windows, 12345)
    t.ok(refused(await store.take(request(tag, windows))).waitMs > 3000, 'nor one that never was')
  })

  t.test('two windows: the later one decides, both record, a refusal records nowhere', async (t) => {
    const tag = freshTag()
    const account = { key: 'account', limit: 4, windowMs: 1000 }
    const a = [{ key: 'a', limit: 2, windowMs: 3000 }, account]
    const b = [{ key: 'b', limit: 10, windowMs: 3000 }, account]
    const [first] = (await all([request(tag, a), request(tag, a)])).map((result) => granted(result).slot)
    const far = granted(await store.take(request(tag, a, 10_000)))
    t.equal(far.slot - (first as number), 3000 * slotsPerMs, 'the narrow window decides')
    t.same((await store.usage(tag, [account])).map(({ remaining }) => remaining), [1])
    const no = refused(await store.take(request(tag, a, 10)))
    t.equal(no.window, 'a')
    t.same((await store.usage(tag, [account])).map(({ remaining }) => remaining), [1], 'the refused one is not in the other window')
    const between = (await all(times(2, () => request(tag, b)))).map((result) => granted(result))
    t.ok(between.every(({ waitMs }) => waitMs === 0), 'the far reservation does not hold up another connection')
    const next = granted(await store.take(request(tag, b, 10_000)))
    t.equal(next.slot - (first as number), 1000 * slotsPerMs)
    t.equal(next.usage[1]?.key, 'account')
  })

  t.test('not before: another gate has asked for the wait', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 2, windowMs: 1000 }]
    t.equal(granted(await store.take({ ...request(tag, windows, 500), notBeforeMs: 300 })).waitMs, 300)
    t.equal(refused(await store.take({ ...request(tag, windows, 200), notBeforeMs: 300 })).waitMs, 300)
    t.equal(granted(await store.take(request(tag, windows))).waitMs, 0)
  })

  t.test('a wall stops everybody, is extended and never shortened', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 9, windowMs: 1000 }]
    t.equal(await store.wall(tag, 'connection'), 0)
    await store.raiseWall(tag, 'connection', 6000)
    await other.raiseWall(tag, 'connection', 10)
    await other.raiseWall(tag, 'connection', 0)
    near(t, await other.wall(tag, 'connection'), 6000, 'wall')
    await other.raiseWall(tag, 'connection', 8000)
    near(t, await store.wall(tag, 'connection'), 8000, 'wall')
    await store.raiseWall(tag, 'account', 50)
    const no = refused(await other.take(request(tag, windows, 1000, ['account', 'connection'])))
    t.equal(no.reason, 'wall')
    t.equal(no.wall, 'connection')
    near(t, no.waitMs, 8000, 'wait')
    near(t, no.wallMs ?? 0, 8000, 'wall')
    t.equal((await store.usage(tag, windows))[0]?.remaining, 9)
    near(t, granted(await store.take(request(tag, windows, 8000, ['connection']))).waitMs, 8000, 'wait')
    t.equal(granted(await store.take(request(tag, windows, 0, ['another']))).waitMs, 0)
    t.equal(granted(await store.take(request(freshTag(), windows, 0, ['connection']))).waitMs, 0)
  })

  t.test('waiters who come due behind a wall take anew, in order, spaced', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 100, windowMs: 100 }]
    const wish = request(tag, windows, 60_000, ['connection'])
    const waiting = (await all(times(600, () => wish))).map((result) => granted(result)).slice(100)
    await store.raiseWall(tag, 'connection', 1200)
    await bench.pass(20)
    const outcomes = await Promise.all(waiting.map(async ({ slot }) => await other.confirm(wish, slot)))
    t.ok(outcomes.every((outcome) => !outcome.ok))
    const [outcome] = outcomes
    near(t, outcome?.ok === false ? outcome.waitMs : 0, 1180, 'what is left of the wall')
    const again = (await all(waiting.map(() => wish))).map((result) => granted(result))
    const slots = again.map(({ slot }) => slot)
    t.same(slots, [...slots].sort((a, b) => a - b))
    t.equal(worst(slots, 100 * slotsPerMs), 100)
    near(t, again[0]?.waitMs ?? 0, 1180, 'none before the end of the wall')
    t.equal((slots[499] as number) - (slots[0] as number), 400 * slotsPerMs, 'and no place left empty')
    await bench.pass(again[0]?.waitMs ?? 0)
    t.same(await store.confirm(wish, slots[0] as number), { ok: true })
  })

  t.test('many connections do not touch each other, and leave nothing behind', async (t) => {
    const tag = freshTag()
    const wishes = times(300, (i) => request(tag, [{ key: `venue-${i % 100}`, limit: 2, windowMs: 400 }]))
    const results = await all(wishes)
    t.equal(results.filter((result) => result.granted).length, 200)
    t.ok(results.slice(200).every((result) => !result.granted))
    await store.raiseWall(tag, 'connection', 40)
    await bench.pass(500)
    t.equal(await bench.idleKeys(), 0)
  })
}
