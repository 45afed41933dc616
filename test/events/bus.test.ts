/** Subscriptions by name, by kind, or to everything, until they are removed. */
import { test } from '../support/tap.ts'
import { HandlersTimedOut, EventNotHandled, Events, type AnyEvent } from '#plugin/webhooks/events.js'
import { ManualClock } from '../support/manual-clock.ts'

const event = (name: string): AnyEvent => ({ name, id: '1', connectionId: 'venue' }) as AnyEvent // the only fields that are read here

test('matches patterns', async (t) => {
  const events = new Events({ clock: new ManualClock(), timeoutMs: 8_000 })
  t.notOk(events.hasHandlers)
  const received: string[] = []
  const off = (['booking.created', 'booking.*', '*', 'connection.*', 'membership.*'] as const).map(
    (pattern) => events.on(pattern, (event: { name: string }) => { received.push(`${pattern} ${event.name}`) })
  )
  t.ok(events.hasHandlers)
  for (const name of ['booking.created', 'booking.updated', 'bookings.created', 'membership.paused', 'connection.deleted']) {
    await events.deliver(event(name))
  }
  t.strictSame(received, [
    'booking.created booking.created', 'booking.* booking.created', '* booking.created', 'booking.* booking.updated', '* booking.updated',
    '* bookings.created',
    'membership.* membership.paused', '* membership.paused', 'connection.* connection.deleted', '* connection.deleted'
  ])
  for (const end of off) end()
  t.notOk(events.hasHandlers)
  await events.deliver(event('booking.created'))
  t.equal(received.length, 10)
})

test('calls a handler that is registered twice two times, until one registration ends', async (t) => {
  const events = new Events({ clock: new ManualClock(), timeoutMs: 8_000 })
  let calls = 0
  const handler = (): void => { calls++ }
  const [end] = [events.on('*', handler), events.on('*', handler)]
  await events.deliver(event('booking.created'))
  t.equal(calls, 2)
  end?.()
  await events.deliver(event('booking.created'))
  t.equal(calls, 3)
})

test('removes a handler only once', async (t) => {
  const events = new Events({ clock: new ManualClock(), timeoutMs: 8_000 })
  const first = events.on('*', () => {})
  first()
  let received = 0
  events.on('*', () => { received++ })
  first()
  await events.deliver(event('booking.created'))
  t.equal(received, 1)
})

test('waits for all handlers, even if one has failed', async (t) => {
  const clock = new ManualClock()
  const events = new Events({ clock, timeoutMs: 8_000 })
  let finish = (): void => {}
  const work = new Promise<void>((resolve) => { finish = resolve })
  let done = false
  events.on('*', () => { throw new TypeError('no room') })
  events.on('*', () => work)
  const delivered = events.deliver(event('booking.created')).finally(() => { done = true })
  delivered.catch(() => {})
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  t.notOk(done)
  finish()
  const error = await delivered.catch((error: unknown) => error)
  t.ok(error instanceof EventNotHandled && !(error instanceof HandlersTimedOut))
  t.match(error, { cause: { message: 'no room' } })
  t.equal(clock.waiting, 0, 'and no timer is left')
})

test('reports the result of a late handler', async (t) => {
  for (const fails of [false, true]) {
    const clock = new ManualClock()
    const events = new Events({ clock, timeoutMs: 100 })
    let end = (): void => {}
    const work = new Promise<void>((resolve, reject) => { end = () => fails ? reject(new Error('no')) : resolve() })
    events.on('*', () => work)
    const delivered = events.deliver(event('booking.created')).catch((error: unknown) => error)
    clock.advance(100)
    const error = await delivered
    t.ok(error instanceof HandlersTimedOut)
    end()
    t.equal(await (error as HandlersTimedOut).result, !fails)
  }
})
