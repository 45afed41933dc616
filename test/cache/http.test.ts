/** Sharing and caching, over HTTP and in process. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, CONNECTION_ID, holdsNoSecret, VENUE } from '../support/build.ts'
import { stubNango } from '../upstream/fixture.ts'
import { settled } from './helpers.ts'
import { SteppedClock } from '../support/manual-clock.ts'

const products = { url: '/roller/products', headers: VENUE }
const FRESH = { ...products, headers: { ...VENUE, 'cache-control': 'no-cache' } }

test('makes one call for a hundred equal GETs in flight, with a hundred equal responses', async (t) => {
  const requested: string[] = []
  let release = (): void => {}
  const released = new Promise<void>((resolve) => { release = resolve })
  const body = JSON.stringify(Array.from({ length: 5_000 }, (_, id) => ({ id, name: 'Grip Socks' })))
  const nango = await stubNango(t, async (_request, response) => {
    await released
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
    response.write(body.slice(0, 70_000)) // chunked, and larger than what is read before the head is passed on
    response.end(body.slice(70_000))
  })
  const { app } = await build(t, { options: { nango: { host: nango.url }, authorize: (request) => requested.push(request.id) > 0 } })
  const calls = Array.from({ length: 100 }, async () => await app.inject(products))
  while (requested.length < 100 || nango.requests.length === 0) await settled()
  release()
  for (const { statusCode, headers, payload } of await Promise.all(calls)) {
    if (statusCode !== 200 || payload !== body) t.fail(`${statusCode} ${payload.length}`)
    t.equal(headers['content-type'], 'application/json; charset=utf-8')
    t.equal(headers['roller-answered-by'], 'roller')
    t.ok(headers['ratelimit'], 'each has the rate limit')
  }
  t.equal(nango.requests.length, 1)
})

test('returns responses of every size completely, whether shared, cached or neither', async (t) => {
  for (const size of [0, 1_000, 65_536, 65_537, 200_000, 1_048_576, 1_048_577, 3_000_000]) {
    const nango = await stubNango(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write(Buffer.alloc(size >> 1, 'x'))
      setImmediate(() => response.end(Buffer.alloc(size - (size >> 1), 'y')))
    })
    const whole = Buffer.alloc(size, 'y').fill('x', 0, size >> 1)
    const { app } = await build(t, { options: { nango: { host: nango.url }, cache: { 'GET /products': 60_000 } } })
    for (const url of ['/roller/products', '/roller/products', '/roller/venues/me']) {
      const responses = await Promise.all([1, 2, 3].map(async () => await app.inject({ url, headers: VENUE })))
      t.strictSame(responses.map(({ rawPayload }) => rawPayload.equals(whole)), [true, true, true], `${size} ${url}`)
    }
    const large = size > 1_048_576
    t.equal(nango.requests.filter(({ url }) => url === '/proxy/products').length, large ? 6 : 1)
  }
})

test('returns a cached response unchanged, with its age', async (t) => {
  const clock = new SteppedClock()
  const built = await build(t, { options: { clock, cache: { 'GET /products': 60_000 } } })
  const first = await built.app.inject(products)
  clock.advance(12_345)
  const second = await built.app.inject(products)
  t.equal(first.headers['cache-status'], 'fastify-roller; fwd=miss; stored')
  t.notOk('age' in first.headers)
  t.match(second.headers, { 'cache-status': 'fastify-roller; hit', age: '12', 'roller-answered-by': 'roller' })
  t.equal(second.headers['content-type'], first.headers['content-type'])
  t.ok(first.rawPayload.equals(second.rawPayload))
  t.equal(callsAtRoller(built).length, 1)
  clock.advance(60_000)
  t.equal((await built.app.inject(products)).headers['cache-status'], 'fastify-roller; fwd=miss; stored')
  t.equal((await built.app.inject(FRESH)).headers['cache-status'], 'fastify-roller; fwd=request; stored')
  t.equal(callsAtRoller(built).length, 3)
  holdsNoSecret(t, built.log() + JSON.stringify(second.headers), built)
})

test('shares the cache between in-process and HTTP calls if they are equal', async (t) => {
  const built = await build(t, { options: { cache: { 'GET /products': 60_000 } } })
  await built.app.inject({ ...products, headers: { ...VENUE, accept: 'application/json' } })
  t.ok(Array.isArray(await built.app.roller.request('GET /products', { connectionId: CONNECTION_ID })))
  t.equal(callsAtRoller(built).length, 1)
})

test('caches nothing without the option', async (t) => {
  const built = await build(t)
  for (const number of [1, 2]) {
    const response = await built.app.inject(products)
    t.notOk('cache-status' in response.headers)
    t.equal(callsAtRoller(built).length, number)
  }
})

test('invalidates on a write over HTTP', async (t) => {
  const built = await build(t, { options: { cache: { 'GET /products': 60_000 }, validation: false } })
  const status = async (): Promise<unknown> => (await built.app.inject(products)).headers['cache-status']
  await status()
  t.equal(await status(), 'fastify-roller; hit')
  built.roller.faults.next({ kind: 'status', status: 409, method: 'POST', body: {} })
  await built.app.inject({ method: 'POST', url: '/roller/products/stock', headers: VENUE, payload: {} })
  t.equal(await status(), 'fastify-roller; hit', 'not when it was rejected')
  built.roller.faults.next({ kind: 'status', status: 200, method: 'POST', body: {} })
  await built.app.inject({ method: 'POST', url: '/roller/products/stock', headers: VENUE, payload: {} })
  t.equal(await status(), 'fastify-roller; fwd=miss; stored')
})

test('rejects a caller without the scope despite a cached response', async (t) => {
  const built = await build(
    t, { options: { cache: { 'GET /products': 60_000 }, authorize: (request) => request.headers['x-role'] === 'staff' } }
  )
  const staff = await built.app.inject({ ...products, headers: { ...VENUE, 'x-role': 'staff' } })
  t.equal(staff.statusCode, 200)
  t.equal((await built.app.inject(products)).statusCode, 403)
})

test('bypasses the cache for the check of a connection', async (t) => {
  const built = await build(t, { options: { cache: { 'GET /venues/me': 60_000 } } })
  await built.app.inject({ url: '/roller/venues/me', headers: VENUE })
  const before = callsAtRoller(built).length
  t.equal((await built.app.inject(`/connections/${CONNECTION_ID}/check`)).statusCode, 200)
  t.equal(callsAtRoller(built).length, before + 1)
})

test('drops the cache of a deleted connection', async (t) => {
  const built = await build(t, { options: { cache: { 'GET /products': 60_000 } } })
  t.equal((await built.app.inject(products)).statusCode, 200)
  t.equal((await built.app.inject({ method: 'DELETE', url: `/connections/${CONNECTION_ID}` })).statusCode, 204)
  t.equal((await built.app.inject(products)).statusCode, 404)
})
