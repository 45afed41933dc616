import { test } from '../support/tap.ts'
import { request } from 'undici'
import { SECRET_KEY } from '../support/build.ts'
import { start, until, venueIdOf } from './fixture.ts'

test('removes a connection deleted here at once, with one event', async (t) => {
  const setup = await start(t)
  const byVenue = { url: '/roller/venues/me', headers: { 'roller-venue': venueIdOf(setup, 'demo') } }
  t.equal((await setup.app.inject(byVenue)).statusCode, 200)
  t.equal((await setup.app.inject({ method: 'DELETE', url: '/connections/demo-venue' })).statusCode, 204)
  t.match((await setup.app.inject(byVenue)).json(), { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN' })
  await until(() => setup.events.length > 0)
  t.match(setup.events[0], { name: 'connection.deleted', connectionId: 'demo-venue', connection: null })
  // The route and Nango both report it.
  await until(() => setup.log().includes('"/webhooks/nango"'))
  await setup.app.close()
  t.same(setup.names(), ['connection.deleted'])
})

test('drops a connection deleted elsewhere after Nango\'s webhook', async (t) => {
  const setup = await start(t)
  const byVenue = { url: '/roller/venues/me', headers: { 'roller-venue': venueIdOf(setup, 'demo') } }
  t.equal((await setup.app.inject(byVenue)).statusCode, 200)
  const headers = { authorization: `Bearer ${SECRET_KEY}` }
  await (await request(`${setup.nango.url}/connections/demo-venue?provider_config_key=roller`, { method: 'DELETE', headers })).body.dump()
  await until(() => setup.events.length > 0)
  t.same(setup.names(), ['connection.deleted'])
  t.equal((await setup.app.inject(byVenue)).statusCode, 404)
})

test('drops a connection that was deleted elsewhere at the first 404', async (t) => {
  const setup = await start(t, { webhooks: false })
  const byVenue = { url: '/roller/venues/me', headers: { 'roller-venue': venueIdOf(setup, 'demo') } }
  t.equal((await setup.app.inject(byVenue)).statusCode, 200)
  const headers = { authorization: `Bearer ${SECRET_KEY}` }
  await (await request(`${setup.nango.url}/connections/demo-venue?provider_config_key=roller`, { method: 'DELETE', headers })).body.dump()
  t.equal((await setup.app.inject(byVenue)).statusCode, 404)
  setup.nango.addConnection(
    {
      connectionId: 'again',
      clientId: 'demo',
      clientSecret: 's',
      tags: { roller_venue_id: venueIdOf(setup, 'demo'), roller_environment: 'live' }
    }
  )
  t.equal((await setup.app.inject(byVenue)).statusCode, 200, 'searched again')
})
