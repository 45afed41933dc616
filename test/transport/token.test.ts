/** The direct transport reads as few tokens as possible. */
import { test } from '../support/tap.ts'
import { callsAtRoller, CONNECTION_ID, VENUE } from '../support/build.ts'
import { call, isProblem, stubNango, until } from '../upstream/fixture.ts'
import { SteppedClock } from '../support/manual-clock.ts'
import { reads, start } from './fixture.ts'

const MINUTE = 60_000

test('reads one credential for 100 concurrent calls, and none for further ones', async (t) => {
  const built = await start(t, 'direct')
  const responses = await Promise.all(Array.from({ length: 100 }, (_, index) => call(built, { url: `/roller/sandbox/echo?n=${index}` })))
  t.ok(responses.every(({ statusCode }) => statusCode === 200))
  for (let count = 0; count < 5; count++) await call(built)
  t.equal(callsAtRoller(built).length, 105)
  t.same(reads(built), { plain: 1, forced: 0 })
  t.equal(built.roller.tokensIssued, 1)
})

test('separates connections, whatever characters their ids have', async (t) => {
  const built = await start(t, 'direct')
  for (const id of ['a/b=c;d', 'venue 2', '$' + '{x}']) {
    built.nango.addConnection({ connectionId: id, clientId: `client-of-${id}`, clientSecret: 's' })
    t.equal((await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': id } })).statusCode, 200)
    t.equal(built.roller.requests.at(-1)?.clientId, `client-of-${id}`)
  }
})

test('renews a token before its expiry, while calls continue with the old one', async (t) => {
  const clock = new SteppedClock()
  let date = Date.now()
  const built = await start(t, 'direct', { options: { clock }, nango: { now: () => date }, roller: { tokenTtl: 3_600 } })
  const pass = (ms: number): void => { clock.advance(ms); date += ms }
  await call(built)
  pass(49 * MINUTE)
  await call(built)
  t.same(reads(built), { plain: 1, forced: 0 }, 'not before there is need to')
  pass(2 * MINUTE)
  built.nango.faults.next({ path: /^\/connections/, kind: 'slow', delay: 50 })
  await Promise.all([call(built), call(built)])
  await until(() => built.roller.tokensIssued === 2)
  t.same(reads(built), { plain: 2, forced: 0 })
  const used = (): string | undefined => built.roller.requests.at(-1)?.headers.authorization
  for (let tries = 0; tries < 50 && used() !== `Bearer ${built.nango.connections[0]?.token}`; tries++) await call(built)
  t.equal(used(), `Bearer ${built.nango.connections[0]?.token}`, 'the new one is used as soon as it is here')
  t.same(reads(built), { plain: 2, forced: 0 })
})

test('uses most of the lifetime of a short-lived token', async (t) => {
  const clock = new SteppedClock()
  const built = await start(t, 'direct', { options: { clock }, roller: { tokenTtl: 300 } })
  for (let count = 0; count < 20; count++) {
    await call(built)
    clock.advance(10_000)
  }
  t.same(reads(built), { plain: 1, forced: 0 })
  clock.advance(150_000)
  await call(built)
  t.same(reads(built), { plain: 2, forced: 0 }, 'and not after its end')
})

test('continues until the token expires while Nango is down', async (t) => {
  const clock = new SteppedClock()
  const built = await start(t, 'direct', { options: { clock, retries: 0 }, roller: { tokenTtl: 3_600 } })
  await call(built)
  built.nango.faults.always({ kind: 'reset' })
  t.equal((await call(built)).statusCode, 200)
  clock.advance(55 * MINUTE)
  const before = built.nango.requests.length
  for (let count = 0; count < 3; count++) t.equal((await call(built)).statusCode, 200, 'renewal ahead of time may fail')
  await until(() => built.nango.requests.length > before)
  t.equal(built.nango.requests.length, before + 1, 'and is not tried at every call')
  clock.advance(6 * MINUTE)
  isProblem(
    t, built, await call(built), { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /^Nango could not be reached/ }
  )
  built.nango.faults.always(null)
  t.equal((await call(built)).statusCode, 200)
})

test('retries any call if Nango was unreachable for the token', async (t) => {
  const built = await start(t, 'direct')
  built.nango.faults.next({ kind: 'reset' })
  t.equal((await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' })).statusCode, 200)
  t.equal(callsAtRoller(built).length, 1)
})

test('uses the token in the response of the refresh after a 401', async (t) => {
  const built = await start(t, 'direct')
  await call(built)
  built.roller.revokeTokens()
  await Promise.all([call(built), call(built)])
  await call(built)
  t.same(reads(built), { plain: 2, forced: 1 })
})

test('rejects a streamed upload with a revoked token for a retry, after renewing the token', async (t) => {
  const built = await start(t, 'direct')
  await call(built)
  built.roller.revokeTokens()
  const request = { method: 'POST', url: '/roller/sandbox/count', payload: Buffer.alloc(200_000, 'x') } as const
  isProblem(t, built, await call(built, request), { status: 503, code: 'ROLLER_ERR_TOKEN_RENEWED', layer: 'roller', retryAfter: 1 })
  t.match(JSON.parse((await call(built, request)).payload), { bytes: 200_000 })
})

test('a client that disconnects while the token is read sends no call and does not affect others', async (t) => {
  const built = await start(t, 'direct')
  built.nango.faults.next({ kind: 'slow', delay: 200 })
  const leaving = new AbortController()
  const left = fetch(`${built.url}/roller/venues/me`, { headers: VENUE, signal: leaving.signal }).catch(() => 'left')
  await until(() => built.nango.requests.length === 1)
  const other = call(built)
  leaving.abort()
  t.equal(await left, 'left')
  t.equal((await other).statusCode, 200)
  t.equal(callsAtRoller(built).length, 1)
  t.same(reads(built), { plain: 1, forced: 0 })
})

test('names the missing scope for credentials in the check and on every call', async (t) => {
  const scopes = ['environment:integrations:read', 'environment:connections:read', 'environment:connections:list', 'environment:proxy']
  const built = await start(t, 'direct', { nango: { scopes } })
  const hint = /add the scope environment:connections:read_credentials/
  const response = await call(built)
  isProblem(t, built, response, { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail: /may not read credentials/ })
  t.match(JSON.parse(response.payload).hint, hint)
  const { steps } = await built.app.roller.check(CONNECTION_ID)
  t.match(
    steps.find(({ result }) => result === 'failed'),
    { step: 'scopes-granted', detail: /environment:connections:read_credentials/, hint: /Add the scopes/ }
  )
  t.same(callsAtRoller(built), [])
})

test('reports why a token was not read, or not renewed', async (t) => {
  const built = await start(t, 'direct')
  const fail = (path: RegExp, status: number, code: string, message = ''): void => {
    built.nango.faults.next({ path, kind: 'status', status, body: { error: { code, message } } })
  }
  fail(/^\/connections\//, 403, 'forbidden')
  const detail = /may not read credentials/
  isProblem(t, built, await call(built), { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail })
  for (const code of ['connection_refresh_backoff', 'connection_refresh_exhausted']) {
    fail(/^\/connections\//, 424, code)
    isProblem(t, built, await call(built), {
      status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller', retryAfter: 30, detail: /received no token .* for this connection/
    })
  }
  t.equal((await call(built)).statusCode, 200)
  built.roller.revokeTokens()
  fail(/force_refresh=true/, 400, 'invalid_credentials', 'The external API returned an error when trying to refresh the access token.')
  isProblem(t, built, await call(built), {
    status: 503, code: 'ROLLER_ERR_TOKEN_UNAVAILABLE', layer: 'nango', retryAfter: 30, detail: /before it contacted ROLLER/
  })
})

test('rejects malformed token responses of Nango', async (t) => {
  const cases = [
    [{}, /may not read/], [{ credentials: {} }, /may not read/],
    [{ credentials: { type: 'API_KEY', apiKey: 'canary-key' } }, /contain no token/],
    [{ credentials: { token: 'canary-key\r\nx: y' } }, /contain no token/], [{ credentials: { token: '' } }, /contain no token/]
  ] as const
  for (const [body, detail] of cases) {
    const stub = await stubNango(
      t, (_request, response) => { response.setHeader('content-type', 'application/json').end(JSON.stringify(body)) }
    )
    const built = await start(t, 'direct', { options: { nango: { host: stub.url } } })
    const result = await call(built)
    isProblem(t, built, result, { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail })
    t.notMatch(result.payload + built.log(), /canary-key/)
    t.same(callsAtRoller(built), [])
  }
})

test('uses a token without an expiry for a week, or until ROLLER rejects it', async (t) => {
  const clock = new SteppedClock()
  const built = await start(t, 'direct', { options: { clock } })
  await call(built)
  const token = built.nango.connections[0]?.token
  built.roller.faults.next({ path: /^\/venues/, kind: 'status', status: 401, body: {} })
  built.nango.faults.next(
    { path: /force_refresh=true/, kind: 'status', status: 200, body: { connection_id: CONNECTION_ID, credentials: { token } } }
  )
  t.equal((await call(built)).statusCode, 200)
  clock.advance(6 * 24 * 60 * MINUTE)
  t.equal((await call(built)).statusCode, 200)
  t.same(reads(built), { plain: 2, forced: 1 })
  built.roller.revokeTokens()
  t.equal((await call(built)).statusCode, 200)
  t.same(reads(built), { plain: 3, forced: 2 })
})
