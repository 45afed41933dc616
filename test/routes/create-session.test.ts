/** POST /connect-session creates a session for the one integration, and reports exactly what is wrong with a body. */
import { test } from '../support/tap.ts'
import { build, holdsNoSecret } from '../support/build.ts'

const PATH = '/connect-session'

test('returns 201 with token, link and expiry, for exactly one integration at Nango', async (t) => {
  const integrations = [{ uniqueKey: 'other', provider: 'roller' }, { uniqueKey: 'roller', provider: 'roller' }]
  const built = await build(t, { nango: { integrations } })
  const response = await built.app.inject({
    method: 'POST',
    url: PATH,
    payload: {
      tags: { Organization_ID: 'acme' }, connectionConfig: { region: 'eu' }, webhookUrlOverride: 'https://hooks.example.com/nango'
    }
  })
  t.equal(response.statusCode, 201)
  t.match(
    response.json(), { token: /^nango_connect_session_[0-9a-f]{64}$/, connectLink: /session_token=nango_connect/, expiresAt: /^\d{4}-.*Z$/ }
  )
  t.same(Object.keys(response.json()).sort(), ['connectLink', 'expiresAt', 'token'])
  const request = built.nango.requests.at(-1)
  t.equal(request?.url, '/connect/sessions')
  t.same(JSON.parse(String(request?.body)), {
    tags: { Organization_ID: 'acme' },
    allowed_integrations: ['roller'],
    integrations_config_defaults: { roller: { connection_config: { region: 'eu' } } },
    webhook_url_override: 'https://hooks.example.com/nango'
  })
  holdsNoSecret(t, response.body + built.log(), built)
  t.notMatch(built.log(), response.json().token, 'the token is not logged')
})

test('accepts a request without a body', async (t) => {
  const { app, nango } = await build(t)
  t.equal((await app.inject({ method: 'POST', url: PATH })).statusCode, 201)
  t.equal((await app.inject({ method: 'POST', url: PATH, payload: {} })).statusCode, 201)
  t.equal(
    (await app.inject({ method: 'POST', url: PATH, payload: 'null', headers: { 'content-type': 'application/json' } })).statusCode, 201
  )
  t.same(JSON.parse(String(nango.requests.at(-1)?.body)), { tags: {}, allowed_integrations: ['roller'] })
})

test('points at invalid input, without a call to Nango', async (t) => {
  const { app, nango } = await build(t)
  const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`tag${index}`, 'x']))
  const cases: [payload: unknown, pointer: string][] = [
    [{ tags: { a: '' } }, '/body/tags/a'],
    [{ tags: { a: 'x'.repeat(256) } }, '/body/tags/a'],
    [{ tags: { a: 1 } }, '/body/tags/a'],
    [{ tags: { '1a': 'x' } }, '/body/tags/1a'],
    [{ tags: { 'a b': 'x' } }, '/body/tags/a b'],
    [{ tags: eleven }, '/body/tags'],
    [{ tags: ['a'] }, '/body/tags'],
    [{ tag: {} }, '/body/tag'],
    [{ allowed_integrations: [] }, '/body/allowed_integrations'],
    [{ webhookUrlOverride: 'not a url' }, '/body/webhookUrlOverride'],
    [{ connectionConfig: 'x' }, '/body/connectionConfig'],
    [[], '/body'],
    ['text', '/body']
  ]
  for (const [payload, pointer] of cases) {
    const response = await app.inject(
      { method: 'POST', url: PATH, payload: JSON.stringify(payload), headers: { 'content-type': 'application/json' } }
    )
    t.match(response.json(), { status: 400, code: 'ROLLER_ERR_VALIDATION', layer: 'caller' }, pointer)
    t.ok(response.json().errors.some((fault: { pointer: string }) => fault.pointer === pointer), `${pointer}: ${response.body}`)
    t.match(response.headers['content-type'], /^application\/problem\+json/)
  }
  t.same(nango.requests, [])
})

test('points at input that only Nango rejects, without Nango\'s text', async (t) => {
  const { app } = await build(t)
  const response = await app.inject({ method: 'POST', url: PATH, payload: { tags: { a: 'x', A: 'y' } } })
  t.match(response.json(), { status: 400, code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: /^\/body\/tags/ }] })
})
