import type { Test } from 'tap'

import { TICKET_MS } from '#plugin/gateway/limits/store.js'
import type { TakeRequest, TakeResult, Window } from '#plugin/gateway/limits/store.js'
import { freshTag, granted, queued, rejected, request, times } from './helpers.ts'
import type { Bench } from './helpers.ts'

/** The contract of every store. */
export function storeSuite (t: Test, bench: Bench): void {
  const { store, other, slotsPerMs, realTime } = bench
  let began = 0
  t.beforeEach(() => { began = performance.now() })
  const near = (t: Test, actual: number, expected: number, what: string): void => {
    const slackMs = realTime ? performance.now() - began : 0
    t.ok(actual <= expected + 0.001 && actual >= expected - slackMs - 0.001, `${what}: ${actual} should be ${expected}`)
  }
  const all = async (wishes: TakeRequest[]): Promise<TakeResult[]> => await Promise.all(wishes.map(async (wish) => await store.take(wish)))
  const fill = async (tag: string, windows: readonly Window[], places: number): Promise<number[]> =>
    (await all(times(places, () => request(tag, windows)))).map((result) => granted(result).slot)

  t.test('grants the whole limit at once, then returns the exact wait', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 5, windowMs: 1500 }]
    const first = (await all(times(5, () => request(tag, windows)))).map((result) => granted(result))
    t.same(first.map(({ usage }) => usage[0]?.remaining), [4, 3, 2, 1, 0])
    near(t, first[4]?.usage[0]?.resetMs ?? 0, 1500, 'reset')
    const no = rejected(await other.take(request(tag, windows, 100)))
    t.equal(no.reason, 'limit')
    t.equal(no.window, 'rest')
    near(t, no.waitMs, 1500, 'the wait that would be needed')
    near(t, no.usage[0]?.resetMs ?? 0, 1500, 'reset')
    t.equal((await store.usage(tag, windows))[0]?.remaining, 0)
    const yes = queued(await store.take(request(tag, windows, 1500)))
    t.ok(yes.waitMs <= no.waitMs, 'the rejected call has taken no slot')
    await bench.pass(yes.waitMs)
    const { slot } = granted(await other.take({ ...request(tag, windows), ticket: yes.ticket }))
    t.ok(slot - (first[0]?.slot ?? 0) >= 1500 * slotsPerMs, 'not before one window after the first')
  })

  t.test('serves waiting calls in order over replicas, before any new call', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 3, windowMs: 300 }]
    await fill(tag, windows, 3)
    const line: number[] = []
    for (let i = 0; i < 7; i++) {
      const { ticket, waitMs } = queued(await (i % 2 ? store : other).take(request(tag, windows, 60_000)))
      near(t, waitMs, 300 * (1 + Math.floor(i / 3)), `the wait of number ${i}`)
      line.push(ticket)
    }
    const [use] = await other.usage(tag, windows)
    near(t, use?.resetMs ?? 0, 900, 'a new call is behind the queue')
    await bench.pass(300)
    queued(await store.take({ ...request(tag, windows, 60_000), ticket: line[3] }))
    near(t, rejected(await other.take(request(tag, windows))).waitMs, 600, 'a new call is no faster than the last one in the queue')
    for (const ticket of [line[2], line[0], line[1]]) granted(await other.take({ ...request(tag, windows), ticket }))
    queued(await store.take({ ...request(tag, windows, 60_000), ticket: line[3] }))
  })

  t.test('moves up the queue when a caller leaves', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 2, windowMs: 1000 }]
    await fill(tag, windows, 2)
    const wish = request(tag, windows, 60_000)
    const line = (await all(times(9, () => wish))).map((result) => queued(result).ticket)
    near(t, queued(await store.take({ ...wish, ticket: line[8] })).waitMs, 5000, 'the ninth')
    for (const i of [0, 4]) await other.cancel(wish, line[i] as number)
    near(t, queued(await store.take({ ...wish, ticket: line[8] })).waitMs, 4000, 'now the seventh')
    near(t, queued(await store.take({ ...wish, ticket: line[1] })).waitMs, 1000, 'now the first')
    near(t, queued(await store.take(wish)).waitMs, 4000, 'a new call is the eighth')
    await store.cancel(wish, line[0] as number)
    near(t, queued(await store.take({ ...wish, ticket: line[8] })).waitMs, 4000, 'leaving twice has no effect')
    const gone = rejected(await store.take({ ...wish, maxWaitMs: 0, ticket: line[2] }))
    near(t, gone.waitMs, 1000, 'a call that waited its maximum gets the wait that would have been sufficient')
    near(t, queued(await store.take({ ...wish, ticket: line[8] })).waitMs, 3000, 'and has left: the sixth')
    near(t, queued(await store.take({ ...wish, ticket: line[6] })).waitMs, 2000, 'the fourth')
  })

  t.test('drops an abandoned ticket after its turn', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 1, windowMs: 100 }]
    await fill(tag, windows, 1)
    const wish = request(tag, windows, 60_000)
    const dead = queued(await store.take(wish))
    const { ticket } = queued(await other.take(wish))
    await bench.pass(300)
    t.ok(queued(await other.take({ ...wish, ticket })).waitMs > 0, 'it holds its place for a while')
    await bench.pass(TICKET_MS)
    granted(await other.take({ ...wish, ticket }))
    near(t, queued(await other.take({ ...wish, ticket: dead.ticket })).waitMs, 100, 'a ticket used too late counts as a new call')
  })

  t.test('frees a released slot at once, in the given windows', async (t) => {
    const tag = freshTag()
    const bulk = { key: 'bulk', limit: 1, windowMs: 60_000 }
    const reporting = { key: 'reporting', limit: 2, windowMs: 30_000 }
    const remaining = async (): Promise<unknown> => (await store.usage(tag, [bulk, reporting])).map((use) => use.remaining)
    const { slot } = granted(await store.take(request(tag, [bulk, reporting])))
    t.same(await remaining(), [0, 1])
    await other.refund(tag, [bulk], slot)
    t.same(await remaining(), [1, 1])
    const again = granted(await store.take(request(tag, [bulk, reporting])))
    t.same(await remaining(), [0, 0])
    await store.refund(tag, [bulk, reporting], again.slot)
    t.same(await remaining(), [1, 1])
    await store.refund(tag, [bulk, reporting], again.slot + slotsPerMs * 5)
    t.same(await remaining(), [1, 1], 'a place that never was changes nothing')
  })

  t.test('counts a delayed call from the time it was sent', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 2, windowMs: 400 }]
    const [late = 0] = await fill(tag, windows, 2)
    await bench.pass(200)
    const moved = await other.renew(tag, windows, late)
    t.ok(moved - late >= 200 * slotsPerMs)
    await bench.pass(201)
    const [use] = await store.usage(tag, windows)
    t.equal(use?.remaining, 1, 'the punctual one has left the window, the late one has not')
    t.ok((use?.resetMs ?? 0) > 100)
    await store.refund(tag, windows, moved)
    t.equal((await store.usage(tag, windows))[0]?.remaining, 2, 'it has its new name')
  })

  t.test('two windows: the later one decides, both record, and a rejection records nothing', async (t) => {
    const tag = freshTag()
    const account = { key: 'account', limit: 4, windowMs: 1000 }
    const a = [{ key: 'a', limit: 2, windowMs: 3000 }, { ...account, flow: 'a' }]
    const b = [{ key: 'b', limit: 10, windowMs: 3000 }, { ...account, flow: 'b' }]
    await fill(tag, a, 2)
    near(t, queued(await store.take(request(tag, a, 10_000))).waitMs, 3000, 'the narrow window decides')
    const no = rejected(await store.take(request(tag, a, 10)))
    t.equal(no.window, 'a')
    t.same(
      (await store.usage(tag, [account])).map(({ remaining }) => remaining), [2],
      'who waits for its own window takes nothing of the shared one'
    )
    await fill(tag, b, 2)
    const next = queued(await store.take(request(tag, b, 10_000)))
    near(t, next.waitMs, 1000, 'the shared one')
    t.equal(next.usage[1]?.key, 'account')
    t.equal(rejected(await store.take(request(tag, b))).window, 'account')
  })

  t.test('serves a shared window round robin, however many calls one connection has queued', async (t) => {
    const tag = freshTag()
    const account = { key: 'account', limit: 2, windowMs: 1000 }
    const of = (flow: string): Window[] => [{ key: flow, limit: 500, windowMs: 1000 }, { ...account, flow }]
    await fill(tag, of('noisy'), 2)
    const noisy = (await all(times(200, () => request(tag, of('noisy'), 600_000)))).map((result) => queued(result))
    near(t, noisy[199]?.waitMs ?? 0, 100_000, 'the last of the noisy one')
    const quiet = queued(await other.take(request(tag, of('quiet'), 600_000)))
    near(t, quiet.waitMs, 1000, 'the quiet one is second')
    near(t, queued(await other.take(request(tag, of('quiet'), 600_000))).waitMs, 2000, 'its next comes after the noisy one\'s next')
    near(t, queued(await other.take(request(tag, of('third'), 600_000))).waitMs, 2000, 'a third is third')
    const moved = queued(await store.take({ ...request(tag, of('noisy'), 600_000), ticket: noisy[1]?.ticket }))
    near(t, moved.waitMs, 2000, 'and the second of the noisy one after it')
    const turns = noisy.slice(0, 20).map(
      async ({ ticket }) => queued(await store.take({ ...request(tag, of('noisy'), 600_000), ticket })).waitMs
    )
    const waits = await Promise.all(turns)
    t.same(
      waits.map((ms) => Math.round(ms / 1000)), waits.map((ms) => Math.round(ms / 1000)).sort((a, b) => a - b),
      'within a flow in the order of asking'
    )
    await bench.pass(1000)
    granted(await other.take({ ...request(tag, of('quiet')), ticket: quiet.ticket }))
    granted(await store.take({ ...request(tag, of('noisy')), ticket: noisy[0]?.ticket }))
    const later = queued(await other.take(request(tag, of('fourth'), 600_000)))
    t.ok(later.waitMs <= 2000, 'a new flow has its turn with the next ones, not before those that were served')
  })

  t.test('a waiting call has the last slot of a shared window before a newcomer of its own connection', async (t) => {
    const tag = freshTag()
    const account = { key: 'account', limit: 3, windowMs: 5000 }
    const windows = [{ key: 'a', limit: 2, windowMs: 400 }, { ...account, flow: 'a' }]
    await fill(tag, windows, 2)
    const wish = request(tag, windows, 60_000)
    const waiter = queued(await store.take(wish))
    await bench.pass(waiter.waitMs + 5)
    rejected(await other.take(request(tag, windows)))
    const newcomer = queued(await other.take(wish))
    granted(await store.take({ ...wish, ticket: waiter.ticket }))
    const later = queued(await other.take({ ...wish, ticket: newcomer.ticket }))
    await bench.pass(later.waitMs + 5)
    granted(await other.take({ ...wish, ticket: newcomer.ticket }))
  })

  t.test('rejects all callers during a cooling-off, which can be extended but not shortened', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 9, windowMs: 1000 }]
    t.equal(await store.coolingOff(tag, 'connection'), 0)
    await store.startCoolingOff(tag, 'connection', 6000)
    await other.startCoolingOff(tag, 'connection', 10)
    await other.startCoolingOff(tag, 'connection', 0)
    near(t, await other.coolingOff(tag, 'connection'), 6000, 'cooling-off')
    await other.startCoolingOff(tag, 'connection', 8000)
    near(t, await store.coolingOff(tag, 'connection'), 8000, 'cooling-off')
    await store.startCoolingOff(tag, 'account', 50)
    const no = rejected(await other.take(request(tag, windows, 1000, ['account', 'connection'])))
    t.equal(no.reason, 'cooling-off')
    t.equal(no.coolingOff, 'connection')
    near(t, no.waitMs, 8000, 'wait')
    near(t, no.coolingOffMs ?? 0, 8000, 'cooling-off')
    t.match(rejected(await other.take(request(tag, windows, 1000, ['connection', 'account']))), { coolingOff: 'connection' })
    t.equal((await store.usage(tag, windows))[0]?.remaining, 9)
    near(t, queued(await store.take(request(tag, windows, 8000, ['connection']))).waitMs, 8000, 'wait')
    t.equal((await store.usage(tag, windows))[0]?.remaining, 8, 'a slot is taken for the waiting call')
    granted(await store.take(request(tag, [{ key: 'reporting', limit: 9, windowMs: 1000 }], 0, ['another'])))
    granted(await store.take(request(freshTag(), windows, 0, ['connection'])))
  })

  t.test('rejects for the limit if the call may wait for the end of the cooling-off', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 1, windowMs: 8000 }]
    await fill(tag, windows, 1)
    await store.startCoolingOff(tag, 'connection', 500)
    const no = rejected(await other.take(request(tag, windows, 1000, ['connection'])))
    t.match(no, { reason: 'limit', window: 'rest' })
    near(t, no.waitMs, 8000, 'wait')
  })

  t.test('a connection in its cooling-off takes no turn in a shared window', async (t) => {
    const tag = freshTag()
    const account = { key: 'account', limit: 1, windowMs: 1000 }
    const of = (flow: string): Window[] => [{ key: flow, limit: 9, windowMs: 1000 }, { ...account, flow }]
    await store.startCoolingOff(tag, 'a', 5000)
    queued(await store.take(request(tag, of('a'), 60_000, ['a'])))
    granted(await other.take(request(tag, of('b'))))
  })

  t.test('a connection that was quiet has its next turn, not those that it has not used', async (t) => {
    const tag = freshTag()
    const account = { key: 'account', limit: 5, windowMs: 1000 }
    const of = (flow: string): Window[] => [{ key: flow, limit: 500, windowMs: 1000 }, { ...account, flow }]
    await fill(tag, of('steady'), 5)
    const { ticket } = queued(await store.take(request(tag, of('steady'), 60_000)))
    for (let n = 0; n < 6; n++) queued(await other.take(request(tag, of('quiet'), 60_000)))
    near(t, queued(await store.take({ ...request(tag, of('steady'), 60_000), ticket })).waitMs, 1000, 'before five of the other')
  })

  t.test('delays the queue by a cooling-off, in order, with new calls at the end', async (t) => {
    const tag = freshTag()
    const windows = [{ key: 'rest', limit: 100, windowMs: 2000 }]
    const wish = request(tag, windows, 60_000, ['connection'])
    await fill(tag, windows, 100)
    const waiting = (await all(times(500, () => wish))).map((result) => queued(result).ticket)
    await store.startCoolingOff(tag, 'connection', 2500)
    const newcomer = queued(await other.take(wish))
    near(t, newcomer.waitMs, 2500 + 10_000, 'behind five windows of waiters')
    await bench.pass(20)
    const outcomes = await Promise.all(waiting.map(async (ticket) => queued(await other.take({ ...wish, ticket }))))
    outcomes.forEach(({ waitMs }, i) => { if (i % 50 === 49) near(t, waitMs, 2480 + 2000 * Math.floor(i / 100), `number ${i}`) })
    const notWaiting = rejected(await other.take({ ...wish, maxWaitMs: 50, ticket: waiting[499] }))
    t.match(notWaiting, { reason: 'cooling-off', coolingOff: 'connection' })
    await bench.pass(outcomes[0]?.waitMs ?? 0)
    rejected(await store.take(request(tag, windows)))
    for (const result of await Promise.all(waiting.slice(0, 100).map(async (ticket) => await store.take({ ...wish, ticket })))) {
      granted(result)
    }
  })

  t.test('reserves slots of a shared window for connections with few calls', async (t) => {
    const tag = freshTag()
    const account = { key: 'account', limit: 10, windowMs: 1000, reserve: 3 }
    const of = (flow: string): Window[] => [{ key: flow, limit: 500, windowMs: 1000 }, { ...account, flow }]
    await fill(tag, of('noisy'), 7)
    t.equal(rejected(await store.take(request(tag, of('noisy')))).window, 'account', 'the noisy one has used up all but the reserve')
    const waiting = await all(times(50, () => request(tag, of('noisy'), 600_000)))
    t.ok(waiting.every(({ outcome }) => outcome === 'queued'))
    for (const venue of ['quiet', 'rare', 'rare']) granted(await other.take(request(tag, of(venue)))) // at once, past a queue of 50
    rejected(await other.take(request(tag, of('quiet'))))
    const meter = { ...request(freshTag(), of('noisy')), upstreamQuota: 'account' }
    const first = granted(await store.take(meter))
    for (let sent = 1; sent < 3; sent++) granted(await store.take(meter))
    await store.report(meter.tag, 'account', [account], { remaining: 5, endsInMs: 1000, slot: first.slot })
    t.equal(rejected(await store.take(meter)).window, 'account', 'of the remaining quota that Nango reports, too')
    granted(await other.take({ ...meter, windows: of('quiet') }))
  })

  t.test('ignores a late report of an earlier window of the upstream', async (t) => {
    const tag = freshTag()
    const account = { key: 'account', limit: 50, windowMs: 5000 }
    const wish = { ...request(tag, [account]), upstreamQuota: 'account' }
    const { slot } = granted(await store.take(wish))
    await store.report(tag, 'account', [account], { remaining: 0, endsInMs: 50_000, slot })
    await other.report(tag, 'account', [account], { remaining: 40, endsInMs: 4000, slot })
    near(t, rejected(await other.take(wish)).waitMs, 50_000, 'until the end of the later one')
  })

  t.test('counts the upstream quota down on all replicas, and rejects at 0 until it ends', async (t) => {
    const tag = freshTag()
    const account = { key: 'account', limit: 50, windowMs: 5000 }
    const windows = [{ key: 'rest', limit: 20, windowMs: 5000 }, { ...account, flow: 'a' }]
    const wish = { ...request(tag, windows), upstreamQuota: 'account' }
    const first = granted(await store.take(wish))
    t.equal(first.left, undefined, 'nothing is known yet')
    const slots = times(3, () => 0)
    for (const i of slots.keys()) {
      await bench.pass(1)
      slots[i] = granted(await store.take(wish)).slot
    }
    await other.report(tag, 'account', [account], { remaining: 8, endsInMs: 2000, slot: first.slot })
    t.equal(granted(await store.take(wish)).left, 4, 'calls sent after the reported one are subtracted')
    await store.report(tag, 'account', [account], { remaining: 30, endsInMs: 1990, slot: slots[2] as number })
    t.equal(granted(await other.take(wish)).left, 3, 'a response that comes late changes nothing')
    await store.report(tag, 'account', [account], { remaining: 4, endsInMs: 2010, slot: slots[2] as number })
    t.equal(granted(await other.take(wish)).left, 1, 'others have used it up too')
    t.equal(granted(await other.take(wish)).left, 0)
    const no = rejected(await store.take(wish))
    t.equal(no.window, 'account')
    near(t, no.waitMs, 2000, 'until it ends')
    const { ticket, waitMs } = queued(await store.take({ ...wish, maxWaitMs: 3000 }))
    await store.report(tag, 'account', [], { remaining: 0, endsInMs: 10, slot: 0 })
    t.equal(rejected(await store.take(wish)).window, 'account', 'news of a window before it changes nothing')
    await bench.pass(waitMs)
    t.equal(granted(await store.take({ ...wish, ticket })).left, undefined)
  })

  t.test('separates many connections, and keeps nothing of idle ones', async (t) => {
    const tag = freshTag()
    const wishes = times(300, (i) => request(tag, [{ key: `venue-${i % 100}`, limit: 2, windowMs: 1_500 }]))
    const results = await all(wishes)
    t.equal(results.filter(({ outcome }) => outcome === 'granted').length, 200)
    t.ok(results.slice(200).every(({ outcome }) => outcome === 'rejected'))
    await store.startCoolingOff(tag, 'connection', 40)
    await bench.pass(1_600)
    t.equal(await bench.idleKeys(), 0)
  })
}
