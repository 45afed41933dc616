import { test } from '../support/tap.ts'
import { request } from 'undici'
import { SECRET_KEY } from '../support/build.ts'
import { start, stored, until, venueIdOf } from './fixture.ts'
import { ManualClock } from '../support/manual-clock.ts'

const WATCH = 60_000

async function watched (t: Parameters<typeof start>[0]) {
  const clock = new ManualClock()
  let ahead = 0
  const setup = await start(t, { webhooks: false, nango: { now: () => Date.now() + ahead }, options: { pollInterval: WATCH, clock } })
  /** One poll after another: each begins with a list. */
  const lists = (): number => setup.nango.requests.filter(({ url }) => /^\/connections\?.*limit=1000/.test(url)).length
  await until(() => lists() === 1)
  const look = async (): Promise<void> => {
    const before = lists()
    // A poll in progress has set no timer.
    await until(() => { if (lists() === before) clock.advance(WATCH * 1.2); return lists() > before })
  }
  return {
    ...setup,
    clock,
    look,
    /** ROLLER stops or resumes issuing tokens; Nango detects it when its token expires, and waits for 30 s after each attempt. */
    async credentials (good: boolean): Promise<void> {
      setup.roller.rejectCredentials('demo', !good)
      setup.roller.revokeTokens('demo')
      ahead += 31_000
      stored(setup, 'demo-venue').expiresAt = 0
      await setup.app.inject({ url: '/roller/products', headers: { 'connection-id': 'demo-venue' } })
      ahead += 31_000
    }
  }
}

test('finds a new connection and its venue by polling, without webhooks', async (t) => {
  const setup = await watched(t)
  t.same(setup.names(), [], 'those that are known are not new')
  setup.nango.addConnection({ connectionId: 'new', clientId: 'new-park', clientSecret: 's', tags: { organization_id: 'acme' } })
  await setup.look()
  await until(() => setup.events.length > 0)
  t.match(setup.events, [{ name: 'connection.created', connectionId: 'new', connection: { venue: { id: venueIdOf(setup, 'new-park') } } }])
  t.match(stored(setup, 'new').tags, { organization_id: 'acme', roller_venue_id: venueIdOf(setup, 'new-park') })
  await setup.look()
  await setup.look()
  t.same(setup.names(), ['connection.created'], 'once')
})

test('finds rejected credentials, their recovery, and a deletion by polling', async (t) => {
  const setup = await watched(t)
  await setup.credentials(false)
  await setup.look()
  await until(() => setup.events.length === 1)
  t.equal(setup.events[0]?.connection?.status, 'reconnect-required')
  await setup.look()
  await setup.credentials(true)
  await setup.look()
  await until(() => setup.events.length === 2)
  // As in Nango's dashboard.
  const headers = { authorization: `Bearer ${SECRET_KEY}` }
  await (await request(`${setup.nango.url}/connections/demo-venue?provider_config_key=roller`, { method: 'DELETE', headers })).body.dump()
  await setup.look()
  await until(() => setup.events.length === 3)
  t.same(setup.names(), ['connection.failed', 'connection.recovered', 'connection.deleted'])
  t.equal(setup.events[2]?.connection, null)
})

test('emits an event again at the next poll if no handler succeeded', async (t) => {
  const setup = await watched(t)
  let failures = 2
  let taken = 0
  setup.app.roller.on('connection.failed', () => { if (failures-- > 0) throw new Error('not now'); taken++ })
  await setup.credentials(false)
  for (let looks = 0; looks < 5; looks++) await setup.look()
  await until(() => taken > 0)
  t.equal(taken, 1)
})

test('keeps connections if the list cannot be read', async (t) => {
  const setup = await watched(t)
  setup.nango.faults.next({ path: /^\/connections\?/, kind: 'status', status: 500, body: { error: { code: 'generic_error_support' } } })
  await setup.look()
  await setup.look()
  t.same(setup.names(), [])
})
