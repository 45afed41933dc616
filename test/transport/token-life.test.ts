/** A token's expiry comes from outside, and is capped. */
import { test } from '../support/tap.ts'
import { TokenCache } from '#plugin/gateway/transport/token-cache.js'
import { ManualClock } from '../support/manual-clock.ts'

const DAY = 86_400_000

test('uses a token for a week at most, whatever its expiry', async (t) => {
  for (const expiresAt of [Date.now() + 400 * DAY, 8.64e15, Number.MAX_VALUE, Infinity]) {
    const clock = new ManualClock()
    let reads = 0
    const cache = new TokenCache(async () => ({ token: `t-${++reads}`, verified: true, expiresAt }), clock)
    t.equal((await cache.get('venue')).token, 't-1')
    clock.advance(6 * DAY)
    t.equal((await cache.get('venue')).token, 't-1')
    clock.advance(2 * DAY)
    t.equal(cache.peek('venue'), null)
    t.equal((await cache.get('venue')).token, 't-2')
  }
})
