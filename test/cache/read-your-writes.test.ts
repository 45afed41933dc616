/** A read after a write never returns the state before it, also without a cache. */
import { test } from '../support/tap.ts'
import { MemoryCacheStore } from '#plugin/gateway/cache/memory-store.js'
import { callOf, FakeGateway, settled, Sharing, textOf } from './helpers.ts'
import { SteppedClock } from '../support/manual-clock.ts'

async function readThenWrite (write: string, status: number, connectionId = 'venue') {
  const gateway = new FakeGateway()
  const shared = new Sharing({ next: gateway, clock: new SteppedClock() })
  const before = shared.send(callOf())
  const writing = shared.send(callOf({ name: write, connectionId }))
  await settled()
  gateway.at(2).respond({ status })
  await writing
  const after = shared.send(callOf())
  await settled()
  return { gateway, before, after }
}

test('does not join a read from before a write', async (t) => {
  for (const write of ['PUT /products/stock', 'POST /bookings', 'POST /elsewhere']) {
    const { gateway, before, after } = await readThenWrite(write, 200)
    t.equal(gateway.sent.length, 3, write)
    gateway.at(3).respond({ body: 'new' })
    t.equal(await textOf(await after), 'new')
    gateway.at(1).respond({ body: 'old' })
    t.equal(await textOf(await before), 'old', 'subscribers of the older request still get its response')
  }
})

test('keeps sharing after a failed write, and after one on another connection', async (t) => {
  const cases = [
    ['PUT /products/stock', 409, 'venue'], ['POST /bookings/draft/costs', 200, 'venue'], ['PUT /products/stock', 200, 'other']
  ] as const
  for (const [write, status, connectionId] of cases) {
    const { gateway, before, after } = await readThenWrite(write, status, connectionId)
    t.equal(gateway.sent.length, 2, `${write} ${status} ${connectionId}`)
    gateway.at(1).respond({ body: 'same' })
    t.strictSame(await Promise.all((await Promise.all([before, after])).map(textOf)), ['same', 'same'])
  }
})

test('cancels sharing of the calls in flight of a deleted connection', async (t) => {
  const gateway = new FakeGateway()
  const shared = new Sharing({ next: gateway, clock: new SteppedClock() })
  const before = shared.send(callOf())
  await shared.forget('venue')
  const after = shared.send(callOf())
  await settled()
  t.equal(gateway.sent.length, 2)
  for (const sent of gateway.sent) sent.respond()
  await Promise.all([before, after])
})

test('responds to a write once the cache is invalidated', async (t) => {
  const gateway = new FakeGateway()
  const clock = new SteppedClock()
  const store = new MemoryCacheStore(1_000_000, clock)
  let finish = (): void => {}
  store.invalidate = () => new Promise<void>((resolve) => { finish = resolve })
  const shared = new Sharing({ next: gateway, clock, cache: { store, rules: {} } })
  let responded = false
  const writing = shared.send(callOf({ name: 'PUT /products/stock' })).then(() => { responded = true })
  await settled()
  gateway.at(1).respond()
  await settled()
  t.notOk(responded)
  finish()
  await writing
})
