/** The link of a self-hosted Nango contains the address of its own API. Nango Cloud's is unchanged. */
import { test, type Test } from '../support/tap.ts'
import { NangoClient } from '#plugin/nango/client.js'
import { createSession } from '#plugin/nango/sessions.js'
import { build, SECRET_KEY } from '../support/build.ts'

test('adds the API address to the link of a self-hosted Nango, for new and existing connections', async (t) => {
  const { app, nango } = await build(t)
  for (const [url, payload] of [['/connect-session', {}], ['/connect-session/reconnect', { connectionId: 'demo-venue' }]] as const) {
    const { connectLink, token } = (await app.inject({ method: 'POST', url, payload })).json()
    const link = new URL(connectLink)
    t.equal(link.href.startsWith(nango.connectUiUrl), true)
    t.equal(link.searchParams.get('apiURL'), nango.url)
    t.equal(link.searchParams.get('session_token'), token)
  }
})

/** Nango is not called; only what is made of its response counts. */
function clientOf (t: Test, link: string, options: { host: string, publicHost?: string, connectUrl?: string }): NangoClient {
  const client = new NangoClient(
    { secretKey: SECRET_KEY, integrationId: 'roller', timeoutMs: 1000, userAgent: 'test', findProxy: () => null, ...options }
  )
  t.teardown(() => client.close())
  return Object.assign(client, { call: async () => ({ data: { token: 'x', connect_link: link, expires_at: '2026-01-01T00:00:00.000Z' } }) })
}

test('completes the link with the configured addresses', async (t) => {
  const host = 'http://nango.internal:3003'
  const publicHost = 'https://nango.example.com/'
  const connectUrl = 'https://connect.example.com/ui'
  const api = 'apiURL=https%3A%2F%2Fnango.example.com'
  for (const [options, link, expected] of [
    [{ host, publicHost, connectUrl }, 'http://10.0.0.1:3009/?session_token=x', `${connectUrl}/?session_token=x&${api}`],
    [{ host, publicHost }, 'http://10.0.0.1:3009/?session_token=x', `http://10.0.0.1:3009/?session_token=x&${api}`],
    [{ host }, `http://10.0.0.1:3009/?session_token=x&${api}`, `http://10.0.0.1:3009/?session_token=x&${api}`],
    [{ host, connectUrl }, '', '']
  ] as const) {
    t.equal((await createSession(clientOf(t, link, options), { tags: {} })).connectLink, expected)
  }
})

test('keeps the link of Nango Cloud', async (t) => {
  const link = 'https://connect.nango.dev/?session_token=nango_connect_session_x'
  for (const host of ['https://api.nango.dev', 'https://api.nango.dev/']) {
    const client = clientOf(t, link, { host })
    t.equal(client.connectUrl, 'https://connect.nango.dev', 'for the frame of the connect page')
    t.same(await createSession(client, { tags: {} }), { token: 'x', connectLink: link, expiresAt: '2026-01-01T00:00:00.000Z' })
  }
})
