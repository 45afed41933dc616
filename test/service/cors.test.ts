/** Pages of other origins may call only where the operator names them. */
import { connect } from 'node:net'
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
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': /authorization.*connection-id/
    }
  )
  t.notOk('access-control-allow-credentials' in allowed.headers, 'a key is not a cookie')
  const call = async (origin: string, authorization?: string) =>
    await app.inject({ url: '/roller/venues/me', headers: { ...VENUE, origin, ...(authorization !== undefined && { authorization }) } })
  const response = await call(ORIGIN, `Bearer ${KEY}`)
  t.equal(response.statusCode, 200)
  t.match(response.headers, { 'access-control-allow-origin': ORIGIN, vary: /Origin/i, 'access-control-expose-headers': /ratelimit/ })
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

test('every header of the document passes the preflight, and every documented one of a response may be read', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY, CORS_ORIGINS: ORIGIN })
  const document = (await app.inject('/openapi.json')).json()
  const documented = new Set<string>(Object.values(document.components.parameters as Record<string, { in: string, name: string }>)
    .filter((parameter) => parameter.in === 'header').map(({ name }) => name))
  t.ok(documented.size > 5)
  const allowed = listOf((await app.inject(preflight)).headers['access-control-allow-headers'])
  for (const name of [...documented, 'Authorization', 'Content-Type', 'traceparent', 'tracestate']) {
    t.ok(allowed.has(name.toLowerCase()), name)
  }
  const exposed = listOf((await app.inject({ url: '/health', headers: { origin: ORIGIN } })).headers['access-control-expose-headers'])
  for (const name of Object.keys(document.components.headers)) t.ok(exposed.has(name.replace(/\d+$/, '').toLowerCase()), name)
  t.ok(exposed.has('www-authenticate'))
})

const listOf = (header: unknown): Set<string> => new Set(String(header).split(', '))

test('errors that are answered before any hook may be read too', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY, CORS_ORIGINS: ORIGIN })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const raw = (head: string): Promise<string> => new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(head))
    socket.on('data', (chunk) => { text += String(chunk) }).on('close', () => resolve(text)).on('error', () => {})
  })
  const key = `authorization: Bearer ${KEY}`
  for (const [status, line, more] of [
    [400, 'GET /roller/%zz', ''], [404, 'GET /nothing', key], [414, `GET /connections/${'x'.repeat(2_000)}`, key],
    [413, 'POST /connections', `${key}\r\ncontent-type: application/json\r\ncontent-length: 2000000`],
    [431, 'GET /', `x: ${'x'.repeat(20_000)}`], [417, 'GET /', 'expect: nothing']
  ] as const) {
    for (const [origin, may] of [[ORIGIN, true], ['https://evil.example', false]] as const) {
      const lines = [`${line} HTTP/1.1`, 'host: localhost', `origin: ${origin}`, 'connection: close', ...more === '' ? [] : [more], '', '']
      const text = await raw(lines.join('\r\n'))
      const [head = ''] = text.split('\r\n\r\n')
      t.match(head, new RegExp(`^HTTP/1\\.1 ${status === 414 ? '4\\d\\d' : status} `), line.slice(0, 40))
      t.match(head, /^vary: .*origin/im)
      t.equal(head.toLowerCase().includes(`access-control-allow-origin: ${origin}`), may, `${line.slice(0, 40)} ${origin}`)
      if (may) t.match(head, /access-control-expose-headers: .*x-request-id/i)
    }
  }
})
