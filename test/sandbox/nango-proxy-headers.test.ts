import { test } from '../support/tap.ts'
import { json, setup } from './nango-fixture.ts'
import type { ErrorBody } from './nango-fixture.ts'

test('forwards only prefixed headers, one of which replaces the token', async (t) => {
  const { proxy, roller } = await setup(t)
  await proxy('/venues/me', { headers: { 'x-plain': '1', 'nango-proxy-x-mine': '2' } })
  t.match(roller.calls[0]?.headers, { authorization: 'Bearer token-1', 'x-mine': '2', 'user-agent': 'axios/1.18.0' })
  t.notOk(roller.calls[0]?.headers['x-plain'])
  await proxy('/venues/me', { headers: { 'nango-proxy-authorization': 'Bearer stolen' } })
  t.equal(roller.calls[1]?.headers.authorization, 'Bearer stolen')
})

test('sends the token to the host of Base-Url-Override', async (t) => {
  const { proxy, nango, roller } = await setup(t)
  await proxy('/health', { headers: { 'base-url-override': nango.url } })
  t.equal(roller.calls.length, 0)
  t.match(nango.requests.at(-1), { url: '/health', headers: { authorization: 'Bearer token-1' } })
})

test('returns invalid_headers for missing and malformed control headers', async (t) => {
  const { call, proxy } = await setup(t)
  t.equal((await call<ErrorBody>('/proxy/x')).json.error.code, 'invalid_headers')
  t.equal((await proxy<ErrorBody>('/x', { headers: { retries: 'many' } })).json.error.code, 'invalid_headers')
  t.equal((await proxy('/x', { headers: { retries: '-1' } })).status, 500)
})

test('returns errors for an unknown connection and an unknown integration', async (t) => {
  const { proxy } = await setup(t)
  const connection = await proxy('/x', { headers: { 'connection-id': 'nope' } })
  t.equal(connection.status, 400)
  t.same(connection.json, { error: { code: 'server_error', message: 'Failed to get connection' } })
  const integration = await proxy<ErrorBody>('/x', { headers: { 'provider-config-key': 'nope' } })
  t.match({ status: integration.status, code: integration.json.error.code }, { status: 404, code: 'unknown_provider_config' })
})

test('forwards a HEAD, which ROLLER rejects with 405', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = json(405, { message: 'not allowed' })
  const { status, headers, text } = await proxy('/x', { method: 'HEAD' })
  t.match({ status, type: headers['content-type'], text }, { status: 405, type: 'application/json; charset=utf-8', text: '' })
  t.equal(roller.calls[0]?.method, 'HEAD')
})
