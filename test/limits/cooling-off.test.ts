/** After ROLLER's 429: nothing of that credential reaches ROLLER before the cooling-off ends, on any replica; others are not affected. */
import { test } from '../support/tap.ts'
import { SteppedClock } from '../support/manual-clock.ts'
import { needsRedis } from '../support/redis-server.ts'
import { build } from '../support/build.ts'
import { addVenue, arrivals, send, pause, startReplicas } from './harness.ts'

const COOLING_OFF_SECONDS = 8

test('cools off on three replicas with 500 callers after an injected 429', needsRedis, async (t) => {
  const replicas = await startReplicas(t, { roller: { limits: 'off' } })
  const { apps, roller } = replicas
  addVenue(replicas, 'other')
  // Warms up code, connections and tokens.
  await Promise.all(apps.flatMap((app) => [send(app), send(app, { connection: 'other' })]))
  roller.faults.next({ path: /n=injected/, kind: 'status', status: 429, headers: { 'retry-after': String(COOLING_OFF_SECONDS) }, body: {} })
  const raising = Date.now()
  const injected = await send(apps[0]!, { url: '/sandbox/echo?n=injected', maxWait: 0 })
  t.match(injected, { status: 429, code: 'ROLLER_ERR_COOLING_OFF', retryAfter: COOLING_OFF_SECONDS })
  const raised = Date.now()
  const before = roller.requests.length

  const callers = Array.from({ length: 500 }, async (_, n) => {
    const waiting = n % 10 === 0
    return {
      n,
      waiting,
      at: Date.now(),
      response: await send(apps[n % 3]!, { url: `/sandbox/echo?n=${n}`, maxWait: waiting ? 30 : [0, 1, 2][n % 3] })
    }
  })
  const others = Array.from({ length: 60 }, async (_, n) => {
    await pause(n * 40)
    return await send(apps[n % 3]!, { url: `/sandbox/echo?o=${n}`, connection: 'other', maxWait: 0 })
  })
  const responses = await Promise.all(callers)
  const notWaiting = responses.filter(({ waiting }) => !waiting)
  t.same(new Set(notWaiting.map(({ response }) => `${response.status} ${response.code}`)), new Set(['429 ROLLER_ERR_COOLING_OFF']))
  const wrong = notWaiting.filter(({ response: { retryAfter = 0, took }, at }) => {
    // Exact to the second: between the remaining time when the response is sent and when the call arrived.
    const latest = COOLING_OFF_SECONDS * 1000 - (at - raised)
    return retryAfter > Math.ceil(latest / 1000) || retryAfter * 1000 < COOLING_OFF_SECONDS * 1000 - (at + took - raising)
  })
  t.same(wrong.map(({ response }) => response.retryAfter), [], 'Retry-After is exact')
  t.ok(notWaiting.every(({ response }) => response.took < 3_000), 'a call that may not wait that long is rejected at once')

  const served = responses.filter(({ waiting }) => waiting)
  t.same(new Set(served.map(({ response }) => response.status)), new Set([200]))
  const came = roller.requests.slice(before).filter(({ clientId }) => clientId === 'demo')
  t.equal(came.length, 50, 'only calls with a long enough wait reach ROLLER')
  const early = Math.min(...came.map(({ at }) => at)) - (raising + COOLING_OFF_SECONDS * 1000)
  t.ok(early >= 0, `the first one ${early} ms after the cooling-off period at the earliest`)

  const speed = await Promise.all(others)
  t.same(new Set(speed.map(({ status }) => status)), new Set([200]), 'another venue is not affected')
  const endsAt = raised + COOLING_OFF_SECONDS * 1000
  t.ok(arrivals(replicas, 'other').filter(({ at }) => at > raised && at < endsAt - 500).length >= 50, 'during the whole period')
})

test('a cooling-off stops callers that are already queued', needsRedis, async (t) => {
  const replicas = await startReplicas(t, {
    roller: { limits: 'off' },
    options: { rateLimits: { rest: { limit: 10, windowMs: 1_000 }, margin: 0, jitter: 0, replicas: 3, maxWait: 30_000 } }
  })
  const { apps, roller } = replicas
  await Promise.all(apps.map((app) => send(app, { url: '/data/x' }))) // the Reporting limit, not the one under test
  const queue = Array.from({ length: 60 }, (_, n) => send(apps[n % 3]!, { url: `/sandbox/echo?n=${n}` }))
  await pause(1_500)
  roller.faults.next({ path: /echo/, kind: 'status', status: 429, headers: { 'retry-after': '3' }, body: {} })
  const responses = await Promise.all(queue)
  t.same(new Set(responses.map(({ status }) => status)), new Set([200]), 'all are served in the end')
  const moments = arrivals(replicas).filter(({ url }) => url.startsWith('/sandbox')).map(({ at }) => at).sort((a, b) => a - b)
  // The call that got the 429 has no mark of its credential: the gap shows it.
  const gaps = moments.map((at, n) => at - (moments[n - 1] ?? at))
  // Calls sent together with it arrive while the cooling-off starts.
  t.ok(Math.max(...gaps) >= 2_900, `nothing for ${Math.max(...gaps)} ms`)
  t.equal(moments.length, 60)
})

test('serves callers in order after the cooling-off', async (t) => {
  const built = await build(t, { options: { rateLimits: { rest: { limit: 5, windowMs: 200 }, margin: 0, jitter: 0 } } })
  await send(built.app)
  built.roller.faults.next({ kind: 'status', status: 429, headers: { 'retry-after': '1' }, body: {} })
  t.equal((await send(built.app, { maxWait: 0 })).status, 429)
  await Promise.all(Array.from({ length: 30 }, (_, n) => send(built.app, { url: `/sandbox/echo?n=${n}`, maxWait: 20 })))
  const order = arrivals(built).flatMap(({ url }) => /n=(\d+)/.exec(url)?.[1] ?? []).map(Number)
  t.equal(order.length, 30)
  // Calls of one window are sent together and may overtake each other.
  t.ok(order.every((n, place) => Math.abs(n - place) <= 6), order.join())
})

test('cools off for a minute when Nango loses Retry-After, then resumes', async (t) => {
  const clock = new SteppedClock()
  const built = await build(t, { options: { clock } })
  built.roller.faults.next({ kind: 'status', status: 429, path: /echo/, body: {} })
  t.match(await send(built.app, { maxWait: 0 }), { code: 'ROLLER_ERR_COOLING_OFF', retryAfter: 60 })
  clock.advance(54_000) // 10 % early
  t.match(await send(built.app, { maxWait: 0 }), { status: 429, code: 'ROLLER_ERR_COOLING_OFF', retryAfter: 6 })
  clock.advance(6_000)
  t.equal((await send(built.app, { maxWait: 0 })).status, 200)
})
