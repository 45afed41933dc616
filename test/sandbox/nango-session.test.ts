import { test } from '../support/tap.ts'
import { authorize, openSession, setup } from './nango-fixture.ts'
import type { ErrorBody, SessionBody } from './nango-fixture.ts'

test('creates a session with a token, a link without apiURL and a lifetime of thirty minutes', async (t) => {
  const { call, nango } = await setup(t)
  const { status, json: { data } } = await call<SessionBody>('/connect/sessions', { method: 'POST', body: { tags: { a: 'b' } } })
  t.equal(status, 201)
  t.match(data.token, /^nango_connect_session_[0-9a-f]{64}$/)
  t.equal(data.connect_link, `${nango.connectUiUrl}?session_token=${data.token}`)
  t.equal(data.expires_at, '2026-03-01T10:30:00.000Z')
})

test('validates the body of a session', async (t) => {
  const { call } = await setup(t)
  const wrong: unknown[] = [
    {},
    { tags: { '1a': 'x' } },
    { tags: { a: '' } },
    { tags: { a: 'x'.repeat(256) } },
    { tags: { A: 'x', a: 'y' } },
    { tags: { end_user_email: 'no address' } },
    { tags: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, 'x'])) },
    { tags: {}, allowed_integrations: ['shopify'] },
    { tags: {}, webhook_url_override: 'https://api.nango.dev/x' }
  ]
  for (const body of wrong) {
    const { status, json } = await call<ErrorBody>('/connect/sessions', { method: 'POST', body })
    t.match({ status, code: json.error.code }, { status: 400, code: 'invalid_body' }, JSON.stringify(body))
  }
  const { json } = await call<ErrorBody>('/connect/sessions', { method: 'POST', body: { tags: {}, allowed_integrations: ['shopify'] } })
  t.strictSame(json.error.errors?.[0]?.path, ['allowed_integrations', '0'])
})

test('fails with an internal error for more than ten tags in total', async (t) => {
  const { call } = await setup(t)
  const tags = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`k${index}`, 'x']))
  const { status, json } = await call<ErrorBody>('/connect/sessions', { method: 'POST', body: { tags, end_user: { id: 'u' } } })
  t.match({ status, code: json.error.code }, { status: 500, code: 'server_error' })
})

test('treats an empty list of allowed integrations as all', async (t) => {
  const fixture = await setup(t)
  const token = await openSession(fixture, { tags: {}, allowed_integrations: [] })
  const { json } = await fixture.call<{ data: Record<string, unknown> }>('/connect/session', { key: token })
  t.notOk('allowed_integrations' in json.data)
})

test('ends a session on expiry and deletion, not on use', async (t) => {
  const fixture = await setup(t)
  const token = await openSession(fixture)
  t.equal((await authorize(fixture, token)).status, 200)
  t.equal((await fixture.call('/connect/session', { key: token })).status, 200)
  t.equal((await fixture.call('/connect/session', { key: token, method: 'DELETE' })).status, 204)
  t.match((await fixture.call('/connect/session', { key: token })).json, { error: { code: 'unknown_connect_session_token' } })
  const second = await openSession(fixture)
  fixture.advance(30 * 60_000)
  t.match((await fixture.call('/connect/session', { key: second })).json, { error: { code: 'unknown_connect_session_token' } })
  t.match((await fixture.call('/connect/session', { key: 'nonsense' })).json, { error: { code: 'invalid_connect_session_token_format' } })
})
