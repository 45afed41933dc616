import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from '../support/tap.ts'
import { build, callsAtRoller } from '../support/build.ts'
import { bookingFor, call, isProblem, stubNango } from './fixture.ts'

for (const status of [502, 503, 504]) {
  test(`a GET is repeated on ROLLER's ${status}, up to the limit, and then ROLLER's own answer passes`, async (t) => {
    const built = await build(t)
    built.roller.faults.next({ path: /^\/venues/, kind: 'status', status, body: {} })
    t.equal((await call(built)).statusCode, 200)
    t.equal(callsAtRoller(built).length, 2)
    built.roller.faults.always({ path: /^\/venues/, kind: 'status', status, body: '{"own":"words"}' })
    t.match(await call(built), { statusCode: status, payload: '{"own":"words"}' })
    t.equal(callsAtRoller(built).length, 5)
  })

  test(`a POST is not repeated on ROLLER's ${status}`, async (t) => {
    const built = await build(t)
    built.roller.faults.next({ path: /^\/sandbox/, kind: 'status', status, body: '{"own":"words"}' })
    t.match(
      await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' }), { statusCode: status, payload: '{"own":"words"}' }
    )
    t.equal(callsAtRoller(built).length, 1)
  })
}

test('the limit of repeats is the option\'s', async (t) => {
  for (const retries of [0, 1, 4]) {
    const built = await build(t, { options: { retries } })
    built.nango.faults.always({ path: /^\/proxy/, kind: 'reset' })
    t.equal((await call(built)).statusCode, 502)
    t.equal(built.nango.requests.length, retries + 1)
  }
})

test('a booking that was made although the line broke is made once, and the caller learns what to do', async (t) => {
  const built = await build(t)
  const before = built.roller.venue('demo').bookings.size
  built.roller.faults.next({ path: /^\/bookings/, method: 'POST', kind: 'reset-after-work' })
  const answer = await call(built, { method: 'POST', url: '/roller/bookings', payload: bookingFor(built) })
  isProblem(
    t, built, answer, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /had been sent: it may have been executed/ }
  )
  t.match(JSON.parse(answer.payload).hint, /GET \/bookings\?keywords=/)
  t.equal(built.roller.venue('demo').bookings.size, before + 1)
  t.same(callsAtRoller(built), [{ method: 'POST', url: '/bookings' }])
})

for (const kind of ['reset', 'garbage', 'cut', 'reset-after-headers'] as const) {
  test(`a POST on whose way Nango's line breaks (${kind}) is not repeated`, async (t) => {
    const built = await build(t)
    built.nango.faults.next({ path: /^\/proxy/, kind })
    const answer = await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' })
    isProblem(t, built, answer, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /may have been executed/ })
    t.equal(built.nango.requests.length, 1)
  })
}

test('a POST that got no answer in time may have been done', async (t) => {
  const built = await build(t, { options: { timeouts: { headers: 150 } } })
  await call(built, { url: '/roller/sandbox/echo' })
  built.nango.faults.next({ path: /^\/proxy/, kind: 'hang' })
  const answer = await call(built, { method: 'POST', url: '/roller/sandbox/x', payload: '{}' })
  isProblem(t, built, answer, { status: 504, code: 'ROLLER_ERR_TIMEOUT', layer: 'network', detail: /may have been executed/ })
  t.equal(built.nango.requests.length, 2)
})

test('a POST of which nothing was sent is repeated: Nango could not connect to ROLLER', async (t) => {
  const built = await build(t)
  built.nango.faults.next({ path: /^\/proxy/, kind: 'status', status: 500, body: { message: 'x', code: 'ECONNREFUSED', method: 'post' } })
  t.equal((await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' })).statusCode, 200)
  built.nango.faults.next({ path: /^\/proxy/, kind: 'status', status: 500, body: { message: 'x', code: 'ECONNRESET', method: 'post' } })
  t.equal((await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' })).statusCode, 502)
})

/** A closed port on which Nango starts between two tries. */
async function nangoThatComesUp (t: Parameters<typeof build>[0]) {
  const placeholder = createServer()
  await new Promise<void>((resolve) => { placeholder.listen(0, '127.0.0.1', resolve) })
  const { port } = placeholder.address() as AddressInfo
  await new Promise((resolve) => { placeholder.close(resolve) })
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

test('a POST is sent as soon as Nango takes connections again', async (t) => {
  const { built, received, tries } = await nangoThatComesUp(t)
  t.equal((await call(built, { method: 'POST', url: '/roller/sandbox/x', payload: '{"a":1.0}' })).statusCode, 200)
  t.ok(tries() >= 1)
  t.same(received, [{ url: '/proxy/sandbox/x', body: '{"a":1.0}' }])
})

test('a streamed body is not sent again, even where nothing was sent', async (t) => {
  const { built, tries } = await nangoThatComesUp(t)
  const answer = await call(built, { method: 'POST', url: '/roller/sandbox/x', payload: Buffer.alloc(100_000, 'x') })
  isProblem(t, built, answer, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network' })
  t.equal(tries(), 0)
})
