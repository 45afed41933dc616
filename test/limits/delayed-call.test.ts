/** A call with a lease that cannot be sent yet: it waits for a socket, or for its token. It counts from the time it is sent. */
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'
import { send, pause } from './harness.ts'

test('counts a delayed call from the time it got its socket', async (t) => {
  const built = await build(t, { options: { maxSockets: 1, rateLimits: { margin: 0, jitter: 0, rest: { limit: 10, windowMs: 1_500 } } } })
  await send(built.app)
  await pause(1_600)
  built.nango.faults.next({ path: /first/, kind: 'slow', delay: 900 })
  const first = send(built.app, { url: '/sandbox/echo?first' })
  await pause(20)
  const held = send(built.app, { url: '/sandbox/echo?held' })
  await Promise.all([first, held])
  await pause(750) // 1.65 s after both leases were granted, 0.75 s after the second call was sent
  const { remaining } = (await built.app.inject('/connections/demo-venue/rate-limits')).json().rateLimits[0]
  t.equal(remaining, 9, 'the first has left the window, the one that was held up has not')
})
