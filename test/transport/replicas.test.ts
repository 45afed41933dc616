/** Two replicas with one Redis and one Nango: one reads from Nango the token that the other has renewed. */
import { Redis } from 'ioredis'
import { test } from '../support/tap.ts'
import { needsRedis, sharedRedis } from '../support/redis-server.ts'
import { callsAtRoller } from '../support/build.ts'
import { call } from '../upstream/fixture.ts'
import { reads, start } from './fixture.ts'

test('renews a revoked token once for all replicas', needsRedis, async (t) => {
  const server = await sharedRedis()
  const redis = (): Redis => {
    const client = new Redis(server.port)
    t.teardown(() => client.disconnect())
    return client
  }
  const one = await start(t, 'direct', { options: { redis: redis() } })
  const two = await start(t, 'direct', { options: { redis: redis(), nango: { host: one.nango.url }, rollerBaseUrl: one.roller.url } })
  await Promise.all([call(one), call(two)])
  t.same(reads(one), { plain: 2, forced: 0 }, 'each has read the token')
  one.roller.revokeTokens()
  const responses = await Promise.all([one, two].map((replica) => call(replica, { url: '/roller/sandbox/echo' })))
  t.same(responses.map(({ statusCode }) => statusCode), [200, 200])
  t.equal(reads(one).forced, 1)
  t.equal(one.roller.tokensIssued, 2)
  t.equal(callsAtRoller(one).length, 6, 'and each was rejected once')
})
