/** With Redis, a change that one replica detects takes effect on all others at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { test, type Test } from '../support/tap.ts'
import { needsRedis, sharedRedis } from '../support/redis-server.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { enterThroughNango, SIGNING_KEY, start, until, venueIdOf, type Setup } from './fixture.ts'

const call = { url: '/roller/products', headers: { ...VENUE, 'x-owner': 'demo' } }
const write = { method: 'POST', url: '/roller/sandbox/echo', headers: call.headers, payload: { a: 1 } } as const

interface Replicas {
  readonly one: Setup
  readonly two: Setup
  /** A third one, as after a restart. */
  readonly more: () => Promise<Setup>
}

/** @param clock does not advance, so that a replica reads the news only with a call */
async function replicas (t: Pick<Test, 'teardown'>, transport: 'nango' | 'direct', clock = new ManualClock()): Promise<Replicas> {
  const redis = await sharedRedis()
  const clients: Redis[] = []
  t.teardown(() => { for (const client of clients) client.disconnect() })
  const client = (): Redis => {
    const made = new Redis(redis.port, '127.0.0.1')
    clients.push(made)
    return made
  }
  const identify = ({ headers }: { headers: Record<string, unknown> }) =>
    headers['x-owner'] === undefined ? 'trusted' as const : { tags: { organization_id: String(headers['x-owner']) } }
  const base = await start(t, { webhooks: false })
  const more = async (): Promise<Setup> => await start(t, {
    webhooks: false,
    options: {
      redis: client(),
      clock,
      transport,
      identify,
      nango: { host: base.nango.url, webhookSigningKeys: [SIGNING_KEY] },
      ...(transport === 'direct' && { rollerBaseUrl: base.roller.url })
    }
  })
  const [one, two] = [await more(), await more()]
  // The simulator records all calls to ROLLER.
  return { one: { ...one, nango: base.nango, roller: base.roller }, two: { ...two, nango: base.nango, roller: base.roller }, more }
}

for (const transport of ['nango', 'direct'] as const) {
  test(`${transport}: rejects a former tenant of a moved connection on the other replica`, needsRedis, async (t) => {
    const { one, two } = await replicas(t, transport)
    for (const { app } of [one, two]) t.equal((await app.inject(call)).statusCode, 200)
    await one.app.roller.connections.update('demo-venue', { tags: { organization_id: 'acme' } })
    const sent = callsAtRoller(one).length
    for (const tried of [call, write, call]) t.equal((await two.app.inject(tried)).statusCode, 404)
    t.equal(callsAtRoller(one).length, sent)
  })

  test(`${transport}: sends no call for a deleted connection on the other replica`, needsRedis, async (t) => {
    const { one, two } = await replicas(t, transport)
    for (const { app } of [one, two]) t.equal((await app.inject(call)).statusCode, 200)
    await one.app.roller.connections.delete('demo-venue')
    const sent = callsAtRoller(one).length
    for (const tried of [write, call]) t.equal((await two.app.inject(tried)).statusCode, 404)
    t.equal(callsAtRoller(one).length, sent)
  })

  test(`${transport}: rejects another venue's credentials on all replicas once one detects them, and after a restart`, needsRedis, async (
    t
  ) => {
    const { one, two, more } = await replicas(t, transport)
    for (const { app } of [one, two]) t.equal((await app.inject(call)).statusCode, 200)
    one.nango.setOptions({ webhookUrl: `${one.url}/webhooks/nango`, webhookSigningKey: SIGNING_KEY, retryBaseMs: 1 })
    await enterThroughNango(one, 'other-park', { organization_id: 'demo' })
    await until(() => one.events.length > 0)
    const sent = callsAtRoller(one).length
    for (const app of [two.app, one.app, (await more()).app]) {
      for (const tried of [write, call]) t.match((await app.inject(tried)).json(), { status: 409, code: 'ROLLER_ERR_VENUE_CHANGED' })
    }
    t.equal(callsAtRoller(one).length, sent)
  })

  test(`${transport}: allows calls on the other replica once the venue is confirmed`, needsRedis, async (t) => {
    const { one, two } = await replicas(t, transport)
    await enterThroughNango(one, 'other-park', { organization_id: 'demo' })
    for (const { app } of [one, two]) t.equal((await app.inject(call)).json().code, 'ROLLER_ERR_VENUE_CHANGED')
    await one.app.roller.connections.confirmVenue('demo-venue', venueIdOf(one, 'other-park'))
    for (const tried of [write, call]) t.equal((await two.app.inject(tried)).statusCode, 200)
  })
}

test('a replica receives the news within a second without a call', needsRedis, async (t) => {
  const clock = new ManualClock()
  const { one, two } = await replicas(t, 'nango', clock)
  t.equal((await two.app.inject(call)).statusCode, 200)
  await one.app.roller.connections.update('demo-venue', { tags: { organization_id: 'acme' } })
  clock.advance(1_000)
  const list = async (): Promise<unknown[]> =>
    (await two.app.inject({ url: '/connections', headers: { 'x-owner': 'demo' } })).json().connections
  for (let turns = 0; turns < 100 && (await list()).length > 0; turns++) await sleep(2)
  t.same(await list(), [])
})
