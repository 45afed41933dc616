import { test } from '../support/tap.ts'
import { setup } from './nango-fixture.ts'
import type { ConnectionBody, ErrorBody } from './nango-fixture.ts'

const PATH = '/connections/c1?provider_config_key=roller'

test('requests a token when a connection is read, and returns the credentials, secret included', async (t) => {
  const { call } = await setup(t)
  const { json } = await call<ConnectionBody & { created_at: string }>(PATH)
  t.match(json.credentials, { token: 'token-1', client_secret: 'right-secret', expires_at: '2026-03-01T10:55:00.000Z' })
  t.equal(json.created_at, '2026-03-01T10:00:00.000+00:00')
})

test('checks and returns nothing without read_credentials, and rejects flags', async (t) => {
  const { call, roller } = await setup(t, { scopes: ['environment:connections:read'] })
  roller.tokenStatus = 401
  t.same((await call<ConnectionBody>(PATH)).json.credentials, {})
  t.equal(roller.tokenCalls.length, 0)
  t.equal((await call(`${PATH}&force_refresh=true`)).status, 403)
})

test('returns a different error for a missing connection on each endpoint', async (t) => {
  const { call } = await setup(t)
  const outcome = async (path: string, method = 'GET'): Promise<string> => {
    const { status, json } = await call<ErrorBody>(path, { method })
    return `${status} ${json.error.code}`
  }
  t.equal(await outcome('/connections/c1'), '400 invalid_query_params')
  t.equal(await outcome('/connections/c1?provider_config_key=nope'), '400 unknown_provider_config')
  t.equal(await outcome('/connections/nope?provider_config_key=roller'), '404 not_found')
  t.equal((await call(PATH, { method: 'DELETE' })).text, '{"success":true}')
  t.equal(await outcome(PATH, 'DELETE'), '400 unknown_connection')
  t.equal(await outcome(PATH.replace(/roller$/, 'nope'), 'DELETE'), '400 unknown_connection', 'whatever the integration')
})

test('replaces the whole set of tags on PATCH', async (t) => {
  const { call, nango } = await setup(t)
  await call(PATH, { method: 'PATCH', body: { tags: { Venue: 'v1' } } })
  t.same(nango.connections[0]?.tags, { venue: 'v1' })
  t.equal((await call<ErrorBody>(PATH, { method: 'PATCH', body: { metadata: {} } })).json.error.code, 'invalid_body')
})

test('replaces metadata on POST, merges it on PATCH, and changes nothing for one unknown id', async (t) => {
  const { call, nango } = await setup(t)
  const write = (method: string, ids: string | string[], metadata: object): Promise<{ status: number }> =>
    call('/connections/metadata', { method, body: { connection_id: ids, provider_config_key: 'roller', metadata } })
  t.equal((await write('PATCH', 'c1', { zone: 'z' })).status, 200)
  t.same(nango.connections[0]?.metadata, { venue: 'v1', zone: 'z' })
  t.equal((await write('PATCH', ['c1', 'nope'], { zone: 'y' })).status, 404)
  t.same(nango.connections[0]?.metadata, { venue: 'v1', zone: 'z' })
  t.equal((await write('POST', ['c1'], { only: true })).status, 201)
  t.same(nango.connections[0]?.metadata, { only: true })
})
