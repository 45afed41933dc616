/** A Nango without a webhook for deletions: what was created and deleted between two polls is reported as both. */
import { test } from '../support/tap.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { start, until } from './fixture.ts'

test('emits the deletion of a connection that no poll has seen', async (t) => {
  const clock = new ManualClock()
  const setup = await start(t, { options: { pollInterval: 60_000, clock } })
  setup.nango.setOptions({ webhookOnDeletion: false })
  const lists = (): number => setup.nango.requests.filter(({ url }) => url.includes('limit=1000')).length
  await until(() => lists() === 1)

  // Nango reports the connection, and the gateway deletes it again: its credentials may not read their venue.
  const payload = { clientId: 'noaccess-park', clientSecret: 'right' }
  t.equal((await setup.app.inject({ method: 'POST', url: '/connections', payload })).statusCode, 403)
  await until(() => setup.events.length > 0)
  await until(() => { clock.advance(1_000); return setup.events.length > 1 })
  t.same(setup.names(), ['connection.created', 'connection.deleted'])
  t.equal(setup.events[0]?.connectionId, setup.events[1]?.connectionId)
})
