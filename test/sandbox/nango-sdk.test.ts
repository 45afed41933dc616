import { Nango } from '@nangohq/node'
import Frontend from '@nangohq/frontend'
import { test } from '../support/tap.ts'
import { CLIENT, KEY, openSession, setup } from './nango-fixture.ts'

test('works with the Node SDK', async (t) => {
  const { nango } = await setup(t)
  const sdk = new Nango({ host: nango.url, apiKey: KEY })
  const { data } = await sdk.createConnectSession({ tags: { organization_id: 'o1' }, allowed_integrations: ['roller'] })
  t.match(data.token, /^nango_connect_session_/)
  const again = await sdk.createReconnectSession({ connection_id: 'c1', integration_id: 'roller', tags: { organization_id: 'o1' } })
  t.ok(again.data.connect_link)
  const { connections } = await sdk.listConnections({ integrationId: ['roller'], tags: { organization_id: 'o1' }, limit: 10 })
  t.match(connections, [{ connection_id: 'c1' }])
  t.match(await sdk.getConnection('roller', 'c1', true), { credentials: { token: 'token-1' } })
  await sdk.patchConnection({ connectionId: 'c1', provider_config_key: 'roller' }, { tags: { venue: 'v1' } })
  await sdk.updateMetadata('roller', 'c1', { zone: 'z' })
  t.match(nango.connections[0], { tags: { venue: 'v1' }, metadata: { venue: 'v1', zone: 'z' } })
  t.match((await sdk.getIntegration({ uniqueKey: 'roller' })).data, { provider: 'roller' })
  t.match((await sdk.deleteConnection('roller', 'c1')).data, { success: true })
  const gone: unknown = await sdk.getConnection('roller', 'c1').catch((error: unknown) => error)
  t.match(gone, { response: { status: 404, data: { error: { code: 'not_found' } } } })
})

test('works with the frontend SDK, without a page', async (t) => {
  const fixture = await setup(t)
  const sdk = new Frontend({ host: fixture.nango.url, connectSessionToken: await openSession(fixture) })
  const auth = (secret: string): Promise<{ connectionId: string }> =>
    sdk.auth('roller', { credentials: { client_id: CLIENT.clientId, client_secret: secret } })
  const { connectionId } = await auth(CLIENT.clientSecret)
  t.equal(fixture.nango.connections.at(-1)?.connectionId, connectionId)
  t.match(await auth('wrong').catch((error: unknown) => error), { type: 'client_credentials_fetch_error' })
})
