import { test } from '../support/tap.ts'
import { openSession, setup } from './nango-fixture.ts'
import type { ErrorBody } from './nango-fixture.ts'

interface Listed { data: { unique_key: string, provider: string }[] }
const integrations = [{ uniqueKey: 'roller', provider: 'roller' }, { uniqueKey: 'play', provider: 'roller-playground' }]

test('lists every integration for a key, and the allowed ones for a session', async (t) => {
  const fixture = await setup(t, { integrations })
  const keys = async (key?: string): Promise<string[]> =>
    (await fixture.call<Listed>('/integrations', key === undefined ? {} : { key })).json.data.map((one) => one.unique_key)
  t.same(await keys(), ['roller', 'play'])
  t.same(await keys(await openSession(fixture, { tags: {}, allowed_integrations: ['play'] })), ['play'])
})

test('returns one integration and one provider, and errors for unknown ones', async (t) => {
  const { call, roller } = await setup(t)
  t.match((await call('/integrations/roller')).json, { data: { unique_key: 'roller', provider: 'roller' } })
  t.equal((await call<ErrorBody>('/integrations/nope')).json.error.code, 'not_found')
  t.match((await call('/providers/roller')).json, { data: { auth_mode: 'OAUTH2_CC', token_url: `${roller.url}/token` } })
  t.equal((await call('/providers/shopify')).status, 404)
  t.equal((await call('/connect/telemetry', { method: 'POST', key: null, body: { event: 'open' } })).status, 204)
})

test('supports an integration with its own ROLLER', async (t) => {
  const live = await setup(t)
  const { nango, proxy, roller } = await setup(t, {
    integrations: [{ uniqueKey: 'roller', provider: 'roller' }, { ...integrations[1]!, rollerUrl: live.roller.url }]
  })
  nango.addConnection({ connectionId: 'p1', integrationId: 'play', clientId: 'a', clientSecret: 'right-secret' })
  await proxy('/x', { headers: { 'connection-id': 'p1', 'provider-config-key': 'play' } })
  t.same([roller.calls.length, live.roller.calls.length, live.roller.tokenCalls.length], [0, 1, 1])
})
