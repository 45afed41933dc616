/** The contract of every store, tested through calls. */
import type { Test } from 'tap'
import { open, cacheStatus, type Bench } from './bench.ts'
import { LIMIT, settled, textOf, type CallOf, type Reply } from './helpers.ts'

export function storeSuite (t: Test, bench: Bench): void {
  t.test('stores a response for its lifetime, with its age', async (t) => {
    const { gateway, send } = open(bench)
    t.strictSame(cacheStatus(await send()), ['fastify-roller; fwd=miss; stored', undefined])
    t.match(cacheStatus(await send()), ['fastify-roller; hit', /^[01]$/])
    await bench.pass(42_000)
    const aged = await send()
    t.match(cacheStatus(aged), ['fastify-roller; hit', /^4[23]$/])
    t.equal(await textOf(aged), 'body 1')
    t.equal(gateway.sent.length, 1)
    await bench.pass(18_000)
    t.strictSame(cacheStatus(await send()), ['fastify-roller; fwd=miss; stored', undefined])
    t.equal(gateway.sent.length, 2)
  })

  t.test('returns ROLLER\'s bytes and headers unchanged', async (t) => {
    const bodies = [
      Buffer.from('{"id":9007199254740993,"price":1.0,"name":"Käse \u{1F9C0}"}'), Buffer.from('\uFEFF[]'),
      Buffer.from([0, 255, 254, 128, 10, 13, 0]), Buffer.alloc(0), Buffer.alloc(LIMIT, 'é')
    ]
    for (const body of bodies) {
      const { gateway, send } = open(bench)
      const headers = {
        'content-type': 'application/json; charset=utf-8', etag: 'W/"1"', 'x-odd': 'é', 'cache-control': 'no-cache, no-store'
      }
      gateway.serve = () => ({ headers, body })
      await send()
      const response = await send()
      const { age, 'cache-status': status, ...kept } = response.headers
      t.equal(status, 'fastify-roller; hit')
      t.strictSame({ ...kept }, headers)
      t.equal(response.status, 200)
      t.ok(body.equals(response.payload() as Buffer), `${body.length} bytes`) // complete, so a Buffer
    }
  })

  t.test('keeps the Cache-Status of caches nearer to ROLLER, and adds their age', async (t) => {
    const { gateway, send } = open(bench)
    gateway.serve = () => ({ headers: { age: '100', 'cache-status': 'cdn; hit' } })
    t.strictSame(cacheStatus(await send()), ['cdn; hit, fastify-roller; fwd=miss; stored', '100'])
    await bench.pass(5_000)
    t.match(cacheStatus(await send()), ['cdn; hit, fastify-roller; hit', /^10[56]$/])
  })

  t.test('stores only operations of the option', async (t) => {
    const { send, get } = open(bench)
    for (const name of ['GET /bookings', 'GET /elsewhere']) {
      t.strictSame(cacheStatus(await send({ name })), [undefined, undefined])
      t.not(await get({ name }), await get({ name }))
    }
  })

  t.test('stores only a complete 200 of at most 1 MiB', async (t) => {
    const rateLimit = { name: 'rest', limit: 600, windowMs: 60_000, remaining: 599, resetMs: 0 } as const
    const replies: Reply[] = [{ status: 404 }, { status: 204 }, { status: 500 }, { body: Buffer.alloc(LIMIT + 1), rateLimit }]
    for (const reply of replies) {
      const { gateway, send } = open(bench)
      gateway.serve = () => reply
      for (const number of [1, 2]) {
        const response = await send()
        t.strictSame(cacheStatus(response), ['fastify-roller; fwd=miss', undefined])
        t.equal(response.rateLimit, reply.rateLimit)
        t.equal(gateway.sent.length, number)
      }
    }
  })

  t.test('keeps responses of different calls apart', async (t) => {
    const { connectionId, get } = open(bench)
    const others: CallOf[] = [
      { connectionId: `${connectionId}-other` }, { target: '/products?productType=Pass' }, { headers: { accept: 'text/csv' } },
      { validate: false }
    ]
    const first = await get()
    const seen = new Set([first])
    for (const other of others) seen.add(await get(other))
    t.equal(seen.size, others.length + 1)
    t.equal(await get(), first)
    for (const other of others) t.ok(seen.has(await get(other)), 'each is kept by itself')
  })

  t.test('makes a new call for a caller that requires a fresh response, and stores it', async (t) => {
    const { send, get } = open(bench)
    t.equal(await get(), 'body 1')
    const fresh = await send({ headers: { 'cache-control': 'no-cache' } })
    t.strictSame(cacheStatus(fresh), ['fastify-roller; fwd=request; stored', undefined])
    t.equal(await textOf(fresh), 'body 2')
    t.equal(await get(), 'body 2')
    t.equal(await get({ headers: { 'cache-control': 'no-store' } }), 'body 3')
    t.equal(await get(), 'body 2', 'a response that may not be stored is not stored')
  })

  t.test('makes one call and one read of the store for concurrent callers', async (t) => {
    const { gateway, send } = open(bench)
    gateway.serve = null
    const calls = Array.from({ length: 10 }, () => send())
    while (gateway.sent.length === 0) await settled()
    gateway.at(1).respond()
    const [first, ...others] = await Promise.all(calls)
    t.equal(first?.headers['cache-status'], 'fastify-roller; fwd=miss; stored')
    for (const { headers } of others) t.equal(headers['cache-status'], 'fastify-roller; fwd=miss; stored; collapsed')
    for (const { headers } of await Promise.all([send(), send()])) t.equal(headers['cache-status'], 'fastify-roller; hit')
    t.equal(gateway.sent.length, 1)
  })
}
