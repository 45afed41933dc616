/** Failures of Nango's own API are reported by cause (a limit, a timeout, a wrong address), never as success or as the caller's fault. */
import { test } from '../support/tap.ts'
import type { Test } from 'tap'
import { build, holdsNoSecret, type Built } from '../support/build.ts'

const CALLS = [
  { method: 'POST', url: '/connect-session' },
  { method: 'POST', url: '/connect-session/reconnect', payload: { connectionId: 'demo-venue' } },
  { method: 'GET', url: '/connections' },
  { method: 'GET', url: '/connections/demo-venue' },
  { method: 'POST', url: '/connections', payload: { clientId: 'a', clientSecret: 'b' } },
  { method: 'PATCH', url: '/connections/demo-venue', payload: { metadata: { a: 1 } } },
  { method: 'DELETE', url: '/connections/demo-venue' }
] as const

async function everyRoute (t: Test, built: Built, expected: object): Promise<void> {
  for (const call of CALLS) {
    const response = await built.app.inject(call)
    t.match(response.json(), expected, `${call.method} ${call.url}`)
    t.match(response.headers['content-type'], /^application\/problem\+json/)
    holdsNoSecret(t, response.body, built)
  }
  holdsNoSecret(t, built.log(), built)
  t.equal(built.nango.connections.length, 1)
}

test('reports Nango\'s rate limit', async (t) => {
  const built = await build(t, { nango: { rateLimit: 1 } })
  await built.app.inject({ url: '/connections' })
  await everyRoute(t, built, { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT', layer: 'nango', retryAfter: Number })
  const { headers } = await built.app.inject({ url: '/connections' })
  t.match(headers['retry-after'], /^[1-9]\d*$/)
  t.equal(headers['roller-answered-by'], 'nango')
})

test('reports Nango\'s errors by their code', async (t) => {
  const { app, nango } = await build(t)
  const limit = { code: 'ROLLER_ERR_NANGO_LIMIT', layer: 'nango' }
  const unreachable = { code: 'ROLLER_ERR_UNREACHABLE' }
  for (const [status, code, expected] of [
    [429, 'too_many_request', { ...limit, retryAfter: 1 }],
    [402, 'plan_limit', { ...limit, retryAfter: 1 }],
    [400, 'resource_capped', { ...limit, retryAfter: 60, detail: 'The Nango plan allows no further connection.' }],
    [400, 'invalid_body', { code: 'ROLLER_ERR_VALIDATION' }],
    [400, 'invalid_query_params', { code: 'ROLLER_ERR_VALIDATION' }],
    [400, 'invalid_uri_params', { code: 'ROLLER_ERR_VALIDATION' }],
    [404, 'not_found', { code: 'ROLLER_ERR_CONNECTION_UNKNOWN' }],
    [400, 'unknown_connection', { code: 'ROLLER_ERR_CONNECTION_UNKNOWN' }],
    [400, 'unknown_provider_config', { code: 'ROLLER_ERR_NANGO_REJECTED', detail: /does not exist in Nango/ }],
    [401, 'malformed_auth_header', { ...unreachable, layer: 'nango', hint: /Nango's database/ }],
    [413, 'request_too_large', { code: 'ROLLER_ERR_BODY_TOO_LARGE', detail: /too large for Nango/ }],
    [401, 'unknown_account', { code: 'ROLLER_ERR_NANGO_REJECTED', detail: 'Nango rejects the secret key of this gateway.' }],
    [400, 'another', { code: 'ROLLER_ERR_NANGO_REJECTED', detail: 'Nango rejected the call (400 another).' }],
    [407, '', { ...unreachable, detail: 'The proxy in front of Nango answered 407.' }],
    [500, 'server_error', { ...unreachable, detail: 'Nango returned 500.' }],
    [404, '', { ...unreachable, detail: 'Nango returned 404.' }]
  ] as const) {
    nango.faults.next({ kind: 'status', status, headers: { 'retry-after': '0' }, body: code === '' ? {} : { error: { code } } })
    const response = await app.inject({ url: '/connections' })
    t.match(response.json(), expected, code)
    if ('retryAfter' in expected) t.equal(response.headers['retry-after'], String(expected.retryAfter))
  }
})

test('sends the key to no other address', async (t) => {
  const { app, nango, roller } = await build(t)
  nango.faults.next({ kind: 'status', status: 302, headers: { location: `${roller.url}/elsewhere` } })
  t.match((await app.inject({ url: '/connections' })).json(), { code: 'ROLLER_ERR_UNREACHABLE', detail: 'Nango returned 302.' })
  t.same(roller.requests, [])
})

test('times out if Nango hangs or trickles', async (t) => {
  const built = await build(t, { options: { timeouts: { control: 60 } } })
  built.nango.faults.always({ kind: 'hang' })
  await everyRoute(t, built, { status: 504, code: 'ROLLER_ERR_TIMEOUT' })
  built.nango.faults.always({ kind: 'trickle', every: 10, body: { connections: [], padding: 'x'.repeat(2000) } })
  t.match((await built.app.inject({ url: '/connections' })).json(), { status: 504, code: 'ROLLER_ERR_TIMEOUT' })
  built.nango.faults.always(null)
})

test('reports that Nango breaks the connection, fails, or is another server', async (t) => {
  const built = await build(t)
  for (const fault of [
    { kind: 'reset' }, { kind: 'garbage' }, { kind: 'cut', body: { connections: [] } }, { kind: 'html', status: 200 },
    { kind: 'html', status: 502 },
    { kind: 'status', status: 500, body: { error: { code: 'generic_error_support', payload: 'x' } } },
    { kind: 'status', status: 200, body: 'OK' },
    { kind: 'status', status: 302, headers: { location: 'https://evil.example/' } }
  ] as const) {
    built.nango.faults.always(fault)
    await everyRoute(t, built, { status: 502, code: 'ROLLER_ERR_UNREACHABLE' })
  }
})

test('reports a wrong key, or a missing scope', async (t) => {
  await everyRoute(
    t, await build(t, { options: { nango: { secretKey: 'no-uuid' } } }),
    { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', hint: /NANGO_SECRET_KEY/ }
  )
  await everyRoute(t, await build(t, { nango: { scopes: [] } }), { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', detail: /scope/ })
})
