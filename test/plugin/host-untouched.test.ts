/** The host's parsers, validator and serializer are unchanged outside the plugin, and not used inside. */
import { test } from '../support/tap.ts'
import { build, VENUE } from '../support/build.ts'

test('keeps the host\'s content type parsers', async (t) => {
  const { app, roller } = await build(t, {
    host: (app) => {
      app.removeContentTypeParser('application/json')
      app.addContentTypeParser(
        'application/json', { parseAs: 'string' }, (_request, body, done) => done(null, { host: String(body).length })
      )
      app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, String(body).split(',')))
      app.post('/own', async ({ body }) => body)
    }
  })
  const json = { 'content-type': 'application/json' }
  t.same((await app.inject({ method: 'POST', url: '/own', headers: json, payload: '{"a":1}' })).json(), { host: 7 })
  t.same((await app.inject({ method: 'POST', url: '/own', headers: { 'content-type': 'text/csv' }, payload: 'a,b' })).json(), ['a', 'b'])
  t.equal((await app.inject({ method: 'POST', url: '/connect-session', headers: json, payload: '{"tags":{"a":"b"}}' })).statusCode, 201)
  t.equal(
    (await app.inject({ method: 'POST', url: '/connect-session', headers: { 'content-type': 'text/csv' }, payload: 'a,b' })).statusCode, 415
  )
  await app.inject({ method: 'POST', url: '/roller/sandbox/echo', headers: { ...VENUE, ...json }, payload: '{ "n": 9007199254740993 }' })
  t.equal(roller.requests.at(-1)?.body.toString(), '{ "n": 9007199254740993 }', 'what goes to ROLLER is no parser\'s business')
})

test('keeps the host\'s validator and serializer compilers', async (t) => {
  const { app } = await build(t, {
    host: (app) => {
      app.setValidatorCompiler(() => () => ({ error: new Error('the host rejects it') }))
      app.setSerializerCompiler(() => () => '"the host writes"')
      app.post('/validated', { schema: { body: { type: 'object' } } }, async () => 'never')
      app.get('/serialized', { schema: { response: { 200: { type: 'object' } } } }, async () => ({}))
    }
  })
  t.match((await app.inject({ method: 'POST', url: '/validated', payload: {} })).json(), { message: /the host rejects it/ })
  t.equal((await app.inject({ url: '/serialized' })).body, '"the host writes"')
  t.same((await app.inject({ url: '/connections?limit=1' })).json().connections.length, 1)
  t.equal((await app.inject({ url: '/roller/products', headers: VENUE })).statusCode, 200)
})

test('keeps default parsers, error format and headers on the host\'s routes', async (t) => {
  const { app } = await build(t, { host: (app) => { app.post('/own', async ({ body }) => body) } })
  t.same((await app.inject({ method: 'POST', url: '/own', payload: { a: 1 } })).json(), { a: 1 })
  const rejected = await app.inject({ method: 'POST', url: '/own', payload: '{', headers: { 'content-type': 'application/json' } })
  t.match(rejected.json(), { statusCode: 400, code: 'FST_ERR_CTP_INVALID_JSON_BODY' })
  t.equal(rejected.headers['roller-answered-by'], undefined)
  t.match((await app.inject({ url: '/nowhere' })).json(), { statusCode: 404, error: 'Not Found' })
})

test('the plugin\'s own routes have no HEAD', async (t) => {
  const { app, nango } = await build(t)
  for (const url of ['/connections', '/connections/demo-venue', '/connections/demo-venue/check']) {
    t.equal((await app.inject({ method: 'HEAD', url, headers: VENUE })).statusCode, 404, url)
  }
  t.same(nango.requests, [])
})
