import { test } from '../support/tap.ts'
import { CONNECTION_ID, VENUE } from '../support/build.ts'
import { KEY, service } from './fixture.ts'

test('counts requests and the rate limiter\'s results, without connection ids', async (t) => {
  const { app, roller } = await service(t, { API_KEYS: 'a-key-of-the-callers', MAX_WAIT: '0' })
  const headers = { ...VENUE, authorization: 'Bearer a-key-of-the-callers' }
  t.equal((await app.inject({ url: '/metrics' })).statusCode, 401, 'asks for a key')

  await app.inject({ url: '/roller/venues/me', headers })
  roller.faults.next({ path: /products/, kind: 'status', status: 429, headers: { 'retry-after': '9' } })
  await app.inject({ url: '/roller/products', headers })
  await app.inject({ url: '/roller/products', headers })
  const { body, headers: { 'content-type': type } } = await app.inject({ url: '/metrics', headers })
  t.match(type, /^text\/plain; version=0\.0\.4/, 'by which Prometheus recognizes the format')
  t.match(body, 'roller_rate_limit_used_total{limit="rest"} 2\n')
  t.match(body, 'roller_rate_limit_rejected_total{limit="rest",reason="cooling-off"} 1\n')
  t.match(body, 'roller_cooling_off_total{scope="connection"} 1\n')
  for (const line of [
    'roller_requests_total{operation="GET /venues/me",status="2xx",layer="roller"} 1',
    'roller_requests_total{operation="GET /products",status="4xx",layer="roller"} 2',
    'roller_request_seconds_count{operation="GET /venues/me"} 1',
    'roller_upstream_seconds_count{operation="GET /venues/me"} 1',
    'roller_overhead_seconds_count 1',
    'roller_pool_calls{state="running"} 0',
    'roller_pool_calls{state="waiting"} 0',
    'roller_pool_connections{state="busy"} 0'
  ]) t.ok(body.includes(`${line}\n`), line)
  t.match(body, /^roller_pool_connections\{state="idle"\} [1-9]/m)
  t.match(body, /^nodejs_eventloop_lag_p99_seconds /m)
  t.notMatch(body, /^# TYPE \w+_total gauge$/m, 'a query would compute its rate')
  t.notMatch(body, CONNECTION_ID)
})

test('counts no probes, scrapes and documents', async (t) => {
  const { app, nango } = await service(t)
  nango.faults.always({ kind: 'reset' })
  t.equal((await app.inject({ url: '/ready' })).statusCode, 503)
  for (const url of ['/health', '/metrics', '/docs', '/openapi.json']) await app.inject({ url })
  t.notMatch((await app.inject({ url: '/metrics' })).body, /^roller_request(s_total|_seconds_count)\{/m)
})

test('uses no raw path and no id as a label', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY })
  const headers = { ...VENUE, authorization: `Bearer ${KEY}` }
  for (
    const url of [
      '/roller/bookings/canary-1', '/roller/canary-2', '/connections/canary-3', '/canary-4', '/roller/%', '/roller/venues/me?canary-5=1'
    ]
  ) {
    await app.inject({ url, headers })
  }
  const { body } = await app.inject({ url: '/metrics', headers })
  t.notMatch(body, 'canary')
  t.match(body, 'roller_errors_total{code="ROLLER_ERR_PATH"} 1\n', 'of the URL that cannot be decoded')
  for (const operation of ['GET /bookings/{uniqueId}', 'GET /*', 'GET /connections/:id', 'unknown', 'GET /venues/me']) {
    t.match(body, `roller_requests_total{operation="${operation}",`)
  }
})

test('counts a retried call once, and its retries separately', async (t) => {
  const { app, nango } = await service(t)
  await app.inject({ url: '/roller/products', headers: VENUE })
  nango.faults.next({ path: /^\/proxy\/products/, kind: 'reset' })
  t.equal((await app.inject({ url: '/roller/products', headers: VENUE })).statusCode, 200)
  const { body } = await app.inject({ url: '/metrics' })
  t.match(body, 'roller_upstream_seconds_count{operation="GET /products"} 2\n')
  t.match(body, 'roller_repeats_total 1\n')
})
