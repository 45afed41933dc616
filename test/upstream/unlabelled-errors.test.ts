/** ROLLER's errors without a Content-Type, as a real Nango passes them on: labelled text/html, with an empty or a plain body. */
import { test } from '../support/tap.ts'
import { bookingFor, call, isProblem } from './fixture.ts'
import { build, callsAtRoller, type Built } from '../support/build.ts'

const HTML = { 'content-type': 'text/html; charset=utf-8' }
const BODIES = ['', 'some text'] as const
const proxied = ({ nango }: Built): number => nango.requests.filter(({ url }) => url.startsWith('/proxy')).length

for (const body of BODIES) {
  const what = body === '' ? 'without a body' : 'with a plain body'
  const fault = (status: number, more = {}) => ({ path: /^\/proxy/, kind: 'status', status, body, headers: { ...HTML, ...more } }) as const

  test(`renews the token after a 401 ${what}`, async (t) => {
    const built = await build(t)
    built.nango.faults.next(fault(401))
    t.equal((await call(built)).statusCode, 200)
    t.equal(built.nango.requests.filter(({ url }) => url.includes('force_refresh=true')).length, 1)
  })

  test(`returns ACCESS_DENIED for a 403 ${what}`, async (t) => {
    const built = await build(t)
    built.nango.faults.next(fault(403))
    isProblem(t, built, await call(built), { status: 403, code: 'ROLLER_ERR_ACCESS_DENIED', layer: 'roller' })
    t.equal(proxied(built), 1)
  })

  test(`starts the cooling-off after a 429 ${what}, and sends nothing more`, async (t) => {
    const built = await build(t)
    built.nango.faults.next(fault(429, { 'retry-after': '30' }))
    isProblem(t, built, await call(built, { maxWait: 0 }), { status: 429, code: 'ROLLER_ERR_COOLING_OFF', layer: 'roller', retryAfter: 30 })
    for (let n = 0; n < 3; n++) t.equal((await call(built, { maxWait: 0 })).statusCode, 429)
    t.equal(proxied(built), 1)
    t.same(callsAtRoller(built), [])
  })

  for (const status of [400, 404, 409, 422, 500]) {
    test(`passes a ${status} ${what} on as ROLLER's own, sent once`, async (t) => {
      for (const request of ['GET', 'POST'] as const) {
        const built = await build(t)
        built.nango.faults.always(fault(status))
        const response = await call(built, request === 'GET' ? {} : { method: 'POST', url: '/roller/bookings', payload: bookingFor(built) })
        t.match(response, { statusCode: status, headers: { 'roller-answered-by': 'roller' }, payload: body })
        t.notMatch(response.headers['content-type'], /html/, 'the label is Nango\'s own, and a browser would run what is in it')
        t.equal(proxied(built), 1, 'and is not requested twice')
      }
    })
  }

  for (const status of [502, 503, 504]) {
    test(`retries a GET after a ${status} ${what}, but not a POST`, async (t) => {
      const built = await build(t)
      built.nango.faults.next(fault(status))
      t.equal((await call(built)).statusCode, 200)
      t.equal(proxied(built), 2)
      built.nango.faults.always(fault(status))
      t.match(await call(built), { statusCode: status, headers: { 'roller-answered-by': 'roller' }, payload: body })
      t.equal(proxied(built), 5)
      const posted = await call(built, { method: 'POST', url: '/roller/bookings', payload: bookingFor(built) })
      t.match(posted, { statusCode: status, payload: body })
      t.equal(proxied(built), 6)
    })
  }
}

test('passes on an error that is too large to classify, whatever its label', async (t) => {
  const built = await build(t)
  const body = 'x'.repeat(300_000)
  built.nango.faults.next({ path: /^\/proxy/, kind: 'status', status: 409, body, headers: HTML })
  const response = await call(built)
  t.equal(response.statusCode, 409)
  t.equal(response.payload, body)
})

test('never lets a browser render what ROLLER quotes from a request', async (t) => {
  const built = await build(t)
  const body = 'no such booking: <script>alert(1)</script>'
  built.nango.faults.next({ path: /^\/proxy/, kind: 'status', status: 400, body, headers: HTML })
  t.notMatch((await call(built)).headers['content-type'], /html/)
})
