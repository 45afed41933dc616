import { test } from '../support/tap.ts'
import { setup } from './nango-fixture.ts'

test('counts all endpoints and proxied calls in one window of a minute', async (t) => {
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
