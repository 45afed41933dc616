import { test } from '../support/tap.ts'
import { KEY, setup } from './nango-fixture.ts'
import type { ErrorBody } from './nango-fixture.ts'

test('rejects unknown query parameters and body keys', async (t) => {
  const { call } = await setup(t)
  t.match((await call<ErrorBody>('/connections?colour=red')).json, { error: { code: 'invalid_query_params' } })
  const body = { tags: { a: 'b' }, colour: 'red' }
  t.match((await call<ErrorBody>('/connect/sessions', { method: 'POST', body })).json, { error: { code: 'invalid_body' } })
})

test('rejects a content type other than JSON with 415, on a GET and a DELETE too', async (t) => {
  const { call } = await setup(t)
  for (const method of ['GET', 'DELETE', 'POST']) {
    const headers = { 'content-type': 'text/plain' }
    const { status, json } = await call<ErrorBody>('/connections/c1?provider_config_key=roller', { method, headers })
    t.match({ status, code: json.error.code }, { status: 415, code: 'invalid_content_type' }, method)
  }
  t.equal((await call('/connections', { headers: { 'content-type': 'application/json' } })).status, 200)
})

test('rejects invalid and bare JSON with invalid_json', async (t) => {
  const { call } = await setup(t)
  for (const raw of ['{', '42']) {
    const { json } = await call<ErrorBody>('/connect/sessions', { method: 'POST', raw, headers: { 'content-type': 'application/json' } })
    t.equal(json.error.code, 'invalid_json')
  }
})

test('records the raw URLs of requests', async (t) => {
  const { nango, proxy } = await setup(t)
  await proxy('/../x%2e?y={z}')
  t.match(nango.requests.at(-1), { method: 'GET', url: '/proxy/../x%2e?y={z}', headers: { authorization: `Bearer ${KEY}` } })
})
