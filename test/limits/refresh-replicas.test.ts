import { test } from '../support/tap.ts'
import { needsRedis } from '../support/redis-server.ts'
import { send, refreshes, startReplicas } from './harness.ts'

test('makes one forced refresh for 200 calls over three replicas on a revoked token', needsRedis, async (t) => {
  const replicas = await startReplicas(t, { roller: { limits: 'off' } })
  const { apps, roller } = replicas
  await Promise.all(apps.map((app) => send(app)))
  roller.revokeTokens()
  const before = roller.requests.length
  const calls = Array.from({ length: 200 }, (_, n) => send(apps[n % 3]!, { url: `/sandbox/echo?n=${n}`, maxWait: 20 }))
  const responses = await Promise.all(calls)
  t.same(new Set(responses.map(({ status }) => status)), new Set([200]))
  t.equal(refreshes(replicas), 1)
  const tries = new Map<string, number>()
  for (const { url } of roller.requests.slice(before)) if (url !== '/token') tries.set(url, (tries.get(url) ?? 0) + 1)
  t.equal(tries.size, 200)
  t.ok(Math.max(...tries.values()) <= 2, 'each is sent twice at most')
  t.ok([...tries.values()].some((count) => count === 2), 'and some met the revoked token')
})
