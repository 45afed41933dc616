/** Tokens of an issuer that publishes its keys: accepted tokens, their scopes, and changed or unavailable keys. */
import type { ServerResponse } from 'node:http'
import { SignJWT, UnsecuredJWT } from 'jose'
import { test, type Test } from '../support/tap.ts'
import { SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'
import { service, startProcess, until, type Service } from '../service/fixture.ts'
import { createTokenCheck } from '#service/auth/jwt.js'
import { AUDIENCE, ISSUER, SECOND, startIssuer, type Issuer } from './issuer.ts'

async function start (t: Test, issuer: Issuer, env: Record<string, string> = {}): Promise<Service> {
  return await service(t, { JWT_JWKS_URL: issuer.url, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE, ...env })
}

const call = async ({ app }: Service, token: string, method: 'GET' | 'POST' = 'GET') =>
  await app.inject(
    {
      method, url: method === 'GET' ? '/roller/venues/me' : '/roller/sandbox/echo', headers: { ...VENUE, authorization: `Bearer ${token}` }
    }
  )

function moveTime (t: Test, ms: number): void {
  const now = Date.now
  Date.now = () => now() + ms
  t.teardown(() => { Date.now = now })
}

test('accepts a valid token, with exactly the scopes in its claim', async (t) => {
  const issuer = await startIssuer(t)
  const built = await start(t, issuer)
  const token = await issuer.token()
  t.equal((await call(built, token)).statusCode, 200)
  t.match((await call(built, token, 'POST')).json(), { status: 403, code: 'ROLLER_ERR_SCOPE', detail: /roller:write/ })
  for (
    const [scope, status] of [
      [['roller:read'], 200], ['roller:readonly', 403], ['', 403], [undefined, 403], [{ 'roller:read': true }, 403],
      ['other roller:read', 200]
    ] as const
  ) {
    t.equal((await call(built, await issuer.token({ scope }))).statusCode, status, JSON.stringify(scope))
  }
  t.equal(issuer.fetched(), 1, 'the keys are fetched once')
})

test('reads the scopes from a configured claim', async (t) => {
  const issuer = await startIssuer(t, 'ES256')
  const built = await start(t, issuer, { JWT_SCOPE_CLAIM: 'permissions' })
  t.equal((await call(built, await issuer.token())).statusCode, 403)
  t.equal((await call(built, await issuer.token({ permissions: ['roller:read'] }))).statusCode, 200)
})

test('names the caller by its subject, otherwise by its client', async (t) => {
  const issuer = await startIssuer(t)
  const check = createTokenCheck({ jwksUrl: issuer.url, issuer: ISSUER, audience: AUDIENCE, scopeClaim: 'scope' })
  const long = 'x'.repeat(256)
  const cases: [claims: Record<string, unknown>, name: string, anonymous?: true][] = [
    [{ sub: 'ada', client_id: 'app' }, 'jwt:ada'], [{ sub: long.slice(1) }, `jwt:${long.slice(1)}`],
    [{ client_id: 'app', azp: 'other' }, 'jwt-client:app'], [{ client_id: '', azp: 'app' }, 'jwt-client:app'],
    [{ client_id: long, azp: ['app'] }, 'jwt:', true], [{ sub: '' }, 'jwt:', true]
  ]
  for (const [claims, name, anonymous] of cases) {
    const found = await check(await issuer.token({ sub: undefined, ...claims }))
    t.match(found, { caller: { name, anonymous, limits: null } }, JSON.stringify(claims).slice(0, 60))
  }
})

test('rejects an invalid token with 401 and the reason', async (t) => {
  const issuer = await startIssuer(t)
  const other = await startIssuer(t)
  const built = await start(t, issuer)
  const good = await issuer.token()
  const [header = '', payload = '', signature = ''] = good.split('.')
  const forged = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), scope: 'roller:write' })
  ).toString('base64url')
  const shared = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: Math.floor(Date.now() / SECOND) + 600, scope: 'roller:read' })
    .setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(new TextEncoder().encode('a-secret-of-at-least-32-characters!'))
  const cases: [label: string, token: string, detail: RegExp][] = [
    ['another issuer', await issuer.token({ iss: 'https://evil.example/' }), /claim iss/],
    ['another audience', await issuer.token({ aud: 'another' }), /claim aud/],
    ['expired, beyond the tolerance', await issuer.token({}, { expires: -40 }), /has expired/],
    ['not good yet', await issuer.token({ nbf: Math.floor(Date.now() / SECOND) + 60 }), /claim nbf/],
    ['a list as its subject', await issuer.token({ sub: ['a', 'b'] }), /claim sub/],
    ['a subject without an end', await issuer.token({ sub: 'x'.repeat(256) }), /claim sub/],
    ['without an end', await issuer.token({ exp: undefined }), /claim exp/],
    ['signed by another issuer', await other.token(), /signature or form/],
    ['with other claims than were signed', `${header}.${forged}.${signature}`, /signature or form/],
    ['signed with a shared secret', shared, /algorithm/],
    ['not signed', `${new UnsecuredJWT({ iss: ISSUER, aud: AUDIENCE }).setExpirationTime('1h').encode()}x`, /algorithm/],
    ['no token', 'a.b.c', /signature or form/]
  ]
  for (const [label, token, detail] of cases) {
    const response = await call(built, token)
    t.match(response.json(), { status: 401, code: 'ROLLER_ERR_UNAUTHORIZED', detail }, label)
    t.match(response.headers['www-authenticate'], /^Bearer/)
    t.notMatch(response.body, 'canary')
  }
  t.equal((await call(built, await issuer.token({}, { expires: -2 }))).statusCode, 200, 'clocks differ a little')
  t.same(built.nango.requests.filter(({ url }) => url.startsWith('/proxy')).length, 1)
})

test('fetches the issuer\'s keys again for an unknown key id, at a limited rate', async (t) => {
  const issuer = await startIssuer(t)
  const built = await start(t, issuer)
  await call(built, await issuer.token())
  await issuer.rotate('two')
  const token = await issuer.token({}, { kid: 'two' })
  t.match((await call(built, token)).json(), { status: 401, detail: /does not publish/ }, 'fetched a moment ago')
  t.equal(issuer.fetched(), 1)
  moveTime(t, 31 * SECOND)
  t.equal((await call(built, token)).statusCode, 200)
  t.equal((await call(built, await issuer.token())).statusCode, 200, 'the old one is still valid')
  t.equal(issuer.fetched(), 2)
})

test('accepts tokens of each of several keys with one id', async (t) => {
  const issuer = await startIssuer(t)
  const built = await start(t, issuer)
  const long = { expires: 90_000 }
  const earlier = await issuer.token({}, long)
  await issuer.rotate('one')
  const tokens = [earlier, await issuer.token({}, long)]
  for (const token of tokens) t.equal((await call(built, token)).statusCode, 200)
  t.match((await call(built, await issuer.token({ aud: 'another' }))).json(), { status: 401, detail: /claim aud/ })
  await issuer.rotate('one', true)
  t.match((await call(built, await issuer.token())).json(), { status: 401, detail: /signature or form/ }, 'of none of them')
  issuer.respond((response) => { response.destroy() })
  moveTime(t, 620 * SECOND)
  for (const token of tokens) t.equal((await call(built, token)).statusCode, 200, 'also while the issuer is unavailable')
})

test('rejects a token that names a published key which cannot be used', async (t) => {
  const issuer = await startIssuer(t)
  const unusable = [
    { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'no point' }, { kty: 'RSA', n: 'AA', e: 'AA', kid: 'too short' }
  ]
  issuer.respond((response) => { response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: unusable })) })
  const built = await start(t, issuer)
  for (const [alg, kid] of [['ES256', 'no point'], ['RS256', 'too short'], ['RS256', 'unknown']] as const) {
    const token = [{ alg, kid }, { iss: ISSUER }, ''].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    t.match((await call(built, token)).json(), { status: 401, code: 'ROLLER_ERR_UNAUTHORIZED' }, kid)
  }
})

test('rejects a withdrawn key after the next fetch', async (t) => {
  const issuer = await startIssuer(t)
  const built = await start(t, issuer)
  const old = await issuer.token()
  t.equal((await call(built, old)).statusCode, 200)
  await issuer.rotate('two', true)
  moveTime(t, 601 * SECOND)
  t.match((await call(built, old)).json(), { status: 401, detail: /does not publish/ })
})

const DOWN: [label: string, how: (response: ServerResponse) => void][] = [
  ['it is down', (response) => { response.destroy() }],
  ['it answers 500', (response) => { response.writeHead(500).end() }],
  ['it redirects', (response) => { response.writeHead(302, { location: 'https://evil.example/' }).end() }],
  ['it answers with a page', (response) => { response.setHeader('content-type', 'text/html').end('<html>') }],
  ['it sends more than any key set has', (response) => {
    response.setHeader('content-type', 'application/json').end(`{"keys":[],"more":"${'x'.repeat(600_000)}"}`)
  }],
  ['it answers with something else', (response) => { response.setHeader('content-type', 'application/json').end('{"keys":1}') }]
]

for (const [label, how] of DOWN) {
  test(`responds 503 without the issuer's keys: ${label}`, async (t) => {
    const issuer = await startIssuer(t)
    issuer.respond(how)
    const built = await start(t, issuer)
    const token = await issuer.token()
    for (let round = 0; round < 3; round++) {
      const response = await call(built, token)
      t.match(response.json(), { status: 503, code: 'ROLLER_ERR_AUTH_UNAVAILABLE', layer: 'network', retryAfter: 10 })
      t.equal(response.headers['retry-after'], '10')
    }
    t.equal(issuer.fetched(), 1, 'it is not called for a while')
    issuer.respond(null)
    moveTime(t, 11 * SECOND)
    t.equal((await call(built, token)).statusCode, 200, 'and fetched again')
  })
}

test('responds 503 where the issuer does not answer in time', async (t) => {
  const issuer = await startIssuer(t)
  const fetch = async (): Promise<Response> => { throw new DOMException('The operation timed out', 'TimeoutError') }
  const check = createTokenCheck({ jwksUrl: issuer.url, issuer: ISSUER, audience: AUDIENCE, scopeClaim: 'scope', fetch })
  await t.rejects(check(await issuer.token()), { code: 'ROLLER_ERR_AUTH_UNAVAILABLE' })
})

test('reads no response of the issuer without an end', async (t) => {
  const issuer = await startIssuer(t)
  let sent = 0
  const chunk = Buffer.alloc(64 * 1024, ' ')
  issuer.respond((response) => {
    const send = (): void => {
      if (response.destroyed) return
      sent += chunk.length
      if (response.write(chunk)) setImmediate(send)
      else response.once('drain', send)
    }
    send()
  })
  const built = await start(t, issuer)
  t.match((await call(built, await issuer.token())).json(), { status: 503, code: 'ROLLER_ERR_AUTH_UNAVAILABLE' })
  t.ok(sent < 20_000_000, `${sent} bytes`)
})

test('logs why the keys are unavailable', async (t) => {
  const issuer = await startIssuer(t)
  issuer.respond((response) => { response.writeHead(500).end() })
  const { nango } = await startSimulators(t)
  const process = startProcess(t, {
    PORT: '0',
    NANGO_SECRET_KEY: SECRET_KEY,
    NANGO_HOST: nango.url,
    JWT_JWKS_URL: issuer.url,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: AUDIENCE
  })
  const url = await process.url()
  for (let round = 0; round < 2; round++) {
    const response = await fetch(`${url}/roller/venues/me`, { headers: { ...VENUE, authorization: `Bearer ${await issuer.token()}` } })
    t.notMatch(await response.text(), 'Expected 200 OK')
  }
  await until(() => process.stdout().split('Expected 200 OK').length > 2)
  t.match(process.stdout(), /"cause":\{"type":"JOSEError","message":"Expected 200 OK/)
})

test('uses known keys for an hour while the issuer is unavailable, and no longer', async (t) => {
  const issuer = await startIssuer(t)
  const built = await start(t, issuer)
  const token = await issuer.token({}, { expires: 90_000 })
  t.equal((await call(built, token)).statusCode, 200)
  issuer.respond((response) => { response.destroy() })
  const now = Date.now
  t.teardown(() => { Date.now = now })
  Date.now = () => now() + 3_500 * SECOND
  t.equal((await call(built, token)).statusCode, 200)
  t.equal((await call(built, token)).statusCode, 200)
  t.equal(issuer.fetched(), 2, 'one try in ten seconds')
  const otherIssuer = await startIssuer(t)
  t.match((await call(built, await otherIssuer.token())).json(), { status: 401 }, 'a bad signature is a bad signature')
  const withNewKey = [{ alg: 'RS256', kid: 'new' }, {}, ''].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  t.match((await call(built, withNewKey)).json(), { status: 503 }, 'the issuer may have this key')
  Date.now = () => now() + 3_700 * SECOND
  t.match((await call(built, token)).json(), { status: 503, code: 'ROLLER_ERR_AUTH_UNAVAILABLE' })
})

test('accepts API keys and tokens side by side', async (t) => {
  const issuer = await startIssuer(t)
  const built = await start(t, issuer, { API_KEYS: 'a.key.that-looks-like-a-token' })
  t.equal((await call(built, 'a.key.that-looks-like-a-token')).statusCode, 200)
  t.equal(issuer.fetched(), 0)
  t.equal((await call(built, await issuer.token())).statusCode, 200)
  t.match((await call(built, 'neither-of-the-two-at-all')).json(), { status: 401, detail: /not one of this gateway's/ })
})
