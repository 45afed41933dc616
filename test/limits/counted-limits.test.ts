/** Which rate limit a call counts against, and the headers that report it. */
import { test } from '../support/tap.ts'
import { operations } from '#plugin/operations/operations.js'
import { build } from '../support/build.ts'
import { call } from '../upstream/fixture.ts'
import { SteppedClock } from '../support/manual-clock.ts'
import { arrivals, send, refreshes } from './harness.ts'

const EXPORT = { method: 'POST', url: '/reporting/bulk', maxWait: 0 } as const
const payload = (exportType: string): object => ({ exportType, startDate: '2026-01-01', endDate: '2026-01-02' })
const SIX_HOURS = 21_600_000
const exact = { margin: 0, jitter: 0 }

test('counts /data and /reporting against the Reporting limit, exports against their own too, all others against REST', async (t) => {
  for (const [name, { rateLimit }] of Object.entries(operations)) {
    const path = name.slice(name.indexOf(' ') + 1)
    t.equal(rateLimit, name === 'POST /reporting/bulk' ? 'bulk' : /^\/(data|reporting)\//.test(path) ? 'reporting' : 'rest', name)
  }
})

test('counts paths outside the catalog alike, in any spelling', async (t) => {
  const { app } = await build(t, { options: { rateLimits: exact } })
  const reported = async (url: string): Promise<string> => String((await send(app, { url })).headers['ratelimit-policy'])
  for (const url of ['/data/new', '/reporting/new?x=1', '/data', '/DATA/x', '/d%61ta/x', '/%72eporting/x', '/data?x']) {
    t.equal(await reported(url), '"reporting";q=120;w=60', url)
  }
  for (const url of ['/database', '/x/data', '/reports', '/sandbox/echo?/data/x', '/venues/me']) {
    t.equal(await reported(url), '"rest";q=600;w=60', url)
  }
})

test('keeps the Reporting and the REST limit apart', async (t) => {
  const built = await build(t, { options: { rateLimits: { ...exact, rest: { limit: 3 }, reporting: { limit: 2 } } } })
  const get = async (url: string): Promise<number> => (await send(built.app, { url, maxWait: 0 })).status
  t.same([await get('/data/a'), await get('/reporting/b'), await get('/data/c')], [404, 404, 429])
  t.same([await get('/sandbox/echo'), await get('/sandbox/echo'), await get('/venues/me'), await get('/venues/me')], [200, 200, 200, 429])
  t.equal(arrivals(built).length, 5)
})

test('allows one bulk export of a type in six hours, each counted as a report too', async (t) => {
  const clock = new SteppedClock()
  const built = await build(t, { options: { clock, rateLimits: { ...exact, reporting: { limit: 3 } } } })
  const order = async (exportType: string) => await send(built.app, { ...EXPORT, payload: payload(exportType) })
  t.match(await order('Payments'), { status: 200, headers: { 'ratelimit-policy': '"bulk";q=1;w=21600', ratelimit: '"bulk";r=0;t=21600' } })
  t.match(await order('Payments'), { status: 429, code: 'ROLLER_ERR_RATE_LIMITED', retryAfter: 21_600 })
  t.equal((await order('Tickets')).status, 200)
  t.equal((await send(built.app, { url: '/data/x', maxWait: 0 })).status, 404)
  t.match(await order('Customers'), { status: 429, code: 'ROLLER_ERR_RATE_LIMITED', retryAfter: 60 }, 'the Reporting limit is spent')
  clock.advance(60_000)
  t.equal((await order('Customers')).status, 200, 'and its rejection has cost no export')
  clock.advance(SIX_HOURS * 0.9)
  t.match(await order('Payments'), { status: 429 })
  t.equal(arrivals(built).filter(({ url }) => url === '/reporting/bulk').length, 3)
})

test('retries a rejected export with its own slot', async (t) => {
  const built = await build(t)
  await call(built)
  built.roller.revokeTokens()
  t.equal((await send(built.app, { ...EXPORT, payload: payload('Payments') })).status, 200)
  t.equal(refreshes(built), 1)
  built.nango.faults.next({ path: /bulk/, kind: 'status', status: 500, body: { message: 'x', code: 'ECONNREFUSED', method: 'post' } })
  t.equal((await send(built.app, { ...EXPORT, maxWait: 1, payload: payload('Tickets') })).status, 200)
})

test('an export started elsewhere rejects only exports of its type', async (t) => {
  const built = await build(t)
  built.roller.venue('demo').bulkRequests.set('Payments', Date.now() - 3_600_000)
  const rejected = await send(built.app, { ...EXPORT, payload: payload('Payments') })
  t.match(rejected, { status: 429, code: 'ROLLER_ERR_RATE_LIMITED' })
  t.match(JSON.parse(rejected.body), { layer: 'roller', upstream: { status: 429 } })
  t.ok(Number(rejected.retryAfter) > 17_900 && Number(rejected.retryAfter) <= 18_000, String(rejected.retryAfter))
  t.equal((await send(built.app, { maxWait: 0 })).status, 200)
  t.equal((await send(built.app, { ...EXPORT, payload: payload('Tickets') })).status, 200)
  t.match(await send(built.app, { ...EXPORT, payload: payload('Payments') }), { status: 429 })
  t.equal(arrivals(built).filter(({ url }) => url === '/reporting/bulk').length, 2, 'which is not sent to ROLLER twice')
})

test('starts a cooling-off of the credential after a short 429 to an export', async (t) => {
  const built = await build(t)
  built.roller.faults.next({ path: /bulk/, kind: 'status', status: 429, headers: { 'retry-after': '60' }, body: {} })
  t.match(
    await send(built.app, { ...EXPORT, payload: payload('Payments') }), { status: 429, code: 'ROLLER_ERR_COOLING_OFF', retryAfter: 60 }
  )
  t.match(await send(built.app, { maxWait: 0 }), { status: 429, code: 'ROLLER_ERR_COOLING_OFF' })
})

test('sends RateLimit headers with every response, equal to GET /connections/:id/rate-limits', async (t) => {
  const clock = new SteppedClock()
  const built = await build(t, { options: { clock, retries: 0, rateLimits: { ...exact, rest: { limit: 6, windowMs: 30_000 } } } })
  const { app, roller, nango } = built
  const report = async () => {
    const response = await app.inject('/connections/demo-venue/rate-limits')
    t.equal(response.statusCode, 200)
    return response.json()
  }
  const policy = '"rest";q=6;w=30'
  const reporting = { name: 'reporting', limit: 120, window: 60, remaining: 120, reset: 0 }
  t.same(
    await report(),
    { connectionId: 'demo-venue', coolingOff: 0, rateLimits: [{ name: 'rest', limit: 6, window: 30, remaining: 6, reset: 0 }, reporting] }
  )
  const headers = async (status: number): Promise<object> => {
    const response = await send(app, { maxWait: 0 })
    t.equal(response.status, status)
    return { policy: response.headers['ratelimit-policy'], state: response.headers['ratelimit'] }
  }
  t.same(await headers(200), { policy, state: '"rest";r=5;t=30' })
  clock.advance(10_000)
  roller.faults.next({ kind: 'status', status: 404, path: /echo/, body: {} })
  t.same(await headers(404), { policy, state: '"rest";r=4;t=20' })
  roller.faults.next({ kind: 'status', status: 403, path: /echo/, body: {} })
  t.same(await headers(403), { policy, state: '"rest";r=3;t=20' })
  nango.faults.next({ kind: 'reset', path: /^\/proxy/ })
  t.same(await headers(502), { policy, state: '"rest";r=2;t=20' })
  nango.faults.next(
    { kind: 'status', status: 400, path: /^\/proxy/, body: { error: { code: 'server_error', message: 'Failed to get connection' } } }
  )
  t.same(await headers(404), { policy, state: '"rest";r=1;t=20' })
  t.same((await report()).rateLimits, [{ name: 'rest', limit: 6, window: 30, remaining: 1, reset: 20 }, reporting])
  t.same(await headers(200), { policy, state: '"rest";r=0;t=20' })
  t.same(await headers(429), { policy, state: '"rest";r=0;t=20' })
  clock.advance(20_000)
  roller.faults.next({ kind: 'status', status: 429, path: /echo/, headers: { 'retry-after': '45' }, body: {} })
  await headers(429)
  t.same(await headers(429), { policy, state: '"rest";r=0;t=45' }, 'during a cooling-off period nothing is left, whatever the window holds')
  t.match(await report(), { coolingOff: 45 })
  const early = await app.inject({ url: '/roller/venues/me' })
  t.equal(early.headers['ratelimit'], undefined, 'no headers for a call that never reached the limiter')
})
