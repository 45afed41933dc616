import t from '../support/tap.ts'

import { WaitQueue } from '#plugin/gateway/limits/wait-queue.js'
import { ManualClock } from '../support/manual-clock.ts'

function world () {
  const clock = new ManualClock()
  const woken: string[] = []
  const room = new WaitQueue(clock)
  return {
    woken,
    room,
    timers: () => clock.waiting,
    enter (name: string, ms: number) {
      const leaving = new AbortController()
      room.wait(ms, leaving.signal).then(() => woken.push(name), () => woken.push(`${name} left`))
      return { leave: () => leaving.abort(new Error('gone')) }
    },
    async pass (ms: number) {
      clock.advance(ms)
      for (let i = 0; i < 5; i++) await null
      return woken.splice(0)
    }
  }
}

t.test('wakes each call at its time, with one timer for all', async (t) => {
  const { enter, pass, timers } = world()
  enter('a', 100)
  enter('b', 200)
  enter('c', 50)
  t.equal(timers(), 1)
  t.same(await pass(49), [])
  t.same(await pass(1), ['c'])
  t.same(await pass(100), ['a'])
  t.same(await pass(100), ['b'])
  t.equal(timers(), 0)
})

t.test('hands the time of a leaving call to the next one, and so on', async (t) => {
  const { enter, pass, timers, room } = world()
  enter('first', 100)
  const leaver = enter('leaver', 200)
  enter('third', 300)
  enter('fourth', 400)
  leaver.leave()
  t.equal(room.size, 3)
  t.same(await pass(100), ['leaver left', 'first'])
  t.same(await pass(100), ['third'])
  t.same(await pass(100), ['fourth'])
  t.equal(timers(), 0)
})

t.test('handles the first, the last, and an already removed call', async (t) => {
  const { enter, pass, timers, room } = world()
  const first = enter('first', 100)
  enter('second', 200)
  const last = enter('last', 300)
  first.leave()
  last.leave()
  t.same(await pass(100), ['first left', 'last left', 'second'])
  t.equal(timers(), 0)
  await t.rejects(room.wait(10, AbortSignal.abort(new Error('gone'))), { message: 'gone' })
  t.equal(room.size, 0)
  t.equal(timers(), 0)
})

t.test('keeps the order of calls with the same time, and the time of a call before a later one', async (t) => {
  const { enter, pass, timers } = world()
  for (const name of ['a', 'b']) enter(name, 50)
  const last = enter('c', 500)
  t.same(await pass(50), ['a', 'b'])
  last.leave()
  t.same(await pass(0), ['c left'])
  t.equal(timers(), 0)
})

t.test('rejects all calls when it is closed, and later ones', async (t) => {
  const { enter, pass, timers, room } = world()
  enter('a', 100)
  room.close()
  t.same(await pass(0), ['a left'])
  t.equal(timers(), 0)
  await t.rejects(room.wait(10), { code: 'ROLLER_ERR_CLOSING', retryAfter: 1 })
})

t.test('removes a thousand calls at once quickly', async (t) => {
  const { enter, pass, room } = world()
  const guests = Array.from({ length: 2000 }, (_, i) => enter(String(i), i))
  const startedAt = process.cpuUsage()
  for (const { leave } of guests.slice(0, 1000)) leave()
  const { user } = process.cpuUsage(startedAt)
  t.ok(user < 500_000, `${user / 1000} ms`)
  t.equal(room.size, 1000)
  t.equal((await pass(1000)).filter((name) => !name.endsWith('left')).length, 1000, 'the others have moved up by 1000')
})
