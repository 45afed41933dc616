/** Memory and Redis together: while Redis is down, memory alone is used, logged once. */
import { test } from '../support/tap.ts'
import { MemoryDedupeStore } from '#plugin/webhooks/dedupe-memory.js'
import { SharedDedupeStore } from '#plugin/webhooks/dedupe-shared.js'
import type { DedupeStore } from '#plugin/webhooks/dedupe-store.js'
import { ManualClock } from '../support/manual-clock.ts'
import { dedupeSuite } from './dedupe-suite.ts'

const key = { connectionId: 'venue', id: '1' }

/** A shared store that can be switched off. */
function open () {
  const clock = new ManualClock()
  const inner = new MemoryDedupeStore(clock)
  const state = { isDown: false, warnings: 0 }
  const respond = <T>(work: () => T): T => { if (state.isDown) throw new Error('away'); return work() }
  const shared: DedupeStore = {
    claim: async (key) => respond(() => inner.claim(key)),
    done: async (key) => respond(() => inner.done(key)),
    release: async (key) => respond(() => inner.release(key))
  }
  const replica = (): SharedDedupeStore => new SharedDedupeStore(
    { local: new MemoryDedupeStore(clock), shared, onRedisDown: () => { state.warnings++ } }
  )
  return { clock, state, replica }
}

test('passes the common suite', (t) => {
  const { clock, replica } = open()
  dedupeSuite(t, { store: replica(), pass: (ms) => clock.advance(ms) })
  t.end()
})

test('respects the events of another replica', async (t) => {
  const { replica } = open()
  const [one, two] = [replica(), replica()]
  t.equal(await one.claim(key), 'new')
  t.equal(await two.claim(key), 'busy')
  await one.release(key)
  t.equal(await two.claim(key), 'new')
  await two.done(key)
  for (let repeats = 0; repeats < 2; repeats++) t.equal(await one.claim(key), 'done')
})

test('continues with each replica\'s own store without Redis, and logs it once', async (t) => {
  const { state, replica } = open()
  const [one, two] = [replica(), replica()]
  state.isDown = true
  t.equal(await one.claim(key), 'new')
  t.equal(await one.claim(key), 'busy')
  await one.done(key)
  t.equal(await one.claim(key), 'done')
  t.equal(state.warnings, 1)
  t.equal(await two.claim(key), 'new', 'two replicas, so handlers must be idempotent')
  state.isDown = false
  await one.release({ ...key, id: '2' })
  state.isDown = true
  await one.claim({ ...key, id: '3' })
  t.equal(state.warnings, 3, 'again after it was back')
})
