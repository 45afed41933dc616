/** The time that the store takes is part of a call's maximum wait. */
import { test } from '../support/tap.ts'
import { MemoryCacheStore } from '#plugin/gateway/cache/memory-store.js'
import { SteppedClock } from '../support/manual-clock.ts'
import { callOf, FakeGateway, settled, Sharing } from './helpers.ts'

test('waits for a lease as long as the store has left', async (t) => {
  const gateway = new FakeGateway()
  const clock = new SteppedClock()
  const store = new MemoryCacheStore(1_000_000, clock)
  store.find = () => {
    clock.advance(1_000)
    return { hit: null, generation: null }
  }
  const shared = new Sharing({ next: gateway, clock, cache: { store, rules: { 'GET /products': 60_000 } } })
  const call = shared.send(callOf({ maxWaitMs: 5_000 }))
  await settled()
  t.equal(gateway.at(1).call.maxWaitMs, 4_000)
  gateway.at(1).respond()
  await call
})
