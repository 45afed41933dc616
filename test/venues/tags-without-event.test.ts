/** New tags are no new credentials, although the venue is verified again for them. */
import { test } from '../support/tap.ts'
import { enterThroughNango, start, until } from './fixture.ts'

const change = { method: 'PATCH', url: '/connections/demo-venue', payload: { tags: { region: 'north' } } } as const

test('changes tags without an event', async (t) => {
  const { app, names } = await start(t, { webhooks: false })
  t.equal((await app.inject(change)).statusCode, 200)
  await app.close() // waits for events
  t.same(names(), [])
})

test('emits credentials that were entered before the tags were changed', async (t) => {
  for (const [clientId, name] of [['demo', 'connection.reconnected'], ['other-park', 'connection.venue-changed']] as const) {
    const setup = await start(t, { webhooks: false })
    await enterThroughNango(setup, clientId)
    t.equal((await setup.app.inject(change)).statusCode, 200)
    await until(() => setup.events.length > 0)
    t.same(setup.names(), [name])
  }
})
