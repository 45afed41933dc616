/** The store of one process: the common suite, and its bounds. */
import { test } from '../support/tap.ts'
import { MemoryCacheStore } from '#plugin/gateway/cache/memory-store.js'
import type { CacheKey } from '#plugin/gateway/cache/store.js'
import type { Bench } from './bench.ts'
import { SteppedClock } from '../support/manual-clock.ts'
import { storeSuite } from './store-suite.ts'
import { writeSuite } from './write-suite.ts'

const placeOf = (key: string, connectionId = 'venue'): CacheKey => ({ connectionId, resource: 'products', key })
const responseOf = (size: number) => ({ status: 200, headers: {}, body: Buffer.alloc(size, 1) })

function keep (store: MemoryCacheStore, place: CacheKey, size: number): boolean {
  const { generation } = store.find(place, true)
  return store.keep(place, generation ?? '', responseOf(size), 1_000)
}

test('passes the common suite', (t) => {
  const clock = new SteppedClock()
  const bench: Bench = { store: new MemoryCacheStore(64 * 1024 * 1024, clock), pass: (ms) => clock.advance(ms) }
  storeSuite(t, bench)
  writeSuite(t, bench)
  t.end()
})

test('bounds the memory, and evicts the least recently used entry', async (t) => {
  const store = new MemoryCacheStore(10_000, new SteppedClock())
  for (const key of ['a', 'b', 'c']) t.ok(keep(store, placeOf(key), 2_500))
  t.ok(store.find(placeOf('a'), false).hit, 'used')
  t.ok(keep(store, placeOf('d'), 2_500))
  t.strictSame(['a', 'b', 'c', 'd'].map((key) => store.find(placeOf(key), false).hit !== null), [true, false, true, true])
})

test('stores no entry that exceeds the whole store, and evicts nothing for it', async (t) => {
  const store = new MemoryCacheStore(10_000, new SteppedClock())
  t.ok(keep(store, placeOf('a'), 100))
  t.notOk(keep(store, placeOf('b'), 10_001))
  t.ok(store.find(placeOf('a'), false).hit)
})

test('counts the size of keys and headers', async (t) => {
  const store = new MemoryCacheStore(10_000, new SteppedClock())
  t.notOk(keep(store, placeOf('k'.repeat(10_000)), 1))
  const place = placeOf('a')
  const { generation } = store.find(place, true)
  t.notOk(store.keep(place, generation ?? '', { status: 200, headers: { x: 'h'.repeat(10_000) }, body: Buffer.alloc(1) }, 1_000))
})

test('stores a body without the larger buffer that it is a slice of', async (t) => {
  const store = new MemoryCacheStore(1_000_000, new SteppedClock())
  const large = Buffer.alloc(65_536, 7)
  const place = placeOf('a')
  const { generation } = store.find(place, true)
  store.keep(place, generation ?? '', { status: 200, headers: {}, body: large.subarray(100, 200) }, 1_000)
  const kept = store.find(place, false).hit?.response.body
  t.equal(kept?.buffer.byteLength, 100)
  t.ok(kept?.equals(Buffer.alloc(100, 7)))
})

test('loses responses but no write of a connection beyond the maximum number', async (t) => {
  const store = new MemoryCacheStore(64 * 1024 * 1024, new SteppedClock())
  const first = placeOf('a', 'first')
  const { generation } = store.find(first, true)
  t.ok(keep(store, first, 10))
  for (let index = 0; index < 10_000; index++) store.find(placeOf('a', `venue-${index}`), true)
  t.notOk(store.find(first, false).hit)
  t.notOk(store.keep(first, generation ?? '', responseOf(10), 1_000), 'a response read before the write is not stored after it')
})
