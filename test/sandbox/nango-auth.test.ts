import { test } from '../support/tap.ts'
import { authorize, openSession, setup } from './nango-fixture.ts'
import type { ErrorBody } from './nango-fixture.ts'

test('has an error code for each kind of invalid API key', async (t) => {
  const { call } = await setup(t)
  const code = async (headers: Record<string, string>): Promise<string> => {
    const { status, json } = await call<ErrorBody>('/connections', { key: null, headers })
    t.equal(status, 401)
    return json.error.code
  }
  t.equal(await code({}), 'missing_auth_header')
  t.equal(await code({ authorization: 'Basic abc' }), 'invalid_secret_key_format')
  t.equal(await code({ authorization: 'Bearer not-a-uuid' }), 'invalid_secret_key_format')
  t.equal(await code({ authorization: 'Bearer 11111111-1111-4111-8111-111111111111' }), 'unknown_account')
})

test('returns 403 forbidden for a missing scope', async (t) => {
  const { call, proxy } = await setup(t, { scopes: ['environment:connections:list'] })
  t.equal((await call('/connections')).status, 200)
  const { status, json } = await proxy<ErrorBody>('/venues/me')
  t.match({ status, code: json.error.code }, { status: 403, code: 'forbidden' })
})

test('lets a key without connections:read create a connection, but not read it', async (t) => {
  const fixture = await setup(t, { scopes: ['environment:connect_sessions:write', 'environment:connections:create'] })
  const { status, json: { connectionId } } = await authorize(fixture, await openSession(fixture))
  t.equal(status, 200)
  const credentials = { type: 'OAUTH2_CC', token: 'given', client_id: 'a', client_secret: 'b' }
  const imported = await fixture.call('/connections', { method: 'POST', body: { provider_config_key: 'roller', credentials } })
  t.equal(imported.status, 201)
  const read = await fixture.call<ErrorBody>(`/connections/${connectionId}?provider_config_key=roller`)
  t.match({ status: read.status, code: read.json.error.code }, { status: 403, code: 'forbidden' })
  t.equal(fixture.nango.connections.length, 3)
})

test('serves health without a key', async (t) => {
  const { call } = await setup(t)
  t.same((await call('/health', { key: null })).json, { result: 'ok' })
  t.same((await call('/ready', { key: null })).json, { result: 'ok' })
})

test('answers CORS preflights, and allows any origin on every response', async (t) => {
  const { call } = await setup(t)
  const { status, headers } = await call('/oauth2/auth/roller', { method: 'OPTIONS', key: null })
  t.match({ status, origin: headers['access-control-allow-origin'] }, { status: 204, origin: '*' })
})

test('allows pages a fixed list of headers, and shows them no Retry-After', async (t) => {
  const { call } = await setup(t)
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,traceparent' }
  const { headers } = await call('/oauth2/auth/roller', { method: 'OPTIONS', key: null, headers: preflight })
  t.match(headers['access-control-allow-headers'], /^Authorization, Content-Type, .*Baggage$/)
  t.notMatch(headers['access-control-allow-headers'], /traceparent/i)
  t.equal(headers['access-control-max-age'], '600')
  const { headers: exposing } = await call('/connections')
  t.match(exposing['access-control-expose-headers'], /X-RateLimit-Reset/)
  t.notMatch(exposing['access-control-expose-headers'], /retry-after/i)
})
