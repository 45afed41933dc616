/** Without Redis, the usage of all replicas is not known: the caller learns that and when to ask again, and calls to ROLLER go through. */
import { test } from '../support/tap.ts'
import { build, VENUE } from '../support/build.ts'

test('says that the usage cannot be read while Redis is down', async (t) => {
  const fail = async (): Promise<never> => { throw new Error('connect ECONNREFUSED 10.1.2.3:6379') }
  const { app, log } = await build(t, { options: { redis: { eval: fail, evalsha: fail } } })
  t.equal((await app.inject({ url: '/roller/venues/me', headers: VENUE })).statusCode, 200)
  const response = await app.inject('/connections/demo-venue/usage')
  t.equal(response.statusCode, 503)
  t.equal(response.headers['retry-after'], '1')
  t.match(response.json(), { code: 'ROLLER_ERR_REDIS_UNAVAILABLE', layer: 'network' })
  t.notMatch(response.body, '10.1.2.3')
  t.notMatch(log(), 'ROLLER_ERR_INTERNAL')
})
