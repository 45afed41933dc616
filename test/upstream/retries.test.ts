import { freePort } from '../support/free-port.ts'
import { test } from '../support/tap.ts'
import { build, callsAtRoller, CONNECTION_ID } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { bookingFor, call, isProblem, stubNango, until } from './fixture.ts'

for (const status of [502, 503, 504]) {
  test(`retries a GET after ROLLER's ${status}, then passes ROLLER's response on`, async (t) => {
    const built = await build(t)
    built.roller.faults.next({ path: /^\/venues/, kind: 'status', status, body: {} })
    t.equal((await call(built)).statusCode, 200)
    t.equal(callsAtRoller(built).length, 2)
    built.roller.faults.always({ path: /^\/venues/, kind: 'status', status, body: '{"own":"words"}' })
    t.match(await call(built), { statusCode: status, payload: '{"own":"words"}' })
    t.equal(callsAtRoller(built).length, 5)
  })

  test(`does not retry a POST after ROLLER's ${status}`, async (t) => {
    const built = await build(t)
    built.roller.faults.next({ path: /^\/sandbox/, kind: 'status', status, body: '{"own":"words"}' })
    t.match(
      await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' }), { statusCode: status, payload: '{"own":"words"}' }
    )
    t.equal(callsAtRoller(built).length, 1)
  })
}

test('uses the option for the number of retries', async (t) => {
  for (const retries of [0, 1, 4]) {
    const built = await build(t, { options: { retries } })
    built.nango.faults.always({ path: /^\/proxy/, kind: 'reset' })
    t.equal((await call(built)).statusCode, 502)
    t.equal(built.nango.requests.length, retries + 1)
  }
})

test('executes a booking once when its connection breaks, and returns a hint', async (t) => {
  const built = await build(t)
  const before = built.roller.venue('demo').bookings.size
  built.roller.faults.next({ path: /^\/bookings/, method: 'POST', kind: 'reset-after-work' })
  const response = await call(built, { method: 'POST', url: '/roller/bookings', payload: bookingFor(built) })
  isProblem(
    t, built, response, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /had been sent: it may have been executed/ }
  )
  t.match(JSON.parse(response.payload).hint, /GET \/bookings\?keywords=/)
  t.equal(built.roller.venue('demo').bookings.size, before + 1)
  t.same(callsAtRoller(built), [{ method: 'POST', url: '/bookings' }])
})

for (const kind of ['reset', 'garbage', 'cut', 'reset-after-headers'] as const) {
  test(`does not retry a POST when Nango's connection breaks (${kind})`, async (t) => {
    const built = await build(t)
    built.nango.faults.next({ path: /^\/proxy/, kind })
    const response = await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' })
    isProblem(t, built, response, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /may have been executed/ })
    t.equal(built.nango.requests.length, 1)
  })
}

test('reports a POST without a timely response as possibly executed', async (t) => {
  const built = await build(t, { options: { timeouts: { headers: 150 } } })
  await call(built, { url: '/roller/sandbox/echo' })
  built.nango.faults.next({ path: /^\/proxy/, kind: 'hang' })
  const response = await call(built, { method: 'POST', url: '/roller/sandbox/x', payload: '{}' })
  isProblem(t, built, response, { status: 504, code: 'ROLLER_ERR_TIMEOUT', layer: 'network', detail: /may have been executed/ })
  t.equal(built.nango.requests.length, 2)
})

test('retries a POST that Nango could not send to ROLLER', async (t) => {
  const built = await build(t)
  built.nango.faults.next({ path: /^\/proxy/, kind: 'status', status: 500, body: { message: 'x', code: 'ECONNREFUSED', method: 'post' } })
  t.equal((await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' })).statusCode, 200)
  built.nango.faults.next({ path: /^\/proxy/, kind: 'status', status: 500, body: { message: 'x', code: 'ECONNRESET', method: 'post' } })
  t.equal((await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' })).statusCode, 502)
})

/** A closed port on which Nango starts between two attempts. */
async function nangoThatComesUp (t: Parameters<typeof build>[0]) {
  const port = await freePort()
  const received: { url: string | undefined, body: string }[] = []
  let tries = 0
  const random = (): number => {
    if (++tries === 1) {
      stubNango(t, (request, response) => {
        let body = ''
        request.on('data', (chunk) => { body += String(chunk) }).on('end', () => {
          received.push({ url: request.url, body })
          response.setHeader('content-type', 'application/json').end('{}')
        })
      }, port).catch(() => {})
    }
    return 1
  }
  const retryPolicy = { baseMs: 30, capMs: 30, random }
  const built = await build(t, { options: { retries: 10, retryPolicy, nango: { host: `http://127.0.0.1:${port}` } } })
  return { built, received, tries: () => tries }
}

test('sends a POST once Nango accepts connections again', async (t) => {
  const { built, received, tries } = await nangoThatComesUp(t)
  t.equal((await call(built, { method: 'POST', url: '/roller/sandbox/x', payload: '{"a":1.0}' })).statusCode, 200)
  t.ok(tries() >= 1)
  t.same(received, [{ url: '/proxy/sandbox/x', body: '{"a":1.0}' }])
})

test('does not retry a streamed body, even if nothing was sent', async (t) => {
  const { built, tries } = await nangoThatComesUp(t)
  const response = await call(built, { method: 'POST', url: '/roller/sandbox/x', payload: Buffer.alloc(100_000, 'x') })
  isProblem(t, built, response, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network' })
  t.equal(tries(), 0)
})

for (const [status, passed] of [[503, 200], [401, 200], [403, 403], [429, 429]] as const) {
  test(`frees the connection of a large ${status} that is not passed on`, async (t) => {
    const built = await build(t, { options: { transport: 'direct', maxSockets: 1, timeouts: { headers: 2_000 } } })
    built.nango.addConnection({ connectionId: 'other', clientId: 'other', clientSecret: 'x' })
    built.roller.faults.next({ path: /^\/venues/, kind: 'status', status, body: Buffer.alloc(16 * 1024 * 1024, ' ') })
    t.equal((await call(built)).statusCode, passed)
    t.equal((await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'other' } })).statusCode, 200)
  })
}

test('ends the delay before a retry when its caller leaves', async (t) => {
  const clock = new ManualClock()
  const retryPolicy = { baseMs: 1_000, random: () => 1 }
  const built = await build(t, { options: { clock, retryPolicy, nango: { host: 'http://127.0.0.1:9' } } })
  const caller = new AbortController()
  const left = built.app.roller.request(
    'POST /bookings/draft', { connectionId: CONNECTION_ID, body: {}, validation: false, maxWait: 5_000, signal: caller.signal } as never
  )
  await until(() => clock.waits.includes(1_000))
  caller.abort(new Error('left'))
  await t.rejects(left, { message: 'left' })
})
