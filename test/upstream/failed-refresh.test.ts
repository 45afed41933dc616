/** A failed forced refresh: only ROLLER's own rejection is reported as one. */
import { test } from '../support/tap.ts'
import { build, type Built } from '../support/build.ts'
import { call, isProblem } from './fixture.ts'
import { SteppedClock } from '../support/manual-clock.ts'

const rejected = (message: string) => (
  { path: /force_refresh=true/, kind: 'status', status: 400, body: { error: { code: 'invalid_credentials', message, payload: {} } } }
) as const

async function withRevokedToken (t: Parameters<typeof build>[0], options = {}): Promise<Built> {
  const built = await build(t, { options })
  await call(built)
  built.roller.revokeTokens()
  return built
}

const tokenRequests = (built: Built): number => built.roller.requests.filter(({ url }) => url === '/token').length

const UNAVAILABLE = { status: 503, code: 'ROLLER_ERR_TOKEN_UNAVAILABLE' } as const

for (const [what, fault, expected] of [
  ['503', { kind: 'status', status: 503, body: '' }, { layer: 'roller', retryAfter: 30 }],
  ['429', { kind: 'status', status: 429, headers: { 'retry-after': '45' }, body: '' }, { layer: 'roller', retryAfter: 45 }],
  ['a reset', { kind: 'reset' }, { layer: 'roller', retryAfter: 30, detail: /does not show whether/ }]
] as const) {
  test(`reports a token endpoint that responds with ${what}`, async (t) => {
    const built = await withRevokedToken(t)
    built.roller.faults.always({ path: /^\/token/, ...fault })
    const response = await call(built)
    isProblem(t, built, response, { ...UNAVAILABLE, ...expected })
    t.notMatch(response.payload, /reconnect|Check the Client ID/)
    const requested = tokenRequests(built)
    isProblem(t, built, await call(built), { ...UNAVAILABLE, layer: expected.layer, retryAfter: 30 })
    t.equal(tokenRequests(built), requested, 'and is not called for a while')
  })
}

test('reports credentials that ROLLER rejects', async (t) => {
  const clock = new SteppedClock()
  const built = await withRevokedToken(t, { clock })
  built.roller.rejectCredentials('demo')
  const expected = { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller', detail: /issued no new token to Nango/ } as const
  for (const [code, message, retryAfter] of [
    ['invalid_credentials', 'Failed to fetch client credentials token: "the account is locked"', undefined],
    ['connection_refresh_exhausted', '', undefined],
    ['connection_refresh_backoff', '', 30]
  ] as const) {
    built.nango.faults.next({ ...rejected(message), body: { error: { code, message, payload: {} } } })
    isProblem(t, built, await call(built), { ...expected, ...(retryAfter !== undefined && { retryAfter }) })
    clock.advance(31_000) // the pause after a failed refresh
  }
  isProblem(t, built, await call(built), expected) // the simulator's own response, with its pause
})

test('attributes Nango\'s own failures to Nango, without asking for new credentials', async (t) => {
  const built = await withRevokedToken(t)
  // The response of a real server while its Redis is down.
  built.nango.faults.next(rejected('The external API returned an error when trying to refresh the access token. Please try again later.'))
  const response = await call(built)
  isProblem(t, built, response, { ...UNAVAILABLE, layer: 'nango', retryAfter: 30, detail: /before it contacted ROLLER/ })
  t.match(JSON.parse(response.payload).hint, /Redis and its Postgres/)
  t.notMatch(response.payload, /reconnect|Check the Client ID/)
})

test('reports an unknown failure of Nango as such when ROLLER accepts the credentials', async (t) => {
  const built = await withRevokedToken(t)
  built.nango.faults.next(rejected('x'))
  isProblem(t, built, await call(built), { ...UNAVAILABLE, layer: 'nango', retryAfter: 30, detail: /issues one for these credentials/ })
})

for (const [what, fault, expected] of [
  ['failing', { kind: 'status', status: 503, body: '' }, { ...UNAVAILABLE, layer: 'roller', retryAfter: 30 }],
  ['away', { kind: 'reset' }, { ...UNAVAILABLE, layer: 'roller', retryAfter: 30 }],
  ['rejecting', { kind: 'status', status: 401, body: '' }, { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller' }]
] as const) {
  test(`reports the same error for the first call and during Nango's back-off: expired token, token endpoint ${what}`, async (
    t
  ) => {
    const built = await build(t)
    built.roller.faults.always({ path: /^\/token/, ...fault })
    isProblem(t, built, await call(built), expected)
    const requested = tokenRequests(built)
    isProblem(t, built, await call(built), { ...expected, retryAfter: 30 })
    t.equal(tokenRequests(built), requested)
  })
}

test('requests the cause once for all connections, and again after Nango\'s back-off', async (t) => {
  const clock = new SteppedClock()
  const built = await build(t, { options: { clock } })
  built.nango.addConnection({ connectionId: 'second', clientId: 'second', clientSecret: 's' })
  built.roller.faults.always({ path: /^\/token/, kind: 'status', status: 503, body: '' })
  const code = async (id: string): Promise<string> =>
    (await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': id } })).json().code
  for (const id of ['demo-venue', 'second']) t.equal(await code(id), 'ROLLER_ERR_TOKEN_UNAVAILABLE')
  t.equal(tokenRequests(built), 3, 'Nango\'s own, and one of the gateway')
  t.equal(String(built.roller.requests.filter(({ url }) => url === '/token')[1]?.body), '{}', 'which contains no credentials')
  clock.advance(30_000)
  built.roller.faults.always({ path: /^\/token/, kind: 'status', status: 401, body: '' })
  for (const id of ['demo-venue', 'second']) t.equal(await code(id), 'ROLLER_ERR_CREDENTIALS_REJECTED')
  t.equal(tokenRequests(built), 4)
})
