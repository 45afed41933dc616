/** With API_KEYS, every route that calls Nango or ROLLER requires a key. */
import { test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { KEY, service } from './fixture.ts'

const SECOND = 'second-key-of-the-list-0987'
const ENV = { API_KEYS: `${KEY},${SECOND}` }

test('rejects a missing key, a wrong key, and similar ones', async (t) => {
  const built = await service(t, ENV)
  const cases: [label: string, authorization: string | undefined][] = [
    ['none', undefined], ['empty', ''], ['wrong', 'Bearer wrong-key-of-some-length'], ['no scheme', KEY],
    ['another scheme', `Basic ${Buffer.from(`x:${KEY}`).toString('base64')}`],
    ['too short', `Bearer ${KEY.slice(0, -1)}`], ['too long', `Bearer ${KEY}x`], ['another case', `Bearer ${KEY.toUpperCase()}`],
    ['the list itself', `Bearer ${ENV.API_KEYS}`],
    ['nothing after the scheme', 'Bearer '], ['two', `Bearer ${KEY} ${SECOND}`]
  ]
  for (const [label, authorization] of cases) {
    const response = await built.app.inject(
      { url: '/roller/venues/me', headers: { ...VENUE, ...(authorization !== undefined && { authorization }) } }
    )
    t.match(response.json(), { status: 401, code: 'ROLLER_ERR_UNAUTHORIZED', hint: /Authorization: Bearer <key>/ }, label)
    t.match(response.json().detail, authorization === undefined ? /has no Authorization header/ : /not one of this gateway's/, label)
    t.match(response.headers['www-authenticate'], /^Bearer realm=/, label)
    t.match(response.headers['content-type'], /^application\/problem\+json/)
    t.notMatch(response.body, KEY)
  }
  t.same(built.nango.requests, [])
})

test('accepts each key of the list, with the scheme in any case', async (t) => {
  const built = await service(t, ENV)
  for (const authorization of [`Bearer ${KEY}`, `Bearer ${SECOND}`, `bearer ${KEY}`, `BEARER ${SECOND}`]) {
    t.equal((await built.app.inject({ url: '/roller/venues/me', headers: { ...VENUE, authorization } })).statusCode, 200, authorization)
  }
  t.notOk(JSON.stringify(built.nango.requests.map(({ headers }) => headers)).includes(KEY), 'the key stays here')
  t.equal(callsAtRoller(built).length, 4)
})

test('protects every route except health, documents and unknown ones', async (t) => {
  const { app } = await service(t, ENV)
  for (const [method, url] of [
    ['GET', '/connections'], ['POST', '/connections'], ['GET', '/connections/x'], ['PATCH', '/connections/x'], ['DELETE', '/connections/x'],
    ['GET', '/connections/x/check'],
    ['POST', '/connect-session'], ['POST', '/connect-session/reconnect'], ['GET', '/roller/products'], ['POST', '/roller/any'],
    ['PUT', '/roller/any/x'], ['DELETE', '/roller/'],
    ['PATCH', '/roller/bookings/1'], ['POST', '/roller/token'], ['GET', '/roller/%2e%2e/connections']
  ] as const) t.equal((await app.inject({ method, url, headers: VENUE })).statusCode, 401, `${method} ${url}`)
  for (const url of ['/health', '/ready', '/openapi.json', '/docs/', '/problems/ROLLER_ERR_PATH']) {
    t.equal((await app.inject({ url })).statusCode, 200, url)
  }
  t.equal((await app.inject({ url: '/nothing' })).statusCode, 404)
})
