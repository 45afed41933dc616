import { test } from '../support/tap.ts'
import { START, authorize, openSession, setup } from './nango-fixture.ts'

test('counts all endpoints and proxied calls of API keys in one window of a minute', async (t) => {
  const { call, proxy, advance } = await setup(t, { rateLimit: 2 })
  t.match((await call('/connections')).headers, { 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1' })
  t.equal((await proxy('/venues/me')).status, 200)
  advance(2500)
  const { status, json, headers } = await proxy('/venues/me?page=1')
  t.equal(status, 429)
  t.same(json, { error: { code: 'too_many_request', method: 'GET', path: '/proxy/venues/me' } })
  t.match(headers, { 'retry-after': '57', 'x-ratelimit-remaining': '0' })
  t.equal((await call('/health', { key: null })).status, 200)
  advance(57_500)
  t.equal((await proxy('/venues/me')).status, 200)
})

test('counts calls of sessions in a window of their own, and rejected ones in none', async (t) => {
  const fixture = await setup(t, { rateLimit: 2 })
  const { call } = fixture
  const token = await openSession(fixture)
  t.equal((await authorize(fixture, `nango_connect_session_${'0'.repeat(64)}`)).status, 401)
  t.match((await call('/connect/session', { key: token })).headers, { 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1' })
  t.equal((await authorize(fixture, token)).status, 200)
  const { status, json, headers } = await call('/connect/session', { key: token })
  t.match({ status, json }, { status: 429, json: { error: { code: 'too_many_request', path: '/connect/session' } } })
  t.equal(headers['x-ratelimit-reset'], String(Math.floor(START / 1000) + 60))
  t.match((await call('/connections')).headers, { 'x-ratelimit-remaining': '0' }, 'the session took nothing of the key')
})
