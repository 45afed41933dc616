import { test } from '../support/tap.ts'
import { CLIENT, authorize, openSession, setup } from './nango-fixture.ts'
import type { ErrorBody } from './nango-fixture.ts'

const TARGET = { connection_id: 'c1', integration_id: 'roller' }
const PATH = '/connect/sessions/reconnect'

test('deletes tags, config and webhook URL on a reconnect without them; keeps id and metadata', async (t) => {
  const fixture = await setup(t)
  fixture.nango.addConnection({
    connectionId: 'c1', ...CLIENT, tags: { organization_id: 'o1' }, metadata: { venue: 'v1' }, connectionConfig: { a: 1 }
  })
  const { status, json } = await authorize(fixture, await openSession(fixture, TARGET, PATH))
  t.match({ status, id: json.connectionId }, { status: 200, id: 'c1' })
  t.equal(fixture.nango.connections.length, 1)
  const [connection] = fixture.nango.connections
  t.match(connection, { webhookUrlOverride: null, metadata: { venue: 'v1' } })
  t.same([connection?.tags, connection?.connectionConfig], [{}, {}])
  t.same(fixture.nango.connections[0]?.tags, {})
})

test('keeps the fields that a reconnect session repeats', async (t) => {
  const fixture = await setup(t)
  const config = { roller: { connection_config: { a: 1 } } }
  const repeated = { tags: { organization_id: 'o1' }, webhook_url_override: 'https://example.com/x' }
  const body = { ...TARGET, ...repeated, integrations_config_defaults: config }
  await authorize(fixture, await openSession(fixture, body, PATH))
  t.match(fixture.nango.connections[0], {
    tags: { organization_id: 'o1' }, connectionConfig: { a: 1 }, webhookUrlOverride: 'https://example.com/x'
  })
})

test('returns 400 invalid_body for unknown credentials, and invalid_connection for a deleted target', async (t) => {
  const fixture = await setup(t)
  const body = { connection_id: 'unknown', integration_id: 'roller' }
  const { status, json } = await fixture.call<ErrorBody>(PATH, { method: 'POST', body })
  t.match({ status, code: json.error.code }, { status: 400, code: 'invalid_body' })
  const token = await openSession(fixture, TARGET, PATH)
  await fixture.call('/connections/c1?provider_config_key=roller', { method: 'DELETE' })
  t.equal((await authorize(fixture, token)).json.error.code, 'invalid_connection')
})
