import { test } from '../support/tap.ts'
import { build, callsAtRoller, CONNECTION_ID, type Built } from '../support/build.ts'
import { call, isProblem } from './fixture.ts'
import { SteppedClock } from '../support/manual-clock.ts'

const refreshes = ({ nango }: Built): number => nango.requests.filter(({ url }) => url.includes('force_refresh=true')).length
const REJECTED = { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller' } as const

for (const method of ['GET', 'POST'] as const) {
  test(`sends a ${method} with a revoked token twice, with the same bytes, after one forced refresh`, async (t) => {
    const built = await build(t)
    const payload = '{"n":9007199254740993}'
    const request = method === 'GET' ? { url: '/roller/sandbox/echo' } : { method, url: '/roller/sandbox/echo', payload }
    await call(built, request)
    built.roller.revokeTokens()
    t.equal((await call(built, request)).statusCode, 200)
    t.equal(refreshes(built), 1)
    t.equal(callsAtRoller(built).length, 3)
    const bodies = built.roller.requests.filter(({ url }) => url === '/sandbox/echo').map(({ body }) => String(body))
    t.same(new Set(bodies), new Set([method === 'GET' ? '' : payload]))
  })
}

test('returns 424 for a 401 with a fresh token, with the guide\'s hints', async (t) => {
  const built = await build(t)
  built.roller.faults.always({ path: /^\/venues/, kind: 'status', status: 401, body: { message: 'no' } })
  const response = await call(built)
  isProblem(t, built, response, { ...REJECTED, detail: /also with a fresh token/ })
  const { hint, upstream } = JSON.parse(response.payload)
  t.match(hint, /Client ID.*Client Secret.*connection id.*Each venue has its own.*reconnect/s)
  t.same(upstream, { status: 401, body: { message: 'no' } })
  t.equal(refreshes(built), 1)
  t.equal(callsAtRoller(built).length, 2)
})

test('makes one refresh for 200 calls on a revoked token, and repeats each once', async (t) => {
  const built = await build(t, { roller: { limits: 'off' } })
  await call(built)
  built.roller.revokeTokens()
  const responses = await Promise.all(Array.from({ length: 200 }, (_, index) => call(built, { url: `/roller/sandbox/echo?n=${index}` })))
  t.same(new Set(responses.map(({ statusCode }) => statusCode)), new Set([200]))
  t.equal(refreshes(built), 1)
  const tries = new Map<string, number>()
  for (const { url } of callsAtRoller(built)) tries.set(url, (tries.get(url) ?? 0) + 1)
  t.equal(tries.size, 201)
  t.ok(Math.max(...tries.values()) <= 2)
})

test('does not repeat a failed refresh for 30 s', async (t) => {
  const clock = new SteppedClock()
  const built = await build(t, { options: { clock } })
  await call(built)
  built.roller.revokeTokens()
  built.roller.faults.always({ path: /^\/venues/, kind: 'status', status: 401, body: {} })
  built.roller.rejectCredentials('demo')
  const first = await call(built)
  isProblem(t, built, first, { ...REJECTED, detail: /issued no new token to Nango/ })
  t.equal(JSON.parse(first.payload).upstream.status, 400)
  t.equal(refreshes(built), 1)

  clock.advance(29_000)
  // Nango is in its back-off now; a further call with a 401 must not force it.
  built.nango.faults.always({ path: /^\/proxy/, kind: 'status', status: 401, body: { message: 'no' } })
  isProblem(t, built, await call(built), { ...REJECTED, retryAfter: 1 })
  t.equal(refreshes(built), 1)

  clock.advance(2_000)
  built.roller.rejectCredentials('demo', false)
  built.roller.faults.always(null)
  built.nango.faults.always(null)
  built.nango.faults.next({ path: /^\/proxy/, kind: 'status', status: 401, body: { message: 'no' } })
  t.equal((await call(built)).statusCode, 200)
  t.equal(refreshes(built), 2)
})

test('names a key that may not force a refresh as the cause', async (t) => {
  const built = await build(t)
  built.roller.faults.always({ path: /^\/venues/, kind: 'status', status: 401, body: {} })
  built.nango.faults.next({ path: /force_refresh=true/, kind: 'status', status: 403, body: { error: { code: 'forbidden', message: 'x' } } })
  isProblem(t, built, await call(built), { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail: /read_credentials/ })
})

test('sends a call again once if Nango shows no token to compare', async (t) => {
  const built = await build(t)
  built.roller.faults.always({ path: /^\/venues/, kind: 'status', status: 401, body: {} })
  built.nango.faults.always({ path: /^\/connections/, kind: 'status', status: 200, body: { connection_id: CONNECTION_ID, credentials: {} } })
  isProblem(t, built, await call(built), REJECTED)
  t.equal(refreshes(built), 1)
  t.equal(callsAtRoller(built).length, 2)
})

test('renews the token after a 401 to a streamed body, and rejects the call for a retry', async (t) => {
  const built = await build(t)
  await call(built)
  built.roller.revokeTokens()
  const request = { method: 'POST', url: '/roller/sandbox/count', payload: Buffer.alloc(200_000, 'x') } as const
  isProblem(t, built, await call(built, request), { status: 503, code: 'ROLLER_ERR_TOKEN_RENEWED', layer: 'roller', retryAfter: 1 })
  t.equal(refreshes(built), 1)
  t.match(JSON.parse((await call(built, request)).payload), { bytes: 200_000 })
})

test('makes one refresh in 30 s for an endpoint that always returns 401', async (t) => {
  const clock = new SteppedClock()
  const built = await build(t, { options: { clock } })
  built.roller.faults.always({ path: /^\/venues/, kind: 'status', status: 401, body: { message: 'no' } })
  for (let n = 0; n < 5; n++) {
    clock.advance(1)
    isProblem(t, built, await call(built), { ...REJECTED, ...(n > 0 && { retryAfter: 30 }) })
    t.equal(refreshes(built), 1)
  }
  t.equal((await call(built, { url: '/roller/sandbox/echo' })).statusCode, 200, 'the token is fine')
  clock.advance(30_001)
  isProblem(t, built, await call(built), REJECTED)
  t.equal(refreshes(built), 2)
})
