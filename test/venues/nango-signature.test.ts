import { createHash, createHmac } from 'node:crypto'
import { test } from '../support/tap.ts'
import { build, holdsNoSecret } from '../support/build.ts'
import { SIGNING_KEY, start, stored } from './fixture.ts'

const BODY = JSON.stringify({
  authMode: 'OAUTH2_CC',
  connectionId: 'new',
  environment: 'dev',
  from: 'nango',
  operation: 'creation',
  provider: 'roller',
  providerConfigKey: 'roller',
  success: true,
  tags: {},
  type: 'auth'
})
const sign = (body: string, key = SIGNING_KEY): string => createHmac('sha256', key).update(body).digest('hex')

async function gateway (t: Parameters<typeof start>[0], keys = [SIGNING_KEY]) {
  const setup = await start(t, { webhooks: false, options: { nango: { webhookSigningKeys: keys } } })
  setup.nango.addConnection({ connectionId: 'new', clientId: 'new', clientSecret: 's' })
  const post = async (body: string, headers: Record<string, string>) => await setup.app.inject({
    method: 'POST', url: '/webhooks/nango', payload: body, headers: { 'content-type': 'application/json', ...headers }
  })
  return { ...setup, post }
}

test('accepts the current and the previous key only', async (t) => {
  const { app, post, names } = await gateway(t, [SIGNING_KEY, 'the-key-before'])
  t.equal((await post(BODY, { 'x-nango-hmac-sha256': sign(BODY) })).statusCode, 204)
  t.equal((await post(BODY, { 'x-nango-hmac-sha256': sign(BODY, 'the-key-before') })).statusCode, 204)
  t.equal((await post(BODY, { 'X-NANGO-HMAC-SHA256': sign(BODY).toUpperCase() })).statusCode, 204, 'in any case')
  t.ok(names().every((name) => name === 'connection.created'))
  const respaced = JSON.stringify(JSON.parse(BODY), null, 1)
  const wrong: [string, string, Record<string, string>][] = [
    ['no signature', BODY, {}],
    ['an empty one', BODY, { 'x-nango-hmac-sha256': '' }],
    ['one that is too short', BODY, { 'x-nango-hmac-sha256': sign(BODY).slice(2) }],
    ['one that is no hex', BODY, { 'x-nango-hmac-sha256': 'z'.repeat(64) }],
    ['zeros', BODY, { 'x-nango-hmac-sha256': '0'.repeat(64) }],
    ['one under an old key', BODY, { 'x-nango-hmac-sha256': sign(BODY, 'two-keys-ago') }],
    ['a tampered byte', BODY.replace('"new"', '"nev"'), { 'x-nango-hmac-sha256': sign(BODY) }],
    ['the same JSON, written again', respaced, { 'x-nango-hmac-sha256': sign(BODY) }],
    ['only the weak one', BODY, { 'x-nango-signature': createHash('sha256').update(SIGNING_KEY + BODY).digest('hex') }],
    [
      'the weak one in the strong one\'s place', BODY,
      { 'x-nango-hmac-sha256': createHash('sha256').update(SIGNING_KEY + BODY).digest('hex') }
    ]
  ]
  for (const [name, body, headers] of wrong) {
    t.match((await post(body, headers)).json(), { status: 401, code: 'ROLLER_ERR_UNAUTHORIZED' }, name)
  }
  const bare = await app.inject({ method: 'POST', url: '/webhooks/nango' })
  t.match(bare.json(), { status: 401, code: 'ROLLER_ERR_UNAUTHORIZED' }, 'no body, and so no content type')
})

test('acknowledges a signed body without relevance, and changes nothing', async (t) => {
  const setup = await gateway(t)
  const strange: unknown[] = [
    { from: 'nango', type: 'sync', connectionId: 'new', providerConfigKey: 'roller' },
    { from: 'nango', type: 'sync', operation: 'creation', connectionId: 'new', providerConfigKey: 'roller', success: true },
    { from: 'roller', type: 'auth', operation: 'creation', connectionId: 'new', providerConfigKey: 'roller', success: true },
    { from: 'nango', type: 'auth', operation: 'mystery', connectionId: 'new', providerConfigKey: 'roller', success: true },
    { from: 'nango', type: 'auth', operation: 'creation', connectionId: 'new', providerConfigKey: 'another', success: true },
    { from: 'roller', type: 'forward', payload: {} },
    { from: 'nango', type: 'auth', operation: 'creation', success: false, connectionId: 'new', providerConfigKey: 'roller' },
    { from: 'nango', type: 'auth', operation: 'creation', connectionId: 7, providerConfigKey: 'roller', success: true },
    [], null, 'text', 1,
    { from: 'nango', type: 'auth', operation: 'creation', connectionId: 'unknown', providerConfigKey: 'roller', success: true }
  ]
  for (const body of [...strange.map((value) => JSON.stringify(value)), 'no JSON', '']) {
    t.equal((await setup.post(body, { 'x-nango-hmac-sha256': sign(body) })).statusCode, 204, body)
  }
  t.same(setup.names(), [])
  t.same(stored(setup, 'new').tags, {})
})

test('returns 5xx for a failed handler, so that Nango retries, and names a missing key', async (t) => {
  const setup = await gateway(t)
  const off = setup.app.roller.on('connection.created', () => { throw new Error('canary-of-the-handler') })
  const response = await setup.post(BODY, { 'x-nango-hmac-sha256': sign(BODY) })
  t.match(response.json(), { status: 503, code: 'ROLLER_ERR_EVENT_NOT_HANDLED' })
  t.notMatch(response.body, 'canary')
  off()
  t.equal((await setup.post(BODY, { 'x-nango-hmac-sha256': sign(BODY) })).statusCode, 204)
  holdsNoSecret(t, setup.log(), setup)

  const none = await build(t)
  const unsigned = await none.app.inject({
    method: 'POST',
    url: '/webhooks/nango',
    payload: BODY,
    headers: { 'content-type': 'application/json', 'x-nango-hmac-sha256': sign(BODY) }
  })
  t.match(unsigned.json(), { status: 501, code: 'ROLLER_ERR_NOT_CONFIGURED', hint: /NANGO_WEBHOOK_SIGNING_KEY/ })
})

test('rejects a body that is too large, or of another type, permanently', async (t) => {
  const { post } = await gateway(t)
  const large = JSON.stringify({ text: 'x'.repeat(300_000) })
  t.equal((await post(large, { 'x-nango-hmac-sha256': sign(large) })).statusCode, 413)
  t.equal(
    (await post(BODY, { 'x-nango-hmac-sha256': sign(BODY), 'content-type': 'text/plain' })).statusCode, 204,
    'the bytes count, not what they are called'
  )
})
