import { test } from 'tap'
import { judge, passesUnread, type Outcome } from '../../plugin/gateway/outcome.ts'

const HTML = { 'content-type': 'text/html; charset=utf-8' }
const nango = (code: string, message = '') => ({ error: { code, message } })
const transport = (code: string) => ({ message: 'x', code, method: 'get' })

interface Expected { readonly kind: Outcome['kind'], readonly code?: string | null, readonly maySent?: boolean, readonly retryAfter?: number }

const TABLE: readonly (readonly [what: string, status: number, body: unknown, expected: Expected, headers?: Record<string, string>])[] = [
  ['ROLLER 400', 400, { errors: [] }, { kind: 'pass' }],
  ['ROLLER 401', 401, { message: 'x' }, { kind: 'renew', code: 'ROLLER_ERR_CREDENTIALS_REJECTED' }],
  ['ROLLER 401 without a body', 401, '', { kind: 'renew', code: 'ROLLER_ERR_CREDENTIALS_REJECTED' }],
  ['ROLLER 403', 403, {}, { kind: 'fail', code: 'ROLLER_ERR_ACCESS_DENIED' }],
  ['ROLLER 404', 404, {}, { kind: 'pass' }],
  ['ROLLER 404 as a page', 404, '<html>', { kind: 'pass' }, HTML],
  ['ROLLER 405 as a page', 405, '<html>', { kind: 'pass' }, HTML],
  ['ROLLER 409', 409, {}, { kind: 'pass' }],
  ['ROLLER 500', 500, { message: 'x' }, { kind: 'pass' }],
  ['ROLLER 502', 502, {}, { kind: 'repeat', code: null, maySent: true }],
  ['ROLLER 503 without a body', 503, '', { kind: 'repeat', code: null, maySent: true }],
  ['ROLLER 504', 504, {}, { kind: 'repeat', code: null, maySent: true }],
  ['too large to be Nango\'s', 400, null, { kind: 'pass' }],
  ['a page', 500, '<html>', { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }, HTML],
  ['a page that says 200', 200, '<html>', { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }, HTML],
  ['nothing', 500, '', { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }],
  ['no listener', 500, transport('ECONNREFUSED'), { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: false }],
  ['no address', 500, transport('ENOTFOUND'), { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: false }],
  ['no connection in time', 500, transport('UND_ERR_CONNECT_TIMEOUT'), { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: false }],
  ['a reset', 500, transport('ECONNRESET'), { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }],
  ['a timeout', 500, transport('ETIMEDOUT'), { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }],
  ['the transport shape at another status', 400, transport('ECONNREFUSED'), { kind: 'pass' }],
  ['the transport shape with another code', 500, transport('teapot'), { kind: 'pass' }],
  ['Nango crashed', 500, nango('generic_error_support'), { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }],
  ['Nango 500 of a code', 500, nango('server_error'), { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }],
  ['Nango key', 401, nango('unknown_account'), { kind: 'fail', code: 'ROLLER_ERR_NANGO_REJECTED' }],
  ['Nango scope', 403, nango('forbidden'), { kind: 'fail', code: 'ROLLER_ERR_NANGO_REJECTED' }],
  ['Nango integration', 404, nango('unknown_provider_config'), { kind: 'fail', code: 'ROLLER_ERR_NANGO_REJECTED' }],
  ['Nango 400', 400, nango('invalid_headers'), { kind: 'fail', code: 'ROLLER_ERR_NANGO_REJECTED' }],
  ['no such connection', 400, nango('server_error', 'Failed to get connection'), { kind: 'fail', code: 'ROLLER_ERR_CONNECTION_UNKNOWN' }],
  ['no token', 400, nango('server_error', 'Failed to get connection credentials: \'x\''), { kind: 'fail', code: 'ROLLER_ERR_CREDENTIALS_REJECTED' }],
  ['no token any more', 424, nango('server_error', 'Failed to get connection credentials: x'),
    { kind: 'fail', code: 'ROLLER_ERR_CREDENTIALS_REJECTED' }],
  ['back-off', 424, nango('connection_refresh_backoff'), { kind: 'fail', code: 'ROLLER_ERR_CREDENTIALS_REJECTED', retryAfter: 30 }],
  ['exhausted', 424, nango('connection_refresh_exhausted'), { kind: 'fail', code: 'ROLLER_ERR_CREDENTIALS_REJECTED' }],
  ['an error code of ROLLER\'s', 400, nango('no_such_code'), { kind: 'pass' }]
]

for (const [what, status, body, expected, headers = { 'content-type': 'application/json' }] of TABLE) {
  test(`judged: ${what}`, async (t) => {
    const bytes = body === null ? null : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    const outcome = judge({ status, headers }, bytes)
    t.equal(outcome.kind, expected.kind)
    const error = 'error' in outcome ? outcome.error : undefined
    if (expected.code !== undefined) t.equal(error === null ? null : error?.code, expected.code)
    if (expected.maySent !== undefined) t.match(outcome, { maySent: expected.maySent })
    t.equal(error?.retryAfter, expected.retryAfter)
  })
}

const RETRY_AFTER = [['7', 7], ['0', 1], [undefined, 60], ['-5', 60], ['60.0', 60], ['soon', 60], ['Thu, 01 Jan 1970 00:00:00 GMT', 1]] as const

for (const [header, seconds] of RETRY_AFTER) {
  test(`a 429 with Retry-After ${header ?? 'missing'} rests ${seconds} s`, async (t) => {
    const outcome = judge({ status: 429, headers: header === undefined ? {} : { 'retry-after': header } }, Buffer.from('{}'))
    t.match(outcome, { error: { code: 'ROLLER_ERR_COOLING_OFF', retryAfter: seconds } })
  })
}

test('a date in Retry-After counts from now', async (t) => {
  const outcome = judge({ status: 429, headers: { 'retry-after': new Date(Date.now() + 90_500).toUTCString() } }, Buffer.from('{}'))
  t.ok(outcome.kind !== 'pass' && outcome.error !== null && [89, 90, 91].includes(outcome.error.retryAfter ?? 0))
})

test('Nango\'s text is in no error', async (t) => {
  for (const [, status, body, , headers = {}] of TABLE) {
    if (typeof body !== 'object' || body === null || !('error' in body)) continue
    const error = { ...body.error as object, message: 'Failed to get connection credentials: canary' }
    const outcome = judge({ status, headers }, Buffer.from(JSON.stringify({ error })))
    if ('error' in outcome) t.notMatch(JSON.stringify(outcome.error), /canary/)
  }
})

test('only a success that is no page passes unread', async (t) => {
  for (const status of [200, 201, 204, 304, 399]) t.equal(passesUnread({ status, headers: {} }), true)
  for (const status of [400, 401, 500]) t.equal(passesUnread({ status, headers: {} }), false)
  t.equal(passesUnread({ status: 200, headers: HTML }), false)
})
