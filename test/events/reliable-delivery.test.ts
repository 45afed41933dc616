/** An event that its handlers did not take is delivered again until they do, here or on another replica. */
import { test } from '../support/tap.ts'
import { EventLate, EventNotHandled } from '#plugin/webhooks/events.js'
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

const refuse = (): never => {
  throw new EventNotHandled('A handler failed.', { cause: Object.assign(new Error('answered 503'), { event: CANARY }) })
}

test('the first try is at once and its failure is seen; the repeats are in the background, until the handlers take it', async (t) => {
  const got: string[] = []
  const { clock, delivery, lines } = start(async ({ id }) => { got.push(id); if (got.length < 4) refuse() })
  await t.rejects(delivery.deliver(event()), { name: 'EventNotTaken' })
  t.equal(got.length, 1)
  for (const [pause, tries] of [[1_000, 2], [2_000, 3], [4_000, 4], [3_600_000, 4]] as const) {
    clock.advance(pause - 1)
    await settle()
    clock.advance(1)
    await settle()
    t.equal(got.length, tries, `after ${pause} ms`)
  }
  t.equal(delivery.pending, 0)
  t.match(lines, [/^warn .*answered 503.* is delivered again/, /^info .*"tries":4.* was taken/])
  t.notMatch(lines.join(), CANARY, 'nothing of the connection is logged')
})

test('what is given up is logged as an error, without a payload', async (t) => {
  const { clock, delivery, lines } = start(async () => refuse())
  await t.rejects(delivery.deliver(event()))
  for (let hours = 0; hours < 25 && clock.waiting > 0; hours++) {
    for (let minutes = 0; minutes < 60; minutes++) { clock.advance(60_000); await settle() }
  }
  t.match(lines.at(-1), /^error \{"event":"connection.deleted","id":"evt_1","tries":\d+,"reason":"Error: answered 503"\} .* lost/)
  t.notMatch(lines.join(), CANARY)
  t.equal(delivery.pending, 0)
})

test('the same event is not delivered twice at a time', async (t) => {
  let [running, most] = [0, 0]
  let finish = (): void => {}
  const { clock, delivery } = start(async () => {
    most = Math.max(most, ++running)
    await new Promise<void>((resolve) => { finish = resolve })
    running--
  })
  const first = delivery.deliver(event())
  await t.rejects(delivery.deliver(event()), { name: 'EventBusy' })
  clock.advance(5_000)
  await settle()
  finish()
  await first
  clock.advance(5_000)
  await settle()
  t.equal(most, 1)
  t.equal(delivery.pending, 0, 'the one that was turned away ends with it')
})

test('a repeat that another report brings ends the wait', async (t) => {
  let down = true
  const got: string[] = []
  const { clock, delivery } = start(async ({ id }) => { if (down) refuse(); got.push(id) })
  await t.rejects(delivery.deliver(event()))
  down = false
  await delivery.deliver(event())
  t.equal(clock.waiting, 0)
  clock.advance(10_000)
  await settle()
  t.same(got, ['evt_1'])
})

test('an ack of another replica ends the repeats', async (t) => {
  const one = start(async () => refuse())
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

test('a replica that ends in the middle leaves the event to the other', async (t) => {
  const ends = start(() => new Promise(() => {}))
  const got: string[] = []
  const other = start(async ({ id }) => { got.push(id) }, ends)
  ends.delivery.deliver(event()).catch(() => {})
  await settle()
  await t.rejects(other.delivery.deliver(event()), { name: 'EventBusy' })
  for (let seconds = 0; seconds < 120; seconds++) { ends.clock.advance(1_000); await settle() }
  t.same(got, ['evt_1'])
})

test('a late handler that gets it done ends the repeats', async (t) => {
  let finish = (_taken: boolean): void => {}
  let tries = 0
  const { clock, delivery } = start(async () => { tries++; throw new EventLate('late', new Promise((resolve) => { finish = resolve })) })
  await t.rejects(delivery.deliver(event()), { name: 'EventLate' })
  clock.advance(1_000)
  await settle()
  finish(true)
  await settle()
  for (let turn = 0; turn < 5; turn++) { clock.advance(60_000); await settle() }
  t.equal(tries, 1)
  t.equal(delivery.pending, 0)
})

test('closing stops the timers and says how many are left', async (t) => {
  const { clock, delivery, lines } = start(async () => refuse())
  for (const id of ['a', 'b', 'c']) await t.rejects(delivery.deliver(event(id)))
  await delivery.close()
  t.equal(clock.waiting, 0)
  t.match(lines.at(-1), /^warn \{"left":3\}/)
  await t.rejects(delivery.deliver(event('d')))
  t.match(lines.at(-1), /^error .*"id":"d".* while the app was closing/)
})
