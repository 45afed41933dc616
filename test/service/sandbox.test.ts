/** The sandbox: one connected venue at start, and more to connect. */
import { test } from '../support/tap.ts'
import { buildApp } from '#service/app.js'
import { readConfig } from '#service/config/config.js'
import { startOnSandbox } from '#service/sandbox/service.js'
import { DEMO_CONNECTION_ID, startSandbox } from 'roller-sandbox'

test('serves demo-venue, rejects `wrong`, and creates a venue for any other credentials', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const config = readConfig({ LOG_LEVEL: 'silent' })
  const app = await buildApp({
    config: {
      ...config,
      nango: { secretKey: sandbox.secretKey, host: sandbox.nango.url, integrationId: 'roller', webhookSigningKeys: [] },
      otherBaseUrl: sandbox.roller.url
    }
  })
  t.teardown(() => app.close())
  const venueOf = async (id: string): Promise<{ name: string }> => (
    await app.inject({ url: '/roller/venues/me', headers: { 'connection-id': id } })
  ).json()

  t.equal(DEMO_CONNECTION_ID, 'demo-venue')
  t.match(await venueOf('demo-venue'), { name: /\S/ })
  t.match((await app.inject({ url: '/connections/demo-venue/check' })).json(), { ok: true })

  const connect = (clientId: string, clientSecret: string) => app.inject(
    { method: 'POST', url: '/connections', payload: { clientId, clientSecret } }
  )
  t.match((await connect('mine', 'wrong')).json(), { status: 400, hint: /Client ID and the Client Secret/ })
  const ids: string[] = []
  for (const clientId of ['mine', 'yours']) {
    const response = await connect(clientId, 'any')
    t.equal(response.statusCode, 201)
    ids.push(response.json().connectionId)
  }
  const venues = await Promise.all(['demo-venue', ...ids].map(venueOf))
  t.equal(new Set(venues.map((venue) => JSON.stringify(venue))).size, 3, 'three venues')
  t.equal((await app.inject({ url: '/connections' })).json().connections.length, 3)
})

test('calls nothing but its own ROLLER, logs its events, and has no address before it listens on a free port', async (t) => {
  for (const [port, publicUrl] of [['0', null], ['3000', 'http://localhost:3000']] as const) {
    const { options, close } = await startOnSandbox(readConfig({ PORT: port }))
    t.teardown(close)
    const { config: { rollerBaseUrl, otherBaseUrl, webhooks }, logEvents, sandbox } = options
    t.match(rollerBaseUrl, /^http:\/\/127\.0\.0\.1:/)
    t.equal(otherBaseUrl, rollerBaseUrl)
    t.same([logEvents, sandbox, webhooks.publicUrl], [true, true, publicUrl])
  }
})
