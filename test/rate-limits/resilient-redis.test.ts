import { setTimeout as sleep } from 'node:timers/promises'

import { Redis } from 'ioredis'
import t from '../support/tap.ts'

import { RedisLimitStore } from '#plugin/gateway/limits/redis-store.js'
import { ResilientLimitStore } from '#plugin/gateway/limits/resilient-store.js'
import { request, worst } from './helpers.ts'
import { needsRedis, startRedis } from '../support/redis-server.ts'

t.test('keeps the limit when Redis is killed, hung and restarted under load', needsRedis, async (t) => {
  const server = await startRedis()
  const client = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => {})
  t.teardown(async () => { client.disconnect(); await server.kill() })
  const reported: string[] = []
  const store = new ResilientLimitStore(new RedisLimitStore(client, { timeoutMs: 150 }), {
    onRedisDown: 'share', replicas: 1, retryMs: 100, onDown: () => { reported.push('away') }, onUp: () => { reported.push('back') }
  })
  // Windows are 100 ms longer than the checked ones, like ROLLER's: responses take time to arrive.
  const windows = [{ key: 'rest', limit: 20, windowMs: 400 }]
  const until = async (isDown: boolean): Promise<void> => {
    for (let i = 0; i < 500 && store.down !== isDown; i++) await sleep(10)
    t.equal(store.down, isDown)
  }
  const left: number[] = []
  const lasted: number[] = []
  const load = { on: true }
  const caller = async (): Promise<void> => {
    let ticket: number | undefined
    while (load.on) {
      const started = performance.now()
      const result = await store.take({ ...request('v', windows, 300), ticket })
      const now = performance.now()
      lasted.push(now - started)
      ticket = result.outcome === 'queued' ? result.ticket : undefined
      if (result.outcome === 'granted') left.push(now)
      await sleep(result.outcome === 'queued' ? Math.ceil(result.waitMs) : 10)
    }
  }
  const callers = Promise.all(Array.from({ length: 30 }, caller))
  await sleep(500)
  await server.kill()
  await until(true)
  const alone = left.length
  await sleep(500)
  t.ok(left.length > alone, 'calls go on')
  await server.start()
  await until(false)
  await sleep(300)
  server.pause()
  await until(true)
  server.resume()
  await until(false)
  await sleep(300)
  load.on = false
  await callers
  // A loaded machine may be late once more; resilient.test.ts counts the reports of changes.
  t.ok(reported.every((word, i) => word === (i % 2 ? 'back' : 'away')) && reported.length >= 4 && reported.length <= 8, reported.join())
  t.ok(worst(left, 300) <= 20, `${worst(left, 300)} of 20`)
  const took = (Math.max(...left) - Math.min(...left)) / 400
  t.ok(left.length >= 20 * took * 0.5, `${left.length} calls in ${took} windows`)
  t.ok(Math.max(...lasted) < 1000, `no call waited longer than ${Math.max(...lasted)} ms for a response`)
})
