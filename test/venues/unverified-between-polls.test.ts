/** Credentials that ROLLER cannot confirm for a while are one event, however many polls and replicas find them. */
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { enterThroughNango, start, until } from './fixture.ts'

test('gives the event of credentials one id until ROLLER has confirmed their venue', async (t) => {
  const setup = await start(t, { webhooks: false })
  setup.roller.faults.always({ path: /venues\/me/, kind: 'status', status: 500 })
  await enterThroughNango(setup, 'demo')
  const found = new Set<string | undefined>()
  for (let replicas = 0; replicas < 3; replicas++) {
    const { app, events } = await start(t, { webhooks: false, options: { pollInterval: 60_000, nango: { host: setup.nango.url } } })
    await until(() => events.length > 0) // by the first poll
    t.match(events, [{ name: 'connection.reconnected', connection: { warnings: ['venue-unverified'] } }])
    found.add(events[0]?.id)
    await app.close()
  }
  setup.roller.faults.always(null)
  t.equal((await setup.app.inject({ url: '/roller/products', headers: VENUE })).statusCode, 200)
  await until(() => setup.events.length > 0)
  found.add(setup.events[0]?.id)
  t.equal(found.size, 1)
})
