import { test } from '../support/tap.ts'
import { CLIENT, authorize, openSession, setup } from './nango-fixture.ts'
import type { ErrorBody } from './nango-fixture.ts'

test('creates a connection for each success, with the tags of the session', async (t) => {
  const fixture = await setup(t)
  const token = await openSession(fixture, { tags: { Organization_ID: 'O2' } })
  const first = await authorize(fixture, token)
  const second = await authorize(fixture, token)
  t.not(first.json.connectionId, second.json.connectionId)
  t.same(fixture.nango.connections.at(-1)?.tags, { organization_id: 'O2' })
  t.equal(fixture.roller.tokenCalls[0]?.body, JSON.stringify({ client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret }))
})

test('returns the errors of a failed attempt', async (t) => {
  const integrations = ['roller', 'other'].map((uniqueKey) => ({ uniqueKey, provider: 'roller' }))
  const fixture = await setup(t, { integrations })
  const token = await openSession(fixture, { tags: {}, allowed_integrations: ['roller'] })
  const attempt = async (path: string, body: unknown): Promise<string> => {
    const { status, json } = await fixture.call<ErrorBody>(path, { method: 'POST', key: null, body })
    return `${status} ${json.error.code}`
  }
  const good = { client_id: 'a', client_secret: 'b' }
  const session = `?connect_session_token=${token}`
  t.equal(await attempt('/oauth2/auth/roller', good), '401 missing_public_key')
  t.equal(await attempt('/oauth2/auth/roller?connect_session_token=nope', good), '401 unknown_connect_session_token')
  t.equal(await attempt(`/oauth2/auth/roller${session}&connection_id=mine`, good), '400 invalid_query_params')
  t.equal(await attempt(`/oauth2/auth/nothing${session}`, good), '400 unknown_provider_config')
  t.equal(await attempt(`/oauth2/auth/other${session}`, good), '400 integration_not_allowed')
  t.equal(await attempt(`/oauth2/auth/roller${session}`, { client_secret: 'b' }), '400 missing_client_id')
  t.equal(await attempt(`/oauth2/auth/roller${session}`, { client_id: 'a' }), '400 missing_client_secret')
  t.equal(await attempt(`/oauth2/auth/roller${session}`, good), '400 client_credentials_fetch_error')
})

test('returns the error of a wrong secret for a token endpoint that is down', async (t) => {
  const fixture = await setup(t, { rollerUrl: 'http://127.0.0.1:1' })
  const { status, json } = await authorize(fixture, await openSession(fixture))
  t.match({ status, code: json.error.code }, { status: 400, code: 'client_credentials_fetch_error' })
})
