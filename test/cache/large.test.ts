/** A response that is too large to share goes to one caller as a stream; the others make their own calls, concurrently. */
import type { Readable } from 'node:stream'
import { test } from '../support/tap.ts'
import { callOf, FakeGateway, LIMIT, settled, Sharing, textOf } from './helpers.ts'
import { SteppedClock } from '../support/manual-clock.ts'

function setup () {
  const gateway = new FakeGateway()
  const clock = new SteppedClock()
  return { gateway, clock, shared: new Sharing({ next: gateway, clock }) }
}

test('gives a large response to the first caller, and makes calls for the others', async (t) => {
  for (const declared of [true, false]) {
    const { gateway, clock, shared } = setup()
    const calls = [1, 2, 3].map(() => shared.send(callOf({ maxWaitMs: 5_000 })))
    await settled()
    clock.advance(1_000)
    const headers = declared ? { 'content-length': String(LIMIT + 1) } : {}
    const response = gateway.at(1).respond({ headers, body: Buffer.alloc(LIMIT + 1, 'x') })
    await settled()
    t.equal(gateway.sent.length, 3, 'both at once')
    for (const number of [2, 3]) {
      t.equal(gateway.at(number).call.maxWaitMs, 4_000, 'with the patience that is left')
      gateway.at(number).respond({ headers, body: Buffer.alloc(LIMIT + 1, 'y') })
    }
    const texts = await Promise.all((await Promise.all(calls)).map(textOf))
    t.strictSame(texts.map((text) => [text[0], text.length]), [['x', LIMIT + 1], ['y', LIMIT + 1], ['y', LIMIT + 1]])
    t.equal(response.taken, 1)
  }
})

test('shares a response of exactly the maximum size', async (t) => {
  for (const flows of [false, true]) {
    const { gateway, shared } = setup()
    const calls = [1, 2].map(() => shared.send(callOf()))
    await settled()
    gateway.at(1).respond({ headers: { 'content-length': String(LIMIT) }, body: Buffer.alloc(LIMIT), flows })
    for (const response of await Promise.all(calls)) t.equal((await textOf(response)).length, LIMIT)
    t.equal(gateway.sent.length, 1)
  }
})

test('cancels the upstream request when every reader of a large response disconnects', async (t) => {
  for (const begun of [false, true]) {
    const { gateway, shared } = setup()
    const calls = [1, 2].map(() => shared.send(callOf()))
    await settled()
    const response = gateway.at(1).respond({ body: Buffer.alloc(3 * LIMIT) })
    const stream = (await (calls[0] as NonNullable<typeof calls[0]>)).payload() as Readable // too large for a Buffer
    if (begun) stream.read()
    stream.destroy()
    await settled()
    t.ok(response.stream?.destroyed)
    gateway.at(2).respond()
    await calls[1]
  }
})

test('passes a truncated large response on as truncated', async (t) => {
  const { gateway, shared } = setup()
  const calls = [1, 2].map(() => shared.send(callOf()))
  await settled()
  gateway.at(1).respond({ body: Buffer.alloc(3 * LIMIT), broken: new Error('cut') })
  await t.rejects(textOf(await (calls[0] as NonNullable<typeof calls[0]>)), { message: 'cut' })
  gateway.at(2).respond()
  await calls[1]
})

test('passes the response unread to a single caller', async (t) => {
  const { gateway, shared } = setup()
  const call = shared.send(callOf())
  await settled()
  const response = gateway.at(1).respond({ broken: new Error('read') })
  t.equal(await call, response)
})

test('does not share a response that is already streaming to one caller', async (t) => {
  const { gateway, shared } = setup()
  const first = shared.send(callOf())
  await settled()
  gateway.at(1).respond({ body: 'one' })
  await first
  const second = shared.send(callOf())
  await settled()
  t.equal(gateway.sent.length, 2)
  gateway.at(2).respond({ body: 'two' })
  t.equal(await textOf(await second), 'two')
})
