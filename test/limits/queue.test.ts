/** The queue of a rate limit: wait, rejection and order of callers. */
import { test } from '../support/tap.ts'
import { build, listen, VENUE } from '../support/build.ts'
import { ManualClock, SteppedClock } from '../support/manual-clock.ts'
import { until } from '../upstream/fixture.ts'
import { addVenue, arrivals, send, pause } from './harness.ts'

const tight = (limit: number, windowMs: number, more: object = {}) => (
  { rateLimits: { rest: { limit, windowMs }, margin: 0, jitter: 0, ...more } }
)

test('returns an exact Retry-After: a call passes after it, and not 10 % earlier', async (t) => {
  const clock = new SteppedClock()
  const { app } = await build(t, { options: { ...tight(5, 20_000), clock } })
  for (let n = 0; n < 5; n++) t.equal((await send(app, { maxWait: 0 })).status, 200)
  t.match(await send(app, { maxWait: 0 }), { status: 429, code: 'ROLLER_ERR_RATE_LIMITED', retryAfter: 20 })
  clock.advance(18_000)
  t.match(await send(app, { maxWait: 0 }), { status: 429, code: 'ROLLER_ERR_RATE_LIMITED', retryAfter: 2 })
  clock.advance(2_000)
  for (let n = 0; n < 5; n++) t.equal((await send(app, { maxWait: 0 })).status, 200)
  t.match(await send(app, { maxWait: 0 }), { status: 429, retryAfter: 20 })
})

test('includes waiting callers in Retry-After', async (t) => {
  const { app } = await build(t, { options: tight(1, 1_000) })
  await send(app, { maxWait: 0 })
  const waiting = [send(app, { maxWait: 10 }), send(app, { maxWait: 10 })]
  await pause(20)
  t.match(await send(app, { maxWait: 2 }), { status: 429, code: 'ROLLER_ERR_RATE_LIMITED', retryAfter: 3 })
  t.same((await Promise.all(waiting)).map(({ status }) => status), [200, 200])
})

test('respects Roller-Max-Wait: queues a caller that can be served, rejects others at once', async (t) => {
  const { app } = await build(t, { options: tight(2, 1_500, { maxWait: 100 }) })
  await Promise.all([send(app), send(app)])
  for (const maxWait of [0, 0.5, 1, undefined]) {
    const response = await send(app, { maxWait })
    t.match(response, { status: 429, code: 'ROLLER_ERR_RATE_LIMITED' }, `${maxWait} s`)
    t.ok(response.took < 400, 'at once')
  }
  const queued = await send(app, { maxWait: 1.5 })
  t.equal(queued.status, 200)
  t.ok(queued.took > 500 && queued.took < 1_900, `waited ${queued.took} ms`)
})

test('uses the option without the header', async (t) => {
  const { app } = await build(t, { options: tight(1, 500, { maxWait: 900 }) })
  const responses = await Promise.all(Array.from({ length: 3 }, () => send(app)))
  t.same(responses.map(({ status }) => status), [200, 200, 429])
})

test('rejects a Roller-Max-Wait that is not a number of seconds with 400, and sends nothing', async (t) => {
  const built = await build(t)
  for (const maxWait of ['', 'soon', '-1', '1e3', '3601', '99999', 'Infinity', '1,2', '0x10', '1.2345', ' ']) {
    const response = await send(built.app, { maxWait })
    t.match(response, { status: 400, code: 'ROLLER_ERR_VALIDATION' }, JSON.stringify(maxWait))
    t.match(response.body, '/headers/Roller-Max-Wait')
  }
  for (const maxWait of ['0', '3600', '0.25', '007']) t.equal((await send(built.app, { maxWait })).status, 200, maxWait)
  t.equal(arrivals(built).length, 4)
})

test('bounds the queue, and frees the slot of a caller that leaves', async (t) => {
  const built = await listen(t, { options: tight(1, 900, { maxQueue: 2 }) })
  const { app, url } = built
  await send(app, { maxWait: 0 })
  const leaving = new AbortController()
  const gone = fetch(
    `${url}/roller/sandbox/echo?gone`, { headers: { ...VENUE, 'roller-max-wait': '20' }, signal: leaving.signal }
  ).catch(() => 'left')
  await pause(100)
  const second = send(app, { url: '/sandbox/echo?second', maxWait: 20 })
  await pause(20)
  const rejected = await send(app, { maxWait: 20 })
  t.match(rejected, { status: 429, code: 'ROLLER_ERR_RATE_LIMITED' })
  t.match(rejected.body, /2 calls already wait/)
  leaving.abort()
  t.equal(await gone, 'left')
  await pause(50)
  t.match(
    await send(app, { maxWait: 0.85 }), { status: 429, code: 'ROLLER_ERR_RATE_LIMITED' },
    'the place of the one who left is the second one\'s, no newcomer\'s'
  )
  const next = send(app, { url: '/sandbox/echo?next', maxWait: 20 })
  t.equal((await second).status, 200)
  t.ok((await second).took < 1_500, `which moved up: ${(await second).took} ms, 900 for its turn`)
  t.equal((await next).status, 200)
  t.same(
    arrivals(built).map(({ url: at }) => at).slice(1), ['/sandbox/echo?second', '/sandbox/echo?next'], 'nothing is sent for who has left'
  )
})

test('serves callers in order of arrival', async (t) => {
  const clock = new ManualClock()
  const built = await build(t, { options: { ...tight(1, 60_000, { maxWaitLimit: 3_600_000 }), clock } })
  await send(built.app)
  const count = 20
  const arrived = (): number[] => arrivals(built).flatMap(({ url }) => /n=(\d+)/.exec(url)?.[1] ?? []).map(Number)
  const calls = Array.from({ length: count }, (_, n) => send(built.app, { url: `/sandbox/echo?n=${n}`, maxWait: 3_600 }))
  for (let n = 0; n < count; n++) {
    await until(() => clock.waiting > 0)
    clock.advance(60_000)
    await until(() => arrived().length > n)
    await calls[n] // its timers are gone
  }
  t.same(arrived(), Array.from({ length: count }, (_, n) => n))
})

test('does not delay other venues, or reports, by one busy venue', async (t) => {
  const built = await build(t, { options: tight(20, 3_000) })
  addVenue(built, 'quiet')
  const noisy = Array.from({ length: 400 }, () => send(built.app, { maxWait: 1 }))
  const waiting = Array.from({ length: 20 }, () => send(built.app, { maxWait: 4 }))
  for (let n = 0; n < 20; n++) t.equal((await send(built.app, { connection: 'quiet', maxWait: 0 })).status, 200)
  t.equal((await send(built.app, { url: '/data/x', maxWait: 0 })).headers['roller-answered-by'], 'roller')
  const statuses = (await Promise.all(noisy)).map(({ status }) => status)
  t.equal(statuses.filter((status) => status === 200).length, 20)
  t.equal(statuses.filter((status) => status === 429).length, 380)
  t.ok((await Promise.all(waiting)).every(({ status }) => status === 200))
})
