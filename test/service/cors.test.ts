/** CORS: only listed origins may call. */
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { KEY, service } from './fixture.ts'

const ORIGIN = 'https://app.example.com'
const preflight = {
  method: 'OPTIONS',
  url: '/roller/bookings',
  headers: { origin: ORIGIN, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,connection-id' }
} as const

test('disabled: sends no CORS header, and has no preflight route', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY })
  for (const request of [preflight, { url: '/roller/venues/me', headers: { ...VENUE, origin: ORIGIN, authorization: `Bearer ${KEY}` } }]) {
    t.notOk(Object.keys((await app.inject(request)).headers).some((name) => name.startsWith('access-control-')))
  }
})

test('enabled: allows exactly these origins; the preflight needs no key, the call does', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY, CORS_ORIGINS: `${ORIGIN},https://other.example` })
  const allowed = await app.inject(preflight)
  t.equal(allowed.statusCode, 204)
  t.match(
    allowed.headers,
    {
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': /POST/,
      'access-control-allow-headers': /authorization.*connection-id/
    }
  )
  t.notOk('access-control-allow-credentials' in allowed.headers, 'a key is not a cookie')
  const call = async (origin: string, authorization?: string) =>
    await app.inject({ url: '/roller/venues/me', headers: { ...VENUE, origin, ...(authorization !== undefined && { authorization }) } })
  const answer = await call(ORIGIN, `Bearer ${KEY}`)
  t.equal(answer.statusCode, 200)
  t.match(answer.headers, { 'access-control-allow-origin': ORIGIN, vary: /Origin/i, 'access-control-expose-headers': /ratelimit/ })
  t.match(await call(ORIGIN), { statusCode: 401, headers: { 'access-control-allow-origin': ORIGIN } }, 'the page may read why not')
  for (const foreign of ['https://evil.example', `${ORIGIN}.evil.example`, 'http://app.example.com', 'null']) {
    t.notOk('access-control-allow-origin' in (await call(foreign, `Bearer ${KEY}`)).headers, foreign)
    t.notOk(
      'access-control-allow-origin' in (await app.inject({ ...preflight, headers: { ...preflight.headers, origin: foreign } })).headers,
      foreign
    )
  }
})

test('allows pages of a listed origin without keys on loopback, and no others', async (t) => {
  const { app } = await service(t, { CORS_ORIGINS: ORIGIN })
  const statusFor = async (origin: string): Promise<number> => (
    await app.inject({ url: '/roller/venues/me', headers: { ...VENUE, host: 'localhost:3000', origin, 'sec-fetch-site': 'cross-site' } })
  ).statusCode
  t.equal(await statusFor(ORIGIN), 200)
  t.equal(await statusFor('https://evil.example'), 401)
})

test('exposes the documented response headers', async (t) => {
  const { app } = await service(t)
  const { headers } = await app.inject({ url: '/connections', headers: VENUE })
  t.match(
    headers,
    {
      'x-content-type-options': 'nosniff',
      'x-frame-options': /./,
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin'
    }
  )
  t.notOk('x-powered-by' in headers)
})
