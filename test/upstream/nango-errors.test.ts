import { test } from '../support/tap.ts'
import { build, callsAtRoller } from '../support/build.ts'
import { call, isProblem, type Expected } from './fixture.ts'

const ROW = 'canary-row {"connection_id":"demo-venue","end_user":{"email":"guest@example.com"}}'
const NO_TOKEN = `Failed to get connection credentials: '${ROW}'`
const wrapped = (code: string, message = ROW) => ({ error: { code, message, errors: [{ message: ROW }] } })

/** Nango's own responses: status, body, headers; and the expected error. */
const CASES: readonly (readonly [status: number, body: object | string, expected: Expected, headers?: Record<string, string>])[] = [
  [400, wrapped('invalid_headers'), { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail: /invalid_headers/ }],
  [401, wrapped('missing_auth_header'), { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail: /secret key/ }],
  [401, wrapped('invalid_secret_key_format'), { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail: /secret key/ }],
  [401, wrapped('unknown_account'), { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail: /secret key/ }],
  [402, wrapped('plan_limit'), { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT', layer: 'nango', retryAfter: 'some' }],
  [403, wrapped('forbidden'), { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail: /environment:proxy/ }],
  [404, wrapped('unknown_provider_config'), { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango', detail: /integration/ }],
  [400, wrapped('server_error', 'Failed to get connection'), { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN', layer: 'caller' }],
  [400, wrapped('server_error', NO_TOKEN), { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller' }],
  [424, wrapped('server_error', NO_TOKEN), { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller' }],
  [424, wrapped('connection_refresh_backoff'), { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller', retryAfter: 30 }],
  [424, wrapped('connection_refresh_exhausted'), { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller' }],
  [400, wrapped('base_url_override_disabled'), { status: 502, code: 'ROLLER_ERR_NANGO_REJECTED', layer: 'nango' }],
  [400, wrapped('base_url_override_not_allowed'), { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /resolve/ }],
  [
    429, wrapped('too_many_request'), { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT', layer: 'nango', retryAfter: 58 },
    { 'retry-after': '57' }
  ],
  [
    429, wrapped('too_many_request'), { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT', layer: 'nango', retryAfter: 1 }, { 'retry-after': '0' }
  ],
  [
    500, { error: { code: 'generic_error_support', payload: { id: ROW } } },
    { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network' }
  ],
  [500, { message: ROW, code: 'ECONNREFUSED', method: 'get' },
    { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /ECONNREFUSED/ }],
  [500, { message: ROW, code: 'UND_ERR_SOCKET', method: 'get' }, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network' }],
  [500, '', { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /without a response/ }]
]

for (const [status, body, expected, headers = {}] of CASES) {
  const summary = typeof body === 'string' ? 'nothing' : JSON.stringify(body).slice(0, 60)
  test(`maps Nango's ${status} ${summary} to ${expected.code}`, async (t) => {
    const built = await build(t)
    built.nango.faults.always({ path: /^\/proxy/, kind: 'status', status, body, headers })
    const response = await call(built, { maxWait: 0 })
    isProblem(t, built, response, expected)
    t.notMatch(response.payload + built.log(), /canary-row|guest@example/, 'nothing of Nango\'s own text is passed on')
    t.same(callsAtRoller(built), [])
    built.nango.faults.always(null)
  })
}

test('attributes an error that is only similar to Nango\'s to ROLLER', async (t) => {
  const bodies = [
    { error: 'server_error' }, { error: { code: 'SomethingElse' } }, { error: { code: 'x' }, id: 1 },
    { code: 'ECONNREFUSED', message: 'x' }, [], 'null', '"forbidden"'
  ]
  for (const body of bodies) {
    const built = await build(t)
    built.roller.faults.next({ path: /^\/venues/, kind: 'status', status: 400, body })
    const response = await call(built)
    t.equal(response.statusCode, 400)
    t.equal(response.headers['roller-answered-by'], 'roller')
    t.equal(response.payload, typeof body === 'string' ? body : JSON.stringify(body))
  }
})
