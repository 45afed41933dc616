import { createHmac } from 'node:crypto'
import { test } from '../support/tap.ts'
import { SIGNING_KEY, enterCredentials, start, stored, until, venueIdOf } from './fixture.ts'
import { ManualClock } from '../support/manual-clock.ts'

test('finds a venue by its id as soon as Nango reports its connection', async (t) => {
  const setup = await start(t)
  const session = await setup.app.inject({ method: 'POST', url: '/connect-session', payload: { tags: { organization_id: 'acme' } } })
  const connectionId = await enterCredentials(setup, session.json().token, 'acme-park')
  await until(() => setup.events.length > 0)

  const venueId = venueIdOf(setup, 'acme-park')
  t.match(
    setup.events,
    [
      {
        name: 'connection.created', connectionId, id: /^evt_/, noticedAt: /Z$/, connection: { venue: { id: venueId, environment: 'live' } }
      }
    ]
  )
  t.match(
    stored(setup, connectionId),
    { tags: { organization_id: 'acme', roller_venue_id: venueId, roller_environment: 'live' }, metadata: { roller_venue: { id: venueId } } }
  )
  const { profile } = setup.roller.venue('acme-park')
  const connection = (await setup.app.inject({ url: `/connections/${connectionId}` })).json()
  t.match(connection, {
    venue: {
      id: venueId, name: profile.name, timeZone: profile.zone, currency: profile.currency, locale: profile.locale, environment: 'live'
    },
    status: 'connected'
  })
  t.same(connection.metadata, {})
  t.same(connection.warnings, [])
  const response = await setup.app.inject({ url: '/roller/venues/me', headers: { 'roller-venue': venueId } })
  t.equal(response.json().id, Number(venueId))
})

test('accepts a webhook that arrives while the connect page\'s report of the same change is delivered', async (t) => {
  const setup = await start(t, { webhooks: false, options: { connectPage: true } })
  const waiting: (() => void)[] = []
  setup.app.roller.on('connection.created', () => new Promise<void>((resolve) => { waiting.push(resolve) }))
  const { token, connectPage } = (await setup.app.inject({ method: 'POST', url: '/connect-session', payload: {} })).json()
  const connectionId = await enterCredentials(setup, token, 'acme-park')
  const ticket = new URLSearchParams(connectPage.split('#')[1]).get('ticket')
  const result = await setup.app.inject({ method: 'POST', url: '/connect/result', payload: { ticket, connectionId } })
  t.match(result.json(), { status: 'connected' })
  await until(() => waiting.length > 0)
  const change = { operation: 'creation', success: true, connectionId, providerConfigKey: 'roller' }
  const body = JSON.stringify({ from: 'nango', type: 'auth', ...change })
  const webhook = fetch(`${setup.url}/webhooks/nango`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-nango-hmac-sha256': createHmac('sha256', SIGNING_KEY).update(body).digest('hex') }
  })
  await new Promise((resolve) => { setTimeout(resolve, 200) }) // one that arrives later is accepted anyway
  for (const finish of waiting) finish()
  t.equal((await webhook).status, 204)
  t.same(setup.names(), ['connection.created'])
})

test('requests the venue once for a repeated webhook', async (t) => {
  const setup = await start(t)
  let failures = 1
  setup.app.roller.on('connection.created', () => { if (failures-- > 0) throw new Error('not now') })
  const session = await setup.app.inject({ method: 'POST', url: '/connect-session', payload: {} })
  await enterCredentials(setup, session.json().token, 'acme-park')
  await until(() => failures < 0)
  t.equal(setup.roller.requests.filter(({ url }) => url === '/venues/me').length, 1)
  t.same(new Set(setup.events.map(({ id }) => id)).size, 1, 'the same change has the same id')
})

test('emits a connection whose venue is unavailable, rejects its calls, and retries after Retry-After', async (t) => {
  const clock = new ManualClock()
  const setup = await start(t, { options: { clock } })
  setup.roller.faults.next({ path: /venues\/me/, kind: 'status', status: 500 })
  const session = await setup.app.inject({ method: 'POST', url: '/connect-session', payload: {} })
  const connectionId = await enterCredentials(setup, session.json().token, 'acme-park')
  await until(() => { clock.advance(1); return setup.events.length > 0 })
  t.match(setup.events, [{ name: 'connection.created', connection: { venue: null, warnings: ['venue-unverified'] } }])
  const rejected = await setup.app.inject({ url: '/roller/products', headers: { 'connection-id': connectionId } })
  t.match(rejected.json(), { status: 503, code: 'ROLLER_ERR_VENUE_UNVERIFIED', detail: /ROLLER returned 500/, retryAfter: 5 })
  clock.advance(5_001)
  t.equal((await setup.app.inject({ url: '/roller/products', headers: { 'connection-id': connectionId } })).statusCode, 200)
  await until(() => stored(setup, connectionId).tags.roller_venue_id !== undefined)
  t.equal(stored(setup, connectionId).tags.roller_venue_id, venueIdOf(setup, 'acme-park'))
})
