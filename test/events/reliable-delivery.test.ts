/** A failed event is delivered again until its handlers succeed, here or on another replica. */
import { test } from '../support/tap.ts'
import { HandlersTimedOut, EventNotHandled } from '#plugin/webhooks/events.js'
import { ReliableDelivery } from '#plugin/webhooks/reliable-delivery.js'
import { MemoryDedupeStore } from '#plugin/webhooks/dedupe-memory.js'
import type { ConnectionEvent } from 'fastify-roller'
import { ManualClock } from '../support/manual-clock.ts'

const settle = async (): Promise<void> => { for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate) }
const CANARY = 'canary-tenant-5a1c'
const event = (id = 'evt_1'): ConnectionEvent => ({ name: 'connection.deleted', id, connectionId: CANARY, noticedAt: '', connection: null })

function start (
  deliver: (event: ConnectionEvent) => Promise<void>, { clock = new ManualClock(), store = new MemoryDedupeStore(clock) } = {}
) {
  const lines: string[] = []
  const write = (level: string) => (facts: object, message: string): void => { lines.push(`${level} ${JSON.stringify(facts)} ${message}`) }
  const log = { info: write('info'), warn: write('warn'), error: write('error') }
  return { clock, store, lines, delivery: new ReliableDelivery({ deliver, store, clock, log, random: () => 0 }) }
}

const reject = (): never => {
  throw new EventNotHandled('A handler failed.', { cause: Object.assign(new Error('answered 503'), { event: CANARY }) })
}

test('reports a failed first attempt, and retries in the background until the handlers succeed', async (t) => {
  const got: string[] = []
  const { clock, delivery, lines } = start(async ({ id }) => { got.push(id); if (got.length < 4) reject() })
  await t.rejects(delivery.deliver(event()), { name: 'EventNotHandled' })
  t.equal(got.length, 1)
  for (const [pause, tries] of [[1_000, 2], [2_000, 3], [4_000, 4], [3_600_000, 4]] as const) {
    clock.advance(pause - 1)
    await settle()
    clock.advance(1)
    await settle()
    t.equal(got.length, tries, `after ${pause} ms`)
  }
  t.equal(delivery.pending, 0)
  t.match(lines, [/^warn .*answered 503.* is delivered again/, /^info .*"tries":4.* was handled/])
  t.notMatch(lines.join(), CANARY, 'nothing of the connection is logged')
})

test('logs the failure of an event once, however often it is reported, and the beginning of its reason', async (t) => {
  const { delivery, lines } = start(async () => { throw new Error('x'.repeat(10_000)) })
  for (let reports = 0; reports < 3; reports++) await t.rejects(delivery.deliver(event()))
  t.equal(lines.length, 1)
  t.ok(Number(lines[0]?.length) < 500)
})

test('logs an abandoned event as an error, without a payload', async (t) => {
  const { clock, delivery, lines } = start(async () => reject())
  await t.rejects(delivery.deliver(event()))
  for (let hours = 0; hours < 25 && clock.waiting > 0; hours++) {
    for (let minutes = 0; minutes < 60; minutes++) { clock.advance(60_000); await settle() }
  }
  t.match(lines.at(-1), /^error \{"event":"connection.deleted","id":"evt_1","tries":\d+,"reason":"Error: answered 503"\} .* lost/)
  t.notMatch(lines.join(), CANARY)
  t.equal(delivery.pending, 0)
})

test('delivers an event that two sources report at once to its handlers once, and both get the result', async (t) => {
  let [running, most] = [0, 0]
  let finish = (): void => {}
  let calls = 0
  const { clock, delivery } = start(async () => {
    calls++
    most = Math.max(most, ++running)
    await new Promise<void>((resolve) => { finish = resolve })
    running--
    if (calls === 1) reject()
  })
  for (const fails of [true, false]) {
    const both = [delivery.deliver(event()), delivery.deliver(event())]
    await settle()
    finish()
    for (const { status } of await Promise.allSettled(both)) t.equal(status, fails ? 'rejected' : 'fulfilled')
  }
  clock.advance(5_000)
  await settle()
  t.same([calls, most], [2, 1])
  t.equal(delivery.pending, 0)
})

test('cancels the retry after a successful repeat of the report', async (t) => {
  let down = true
  const got: string[] = []
  const { clock, delivery } = start(async ({ id }) => { if (down) reject(); got.push(id) })
  await t.rejects(delivery.deliver(event()))
  down = false
  await delivery.deliver(event())
  t.equal(clock.waiting, 0)
  clock.advance(10_000)
  await settle()
  t.same(got, ['evt_1'])
})

test('stops retrying after an ack of another replica', async (t) => {
  const one = start(async () => reject())
  const got: string[] = []
  const other = start(async ({ id }) => { got.push(id) }, one)
  await t.rejects(one.delivery.deliver(event()))
  await other.delivery.deliver(event())
  one.clock.advance(1_000)
  await settle()
  t.equal(one.delivery.pending, 0)
  one.clock.advance(100_000)
  await settle()
  t.same(got, ['evt_1'])
})

test('leaves the event to another replica when one ends', async (t) => {
  const ends = start(() => new Promise(() => {}))
  const got: string[] = []
  const other = start(async ({ id }) => { got.push(id) }, ends)
  ends.delivery.deliver(event()).catch(() => {})
  await settle()
  await t.rejects(other.delivery.deliver(event()), { name: 'EventBusy' })
  for (let seconds = 0; seconds < 120; seconds++) { ends.clock.advance(1_000); await settle() }
  t.same(got, ['evt_1'])
  await other.delivery.close()
  t.same(other.lines, [], 'not a failure')
})

test('stops retrying when a late handler succeeds', async (t) => {
  let finish = (_taken: boolean): void => {}
  let tries = 0
  const { clock, delivery } = start(async () => { tries++; throw new HandlersTimedOut('', new Promise((resolve) => { finish = resolve })) })
  await t.rejects(delivery.deliver(event()), { name: 'HandlersTimedOut' })
  clock.advance(1_000)
  await settle()
  finish(true)
  await settle()
  for (let turn = 0; turn < 5; turn++) { clock.advance(60_000); await settle() }
  t.equal(tries, 1)
  t.equal(delivery.pending, 0)
})

test('stops the timers on close, and reports the number of pending events', async (t) => {
  const { clock, delivery, lines } = start(async () => reject())
  for (const id of ['a', 'b', 'c']) await t.rejects(delivery.deliver(event(id)))
  await delivery.close()
  t.equal(clock.waiting, 0)
  t.match(lines.at(-1), /^warn \{"left":3\}/)
  await t.rejects(delivery.deliver(event('d')))
  t.match(lines.at(-1), /^error .*"id":"d".* while the app was closing/)
})
