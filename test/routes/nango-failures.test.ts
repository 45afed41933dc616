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

test('reports Nango\'s rate limit with Retry-After rounded down to 0', async (t) => {
  const built = await build(t)
  built.nango.faults.always({ kind: 'status', status: 429, headers: { 'retry-after': '0' }, body: { error: { code: 'too_many_request' } } })
  const { headers } = await built.app.inject({ url: '/connections' })
  t.equal(headers['retry-after'], '1')
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
