/** POST /connections connects a venue from a server: the credentials are tried at ROLLER, and sent nowhere else. */
import { test } from '../support/tap.ts'
import { build, holdsNoSecret } from '../support/build.ts'

const SECRET = 'canary-posted-secret-91c2'
const CREDENTIALS = { clientId: 'acme', clientSecret: SECRET }

test('returns 201 with the connection in the form of GET', async (t) => {
  const built = await build(t)
  const response = await built.app.inject(
    { method: 'POST', url: '/connections', payload: { ...CREDENTIALS, tags: { Organization_ID: 'acme' }, metadata: { region: 'north' } } }
  )
  t.equal(response.statusCode, 201)
  const created = response.json()
  t.match(
    created,
    { integrationId: 'roller', status: 'connected', tags: { organization_id: 'acme' }, metadata: { region: 'north' }, createdAt: /Z$/ }
  )
  t.same((await built.app.inject({ url: `/connections/${created.connectionId}` })).json(), created)
  t.match(built.nango.connections.at(-1), { connectionId: created.connectionId, clientSecret: SECRET, metadata: { region: 'north' } })
  t.equal((await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': created.connectionId } })).statusCode, 200)
  for (const text of [response.body, built.log(), (await built.app.inject({ url: '/connections' })).body]) {
    holdsNoSecret(t, text, built)
    t.notMatch(text, SECRET)
  }
})

test('rejects wrong credentials with a hint, and creates no connection', async (t) => {
  const built = await build(t)
  const before = built.nango.connections.length
  const response = await built.app.inject({ method: 'POST', url: '/connections', payload: { ...CREDENTIALS, clientSecret: 'wrong' } })
  t.match(response.json(), {
    status: 400,
    code: 'ROLLER_ERR_CREDENTIALS_INVALID',
    title: /rejects this Client ID/,
    layer: 'roller',
    hint: /Check the Client ID and the Client Secret/,
    errors: [{ pointer: '/body/clientSecret' }]
  })
  t.equal(built.nango.connections.length, before)
  t.notMatch(response.body, 'client credentials:', 'Nango\'s own text stays inside')
})

for (const clientSecret of [SECRET, 'wrong']) {
  test(`deletes the session after ${clientSecret === 'wrong' ? 'a rejection' : 'a success'}`, async (t) => {
    const built = await build(t)
    await built.app.inject({ method: 'POST', url: '/connections', payload: { ...CREDENTIALS, clientSecret } })
    const auth = built.nango.requests.find(({ url }) => url.startsWith('/oauth2/auth/'))
    const token = new URL(auth?.url ?? '', built.nango.url).searchParams.get('connect_session_token')
    t.match(token, /^nango_connect_session_/)
    const again = await fetch(`${built.nango.url}/connect/session`, { headers: { authorization: `Bearer ${String(token)}` } })
    t.equal(again.status, 401)
    t.notMatch(built.log(), String(token))
  })
}

test('returns a connection that the list of Nango does not have yet', async (t) => {
  const { app } = await build(t, { nango: { replicaLag: 60_000 } })
  const response = await app.inject({ method: 'POST', url: '/connections', payload: CREDENTIALS })
  t.match(response.json(), { connectionId: String, status: 'connected' })
})

test('points at missing and unknown fields of a body, and sends nothing', async (t) => {
  const built = await build(t)
  const cases: [payload: object, pointer: string][] = [
    [{ clientId: 'a' }, '/body/clientSecret'], [{ clientSecret: SECRET }, '/body/clientId'],
    [{ ...CREDENTIALS, clientSecret: '' }, '/body/clientSecret'],
    [{ ...CREDENTIALS, clientId: 7 }, '/body/clientId'], [{ ...CREDENTIALS, connectionId: 'mine' }, '/body/connectionId'],
    [{ ...CREDENTIALS, clientSecret: [SECRET] }, '/body/clientSecret']
  ]
  for (const [payload, pointer] of cases) {
    const response = await built.app.inject({ method: 'POST', url: '/connections', payload })
    t.match(response.json(), { status: 400, errors: [{ pointer }] }, pointer)
    t.notMatch(response.body + built.log(), SECRET)
  }
  t.same(built.nango.requests, [])
})
