/** POST /connections while ROLLER's token endpoint fails: reports that, and not a wrong Client Secret. Creates no connection. */
import { test } from '../support/tap.ts'
import type { Test } from 'tap'
import { build, holdsNoSecret, type Built } from '../support/build.ts'

const SECRET = 'canary-posted-secret-77aa'
const CREDENTIALS = { clientId: 'new-park', clientSecret: SECRET }
const HTML = '<html>503 Service Unavailable</html>'

/** Nango's response when it got no token; its message quotes the payload, and is not passed on. */
function isNangoFault (built: Built, payload: unknown): void {
  const message = `Failed to fetch client credentials token: canary-quoted ${JSON.stringify(payload)}`
  built.nango.faults.next(
    { path: /oauth2/, kind: 'status', status: 400, body: { error: { code: 'client_credentials_fetch_error', message, payload } } }
  )
}

async function connect (t: Test, built: Built, expected: object): Promise<void> {
  const before = built.nango.connections.length
  const response = await built.app.inject({ method: 'POST', url: '/connections', payload: CREDENTIALS })
  const problem = response.json()
  t.equal(response.statusCode, problem.status)
  t.match(problem, expected)
  if (problem.code !== 'ROLLER_ERR_CREDENTIALS_INVALID') {
    t.notOk(problem.errors, 'no field is reported as wrong')
    t.notMatch(`${problem.detail} ${problem.hint}`, /rejects|not accepted|check the Client/i)
  }
  t.equal(response.headers['retry-after'], problem.retryAfter === undefined ? undefined : String(problem.retryAfter))
  t.equal(built.nango.connections.length, before)
  t.notMatch(response.body + built.log(), /canary-quoted|canary-posted/)
  holdsNoSecret(t, response.body + built.log(), built)
}

const UNAVAILABLE = { status: 503, code: 'ROLLER_ERR_TOKEN_UNAVAILABLE', layer: 'roller', retryAfter: 30 }
const REJECTED = { status: 400, code: 'ROLLER_ERR_CREDENTIALS_INVALID', layer: 'roller', errors: [{ pointer: '/body/clientSecret' }] }

test('reports the cause in Nango\'s payload, without a second request to ROLLER', async (t) => {
  const built = await build(t)
  const cases: [payload: unknown, expected: object][] = [
    ['{"name":"Error","message":"fetch_unknown_error"}', { ...UNAVAILABLE, layer: 'network', detail: /not reachable from Nango/ }],
    [{ host: '127.0.0.1:4000', code: 'denied_ip', message: 'x' }, {
      status: 502,
      code: 'ROLLER_ERR_NANGO_REJECTED',
      layer: 'nango',
      detail: /policy/,
      hint: /operator must allow.*NANGO_OUTBOUND_URL_POLICY_OAUTH/
    }],
    [JSON.stringify({ provider_error_payload: { message: 'Too many requests' } }), UNAVAILABLE],
    [JSON.stringify({ provider_error_payload: HTML }), UNAVAILABLE]
  ]
  for (const [payload, expected] of cases) {
    isNangoFault(built, payload)
    await connect(t, built, expected)
  }
  t.same(built.roller.requests.filter(({ url }) => url === '/token'), [])
  isNangoFault(built, JSON.stringify({ provider_error_payload: { message: 'The client credentials are invalid' } }))
  built.roller.rejectCredentials(CREDENTIALS.clientId)
  await connect(t, built, REJECTED)
})

test('requests ROLLER\'s token endpoint if the payload has no cause', async (t) => {
  const built = await build(t)
  const cases: [status: number, headers: Record<string, string>, expected: object][] = [
    ...[400, 401, 403].map((status) => [status, {}, REJECTED] as [number, {}, object]),
    [503, {}, UNAVAILABLE],
    [429, { 'retry-after': '60' }, { ...UNAVAILABLE, retryAfter: 60 }],
    [429, { 'retry-after': '604800' }, { ...UNAVAILABLE, retryAfter: 900 }],
    [429, { 'retry-after': '0' }, { ...UNAVAILABLE, retryAfter: 1 }],
    [502, {}, UNAVAILABLE]
  ]
  for (const [status, headers, expected] of cases) {
    for (const payload of ['{}', '{"provider_error_payload":{"message":"down"}}']) {
      isNangoFault(built, payload)
      built.roller.faults.always({ path: /^\/token/, kind: 'status', status, headers, body: '' })
      await connect(t, built, expected)
    }
  }
  built.roller.faults.always(null)
  isNangoFault(built, '{}')
  await connect(t, built, { ...UNAVAILABLE, layer: 'nango', detail: /issues one/ })
  built.nango.faults.next({ path: /oauth2/, kind: 'status', status: 400, body: { error: { code: 'resource_capped' } } })
  await connect(t, built, { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT', retryAfter: 60, detail: /allows no further connection/ })
  isNangoFault(built, '{}')
  built.roller.faults.always({ path: /^\/token/, kind: 'reset' })
  await connect(t, built, { ...UNAVAILABLE, detail: /does not show whether/, hint: /persists for an hour, check in Venue Manager/ })
})

test('reports failures of the simulated ROLLER end to end', async (t) => {
  const built = await build(t)
  for (
    const fault of [
      { kind: 'status', status: 503, body: { message: 'down' } }, { kind: 'status', status: 429, body: { message: 'Too many requests' } },
      { kind: 'reset' }
    ] as const
  ) {
    built.roller.faults.always({ path: /^\/token/, ...fault })
    await connect(t, built, { status: 503, code: 'ROLLER_ERR_TOKEN_UNAVAILABLE', retryAfter: 30 })
  }
  built.roller.faults.always(null)
  built.nango.faults.next({ path: /\/connect\/session$/, kind: 'status', status: 500 }) // its session ends by itself
  const recovered = await built.app.inject({ method: 'POST', url: '/connections', payload: CREDENTIALS })
  t.equal(recovered.statusCode, 201, 'recovers')
})
