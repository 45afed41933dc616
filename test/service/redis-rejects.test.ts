/** A Redis that rejects the client's login: `check` and the log name the reason, once, and nothing of the password. */
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { test, type Test } from '../support/tap.ts'
import { check } from '#service/cli/check.js'
import { connectRedis, redisHint, redisReason } from '#service/config/redis.js'
import { needsRedis, startRedis } from '../support/redis-server.ts'
import { SECRET_KEY, startSimulators } from '../support/build.ts'

const PASSWORD = 'sEsAmE-0pEn'

async function guarded (t: Test) {
  const server = await startRedis()
  const owner = new Redis(server.port)
  owner.on('error', () => {}) // the client reports the server's end
  await owner.config('SET', 'requirepass', PASSWORD)
  t.teardown(async () => { owner.disconnect(); await server.kill() })
  return { server, owner }
}

test('reports the cause in check', needsRedis, async (t) => {
  const { server } = await guarded(t)
  const { nango } = await startSimulators(t)
  const redisLine = async (url: string): Promise<string | undefined> => {
    const lines: string[] = []
    await check({ NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, REDIS_URL: url }, (line) => lines.push(line))
    t.notMatch(lines.join('\n'), PASSWORD)
    return lines.find((line) => / redis /.test(line))
  }
  t.match(await redisLine(`redis://:${PASSWORD}@127.0.0.1:${server.port}`), /^ok +redis/)
  t.match(
    await redisLine(`redis://:${PASSWORD}-no@127.0.0.1:${server.port}`),
    /^failed +redis +Redis cannot be used \(WRONGPASS\): it does not take the user and password/
  )
  t.match(
    await redisLine(`redis://127.0.0.1:${server.port}`),
    /^failed +redis +Redis cannot be used \(NOAUTH\): it does not take the user and password/
  )
})

test('logs the cause once', needsRedis, async (t) => {
  const { server, owner } = await guarded(t)
  const lines: { level: number, reason?: string, msg: string }[] = []
  const { log } = Fastify({ logger: { level: 'info', stream: { write: (line: string) => { lines.push(JSON.parse(line)) } } } })
  const client = await connectRedis(`redis://:${PASSWORD}-no@127.0.0.1:${server.port}`, log)
  t.teardown(() => { client.disconnect() })
  const attempts = async (n: number): Promise<void> => {
    for (let i = 0; i < n; i++) await new Promise((resolve) => { client.once('reconnecting', resolve) })
  }
  await attempts(3)
  t.match(lines, [{ level: 40, reason: 'WRONGPASS', msg: /^Redis cannot be used: it does not take the user and password in REDIS_URL\.$/ }])
  t.equal(lines.length, 1)
  const ready = new Promise((resolve) => { client.once('ready', resolve) })
  await owner.config('SET', 'requirepass', `${PASSWORD}-no`)
  await ready
  t.equal(lines.length, 1)
  await server.kill()
  await attempts(3)
  t.equal(lines.length, 2, 'it was well in between')
  t.match(lines[1]?.reason, /^ECONN/)
  t.notMatch(JSON.stringify(lines), PASSWORD)
})

test('classifies all causes', (t) => {
  const reply = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' })
  t.equal(redisReason(reply('NOPERM this user has no permissions to run the \'eval\' command')), 'NOPERM')
  t.equal(redisReason(reply(`something with ${PASSWORD}`)), 'ReplyError')
  t.equal(redisReason(Object.assign(new Error('x'), { code: 'ETIMEDOUT' })), 'ETIMEDOUT')
  t.equal(redisReason(reply('ERR DB index is out of range')), 'ERR')
  t.match(redisHint('ERR'), /no database of the number/)
  t.match(redisHint('EPIPE'), /protected-mode/)
  t.match(redisHint('ECONNREFUSED'), /REDIS_URL/)
  t.end()
})
