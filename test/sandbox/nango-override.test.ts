import { test } from '../support/tap.ts'
import { CLIENT, authorize, openSession, setup } from './nango-fixture.ts'
import type { Fixture } from './nango-fixture.ts'

interface Row {
  created_at: string
  updated_at: string
  last_fetched_at: string
  tags: Record<string, string>
  metadata: Record<string, unknown>
  credentials: { token: string, expires_at: string, client_id: string }
}

const TARGET = { connection_id: 'c1', integration_id: 'roller' }
const PATH = '/connect/sessions/reconnect'
const READ = '/connections/c1?provider_config_key=roller'
const rowOf = async ({ call }: Fixture): Promise<Row> => (await call<Row>(READ)).json

async function override (fixture: Fixture, clientId: string, tags?: Record<string, string>): Promise<void> {
  const token = await openSession(fixture, { ...TARGET, ...(tags && { tags }) }, PATH)
  await fixture.call(`/oauth2/auth/roller?connect_session_token=${token}`, {
    method: 'POST', key: null, body: { client_id: clientId, client_secret: CLIENT.clientSecret }
  })
}

test('changes token, expiry, Client ID and tags on an override, but neither dates nor metadata', async (t) => {
  const fixture = await setup(t)
  let before = await rowOf(fixture)
  for (const clientId of ['cmp-a', 'cmp-b', 'cmp-a']) {
    fixture.advance(1_200)
    await override(fixture, clientId, { organization_id: 'o2' })
    const after = await rowOf(fixture)
    t.equal(after.updated_at, before.updated_at)
    t.equal(after.created_at, before.created_at)
    t.same(after.metadata, before.metadata)
    t.same(after.tags, { organization_id: 'o2' })
    t.equal(after.credentials.client_id, clientId)
    t.not(after.credentials.token, before.credentials.token)
    t.not(after.credentials.expires_at, before.credentials.expires_at)
    before = after
  }
})

test('deletes the tags on an override by a session without tags', async (t) => {
  const fixture = await setup(t)
  await override(fixture, 'cmp-a')
  t.same((await rowOf(fixture)).tags, {})
})

test('keeps both dates on an import over a connection', async (t) => {
  const fixture = await setup(t)
  const before = await rowOf(fixture)
  fixture.advance(1_200)
  const credentials = {
    type: 'OAUTH2_CC', token: 'given', client_id: 'cmp-b', client_secret: 'x', expires_at: '2027-01-01T00:00:00Z'
  }
  await fixture.call('/connections', { method: 'POST', body: { provider_config_key: 'roller', connection_id: 'c1', credentials } })
  const after = await rowOf(fixture)
  t.match(after, { created_at: before.created_at, updated_at: before.updated_at, credentials: { token: 'given', client_id: 'cmp-b' } })
})

test('sets the date of creation on a new connection', async (t) => {
  const fixture = await setup(t)
  fixture.advance(1_200)
  const { json: { connectionId } } = await authorize(fixture, await openSession(fixture))
  const { json } = await fixture.call<Row>(`/connections/${connectionId}?provider_config_key=roller`)
  t.match(json, { created_at: '2026-03-01T10:00:01.200+00:00', updated_at: '2026-03-01T10:00:01.200+00:00' })
})
