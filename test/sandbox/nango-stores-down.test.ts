import { test } from '../support/tap.ts'
import { authorize, openSession, setup } from './nango-fixture.ts'
import type { ErrorBody } from './nango-fixture.ts'

const READ = '/connections/c1?provider_config_key=roller'

test('reports a malformed key and an unknown session while Postgres is down', async (t) => {
  const fixture = await setup(t)
  const token = await openSession(fixture)
  fixture.nango.setOptions({ postgresDown: true })
  for (const response of [await fixture.call<ErrorBody>('/connections'), await fixture.proxy<ErrorBody>('/x')]) {
    t.match({ status: response.status, error: response.json.error }, { status: 401, error: { code: 'malformed_auth_header', payload: {} } })
  }
  t.equal((await fixture.call<ErrorBody>('/connections', { key: 'abc' })).json.error.code, 'invalid_secret_key_format')
  t.match(await authorize(fixture, token), { status: 401, json: { error: { code: 'unknown_account' } } })
  t.equal((await fixture.call('/health')).status, 200)
  fixture.nango.setOptions({ postgresDown: false })
  t.equal((await fixture.call('/connections')).status, 200)
})

test('delays a call by 12 s while Redis is down, and only uses a valid token', async (t) => {
  const { call, proxy, nango, roller, sleeps, advance } = await setup(t)
  await proxy('/x')
  nango.setOptions({ redisDown: true })
  t.equal((await proxy('/x')).status, 200)
  t.same(sleeps, [12_000])
  advance(41 * 60_000)
  const read = await call<ErrorBody>(READ)
  t.match({ status: read.status, code: read.json.error.code }, { status: 400, code: 'invalid_credentials' })
  t.same(sleeps, [12_000, 12_000])
  advance(30_000)
  const { status, json } = await proxy<ErrorBody>('/x')
  const error = { code: 'server_error', message: /^Failed to get connection credentials: '/ }
  t.match({ status, error: json.error }, { status: 400, error })
  t.equal(roller.tokenCalls.length, 1, 'no token was requested from ROLLER')
})
