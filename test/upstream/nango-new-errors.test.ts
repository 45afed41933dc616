/** Errors of Nango's own that this gateway's list does not hold, and those that only look like Nango's. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller } from '../support/build.ts'
import { bookingFor, call, isProblem } from './fixture.ts'

const fault = (status: number, body: object, headers = {}) => ({ path: /^\/proxy/, kind: 'status', status, body, headers }) as const
const nango = (code: string) => ({ error: { code, message: 'canary-row' } })

test('an unknown code in Nango\'s envelope is Nango\'s', async (t) => {
  const built = await build(t)
  const codes = [[400, 'invalid_multipart'], [401, 'key_suspended'], [403, 'ip_not_allowed'], [409, 'locked'], [422, 'x']] as const
  for (const [status, code] of codes) {
    built.nango.faults.next(fault(status, nango(code)))
    const answer = await call(built)
    isProblem(t, built, answer, { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail: new RegExp(`${status} ${code}`) })
    t.same(JSON.parse(answer.payload).upstream, { status, body: { error: { code } } })
    t.notMatch(answer.payload + built.log(), /canary-row/)
  }
  t.same(callsAtRoller(built), [])
})

test('request_too_large is the caller\'s, with what to do', async (t) => {
  const built = await build(t)
  for (const status of [413, 400]) {
    built.nango.faults.next(fault(status, nango('request_too_large')))
    const answer = await call(built, { method: 'POST', url: '/roller/bookings', payload: bookingFor(built) })
    isProblem(t, built, answer, { status: 413, code: 'ROLLER_ERR_BODY_TOO_LARGE', layer: 'caller', detail: /Nango accepts no body/ })
    t.match(JSON.parse(answer.payload).hint, /NANGO_SERVER_PUBLIC_BODY_LIMIT/)
  }
  t.same(callsAtRoller(built), [])
})

test('malformed_auth_header to a key that is right passes by: any call is repeated, and it is not the key\'s fault', async (t) => {
  const built = await build(t)
  for (const request of [{}, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' }] as const) {
    built.nango.faults.next(fault(401, nango('malformed_auth_header')))
    t.equal((await call(built, request)).statusCode, 200)
  }
  t.equal(callsAtRoller(built).length, 2)
  built.nango.faults.always(fault(401, nango('malformed_auth_header')))
  const answer = await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' })
  isProblem(t, built, answer, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'nango', detail: /failed to check the key/ })
  t.notMatch(answer.payload, /may have been executed/)
  t.equal(callsAtRoller(built).length, 2)
})

test('malformed_auth_header on Nango\'s own API is no wrong key either', async (t) => {
  const built = await build(t)
  built.nango.faults.always({ path: /^\/connections/, kind: 'status', status: 401, body: nango('malformed_auth_header') })
  const answer = await call(built, { url: '/connections' })
  isProblem(t, built, answer, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'nango', detail: /failed to check the key/ })
})

test('Nango\'s Retry-After on its own API is bounded', async (t) => {
  const built = await build(t)
  for (const [header, seconds] of [['31536000', 60], ['7', 7], ['x', 1]] as const) {
    built.nango.faults.next({ ...fault(429, nango('too_many_request'), { 'retry-after': header }), path: /^\/connections/ })
    const expected = { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT', layer: 'nango', retryAfter: seconds } as const
    isProblem(t, built, await call(built, { url: '/connections' }), expected)
  }
})

test('a body of ROLLER\'s that looks like Nango\'s 429 closes that venue for a quarter of an hour at most, and no other', async (t) => {
  const built = await build(t, { nango: { rateLimit: 200 } })
  built.nango.addConnection({ connectionId: 'other', clientId: 'other', clientSecret: 's' })
  const body = { error: { code: 'too_many_request', method: 'GET', path: '/proxy/venues/me' } }
  built.roller.faults.next({ path: /^\/venues/, kind: 'status', status: 429, body, headers: { 'retry-after': '31536000' } })
  isProblem(t, built, await call(built, { maxWait: 0 }), { status: 429, code: 'ROLLER_ERR_COOLING_OFF', layer: 'roller', retryAfter: 900 })
  const other = await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'other', 'roller-max-wait': '0' } })
  t.equal(other.statusCode, 200)
})

test('Nango\'s 429 closes the account for a minute at most', async (t) => {
  const built = await build(t)
  const body = { error: { code: 'too_many_request', method: 'GET', path: '/proxy/venues/me' } }
  built.nango.faults.next(fault(429, body, { 'retry-after': '604800' }))
  isProblem(t, built, await call(built, { maxWait: 0 }), { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT', layer: 'nango', retryAfter: 60 })
  t.match(JSON.parse((await call(built, { maxWait: 0 })).payload), { code: 'ROLLER_ERR_NANGO_LIMIT', retryAfter: 60 })
})
