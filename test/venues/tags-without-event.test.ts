/** New tags are no new credentials, although the venue is verified again for them. */
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { enterThroughNango, start, stored, until, venueIdOf } from './fixture.ts'

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

test('changes tags without an event while ROLLER cannot confirm the venue', async (t) => {
  const setup = await start(t, { webhooks: false })
  const { app, roller, names } = setup
  roller.faults.always({ path: /venues\/me/, kind: 'status', status: 500 })
  for (let changes = 0; changes < 2; changes++) t.match((await app.inject(change)).json().warnings, ['venue-unverified'])
  roller.faults.always(null)
  const { app: other, names: others } = await start(t, { webhooks: false, options: { nango: { host: setup.nango.url } } }) // a restart
  t.equal((await other.inject({ url: '/roller/products', headers: VENUE })).statusCode, 200)
  for (const closing of [app, other]) await closing.close() // waits for events
  t.same([...names(), ...others()], [])
})

test('emits credentials that were entered after tags were changed while ROLLER could not confirm the venue', async (t) => {
  for (const [clientId, name] of [['demo', 'connection.reconnected'], ['other-park', 'connection.venue-changed']] as const) {
    const setup = await start(t, { webhooks: false })
    setup.roller.faults.always({ path: /venues\/me/, kind: 'status', status: 500 })
    t.equal((await setup.app.inject(change)).statusCode, 200)
    await enterThroughNango(setup, clientId)
    t.equal((await setup.app.inject(change)).statusCode, 200)
    setup.roller.faults.always(null)
    t.equal((await setup.app.inject(change)).statusCode, 200)
    await until(() => setup.events.length > 0)
    t.same(setup.names(), [name])
  }
})

test('changes tags without an event beside a poll', async (t) => {
  const clock = new ManualClock()
  const { app, roller, nango, names } = await start(t, { webhooks: false, options: { pollInterval: 60_000, clock } })
  const polls = (): number => nango.requests.filter(({ url }) => url.includes('limit=1000')).length
  const poll = async (): Promise<void> => {
    const before = polls()
    await until(() => { if (polls() === before) clock.advance(70_000); return polls() > before })
  }
  await until(() => polls() === 1)
  roller.faults.next({ path: /venues\/me/, kind: 'slow', ms: 300 })
  let changed = false
  const changing = app.inject(change).finally(() => { changed = true })
  await until(() => roller.requests.some(({ url }) => url === '/venues/me'))
  await poll()
  await until(() => { clock.advance(10); return changed })
  t.equal((await changing).statusCode, 200)
  await poll() // the one before has ended
  await app.close() // waits for events
  t.same(names(), [])
})

test('emits other credentials of the venue, entered with a copy of all tags', async (t) => {
  const setup = await start(t, { webhooks: false })
  t.equal((await setup.app.inject(change)).statusCode, 200)
  setup.roller.faults.always({ path: /venues\/me/, kind: 'status', status: 200, body: { id: Number(venueIdOf(setup, 'demo')) } })
  await enterThroughNango(setup, 'second-key', stored(setup, 'demo-venue').tags)
  t.equal((await setup.app.inject(change)).statusCode, 200)
  await until(() => setup.events.length > 0)
  t.same(setup.names(), ['connection.reconnected'])
})
