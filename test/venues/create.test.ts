import { test } from '../support/tap.ts'
import { start, stored, until, venueIdOf } from './fixture.ts'

test('returns and stores the venue on POST /connections', async (t) => {
  const setup = await start(t, { webhooks: false })
  const response = await setup.app.inject(
    {
      method: 'POST',
      url: '/connections',
      payload: { clientId: 'park', clientSecret: 'right', tags: { Organization_ID: 'acme' }, metadata: { note: 1 } }
    }
  )
  const venueId = venueIdOf(setup, 'park')
  t.match(response.json(), { venue: { id: venueId }, metadata: { note: 1 }, tags: { organization_id: 'acme', roller_venue_id: venueId } })
  t.match(stored(setup, response.json().connectionId).metadata, { note: 1, roller_venue: { id: venueId } })
  await until(() => setup.events.length === 1)
  t.same(setup.names(), ['connection.created'])
})

test('rejects credentials that may not read their venue, and deletes the connection', async (t) => {
  const setup = await start(t, { webhooks: false })
  const response = await setup.app.inject(
    { method: 'POST', url: '/connections', payload: { clientId: 'noaccess-park', clientSecret: 'right' } }
  )
  t.match(response.json(), { status: 403, code: 'ROLLER_ERR_ACCESS_DENIED' })
  t.same(setup.nango.connections.map(({ connectionId }) => connectionId), ['demo-venue'])
})

test('rejects tags and metadata that only the gateway writes', async (t) => {
  const setup = await start(t, { webhooks: false })
  const taken = { roller_venue_id: '20981' }
  const attempts: [method: 'POST' | 'PATCH', url: string, payload: object, pointer: string][] = [
    ['POST', '/connections', { clientId: 'a', clientSecret: 'b', tags: taken }, '/body/tags/roller_venue_id'],
    ['POST', '/connections', { clientId: 'a', clientSecret: 'b', metadata: { roller_venue: { id: '1' } } }, '/body/metadata/roller_venue'],
    ['POST', '/connect-session', { tags: { ROLLER_Venue_ID: '20981' } }, '/body/tags/ROLLER_Venue_ID'],
    [
      'POST', '/connect-session/reconnect', { connectionId: 'demo-venue', tags: { roller_environment: 'playground' } },
      '/body/tags/roller_environment'
    ],
    ['PATCH', '/connections/demo-venue', { tags: { roller_venue_id: null } }, '/body/tags/roller_venue_id'],
    ['PATCH', '/connections/demo-venue', { metadata: { roller_venue_pending: null } }, '/body/metadata/roller_venue_pending']
  ]
  for (const [method, url, payload, pointer] of attempts) {
    t.match(
      (await setup.app.inject({ method, url, payload })).json(), { status: 400, code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer }] },
      `${method} ${url} ${pointer}`
    )
  }
  t.equal(setup.nango.connections.length, 1)
})

test('rejects a session with too many tags, with the allowed number', async (t) => {
  const setup = await start(t, { webhooks: false })
  const tags = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`tag${index}`, 'x']))
  const response = await setup.app.inject({ method: 'POST', url: '/connect-session', payload: { tags } })
  t.match(response.json(), { status: 400, errors: [{ pointer: '/body/tags', detail: /at most 7/ }] })
})
