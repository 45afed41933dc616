/** ROLLER times out after 10 s: handlers get 8 s, and a late event is repeated. */
import { PassThrough } from 'node:stream'
import { webhookKey } from '#plugin/webhooks/keys.js'
import { test } from '../support/tap.ts'
import { build, CONNECTION_ID } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from '../upstream/fixture.ts'
import { deliver, message, PATH, SECRET } from './fixture.ts'

interface Held {
  readonly started: Promise<void>,
  readonly finish: () =>
  void,
  readonly fail: () => void,
  readonly handler: () => Promise<void>,
  readonly calls: () => number
}

/** A handler that the test finishes. */
function held (): Held {
  let calls = 0
  let begin = (): void => {}
  let finish = (): void => {}
  let fail = (): void => {}
  const started = new Promise<void>((resolve) => { begin = resolve })
  const work = new Promise<void>((resolve, reject) => { finish = resolve; fail = () => reject(new Error('no room')) })
  work.catch(() => {})
  return { started, finish: () => finish(), fail: () => fail(), calls: () => calls, handler: () => { calls++; begin(); return work } }
}

const settle = async (): Promise<void> => { for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate) }

test('accepts a handler of 8 s, and times out after it', async (t) => {
  for (const [ms, status] of [[7_999, 200], [8_000, 503]] as const) {
    const clock = new ManualClock()
    const { app } = await build(t, { options: { clock, rollerWebhookSecrets: [SECRET] } })
    const { started, finish, handler } = held()
    app.roller.on('*', handler)
    const response = deliver(app, message())
    await started
    clock.advance(ms)
    await settle()
    finish()
    t.equal((await response).statusCode, status, `${ms} ms`)
  }
})

test('uses the option eventTimeout, from the arrival of the event', async (t) => {
  const clock = new ManualClock()
  const { app, nango } = await build(t, { options: { clock, rollerWebhookSecrets: [SECRET], eventTimeout: 500 } })
  const { started, finish, handler } = held()
  app.roller.on('*', handler)
  nango.faults.next({ path: /^\/connections/, kind: 'slow', delay: 20 })
  const response = deliver(app, message())
  await until(() => nango.requests.length > 0)
  clock.advance(300)
  await started
  clock.advance(200)
  await settle()
  finish()
  t.equal((await response).statusCode, 503)
})

test('counts the time that the delivery itself took', async (t) => {
  const clock = new ManualClock()
  const { app } = await build(t, { options: { clock, rollerWebhookSecrets: [SECRET] } })
  const { started, handler } = held()
  app.roller.on('*', handler)
  const body = new PassThrough()
  const headers = { 'x-roller-apikey': webhookKey(SECRET, CONNECTION_ID), 'transfer-encoding': 'chunked' }
  const response = app.inject({ method: 'POST', url: PATH, headers, payload: body })
  body.write(' ')
  await settle()
  clock.advance(5_000)
  body.end(JSON.stringify(message()))
  await started
  clock.advance(3_000)
  t.equal((await response).statusCode, 503)
})

test('does not repeat an event whose late handler succeeded', async (t) => {
  const clock = new ManualClock()
  const { app } = await build(t, { options: { clock, rollerWebhookSecrets: [SECRET] } })
  const { started, finish, handler, calls } = held()
  app.roller.on('*', handler)
  const event = message()
  const response = deliver(app, event)
  await started
  clock.advance(8_000)
  t.equal((await response).statusCode, 503)
  t.equal((await deliver(app, event)).statusCode, 503, 'still in progress')
  finish()
  await settle()
  t.equal((await deliver(app, event)).statusCode, 200)
  t.equal(calls(), 1)
})

test('repeats an event whose late handler failed', async (t) => {
  const clock = new ManualClock()
  const { app } = await build(t, { options: { clock, rollerWebhookSecrets: [SECRET] } })
  const { started, fail, handler } = held()
  let then = handler
  app.roller.on('*', () => then())
  const event = message()
  const response = deliver(app, event)
  await started
  clock.advance(8_000)
  t.equal((await response).statusCode, 503)
  fail()
  await settle()
  let again = 0
  then = async () => { again++ }
  t.equal((await deliver(app, event)).statusCode, 200)
  t.equal(again, 1)
})

test('releases an event whose handler never ends', async (t) => {
  const clock = new ManualClock()
  const { app } = await build(t, { options: { clock, rollerWebhookSecrets: [SECRET] } })
  const { started, handler } = held()
  let then = handler
  app.roller.on('*', () => then())
  const event = message()
  const response = deliver(app, event)
  await started
  clock.advance(8_000)
  t.equal((await response).statusCode, 503)
  then = async () => {}
  clock.advance(52_000)
  t.equal((await deliver(app, event)).statusCode, 200, 'at ROLLER\'s next try, a minute later')
})
