/** Nango errors that the gateway's list lacks, and responses that only look like Nango's errors. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller } from '../support/build.ts'
import { bookingFor, call, isProblem } from './fixture.ts'

const fault = (status: number, body: object, headers = {}) => ({ path: /^\/proxy/, kind: 'status', status, body, headers }) as const
const nango = (code: string) => ({ error: { code, message: 'canary-row' } })

test('attributes an unknown code in Nango\'s envelope to Nango', async (t) => {
  const built = await build(t)
  const codes = [[400, 'invalid_multipart'], [401, 'key_suspended'], [403, 'ip_not_allowed'], [409, 'locked'], [422, 'x']] as const
  for (const [status, code] of codes) {
    built.nango.faults.next(fault(status, nango(code)))
    const response = await call(built)
    const detail = new RegExp(`${status} ${code}`)
    isProblem(t, built, response, { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail })
    t.same(JSON.parse(response.payload).upstream, { status, body: { error: { code } } })
    t.notMatch(response.payload + built.log(), /canary-row/)
  }
  t.same(callsAtRoller(built), [])
})

test('attributes request_too_large to the caller, with a hint', async (t) => {
  const built = await build(t)
  for (const status of [413, 400]) {
    built.nango.faults.next(fault(status, nango('request_too_large')))
    const response = await call(built, { method: 'POST', url: '/roller/bookings', payload: bookingFor(built) })
    isProblem(t, built, response, { status: 413, code: 'ROLLER_ERR_BODY_TOO_LARGE', layer: 'caller', detail: /body is too large for Nango/ })
    t.match(JSON.parse(response.payload).hint, /NANGO_SERVER_PUBLIC_BODY_LIMIT/)
  }
  t.same(callsAtRoller(built), [])
})

test('retries after malformed_auth_header for a valid key, and does not blame the key', async (t) => {
  const built = await build(t)
  for (const request of [{}, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' }] as const) {
    built.nango.faults.next(fault(401, nango('malformed_auth_header')))
    t.equal((await call(built, request)).statusCode, 200)
  }
  t.equal(callsAtRoller(built).length, 2)
  built.nango.faults.always(fault(401, nango('malformed_auth_header')))
  const response = await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' })
  isProblem(t, built, response, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'nango', detail: /failed to check the key/ })
  t.notMatch(response.payload, /may have been executed/)
  t.equal(callsAtRoller(built).length, 2)
})

test('does not blame the key for malformed_auth_header on Nango\'s own API either', async (t) => {
  const built = await build(t)
  built.nango.faults.always({ path: /^\/connections/, kind: 'status', status: 401, body: nango('malformed_auth_header') })
  const response = await call(built, { url: '/connections' })
  isProblem(t, built, response, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'nango', detail: /failed to check the key/ })
})

test('caps Nango\'s Retry-After on its own API', async (t) => {
  const built = await build(t)
  for (const [header, seconds] of [['31536000', 60], ['7', 8], ['x', 1]] as const) {
    built.nango.faults.next({ ...fault(429, nango('too_many_request'), { 'retry-after': header }), path: /^\/connections/ })
    const expected = { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT', layer: 'nango', retryAfter: seconds } as const
    isProblem(t, built, await call(built, { url: '/connections' }), expected)
  }
})

test('limits the effect of ROLLER\'s body in the format of Nango\'s 429 to that venue and a quarter of an hour', async (t) => {
  const built = await build(t, { nango: { rateLimit: 200 } })
  built.nango.addConnection({ connectionId: 'other', clientId: 'other', clientSecret: 's' })
  const body = { error: { code: 'too_many_request', method: 'GET', path: '/proxy/venues/me' } }
  built.roller.faults.next({ path: /^\/venues/, kind: 'status', status: 429, body, headers: { 'retry-after': '31536000' } })
  isProblem(t, built, await call(built, { maxWait: 0 }), { status: 429, code: 'ROLLER_ERR_COOLING_OFF', layer: 'roller', retryAfter: 900 })
  const other = await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'other', 'roller-max-wait': '0' } })
  t.equal(other.statusCode, 200)
})

test('blocks the account for a minute at most after Nango\'s 429', async (t) => {
  const built = await build(t)
  const body = { error: { code: 'too_many_request', method: 'GET', path: '/proxy/venues/me' } }
  built.nango.faults.next(fault(429, body, { 'retry-after': '604800' }))
  isProblem(t, built, await call(built, { maxWait: 0 }), { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT', layer: 'nango', retryAfter: 60 })
  t.match(JSON.parse((await call(built, { maxWait: 0 })).payload), { code: 'ROLLER_ERR_NANGO_LIMIT', retryAfter: 60 })
})
