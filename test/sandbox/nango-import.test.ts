import { test } from '../support/tap.ts'
import { setup } from './nango-fixture.ts'
import type { ConnectionBody, ErrorBody } from './nango-fixture.ts'

const credentials = { type: 'OAUTH2_CC', token: 'given', client_id: 'venue-1', client_secret: 'right-secret' }
const body = { provider_config_key: 'roller', connection_id: 'c1', credentials }

test('deletes fields that an import over a connection does not repeat', async (t) => {
  const { call, nango } = await setup(t)
  const { status, json } = await call<ConnectionBody>('/connections', { method: 'POST', body })
  t.equal(status, 201)
  t.same([json.tags, json.metadata, json.connection_config], [{}, {}, {}])
  t.equal(json.credentials.client_secret, 'right-secret')
  t.equal(nango.connections.length, 1)
})

test('keeps the given credentials as the raw response of an import', async (t) => {
  const { call } = await setup(t)
  const given = { ...credentials, expires_at: '2030-01-01T00:00:00Z' }
  const { json } = await call<ConnectionBody>('/connections', { method: 'POST', body: { ...body, credentials: given } })
  t.same(json.credentials, {
    ...credentials, expires_at: '2030-01-01T00:00:00.000Z', raw: { ...credentials, expires_at: '2030-01-01T00:00:00.000Z' }
  })
})

test('reports missing credentials alone, and credentials of another type by a message', async (t) => {
  const { call } = await setup(t)
  const reject = async (changed: object) =>
    (await call<ErrorBody>('/connections', { method: 'POST', body: { ...body, ...changed } })).json.error
  t.same((await reject({ credentials: undefined })).errors?.map(({ path }) => path), [['credentials']])
  const error = await reject({ credentials: { type: 'API_KEY', apiKey: 'x' } })
  t.equal(error.errors, undefined)
  t.type(error.message, 'string')
})

test('never refreshes a connection without expires_at automatically', async (t) => {
  const { call, proxy, advance, roller } = await setup(t)
  await call('/connections', { method: 'POST', body })
  advance(10 * 86_400_000)
  await proxy('/venues/me')
  t.equal(roller.calls[0]?.headers.authorization, 'Bearer given')
})

test('refreshes a connection imported with a past expiry on first use', async (t) => {
  const { call, proxy, roller } = await setup(t)
  const expired = { ...credentials, expires_at: '2020-01-01T00:00:00Z' }
  await call('/connections', { method: 'POST', body: { ...body, credentials: expired } })
  await proxy('/venues/me')
  t.equal(roller.calls[0]?.headers.authorization, 'Bearer token-1')
})

test('requires a token, the right type and a known integration for an import', async (t) => {
  const { call } = await setup(t)
  const code = async (changed: object): Promise<string> =>
    (await call<ErrorBody>('/connections', { method: 'POST', body: { ...body, ...changed } })).json.error.code
  t.equal(await code({ credentials: { ...credentials, token: '' } }), 'invalid_body')
  t.equal(await code({ credentials: { ...credentials, expires_at: 'soon' } }), 'invalid_body')
  t.equal(await code({ credentials: { ...credentials, type: 'API_KEY' } }), 'invalid_body')
  t.equal(await code({ provider_config_key: 'nope' }), 'not_found')
})
