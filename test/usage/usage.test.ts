/** What a venue's calls have cost of its monthly allowance, counted here, since ROLLER does not say. */
import { Redis } from 'ioredis'
import { test } from '../support/tap.ts'
import { build, CONNECTION_ID, VENUE } from '../support/build.ts'
import { needsRedis, sharedRedis } from '../support/redis-server.ts'
import { until } from '../bulk-export/fixture.ts'

const month = new Date().toISOString().slice(0, 7)

async function open (t: Parameters<typeof build>[0], options = {}) {
  const events: { name: string, usage?: unknown }[] = []
  const built = await build(t, { options: { onEvent: (event) => { events.push(event) }, ...options } })
  const call = (url: string): Promise<unknown> => built.app.inject({ url: `/roller${url}`, headers: VENUE })
  const usage = async (): Promise<Record<string, unknown>> => (await built.app.inject(`/connections/${CONNECTION_ID}/usage`)).json()
  return { ...built, events, call, usage }
}

test('counts calls by API, and those that are repeated', async (t) => {
  const { call, usage, roller } = await open(t)
  t.match(await usage(), { connectionId: CONNECTION_ID, month, since: String, rest: 0, reporting: 0, bulk: 0, total: 0, allowance: null })
  await call('/products')
  await call('/data/bookingitems?startDate=2026-11-01&endDate=2026-11-02')
  await call('/products?productId=') // rejected here, or answered by ROLLER
  roller.faults.next({ kind: 'status', status: 503, path: /venues/, body: '' })
  await call('/venues/me')
  await call('/data/nothing%2f..')
  const { rest, reporting } = await usage() as { rest: number, reporting: number }
  t.equal(rest + reporting, roller.requests.filter(({ url }) => url !== '/token').length, 'as many as have reached ROLLER')
  t.equal(reporting, 1)
})

test('raises each event once', async (t) => {
  const { call, usage, events } = await open(t, { usageAllowance: 5 })
  for (let count = 0; count < 3; count++) await call('/venues/me')
  t.same(events, [])
  for (let count = 0; count < 5; count++) await call('/venues/me')
  await until(() => events.length === 2)
  t.match(events, [
    { name: 'usage.warning', connectionId: CONNECTION_ID, usage: { month, rest: 4, allowance: 5 } },
    { name: 'usage.exceeded', usage: { rest: 5 } }
  ])
  t.match(await usage(), { total: 8, allowance: 5 })
})

test('replicas count together in Redis, and raise each event once', needsRedis, async (t) => {
  const { port } = await sharedRedis()
  const client = (): Redis => {
    const redis = new Redis(port, '127.0.0.1')
    t.teardown(() => { redis.disconnect() })
    return redis
  }
  const integrationId = 'roller'
  const options = { usageAllowance: 10, verifyVenues: false, nango: { integrationId } }
  const first = await open(t, { ...options, redis: client() })
  const second = await build(t, {
    options: {
      ...options, nango: { integrationId, host: first.nango.url }, redis: client(), onEvent: (event) => { first.events.push(event) }
    }
  })
  for (let count = 0; count < 6; count++) {
    await first.call('/venues/me')
    await second.app.inject({ url: '/roller/venues/me', headers: VENUE })
  }
  await until(() => first.events.length >= 1)
  await second.app.inject(`/connections/${CONNECTION_ID}/usage`)
  t.match(await first.usage(), { since: null, rest: 12, total: 12 })
  t.ok(first.events.length <= 2 && new Set(first.events.map(({ name }) => name)).size === first.events.length)
  t.ok(first.events.some(({ name }) => name === 'usage.exceeded'))
})
