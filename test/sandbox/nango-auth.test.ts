import { test } from 'tap'
import { setup } from './nango-fixture.ts'
import type { ErrorBody } from './nango-fixture.ts'

test('every way of getting the API key wrong has its own code', async (t) => {
  const { call } = await setup(t)
  const code = async (headers: Record<string, string>): Promise<string> => {
    const { status, json } = await call<ErrorBody>('/connections', { key: null, headers })
    t.equal(status, 401)
    return json.error.code
  }
  t.equal(await code({}), 'missing_auth_header')
  t.equal(await code({ authorization: 'Basic abc' }), 'malformed_auth_header')
  t.equal(await code({ authorization: 'Bearer not-a-uuid' }), 'invalid_secret_key_format')
  t.equal(await code({ authorization: 'Bearer 11111111-1111-4111-8111-111111111111' }), 'unknown_account')
})

test('a missing scope is 403 forbidden', async (t) => {
  const { call, proxy } = await setup(t, { scopes: ['environment:connections:list'] })
  t.equal((await call('/connections')).status, 200)
  const { status, json } = await proxy<ErrorBody>('/venues/me')
  t.match({ status, code: json.error.code }, { status: 403, code: 'forbidden' })
})

test('health needs no key', async (t) => {
  const { call } = await setup(t)
  t.same((await call('/health', { key: null })).json, { result: 'ok' })
  t.same((await call('/ready', { key: null })).json, { result: 'ok' })
})

test('a CORS preflight is answered and every answer is open to any origin', async (t) => {
  const { call } = await setup(t)
  const { status, headers } = await call('/oauth2/auth/roller', { method: 'OPTIONS', key: null })
  t.match({ status, origin: headers['access-control-allow-origin'] }, { status: 204, origin: '*' })
})
