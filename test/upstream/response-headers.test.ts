import { test } from '../support/tap.ts'
import { build, VENUE } from '../support/build.ts'
import { stubNango } from './fixture.ts'

const OTHERS = [
  'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'upgrade', 'set-cookie2', 'content-security-policy-report-only',
  'cross-origin-embedder-policy', 'cross-origin-opener-policy', 'origin-agent-cluster', 'permissions-policy', 'x-dns-prefetch-control',
  'x-download-options', 'x-permitted-cross-domain-policies', 'x-xss-protection', 'reporting-endpoints', 'nel', 'speculation-rules',
  'timing-allow-origin', 'accept-ch', 'x-lighttpd-send-file', 'x-reproxy-url'
]

const DROPPED = {
  Connection: 'keep-alive, X-Hop',
  'Keep-Alive': 'timeout=1',
  'X-Hop': '1',
  'Proxy-Authenticate': 'Basic',
  Server: 'canary',
  'X-Powered-By': 'canary',
  'Set-Cookie': ['a=1', 'b=2'],
  'Access-Control-Allow-Origin': '*',
  'access-control-expose-headers': '*',
  'Strict-Transport-Security': 'max-age=1',
  'Content-Security-Policy': 'x',
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'x',
  'Cross-Origin-Resource-Policy': 'x',
  'X-RateLimit-Limit': '200',
  'X-RateLimit-Remaining': '7',
  'X-RateLimit-Reset': '1',
  'WWW-Authenticate': 'Bearer',
  Authorization: 'Bearer canary',
  'Clear-Site-Data': '"*"',
  'Alt-Svc': 'h3=":1"',
  'Roller-Answered-By': 'canary',
  'X-Request-Id': 'canary',
  'Request-Id': 'canary',
  RateLimit: '"canary";r=599;t=1',
  'RateLimit-Policy': '"canary";q=600;w=60',
  'RateLimit-Remaining': '599',
  'Roller-Venue': 'canary',
  'Nango-Anything': 'canary',
  Refresh: '0; url=https://canary.example',
  'X-Accel-Redirect': '/canary',
  'X-Accel-Expires': '3600',
  'X-Sendfile': '/canary',
  'Surrogate-Control': 'max-age=1',
  'CDN-Cache-Control': 'max-age=1',
  'Report-To': 'canary',
  'Service-Worker-Allowed': '/',
  ...Object.fromEntries(OTHERS.map((name) => [name, 'canary']))
}
const KEPT = {
  'content-type': 'application/json; x=1',
  'x-correlation-id': 'c',
  etag: '"e"',
  'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
  location: '/bookings/1',
  link: '<x>; rel="next"',
  'retry-after': '3',
  'cache-control': 'no-store',
  'content-disposition': 'attachment; filename="a"',
  vary: 'accept',
  age: '7',
  'cache-status': 'cdn; hit'
}

for (const status of [200, 404]) {
  test(`passes on the headers of a ${status} response, and drops those of a server`, async (t) => {
    const stub = await stubNango(t, (_request, response) => { response.writeHead(status, { ...DROPPED, ...KEPT }).end('{}') })
    const { app } = await build(t, {
      options: { nango: { host: stub.url } },
      host: (host) => {
        const own = { 'x-frame-options': 'the host\'s own', 'x-request-id': 'the host\'s id' }
        host.addHook('onRequest', async (_request, reply) => { reply.headers(own) })
      }
    })
    const { statusCode, headers } = await app.inject({ url: '/roller/venues/me', headers: VENUE })
    t.equal(statusCode, status)
    t.match(headers, KEPT)
    t.equal(headers['roller-answered-by'], 'roller')
    t.equal(headers['x-frame-options'], 'the host\'s own')
    t.equal(headers['x-request-id'], 'the host\'s id')
    t.match(headers['ratelimit'], /^"rest";r=\d+;t=\d+$/, 'the limit is the venue\'s, as it is counted here')
    const own = ['connection', 'roller-answered-by', 'x-frame-options', 'x-request-id', 'ratelimit', 'ratelimit-policy']
    const gone = Object.keys(DROPPED).map((name) => name.toLowerCase()).filter((name) => !own.includes(name))
    t.same(gone.filter((name) => name in headers), [])
    t.notMatch(JSON.stringify(headers), /canary/)
  })
}

test('handles unusual header names and repeated headers', async (t) => {
  const stub = await stubNango(t, (_request, response) => {
    const lines = [
      'HTTP/1.1 200 OK', '__proto__: x', 'constructor: y', 'x-many: 1', 'x-many: 2', 'Connection: close', 'Connection: x-a', 'x-a: 1'
    ]
    response.socket?.end([...lines, 'content-length: 2', '', '{}'].join('\r\n'))
  })
  const { app } = await build(t, { options: { nango: { host: stub.url } } })
  const { statusCode, headers, payload } = await app.inject({ url: '/roller/venues/me', headers: VENUE })
  t.equal(statusCode, 200)
  t.equal(payload, '{}')
  t.same(headers['x-many'], ['1', '2'])
  t.notOk('x-a' in headers, 'both Connection headers count')
})
