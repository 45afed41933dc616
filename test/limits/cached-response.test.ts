/** Every response has the RateLimit headers, also one from the cache, which counts against no limit. */
import { test } from '../support/tap.ts'
import { needsRedis } from '../support/redis-server.ts'
import { build, callsAtRoller } from '../support/build.ts'
import { SteppedClock } from '../support/manual-clock.ts'
import { send, startReplicas } from './harness.ts'

const options = { cache: { 'GET /products': 600_000 }, rateLimits: { margin: 0, jitter: 0, rest: { limit: 5, windowMs: 30_000 } } }
const reported = ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): unknown[] => [
  headers['cache-status'], headers['ratelimit-policy'], headers['ratelimit']
]
const HIT = 'fastify-roller; hit'
const POLICY = '"rest";q=5;w=30'

test('reports the current state in memory', async (t) => {
  const clock = new SteppedClock()
  const built = await build(t, { options: { ...options, clock } })
  await send(built.app, { url: '/products' })
  t.same(reported(await send(built.app, { url: '/products' })), [HIT, POLICY, '"rest";r=4;t=30'])
  clock.advance(10_000)
  await send(built.app)
  t.same(reported(await send(built.app, { url: '/products' })), [HIT, POLICY, '"rest";r=3;t=20'])
  clock.advance(30_000)
  t.same(reported(await send(built.app, { url: '/products', maxWait: 0 })), [HIT, POLICY, '"rest";r=5;t=0'])
  t.equal(callsAtRoller(built).length, 2)
})

test('reports the last known state with Redis, without a request to it', needsRedis, async (t) => {
  const replicas = await startReplicas(t, { count: 2, options })
  const [one, two] = replicas.apps
  await send(one!, { url: '/products' })
  const [status, policy, state] = reported(await send(one!, { url: '/products' }))
  t.same([status, policy], [HIT, POLICY])
  t.match(state, /^"rest";r=4;t=(30|2\d)$/)
  t.same(reported(await send(two!, { url: '/products' })), [HIT, POLICY, '"rest";r=5;t=0'], 'which may be nothing')
  await send(two!)
  t.match(reported(await send(two!, { url: '/products' }))[2], /^"rest";r=3;/)
})
