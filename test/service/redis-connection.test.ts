/** While Redis is down, commands fail at once, so that calls go on without it; its cause is logged once for each outage. */
import { test, type Test } from '../support/tap.ts'
import { needsRedis, sharedRedis } from '../support/redis-server.ts'
import { connectRedis, redisHint } from '#service/config/redis.js'

function connect (t: Test) {
  const lines: object[] = []
  const redis = connectRedis('redis://127.0.0.1:1', { warn: (fields) => { lines.push(fields) } })
  t.teardown(() => { redis.disconnect() })
  return { redis, lines }
}

test('fails a command at once while there is no connection', async (t) => {
  const { redis } = connect(t)
  const command = redis.ping().then(() => 'answered', () => 'failed')
  t.equal(await Promise.race([command, new Promise((resolve) => { setImmediate(resolve, 'waiting') })]), 'failed')
})

test('logs the cause once, and again after Redis was there in the meantime', async (t) => {
  const { redis, lines } = connect(t)
  const fail = (code: string): void => { redis.emit('error', Object.assign(new Error(), { code })) }
  for (const code of ['ECONNRESET', 'ECONNRESET', 'EPIPE']) fail(code)
  t.same(lines, [{ reason: 'ECONNRESET' }, { reason: 'EPIPE' }])
  redis.emit('ready')
  fail('EPIPE')
  t.same(lines.at(-1), { reason: 'EPIPE' })
  t.equal(lines.length, 3)
})

test('takes no slow start for a Redis that is down', needsRedis, async (t) => {
  const { port } = await sharedRedis()
  const lines: object[] = []
  const redis = connectRedis(`redis://127.0.0.1:${port}`, { warn: (fields) => { lines.push(fields) } })
  t.teardown(() => { redis.disconnect() })
  await new Promise((resolve) => { setImmediate(resolve) }) // it has begun to connect
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200) // as a process that compiles its code on a small machine
  await new Promise((resolve) => { redis.once('ready', resolve) })
  t.same(lines, [])
})

test('has an instruction for each cause', async (t) => {
  for (const [reason, hint] of [
    ['WRONGPASS', /password in REDIS_URL/], ['NOAUTH', /password in REDIS_URL/], ['NOPERM', /may not run the commands/],
    ['ERR', /database/], ['DENIED', /protected-mode/], ['ECONNRESET', /protected-mode/], ['EPIPE', /protected-mode/],
    ['ECONNREFUSED', /Check REDIS_URL/]
  ] as const) t.match(redisHint(reason), hint, reason)
})
