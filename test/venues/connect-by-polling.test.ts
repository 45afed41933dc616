import { test } from '../support/tap.ts'
import { request } from 'undici'
import { SECRET_KEY } from '../support/build.ts'
import { start, stored, until, venueIdOf } from './fixture.ts'
import { ManualClock } from '../support/manual-clock.ts'

const WATCH = 60_000

async function watched (t: Parameters<typeof start>[0]) {
  const clock = new ManualClock()
  let ahead = 0
  const life = await start(t, { webhooks: false, nango: { now: () => Date.now() + ahead }, options: { pollInterval: WATCH, clock } })
  /** One poll after another: each begins with a list. */
  const lists = (): number => life.nango.requests.filter(({ url }) => /^\/connections\?.*limit=1000/.test(url)).length
  await until(() => lists() === 1)
  const look = async (): Promise<void> => {
    const before = lists()
    // A poll in progress has set no timer.
    await until(() => { if (lists() === before) clock.advance(WATCH * 1.2); return lists() > before })
  }
  return {
    ...life,
    clock,
    look,
    /** ROLLER stops or resumes issuing tokens; Nango detects it when its token expires, and waits for 30 s after each attempt. */
    async credentials (good: boolean): Promise<void> {
      life.roller.rejectCredentials('demo', !good)
      life.roller.revokeTokens('demo')
      ahead += 31_000
      stored(life, 'demo-venue').expiresAt = 0
      await life.app.inject({ url: '/roller/products', headers: { 'connection-id': 'demo-venue' } })
      ahead += 31_000
    }
  }
}

test('finds a new connection and its venue by polling, without webhooks', async (t) => {
  const life = await watched(t)
  t.same(life.names(), [], 'those that are known are not new')
  life.nango.addConnection({ connectionId: 'new', clientId: 'new-park', clientSecret: 's', tags: { organization_id: 'acme' } })
  await life.look()
  await until(() => life.events.length > 0)
  t.match(life.events, [{ name: 'connection.created', connectionId: 'new', connection: { venue: { id: venueIdOf(life, 'new-park') } } }])
  t.match(stored(life, 'new').tags, { organization_id: 'acme', roller_venue_id: venueIdOf(life, 'new-park') })
  await life.look()
  await life.look()
  t.same(life.names(), ['connection.created'], 'once')
})

test('finds rejected credentials, their recovery, and a deletion by polling', async (t) => {
  const life = await watched(t)
  await life.credentials(false)
  await life.look()
  await until(() => life.events.length === 1)
  t.equal(life.events[0]?.connection?.status, 'reconnect-required')
  await life.look()
  await life.credentials(true)
  await life.look()
  await until(() => life.events.length === 2)
  // As in Nango's dashboard.
  const headers = { authorization: `Bearer ${SECRET_KEY}` }
  await (await request(`${life.nango.url}/connections/demo-venue?provider_config_key=roller`, { method: 'DELETE', headers })).body.dump()
  await life.look()
  await until(() => life.events.length === 3)
  t.same(life.names(), ['connection.failed', 'connection.recovered', 'connection.deleted'])
  t.equal(life.events[2]?.connection, null)
})

test('emits an event again at the next poll if no handler succeeded', async (t) => {
  const life = await watched(t)
  let failures = 2
  let taken = 0
  life.app.roller.on('connection.failed', () => { if (failures-- > 0) throw new Error('not now'); taken++ })
  await life.credentials(false)
  for (let looks = 0; looks < 5; looks++) await life.look()
  await until(() => taken > 0)
  t.equal(taken, 1)
})

test('keeps connections if the list cannot be read', async (t) => {
  const life = await watched(t)
  life.nango.faults.next({ path: /^\/connections\?/, kind: 'status', status: 500, body: { error: { code: 'generic_error_support' } } })
  await life.look()
  await life.look()
  t.same(life.names(), [])
})
