import { Redis } from 'ioredis'
import { test } from 'tap'
import { RedisRenewalBoard } from '../../plugin/gateway/renewal-board.ts'
import { startRedis, whyNoRedis } from '../budget/redis-server.ts'

test('one replica refreshes, the others wait, and who is to refresh is told so again', { skip: whyNoRedis() ?? false }, async (t) => {
  const server = await startRedis()
  const client = new Redis(server.port, '127.0.0.1')
  t.teardown(async () => { client.disconnect(); await server.kill() })
  const [one, two] = [new RedisRenewalBoard(client, 'roller'), new RedisRenewalBoard(client, 'roller')]
  t.match(await one.ask('a', 0), { kind: 'refresh' })
  t.match(await two.ask('a', 0), { kind: 'wait' })
  t.match(await one.ask('a', 0), { kind: 'refresh' }, 'the answer was lost on the way')
  t.match(await two.ask('b', 0), { kind: 'refresh' }, 'of another connection nobody knows')
  await one.done('a', 'renewed', 30_000)
  t.match(await two.ask('a', 60_000), { kind: 'renewed' })
  await one.done('a', 'failed', 30_000)
  t.match(await two.ask('a', 60_000), { kind: 'renewed' }, 'a call from before the renewal is sent again')
  await new Promise((resolve) => { setTimeout(resolve, 5) })
  const failed = await two.ask('a', 0)
  t.equal(failed.kind, 'failed')
  t.ok(failed.kind === 'failed' && failed.forMs > 29_000 && failed.forMs <= 30_000)
})
