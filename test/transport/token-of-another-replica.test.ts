/** Another replica refreshes a token: this one reads it from Nango, only if it needs it, and never uses one that ROLLER has rejected. */
import { test } from '../support/tap.ts'
import { TokenCache } from '#plugin/gateway/transport/token-cache.js'
import { SteppedClock } from '../support/manual-clock.ts'

test('reads the token until it is none of the rejected ones', async (t) => {
  const tokens = ['a', 'a', 'b', 'a', 'b', 'c']
  let reads = 0
  const cache = new TokenCache(async () => ({ token: tokens[reads++] ?? '', verified: true, expiresAt: null }), new SteppedClock())
  const first = await cache.get('venue')
  await cache.adoptRenewed('venue')
  t.equal(reads, 1, 'it is not rejected')
  cache.reject('venue', first)
  await cache.adoptRenewed('venue')
  const second = await cache.get('venue')
  t.equal(second.token, 'b')
  cache.reject('venue', first)
  t.equal(cache.peek('venue')?.token, 'b', 'a late rejection of the former token')
  cache.reject('venue', second)
  await cache.adoptRenewed('venue')
  t.equal(cache.peek('venue')?.token, 'c')
})
