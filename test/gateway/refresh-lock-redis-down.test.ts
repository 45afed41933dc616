/** A command that waits in a disconnected client would be run at some later time, and take a lock without an owner. */
import { test } from '../support/tap.ts'
import { RedisRefreshLock } from '#plugin/gateway/refresh-lock.js'
import type { RedisLike } from '#plugin/redis/client.js'

test('rejects at once and sends nothing while the Redis client is not connected', async (t) => {
  for (const status of ['reconnecting', 'close', 'end', 'disconnecting']) {
    const sent: string[] = []
    const command = async (script: string): Promise<unknown> => { sent.push(script); return await new Promise(() => {}) }
    const client: RedisLike = { status, evalsha: command, eval: command }
    const lock = new RedisRefreshLock(client, 'roller')

    await t.rejects(lock.acquire('venue', 0), { name: 'RedisUnavailable', message: /not connected/ })
    await t.rejects(lock.release('venue', 'failed', 30_000), { name: 'RedisUnavailable' })

    t.same(sent, [], status)
  }
})

test('stops sending to a Redis that leaves commands without a reply', async (t) => {
  let sent = 0
  const command = async (): Promise<unknown> => { sent++; return await new Promise(() => {}) }
  const lock = new RedisRefreshLock({ evalsha: command, eval: command }, 'roller', { timeoutMs: 20, maxPending: 2 })

  const results = await Promise.allSettled([1, 2, 3].map(() => lock.acquire('venue', 0)))

  t.ok(results.every(({ status }) => status === 'rejected'))
  t.equal(sent, 2)
})

test('rejects a reply that is not a list', async (t) => {
  const lock = new RedisRefreshLock({ evalsha: async () => 'PONG', eval: async () => 'PONG' }, 'roller')
  await t.rejects(lock.acquire('venue', 0), { name: 'RedisUnavailable' })
})

test('sends the next request at once after a failure', async (t) => {
  let sent = 0
  const command = async (): Promise<unknown> => {
    if (++sent === 1) throw new Error('broken')
    return ['acquired', 0]
  }
  const lock = new RedisRefreshLock({ evalsha: command, eval: command }, 'roller')
  await t.rejects(lock.acquire('venue', 0))
  t.match(await lock.acquire('venue', 0), { kind: 'acquired' })
})
