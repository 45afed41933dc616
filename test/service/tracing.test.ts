/**
 * Traces are exported to the configured collector: a span for each request, a child span for each attempt, and no data of other parties.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import tap, { test, type Test } from '../support/tap.ts'
import { CLIENT_SECRET, SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'
import { KEY, startProcess, until } from './fixture.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

interface Attribute { key: string, value: { stringValue?: string, intValue?: number, doubleValue?: number } }
interface Span {
  traceId: string, spanId: string, parentSpanId?: string, name: string, kind: number, attributes: Attribute[], status: { code?: number }
}

const [SERVER, CLIENT, ERROR] = [2, 3, 2]

async function startCollector (t: Test) {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => { body += String(chunk) }).on('end', () => {
      bodies.push(`${request.method} ${request.url} ${body}`)
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const parsed = (): { resourceSpans: { resource: { attributes: Attribute[] }, scopeSpans: { spans: Span[] }[] }[] }[] =>
    bodies.map((body) => JSON.parse(body.slice(body.indexOf('{'))))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // of a TCP server
    text: () => bodies.join('\n'),
    spans: () => parsed().flatMap(
      ({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    ),
    resource: () => parsed()[0]?.resourceSpans[0]?.resource.attributes ?? []
  }
}

const attribute = (attributes: readonly Attribute[], name: string): unknown => {
  const value = attributes.find(({ key }) => key === name)?.value
  return value?.stringValue ?? value?.intValue ?? value?.doubleValue
}

test('joins a request and its attempts in one trace, from the caller\'s traceparent to Nango\'s', async (t) => {
  const collector = await startCollector(t)
  const { nango } = await startSimulators(t)
  const service = startProcess(t, {
    PORT: '0',
    NANGO_SECRET_KEY: SECRET_KEY,
    NANGO_HOST: nango.url,
    API_KEYS: KEY,
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
    OTEL_SERVICE_NAME: 'my-gateway'
  })
  const url = await service.url()
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const headers = { ...VENUE, authorization: `Bearer ${KEY}`, traceparent: `00-${traceId}-b7ad6b7169203331-01`, baggage: 'user=canary' }
  nango.faults.next({ path: /canary-id/, kind: 'reset' })
  t.equal((await fetch(`${url}/roller/bookings/canary-id?canary-name=canary-value`, { headers })).status, 404)
  t.equal((await fetch(`${url}/roller/venues/me`, { headers: VENUE })).status, 401)
  nango.faults.next({ path: /echo/, kind: 'reset' })
  t.equal((await fetch(`${url}/roller/sandbox/echo`, { method: 'POST', headers })).status, 502)
  nango.faults.next({ path: /products/, kind: 'hang' })
  const leaving = new AbortController()
  const left = fetch(`${url}/roller/products`, { headers, signal: leaving.signal })
  await until(() => nango.requests.some(({ url }) => url.includes('products')))
  leaving.abort()
  await t.rejects(left)
  await fetch(`${url}/health`)
  await until(() => service.stdout().split('"msg":"request"').length === 5)
  service.child.kill('SIGTERM')
  t.equal(await service.exited, 0, 'the remaining spans are sent before the end')

  const spans = collector.spans()
  const request = spans.find(({ name }) => name === 'GET /bookings/{uniqueId}')
  t.match(request, { traceId, parentSpanId: 'b7ad6b7169203331', kind: SERVER })
  t.not(request?.status.code, ERROR, 'an error of the caller')
  const ended = ['POST /*', 'GET /products'].map((name) => {
    const { attributes = [], status } = spans.find((span) => span.kind === SERVER && span.name === name) ?? {}
    return [status?.code, attribute(attributes, 'http.response.status_code'), attribute(attributes, 'error.type')]
  })
  t.same(ended, [[ERROR, 502, undefined], [ERROR, undefined, 'aborted']])
  t.match(
    [
      'http.request.method', 'http.route', 'http.response.status_code', 'roller.layer', 'roller.tries'
    ].map((name) => attribute(request?.attributes ?? [], name)),
    ['GET', '/roller/bookings/:uniqueId', 404, 'roller', 2]
  )
  const tries = spans.filter(({ kind, parentSpanId }) => kind === CLIENT && parentSpanId === request?.spanId)
  t.equal(tries.length, 2)
  t.match(tries.map(
    ({ attributes, status, name }) => [
      name, attribute(attributes, 'error.type'), attribute(attributes, 'http.response.status_code'), status.code
    ]
  ), [
    ['GET', /^(ECONNRESET|UND_ERR_SOCKET)$/, undefined, ERROR], ['GET', undefined, 404, ERROR]
  ])
  const sent = nango.requests.filter(({ url }) => url.includes('canary-id')).map(({ headers }) => headers['traceparent'])
  t.same(sent, tries.map(({ spanId }) => `00-${traceId}-${spanId}-01`), 'the next hop continues the span of the attempt that it receives')

  t.notOk(nango.requests.some(({ headers }) => 'baggage' in headers), 'the caller\'s own data is not passed on')

  const rejected = spans.filter(({ attributes }) => attribute(attributes, 'http.response.status_code') === 401)
  t.match(rejected, [{ name: 'GET /venues/me' }])
  t.not(rejected[0]?.traceId, traceId, 'a trace of its own')
  t.notOk(spans.some(({ attributes }) => attribute(attributes, 'http.route') === '/health'))
  t.equal(attribute(collector.resource(), 'service.name'), 'my-gateway')
  t.match(collector.text(), /^POST \/v1\/traces /)
  t.match(service.stdout(), `"traceId":"${traceId}"`, 'the log names the trace')
  for (const secret of ['canary', KEY, SECRET_KEY, CLIENT_SECRET, 'demo-venue', ...nango.connections.map(({ token }) => token)]) {
    t.notMatch(collector.text(), secret)
  }
})

test('calls that wait for one of few connections keep their own trace', async (t) => {
  const collector = await startCollector(t)
  const { nango } = await startSimulators(t)
  const service = startProcess(
    t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, LOG_LEVEL: 'warn' }
  )
  const url = await service.url()
  // More than the pool has connections: the last ones are sent in the context of other responses.
  const ids = Array.from({ length: 200 }, (_, index) => (index + 1).toString(16).padStart(32, '0'))
  await Promise.all(ids.map(async (id, index) => {
    const response = await fetch(
      `${url}/roller/sandbox/echo?n=${index}`, { headers: { ...VENUE, traceparent: `00-${id}-b7ad6b7169203331-01` } }
    )
    await response.arrayBuffer()
  }))
  const mixed = nango.requests.flatMap(({ url, headers }) => {
    const index = /^\/proxy\/sandbox\/echo\?n=(\d+)$/.exec(url)?.[1]
    return index === undefined || String(headers['traceparent']).startsWith(`00-${ids[Number(index)]}-`) ? [] : [url]
  })
  t.same(mixed, [])
})

test('requests succeed while the collector is down', async (t) => {
  const { nango } = await startSimulators(t)
  const service = startProcess(
    t,
    { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', LOG_LEVEL: 'warn' }
  )
  const url = await service.url()
  t.equal((await fetch(`${url}/roller/venues/me`, { headers: VENUE })).status, 200)
  service.child.kill('SIGTERM')
  t.equal(await service.exited, 0)
})

test('ends in time and with 0 while the collector does not answer', async (t) => {
  const collector = createServer(() => {})
  await new Promise<void>((resolve) => { collector.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { collector.closeAllConnections(); collector.close() })
  const { nango } = await startSimulators(t)
  const service = startProcess(t, {
    PORT: '0',
    NANGO_SECRET_KEY: SECRET_KEY,
    NANGO_HOST: nango.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`, // of a TCP server
    SHUTDOWN_GRACE: '4'
  })
  const url = await service.url()
  t.equal((await fetch(`${url}/roller/venues/me`, { headers: VENUE })).status, 200)
  service.child.kill('SIGTERM')
  t.equal(await service.exited, 0)
  t.notMatch(service.stdout(), 'calls still in flight')
})

test('loads no package without an endpoint, and names missing packages with one', async (t) => {
  const dir = t.testdir({
    'hide.mjs': `import { register } from 'node:module'
      register('data:text/javascript,' + encodeURIComponent(\`export async function resolve (specifier, context, next) {
        if (specifier.startsWith('@opentelemetry/')) throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
        return await next(specifier, context)
      }\`))`
  })
  const { nango } = await startSimulators(t)
  const env = {
    PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, LOG_LEVEL: 'warn', NODE_OPTIONS: `--import=${dir}/hide.mjs`
  }
  const main = 'service/dist/main.js' // the image's bundle contains the packages
  const without = startProcess(t, env, [], main)
  t.equal(
    (
      await fetch(
        `${await without.url()}/roller/venues/me`,
        { headers: { ...VENUE, traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } }
      )
    ).status,
    200
  )
  t.notOk(nango.requests.some(({ headers }) => 'traceparent' in headers))
  const missing = startProcess(t, { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }, [], main)
  t.equal(await missing.exited, 1)
  t.match(missing.stderr(), /^OTEL_EXPORTER_OTLP_ENDPOINT is set, but the packages.*npm install @opentelemetry\/api@1\.9\.1 /)
  t.notMatch(missing.stderr(), /^ +at /m)
})
