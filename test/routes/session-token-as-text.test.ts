/** Nango's guide for ROLLER works unchanged: fetch('/api/connect-session') returns a token that @nangohq/frontend accepts. */
import Nango from '@nangohq/frontend'
import { test } from '../support/tap.ts'
import { listen } from '../support/build.ts'

const identify = () => ({ tags: { organization_id: 'acme' } })

test('connects a venue in the frontend SDK with the token of the text response', async (t) => {
  const { url, nango } = await listen(t, { options: { prefix: '/api', identify } })
  const response = await fetch(`${url}/api/connect-session`)
  t.equal(response.status, 200)
  t.match(response.headers.get('content-type'), /^text\/plain/)
  t.equal(response.headers.get('cache-control'), 'no-store')
  const token = await response.text()
  t.match(token, /^nango_connect_session_[0-9a-f]{64}$/)

  const frontend = new Nango({ host: nango.url, connectSessionToken: token })
  const { connectionId } = await frontend.auth('roller', { credentials: { client_id: 'acme-venue', client_secret: 'good' } } as never)
  t.match(nango.connections.find((one) => one.connectionId === connectionId), { clientId: 'acme-venue', tags: { organization_id: 'acme' } })
  const called = await fetch(`${url}/api/roller/venues/me`, { headers: { 'connection-id': connectionId } })
  t.equal(called.status, 200, 'and it can be used at once')
})

test('rejects a wrong secret, and creates no connection', async (t) => {
  const { url, nango } = await listen(t, { options: { identify } })
  const token = await (await fetch(`${url}/connect-session`)).text()
  const frontend = new Nango({ host: nango.url, connectSessionToken: token })
  const before = nango.connections.length
  const rejection = await frontend.auth(
    'roller', { credentials: { client_id: 'acme-venue', client_secret: 'wrong' } } as never
  ).catch((error: unknown) => error)
  t.match(rejection, { type: 'client_credentials_fetch_error' })
  t.equal(nango.connections.length, before)
})

test('does not exist without identify', async (t) => {
  const { url } = await listen(t)
  t.equal((await fetch(`${url}/connect-session`)).status, 404)
})
