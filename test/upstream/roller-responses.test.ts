import { test } from '../support/tap.ts'
import { build, callsAtRoller, listen, VENUE } from '../support/build.ts'
import { call, isProblem, stubNango } from './fixture.ts'

test('passes ROLLER\'s errors on byte for byte', async (t) => {
  const bytes = Buffer.from('{ "errors" : [ {"name":"x","message":"Z\u00f6e 9007199254740993 1.0"} ] }\n')
  for (const status of [400, 404, 405, 409, 410, 415, 422, 500, 501]) {
    const built = await build(t)
    built.roller.faults.next(
      { path: /^\/venues/, kind: 'status', status, body: bytes, headers: { 'content-type': 'application/problem+xml; x=y' } }
    )
    const response = await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'demo-venue' } })
    t.equal(response.statusCode, status)
    t.same(response.rawPayload, bytes)
    // Nango adds the charset to every error.
    t.match(response.headers, { 'content-type': 'application/problem+xml; charset=utf-8; x=y', 'roller-answered-by': 'roller' })
    t.equal(callsAtRoller(built).length, 1, 'and are not requested twice')
  }
})

test('passes on an error body that is too large to classify', async (t) => {
  const built = await build(t)
  const body = JSON.stringify({ errors: 'x'.repeat(300_000) })
  built.roller.faults.next({ path: /^\/venues/, kind: 'status', status: 409, body, headers: { 'content-type': 'application/json' } })
  const response = await call(built)
  t.equal(response.statusCode, 409)
  t.equal(response.payload, body)
})

test('returns a problem for a missing permission, with the guide\'s hints and ROLLER\'s message', async (t) => {
  const built = await build(t)
  built.roller.faults.next({ path: /^\/venues/, kind: 'status', status: 403, body: { message: 'add-on missing' } })
  const response = await call(built)
  isProblem(t, built, response, { status: 403, code: 'ROLLER_ERR_ACCESS_DENIED', layer: 'roller' })
  const { hint, upstream } = JSON.parse(response.payload)
  t.match(hint, /Client ID.*connection id.*each.*permission/is)
  t.same(upstream, { status: 403, body: { message: 'add-on missing' } })
})

test('returns a problem document for a deeply nested error', async (t) => {
  const built = await build(t)
  const body = '['.repeat(30_000) + ']'.repeat(30_000)
  built.roller.faults.next({ path: /^\/venues/, kind: 'status', status: 403, body, headers: { 'content-type': 'application/json' } })
  isProblem(t, built, await call(built), { status: 403, code: 'ROLLER_ERR_ACCESS_DENIED', layer: 'roller' })
})

for (const [header, seconds] of [[undefined, 60], ['7', 7], ['0', 1], ['soon', 60], ['-5', 60], ['90.0', 60]] as const) {
  test(`cools off for ${seconds} s after a 429 with Retry-After ${header ?? 'missing'}, without a retry`, async (t) => {
    const built = await build(t)
    const headers = header === undefined ? undefined : { 'retry-after': header }
    built.roller.faults.next({ path: /^\/venues/, kind: 'status', status: 429, body: {}, ...(headers !== undefined && { headers }) })
    isProblem(
      t, built, await call(built, { maxWait: 0 }), { status: 429, code: 'ROLLER_ERR_COOLING_OFF', layer: 'roller', retryAfter: seconds }
    )
    t.equal(callsAtRoller(built).length, 1)
  })
}

test('keeps the status of a response, as far as Nango does, and sends no body with 204', async (t) => {
  for (const preserveStatus of [true, false]) {
    const built = await build(t, { nango: { preserveStatus } })
    for (const [status, body] of [[201, '{"id":1}'], [202, '{}'], [204, '']] as const) {
      built.roller.faults.next({ path: /^\/sandbox/, kind: 'status', status, body })
      const response = await call(built, { method: 'POST', url: '/roller/sandbox/x', payload: '{}' })
      t.equal(response.statusCode, preserveStatus || status === 204 ? status : 200)
      t.equal(response.payload, body)
    }
  }
})

test('passes on the beginning of a response before its end', async (t) => {
  let finish = (): void => {}
  const stub = await stubNango(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"a":')
    finish = () => { response.end('1}') }
  })
  const { url } = await listen(t, { options: { nango: { host: stub.url } } })
  const response = await fetch(`${url}/roller/products`, { headers: VENUE })
  finish()
  t.same(await response.json(), { a: 1 })
})
