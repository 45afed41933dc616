/** A reply that arrived while this process was blocked or paused is read before its timeout counts. */
import { RedisScript, RedisUnavailable, loadScript } from '#plugin/redis/script.js'
import { test } from '../support/tap.ts'
import { ManualClock } from '../support/manual-clock.ts'

test('a late timer does not discard a reply that has arrived', async (t) => {
  const clock = new ManualClock()
  let reply = (_value: string): void => {}
  const evalsha = (): Promise<string> => new Promise((resolve) => { reply = resolve })
  const script = new RedisScript({ evalsha, eval: evalsha }, loadScript('return 1'), { clock, restMs: 0 })
  const running = script.run([], [])
  // After a pause, Node.js runs timers before it reads the sockets.
  clock.advance(2_000)
  reply('granted')
  t.equal(await running, 'granted')
})

test('without a reply the call ends with the timeout', async (t) => {
  const clock = new ManualClock()
  const evalsha = (): Promise<string> => new Promise(() => {})
  const running = new RedisScript({ evalsha, eval: evalsha }, loadScript('return 1'), { clock, restMs: 0 }).run([], [])
  clock.advance(500)
  await t.rejects(running, RedisUnavailable)
})
