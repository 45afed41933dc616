/** Roller-Max-Wait limits every wait of a call, including the delay before a retry. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from '../upstream/fixture.ts'
import { send } from './harness.ts'

/** Delays of exactly 200 and 400 ms. */
const retryPolicy = { baseMs: 200, random: () => 1 }

for (const [maxWait, tries] of [[0, 1], [0.1, 1], [0.5, 2], [5, 3]] as const) {
  test(`makes ${tries} attempts with Roller-Max-Wait ${maxWait}`, async (t) => {
    const built = await build(t, { options: { retryPolicy } })
    built.roller.faults.always({ path: /venues/, kind: 'status', status: 502, body: '{"own":"words"}' })
    const response = await send(built.app, { url: '/venues/me', maxWait })
    t.match(response, { status: 502, body: '{"own":"words"}' }, 'ROLLER\'s own response in the end')
    t.equal(callsAtRoller(built).length, tries)
    const pauses = [0, 0, 200, 600][tries] ?? 0
    t.ok(response.took >= pauses - 2, `${response.took} ms: no repeat without its pause`)
  })
}

test('retries after a 401 also with a maxWait of 0', async (t) => {
  const built = await build(t, { options: { retryPolicy } })
  await send(built.app)
  built.roller.revokeTokens()
  t.equal((await send(built.app, { maxWait: 0 })).status, 200)
})

test('waits no longer for the leases of all attempts together', async (t) => {
  const clock = new ManualClock()
  const built = await build(
    t, { options: { clock, retryPolicy: { baseMs: 0 }, rateLimits: { rest: { limit: 1, windowMs: 20_000 }, margin: 0, jitter: 0 } } }
  )
  built.roller.faults.always({ path: /venues/, kind: 'status', status: 502 })
  let status = 0
  send(built.app, { url: '/venues/me', maxWait: 30 }).then((response) => { status = response.status })
  await until(() => { clock.advance(500); return status !== 0 })
  t.equal(status, 429)
  t.equal(callsAtRoller(built).length, 2)
})
