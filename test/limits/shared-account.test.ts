/** Nango's limit is shared by all venues of the account: a busy one must not use up the others' part. */
import { test } from '../support/tap.ts'
import { needsRedis } from '../support/redis-server.ts'
import { build } from '../support/build.ts'
import { SteppedClock } from '../support/manual-clock.ts'
import { addVenue, send, pause, startReplicas } from './harness.ts'

/** Nango's window is a minute. It began so long ago that it ends in `seconds`. */
function lateWindow (seconds: number) {
  let shift = (seconds - 60) * 1000
  return { now: () => Date.now() + shift, begun: () => { shift = 0 } }
}

test('serves a quiet venue at once while a busy one has used up its part of the account', async (t) => {
  const clock = Object.assign(new SteppedClock(), { setTimeout: (callback: () => void, ms: number) => setTimeout(callback, ms / 100) })
  const built = await build(
    t, { nango: { rateLimit: 20, now: () => 1_800_000_000_000 + clock.now() }, options: { clock, rateLimits: { maxWaitLimit: 3_600_000 } } }
  )
  addVenue(built, 'quiet')
  for (let n = 0; n < 3; n++) await send(built.app)
  const noisy = Array.from({ length: 100 }, () => send(built.app, { maxWait: 1_000 }))
  await pause(100)
  // All of the account's slots except the reserve are in use for a minute.
  t.equal((await send(built.app, { connection: 'quiet', maxWait: 0 })).status, 200)
  const noisyAgain = await send(built.app, { maxWait: 0 })
  t.match(noisyAgain, { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT' })
  const waiting = await send(built.app, { maxWait: 60 })
  t.match(waiting, { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT' })
  t.ok(Number(waiting.retryAfter) > 200, `the busy one waits behind its own queue: ${waiting.retryAfter} s`)
  await built.app.close()
  await Promise.allSettled(noisy)
})

test('never triggers a 429 of Nango with three replicas and other programs on the account', needsRedis, async (t) => {
  const limit = 90
  const window = lateWindow(14)
  const replicas = await startReplicas(t, { nango: { rateLimit: limit, now: window.now }, roller: { limits: 'off' } })
  const { apps, nango } = replicas
  for (const id of ['b', 'c']) addVenue(replicas, id)
  await send(apps[0]!, { maxWait: 0 })
  window.begun()
  // Each replica reads every connection once from Nango's API.
  for (const app of apps) for (const connection of ['demo-venue', 'b', 'c']) await send(app, { connection, maxWait: 0 })
  await pause(1_000)
  for (let n = 0; n < 30; n++) await apps[0]!.inject('/connections') // a sync, another program
  for (const app of apps) await send(app, { connection: 'b', maxWait: 0 })
  const before = nango.requests.length
  const responses = await Promise.all(
    Array.from({ length: 150 }, (_, n) => send(apps[n % 3]!, { connection: ['b', 'c'][n % 2]!, maxWait: 0 }))
  )
  const outcomes = new Set(responses.map(({ status, code }) => `${status} ${code ?? ''}`))
  t.same(outcomes, new Set(['200 ', '503 ROLLER_ERR_NANGO_LIMIT']))
  t.ok(nango.requests.length <= limit, `${nango.requests.length} of ${limit}: each one more would be a 429`)
  const served = responses.filter(({ status }) => status === 200).length
  t.ok(served >= (limit - before) * 0.7, `${served} of the ${limit - before} that were left are used`)
})
