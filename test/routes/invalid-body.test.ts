/** The plugin's own routes return a problem for an invalid body, and the process survives. */
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const ROUTES = [
  ['POST', '/connect-session'], ['POST', '/connect-session/reconnect'], ['POST', '/connections'], ['PATCH', '/connections/demo-venue']
] as const

test('rejects invalid JSON', async (t) => {
  const { app, nango } = await build(t)
  for (const [method, url] of ROUTES) {
    for (const payload of ['{', '{"a":1,}', '\u0000', '{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}']) {
      const response = await app.inject({ method, url, headers: JSON_TYPE, payload })
      t.match(response.json(), { status: 400, code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/body' }] }, `${url} ${payload}`)
    }
  }
  t.same(nango.requests, [])
})

test('rejects another media type', async (t) => {
  const { app } = await build(t)
  for (const [method, url] of ROUTES) {
    for (
      const type of [
        'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp',
        'application/octet-stream'
      ]
    ) {
      const response = await app.inject({ method, url, headers: { 'content-type': type }, payload: '{}' })
      t.match(response.json(), { status: 415, code: 'ROLLER_ERR_MEDIA_TYPE', hint: /application\/json/ }, `${url} ${type}`)
    }
  }
  t.equal(
    (
      await app.inject(
        { method: 'POST', url: '/connect-session', headers: { 'content-type': 'Application/JSON ; charset=utf-8' }, payload: '{}' }
      )
    ).statusCode,
    201
  )
})

test('rejects a body that is too large', async (t) => {
  const { app, nango } = await build(t, { options: { bodyLimit: 1000 } })
  const payload = (size: number): string => JSON.stringify({ connectionConfig: { a: 'x'.repeat(size - 29) } })
  for (const [method, url] of ROUTES) {
    const response = await app.inject({ method, url, headers: JSON_TYPE, payload: payload(1001) })
    t.match(response.json(), { status: 413, code: 'ROLLER_ERR_BODY_TOO_LARGE' }, url)
    t.equal(response.headers['connection'], 'close', 'the rest of the body is not read')
  }
  t.same(nango.requests, [])
  t.equal(payload(1000).length, 1000)
  t.equal((await app.inject({ method: 'POST', url: '/connect-session', headers: JSON_TYPE, payload: payload(1000) })).statusCode, 201)
})

test('rejects a deeply nested body', async (t) => {
  const { app, nango } = await build(t)
  const nested = (open: string, close: string, depth: number): string => `{"metadata":${open.repeat(depth)}1${close.repeat(depth)}}`
  for (const payload of [nested('[', ']', 200_000), nested('{"a":', '}', 100_000), nested('[', ']', 64)]) {
    const response = await app.inject({ method: 'PATCH', url: '/connections/demo-venue', headers: JSON_TYPE, payload })
    t.match(response.json(), { status: 400, code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/body', detail: /levels deep/ }] })
  }
  t.same(nango.requests, [])
  t.equal(
    (
      await app.inject({ method: 'PATCH', url: '/connections/demo-venue', headers: JSON_TYPE, payload: nested('{"a":', '}', 63) })
    ).statusCode,
    200
  )
  const siblings = Array.from({ length: 100 }, () => [{}])
  const text = { metadata: { siblings, text: `${'['.repeat(500)}\\"${'{'.repeat(500)}` } }
  t.equal(
    (await app.inject({ method: 'PATCH', url: '/connections/demo-venue', payload: text })).statusCode, 200,
    'neither siblings nor brackets in a text count'
  )
})
