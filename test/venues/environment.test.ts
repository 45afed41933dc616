import { test, type Test } from '../support/tap.ts'
import { startRollerSimulator } from '#sandbox/roller.js'
import { asVerified, holdsNoSecret, VENUE } from '../support/build.ts'
import { start, stored, venueIdOf } from './fixture.ts'

/** ROLLER's Playground beside Live, with separate credentials that the other rejects. */
async function both (t: Test) {
  const playground = await startRollerSimulator()
  t.teardown(() => playground.close())
  const setup = await start(t, { webhooks: false, options: { otherBaseUrl: playground.url } })
  setup.roller.rejectCredentials('play-park')
  return { ...setup, playground }
}

test('rejects a Playground connection in a gateway for Live, and vice versa', async (t) => {
  const setup = await start(t, { webhooks: false })
  stored(setup, 'demo-venue').tags.roller_environment = 'playground'
  const response = await setup.app.inject({ url: '/roller/products', headers: VENUE })
  t.match(response.json(), { status: 409, code: 'ROLLER_ERR_ENVIRONMENT', detail: /playground.*live/ })
  t.equal(setup.roller.requests.length, 0)
  const other = await start(t, { webhooks: false, options: { environment: 'playground' } })
  t.match(
    (await other.app.inject({ url: '/roller/products', headers: VENUE })).json(),
    { code: 'ROLLER_ERR_ENVIRONMENT', detail: /live.*playground/ }
  )
})

test('a venue with the same id in the other environment is another venue', async (t) => {
  let now = Date.now()
  const setup = await start(t, { webhooks: false, nango: { now: () => now } })
  const id = venueIdOf(setup, 'demo')
  now += 60_000
  const { tags, metadata } = asVerified({ id, environment: 'playground', name: null, timeZone: null, currency: null, locale: null })
  setup.nango.addConnection({ connectionId: 'newer', clientId: 'play-park', clientSecret: 's', tags, metadata })
  t.equal(await setup.app.roller.connectionOf(id), 'demo-venue')
  const { connections } = await setup.app.roller.connections.list()
  t.same(connections.map(({ warnings }) => warnings), [[], []], 'neither is connected twice')
})

test('reports credentials of the other environment on POST /connections, after one request to it', async (t) => {
  const setup = await both(t)
  const credentials = { clientId: 'play-park', clientSecret: 'canary-play-secret' }
  for (let tries = 0; tries < 3; tries++) {
    const response = await setup.app.inject({ method: 'POST', url: '/connections', payload: credentials })
    t.match(response.json(), { status: 409, code: 'ROLLER_ERR_ENVIRONMENT', detail: /Playground.*Live/, hint: /Venue Manager/ })
    t.notMatch(response.body, 'canary')
  }
  t.equal(setup.playground.tokensIssued, 1)
  t.notMatch(setup.log(), 'canary-play-secret')
  const wrong = await setup.app.inject({ method: 'POST', url: '/connections', payload: { clientId: 'play-park', clientSecret: 'wrong' } })
  t.match(
    wrong.json(), { status: 400, code: 'ROLLER_ERR_CREDENTIALS_INVALID', errors: [{ pointer: '/body/clientSecret' }] },
    'rejected by both: just wrong'
  )
})

test('names credentials of the other environment in the check if Nango returns them', async (t) => {
  const setup = await both(t)
  // Imported into Nango with a Playground token, which Live rejects; without an expiry Nango does not refresh it.
  setup.nango.addConnection({ connectionId: 'imported', clientId: 'play-park', clientSecret: 'canary-play-secret' })
  Object.assign(stored(setup, 'imported'), { token: 'a-token-of-the-playground', expiresAt: null })
  const report = (await setup.app.inject({ url: '/connections/imported/check' })).json()
  t.match(report, { ok: false })
  t.match(
    report.steps.find(({ result }: { result: string }) => result === 'failed'),
    { step: 'venue-reached', detail: /Playground.*Live/, hint: /Venue Manager/ }
  )
  t.notMatch(JSON.stringify(report) + setup.log(), 'canary-play-secret')
  holdsNoSecret(t, JSON.stringify(report), setup)
})

test('names an integration of the other environment in the check', async (t) => {
  const setup = await start(t, { webhooks: false, nango: { integrations: [{ uniqueKey: 'roller', provider: 'roller-playground' }] } })
  const { steps } = (await setup.app.inject({ url: '/connections/demo-venue/check' })).json()
  t.match(
    steps.find(({ result }: { result: string }) => result === 'failed'),
    { step: 'integration-is-roller', hint: /ROLLER_ENVIRONMENT=playground/ }
  )
  const other = await start(t, { webhooks: false, options: { environment: 'playground' } })
  const report = (await other.app.inject({ url: '/connections/demo-venue/check' })).json()
  t.match(
    report.steps.find(({ result }: { result: string }) => result === 'failed'),
    { step: 'integration-is-roller', hint: /docker\/nango-roller-playground.yaml/ }
  )
})

test('supports a Playground gateway with its own integration beside the Live one', async (t) => {
  const playground = await startRollerSimulator({ seed: 2 })
  t.teardown(() => playground.close())
  const setup = await start(t, {
    webhooks: false,
    options: { environment: 'playground', nango: { integrationId: 'roller-playground' } },
    nango: {
      integrations: [
        { uniqueKey: 'roller', provider: 'roller' },
        { uniqueKey: 'roller-playground', provider: 'roller-playground', rollerUrl: playground.url }
      ]
    }
  })
  const created = await setup.app.inject({ method: 'POST', url: '/connections', payload: { clientId: 'park', clientSecret: 'right' } })
  t.match(
    created.json(), { integrationId: 'roller-playground', venue: { id: String(playground.venue('park').id), environment: 'playground' } }
  )
  const report = (await setup.app.inject({ url: `/connections/${created.json().connectionId}/check` })).json()
  t.equal(report.ok, true)
})
