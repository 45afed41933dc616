import { test } from '../support/tap.ts'
import { asConnected } from '../support/build.ts'
import { start, stored, venueIdOf } from './fixture.ts'

test('uses the newest healthy one of two connections of a venue, and marks both as duplicates', async (t) => {
  let now = Date.now()
  const setup = await start(t, { webhooks: false, nango: { now: () => now } })
  now += 60_000
  setup.nango.addConnection({ connectionId: 'newer', clientId: 'demo', clientSecret: 's', ...asConnected(setup.roller, 'demo') })
  const venueId = venueIdOf(setup, 'demo')
  t.equal(await setup.app.roller.connectionOf(venueId), 'newer')
  const listed = (await setup.app.inject({ url: `/connections?venue=${venueId}` })).json().connections
  t.same(listed.map(({ connectionId, warnings }: { connectionId: string, warnings: string[] }) => [connectionId, warnings]),
    [['newer', ['venue-connected-twice']], ['demo-venue', ['venue-connected-twice']]])

  stored(setup, 'newer').errors = [{ type: 'auth', log_id: 'a' }]
  await setup.app.inject({ url: '/connections' })
  t.equal(await setup.app.roller.connectionOf(venueId), 'demo-venue', 'the newer one must be connected again')
  await setup.app.inject({ method: 'DELETE', url: '/connections/newer' })
  t.same((await setup.app.inject({ url: '/connections/demo-venue' })).json().warnings, [])
})
