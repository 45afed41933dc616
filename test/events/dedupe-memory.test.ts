/** The store of one process: the common suite, and its bound. */
import t, { test } from '../support/tap.ts'
import { MemoryDedupeStore } from '#plugin/webhooks/dedupe-memory.js'
import { ManualClock } from '../support/manual-clock.ts'
import { dedupeSuite } from './dedupe-suite.ts'

const clock = new ManualClock()
t.test('passes the common suite', (t) => {
  dedupeSuite(t, { store: new MemoryDedupeStore(clock), pass: (ms) => clock.advance(ms) })
  t.end()
})

test('bounds the memory, and drops the oldest entry first', async (t) => {
  const store = new MemoryDedupeStore(clock, 3)
  const keys = ['a', 'b', 'c', 'd'].map((id) => ({ connectionId: 'venue', id }))
  for (const key of keys) { store.claim(key); store.done(key) }
  t.strictSame(keys.toReversed().map((key) => store.claim(key)), ['done', 'done', 'done', 'new'])
})
