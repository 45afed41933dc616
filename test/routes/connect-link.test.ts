/** The link of a self-hosted Nango contains the address of its own API. Nango Cloud's is unchanged. */
import { test } from '../support/tap.ts'
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

test('keeps the link of Nango Cloud', async (t) => {
  const link = 'https://connect.nango.dev/?session_token=nango_connect_session_x'
  for (const host of ['https://api.nango.dev', 'https://api.nango.dev/']) {
    const client = new NangoClient(
      { host, secretKey: SECRET_KEY, integrationId: 'roller', timeoutMs: 1000, userAgent: 'test', findProxy: () => null }
    )
    t.teardown(() => client.close())
    // Cloud is not called from a test; only what is made of its response counts.
    Object.assign(client, { call: async () => ({ data: { token: 'x', connect_link: link, expires_at: '2026-01-01T00:00:00.000Z' } }) })
    t.same(await createSession(client, { tags: {} }), { token: 'x', connectLink: link, expiresAt: '2026-01-01T00:00:00.000Z' })
  }
})
