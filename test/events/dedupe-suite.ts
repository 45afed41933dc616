/** The contract of every store. */
import type { Test } from 'tap'
import { LEASE_MS, REMEMBERED_MS, type DedupeStore } from '#plugin/webhooks/dedupe-store.js'

export interface DedupeBench {
  readonly store: DedupeStore
  pass (ms: number): Promise<void> | void
}

let count = 0
const keyOf = (connectionId = 'venue') => ({ connectionId, id: `event-${++count}` })

export function dedupeSuite (t: Test, { store, pass }: DedupeBench): void {
  t.test('grants a claim once', async (t) => {
    const key = keyOf()
    const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim(key)))
    t.strictSame(claims.sort(), [...Array.from({ length: 19 }, () => 'busy'), 'new'])
  })

  t.test('keeps handled events beyond ROLLER\'s last retry', async (t) => {
    const key = keyOf()
    t.equal(await store.claim(key), 'new')
    await store.done(key)
    t.equal(await store.claim(key), 'done')
    await store.release(key)
    t.equal(await store.claim(key), 'done', 'nothing undoes it')
    await pass((4 * 86_400 + 77 * 60) * 1_000)
    t.equal(await store.claim(key), 'done')
    await pass(REMEMBERED_MS)
    t.equal(await store.claim(key), 'new')
  })

  t.test('grants a released claim again', async (t) => {
    const key = keyOf()
    t.equal(await store.claim(key), 'new')
    await store.release(key)
    t.equal(await store.claim(key), 'new')
    await store.release(keyOf())
  })

  t.test('expires a claim before ROLLER\'s next retry', async (t) => {
    const key = keyOf()
    t.equal(await store.claim(key), 'new')
    await pass(LEASE_MS - 1_000)
    t.equal(await store.claim(key), 'busy')
    await pass(1_001)
    t.equal(await store.claim(key), 'new')
    t.ok(LEASE_MS < 60_000)
  })

  t.test('separates connections', async (t) => {
    const key = keyOf('one')
    t.equal(await store.claim(key), 'new')
    t.equal(await store.claim({ ...key, connectionId: 'two' }), 'new')
  })
}
