import { test } from '../support/tap.ts'
import { connect, send, start } from './roller-fixture.ts'

test('issues a token for any credentials, for the venue of the client id', async (t) => {
  const { roller, call } = await start(t)
  const issued = await send(roller.url, 'POST', '/token', { client_id: 'other', client_secret: 'secret' })
  t.match(issued, { status: 200, body: { token_type: 'Bearer', expires_in: 86_400, access_token: String } })
  const [demo, other] = [await call('GET', '/venues/me'), await (await connect(roller, 'other'))('GET', '/venues/me')]
  t.match(demo.body, { name: 'SkyBound Trampoline Park Brisbane', ianaTimeZone: 'Australia/Brisbane', currency: 'AUD' })
  t.not(demo.body['id'], other.body['id'])
  t.equal(roller.tokensIssued, 3)
  t.equal(roller.requests.at(-1)?.clientId, 'other')
})

test('rejects wrong and rejected credentials, and names missing ones', async (t) => {
  const { roller } = await start(t)
  const requestToken = async (body: object) => await send(roller.url, 'POST', '/token', body)
  t.equal((await requestToken({ client_id: 'demo', client_secret: 'wrong' })).status, 401)
  t.match(await requestToken({ client_id: 'demo' }), { status: 400, body: { message: /client_secret/ } })
  roller.rejectCredentials('demo')
  t.equal((await requestToken({ client_id: 'demo', client_secret: 'secret' })).status, 401)
  roller.rejectCredentials('demo', false)
  t.equal((await requestToken({ client_id: 'demo', client_secret: 'secret' })).status, 200)
})

test('returns 401 in JSON for a missing, unknown, expired or revoked token', async (t) => {
  const { roller, clock, call } = await start(t, { tokenTtl: 60 })
  t.match(await send(roller.url, 'GET', '/venues/me'), { status: 401, body: { message: String } })
  t.equal((await send(roller.url, 'GET', '/venues/me', undefined, { authorization: 'Bearer unknown' })).status, 401)
  t.equal((await call('GET', '/venues/me')).status, 200)
  clock.forward(60_000)
  t.equal((await call('GET', '/venues/me')).status, 401)
  const again = await connect(roller)
  t.equal((await again('GET', '/venues/me')).status, 200)
  roller.revokeTokens('another client')
  t.equal((await again('GET', '/venues/me')).status, 200)
  roller.revokeTokens('demo')
  t.equal((await again('GET', '/venues/me')).status, 401)
})

test('has special client ids for problematic venues', async (t) => {
  const { roller } = await start(t)
  const [noaccess, badzone] = [await connect(roller, 'noaccess-1'), await connect(roller, 'badzone-1')]
  t.equal((await noaccess('GET', '/venues/me')).status, 403)
  t.equal((await badzone('GET', '/venues/me')).body['ianaTimeZone'], '(UTC+10:00) Brisbane')
})
