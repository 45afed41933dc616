import { test } from '../support/tap.ts'
import type { Classification, ResponseHead } from '#plugin/gateway/classification.js'
import { classifyResponse, passesUnread } from '#plugin/gateway/classify-response.js'
import type { TransportName } from '#plugin/util/transport-name.js'

const classify = (head: ResponseHead, whole: Buffer | null, by?: TransportName) =>
  classifyResponse(head, { whole, start: whole ?? Buffer.alloc(0) }, by)

const HTML = { 'content-type': 'text/html; charset=utf-8' }
const nango = (code: string, message = '') => ({ error: { code, message } })
const transport = (code: string) => ({ message: 'x', code, method: 'get' })

interface Expected {
  readonly kind: Classification['kind']
  readonly code?: string | null
  readonly maySent?: boolean
  readonly retryAfter?: number
}

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
  ['no token', 400, nango('server_error', 'Failed to get connection credentials: \'x\''),
    { kind: 'fail', code: 'ROLLER_ERR_CREDENTIALS_REJECTED' }],
  ['no token any more', 424, nango('server_error', 'Failed to get connection credentials: x'),
    { kind: 'fail', code: 'ROLLER_ERR_CREDENTIALS_REJECTED' }],
  ['back-off', 424, nango('connection_refresh_backoff'), { kind: 'fail', code: 'ROLLER_ERR_CREDENTIALS_REJECTED', retryAfter: 30 }],
  ['exhausted', 424, nango('connection_refresh_exhausted'), { kind: 'fail', code: 'ROLLER_ERR_CREDENTIALS_REJECTED' }],
  ['a code that this gateway does not know yet', 400, nango('no_such_code'), { kind: 'fail', code: 'ROLLER_ERR_NANGO_REJECTED' }],
  ['a code without a message', 400, { error: { code: 'no_such_code' } }, { kind: 'fail', code: 'ROLLER_ERR_NANGO_REJECTED' }],
  ['a new code with 504', 504, nango('upstream_timeout'), { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }],
  ['a new code with 408', 408, nango('upstream_timeout'), { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }],
  ['a new code with 402', 402, nango('transfer_limit'), { kind: 'fail', code: 'ROLLER_ERR_NANGO_LIMIT', retryAfter: 60 }],
  ['Nango takes no such body', 413, nango('request_too_large'), { kind: 'fail', code: 'ROLLER_ERR_BODY_TOO_LARGE' }],
  ['Nango takes no such body, and says 400', 400, nango('request_too_large'), { kind: 'fail', code: 'ROLLER_ERR_BODY_TOO_LARGE' }],
  ['Nango\'s database is down', 401, nango('malformed_auth_header'), { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: false }],
  ['an error of ROLLER\'s as a text', 400, { error: 'forbidden' }, { kind: 'pass' }],
  ['an error of ROLLER\'s beside other members', 400, { error: { code: 'forbidden' }, traceId: 'x' }, { kind: 'pass' }],
  ['an error of ROLLER\'s with members of its own', 400, { error: { code: 'forbidden', target: 'x' } }, { kind: 'pass' }],
  ['an error of ROLLER\'s in its platform\'s spelling', 400, { error: { code: 'BadArgument', message: 'x' } }, { kind: 'pass' }],
  ['an error of ROLLER\'s with a number', 400, { error: { code: 17 } }, { kind: 'pass' }],
  ['an error of ROLLER\'s with an object for a message', 400, { error: { code: 'x', message: {} } }, { kind: 'pass' }],
  ['a list', 400, [{ error: { code: 'forbidden' } }], { kind: 'pass' }],
  ['what looks like Nango\'s, without its label', 400, nango('forbidden'), { kind: 'pass' }, HTML],
  ['a rejected token that looks like Nango\'s, without its label', 401, nango('unknown_account'), { kind: 'renew' }, HTML],
  ['a page with 429', 429, '<html>', { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }, HTML],
  ['a page without a label', 502, '\n<!DOCTYPE html><html>', { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }, {}],
  ['a page in XML', 502, '\ufeff<?xml version="1.0"?>\n<!DOCTYPE html>',
    { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }, HTML],
  ['a page in an unknown encoding', 500, '?', { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true },
    { ...HTML, 'content-encoding': 'zstd' }],
  ['XML that begins like a page', 500, '<?xml version="1.0"?><a>x</a>', { kind: 'pass' }, { 'content-type': 'application/xml' }],
  ['XML with Nango\'s label', 500, '<answer>x</answer>', { kind: 'pass' }, HTML],
  ['an error of ROLLER\'s with an object for its errors', 400, { error: { code: 'x', errors: {} } }, { kind: 'pass' }],
  ['an error of ROLLER\'s with a long code', 400, { error: { code: 'x'.repeat(65) } }, { kind: 'pass' }],
  ['the transport shape without a method', 500, { message: 'x', code: 'ECONNREFUSED' }, { kind: 'pass' }],
  ['a new code with 413', 413, nango('body_limit'), { kind: 'fail', code: 'ROLLER_ERR_BODY_TOO_LARGE' }],
  ['an address that Nango forbids', 400, nango('base_url_override_not_allowed'),
    { kind: 'repeat', code: 'ROLLER_ERR_UNREACHABLE', maySent: true }]
]

// Responses of ROLLER without a Content-Type: classified by status, whatever label Nango adds.
const UNLABELLED = [
  [400, 'pass'], [401, 'renew'], [403, 'fail'], [404, 'pass'], [409, 'pass'], [422, 'pass'], [429, 'limited'], [500, 'pass'],
  [502, 'repeat'], [503, 'repeat'], [504, 'repeat'], [200, 'pass']
] as const

for (const [status, kind] of UNLABELLED) {
  test(`classifies an unlabelled ${status} by its status`, async (t) => {
    for (const body of ['', 'some text', 'a < b, and <html> is a word', '{"message":"x"}', '<xml/>', '<!ELEMENT a>']) {
      for (const by of ['nango', 'direct'] as const) {
        const classification = classify({ status, headers: by === 'nango' ? HTML : {} }, Buffer.from(body), by)
        t.equal(classification.kind, kind, `${by}: ${body}`)
        if (classification.kind === 'repeat') t.equal(classification.error, null, 'ROLLER\'s own response is passed on in the end')
      }
    }
  })
}

test('treats a body too large to read as a page only if it begins like one', async (t) => {
  const classifyStart = (start: string) => classifyResponse({ status: 500, headers: HTML }, { whole: null, start: Buffer.from(start) }).kind
  t.equal(classifyStart('<!doctype html><html>'), 'repeat')
  t.equal(classifyStart('Stack trace: <html>'), 'pass')
})

test('passes a redirect with a page on the direct transport', async (t) => {
  const head = { status: 302, headers: { ...HTML, location: 'https://elsewhere.example/' } }
  t.equal(classify(head, Buffer.from('<html>Object moved'), 'direct').kind, 'pass')
  t.equal(classify(head, Buffer.from('<html>Log in'), 'nango').kind, 'repeat')
  t.equal(classify({ status: 302, headers: HTML }, Buffer.from('<html>Log in'), 'direct').kind, 'repeat', 'it leads nowhere')
  t.equal(classify({ ...head, status: 201 }, Buffer.from('<html>Log in'), 'direct').kind, 'repeat', 'it is no redirect')
})

for (const [what, status, body, expected, headers = { 'content-type': 'application/json' }] of TABLE) {
  test(`classifies ${what}`, async (t) => {
    const bytes = body === null ? null : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    const outcome = classify({ status, headers }, bytes)
    t.equal(outcome.kind, expected.kind)
    const error = 'error' in outcome ? outcome.error : undefined
    if (expected.code !== undefined) t.equal(error === null ? null : error?.code, expected.code)
    if (expected.maySent !== undefined) t.match(outcome, { maySent: expected.maySent })
    t.equal(error?.retryAfter, expected.retryAfter)
  })
}

const LAST_SECOND = 'Thu, 01 Jan 1970 00:00:00 GMT'
const RETRY_AFTER = [
  ['7', 7], ['0', 1], [undefined, 60], ['-5', 60], ['60.0', 60], ['soon', 60], [LAST_SECOND, 1], ['900', 900],
  ['901', 900], ['604800', 900], ['9'.repeat(400), 900], ['Fri, 31 Dec 9999 23:59:59 GMT', 900]
] as const

for (const [header, seconds] of RETRY_AFTER) {
  test(`ROLLER's 429 with Retry-After ${header?.slice(0, 40) ?? 'missing'} starts a cooling-off of ${seconds} s`, async (t) => {
    const classification = classify({ status: 429, headers: header === undefined ? {} : { 'retry-after': header } }, Buffer.from('{}'))
    const error = { code: 'ROLLER_ERR_COOLING_OFF', retryAfter: seconds }
    t.match(classification, { kind: 'limited', scope: 'connection', seconds, error })
  })
}

test('parses a date in Retry-After', async (t) => {
  const header = new Date(Date.now() + 90_500).toUTCString()
  const classification = classify({ status: 429, headers: { 'retry-after': header } }, Buffer.from('{}'))
  t.ok(classification.kind === 'limited' && classification.seconds > 88 && classification.seconds < 92)
})

test('caps the wait of a bulk export at six hours', async (t) => {
  for (const [header, seconds] of [['18000', 18_000], ['604800', 21_600]] as const) {
    t.match(classify({ status: 429, headers: { 'retry-after': header } }, Buffer.from('{}')), { seconds: 900, exportSeconds: seconds })
  }
})

const TOO_MANY = Buffer.from(JSON.stringify({ error: { code: 'too_many_request', method: 'GET', path: '/proxy/venues/me' } }))
const limitsOf = (remaining: string, inSeconds: number): Map<string, string> => new Map([
  ['x-ratelimit-limit', '200'],
  ['x-ratelimit-remaining', remaining],
  ['x-ratelimit-reset', String(Math.floor(Date.now() / 1000 + inSeconds))]
])

const ACCOUNT = [
  ['57', null, 58, 58], ['0', null, 1, 1], [undefined, null, 1, 1], ['604800', null, 60, 60], ['31536000', ['0', 60], 59, 60],
  ['31536000', ['0', 20], 20, 21], [undefined, ['0', 20], 20, 21], ['5', ['0', 20], 6, 6],
  ['30', ['0', 86_400], 31, 31], ['31536000', ['0', -100], 60, 60], [undefined, ['0', 70], 1, 1]
] as const

for (const [header, quota, min, max] of ACCOUNT) {
  test(`blocks the account for ${max} s at most: Retry-After ${header ?? 'missing'}, reset in ${quota?.[1] ?? 'no'} s`, async (t) => {
    const headers = { 'content-type': 'application/json; charset=utf-8', ...(header !== undefined && { 'retry-after': header }) }
    const classification = classify({ status: 429, headers, limits: quota === null ? null : limitsOf(quota[0], quota[1]) }, TOO_MANY)
    t.match(classification, { kind: 'limited', scope: 'account', error: { code: 'ROLLER_ERR_NANGO_LIMIT' } })
    t.ok(classification.kind === 'limited' && classification.seconds >= min && classification.seconds <= max)
  })
}

test('attributes a 429 in Nango\'s format to ROLLER if Nango reports remaining calls', async (t) => {
  const headers = { 'content-type': 'application/json', 'retry-after': '31536000' }
  t.match(classify({ status: 429, headers, limits: limitsOf('17', 30) }, TOO_MANY), { kind: 'limited', scope: 'connection', seconds: 900 })
  const unknown = Buffer.from(JSON.stringify({ error: { code: 'slow_down', message: 'x' } }))
  t.match(classify({ status: 429, headers }, unknown), { scope: 'connection' }, 'nothing says that it is Nango\'s')
  t.match(classify({ status: 429, headers, limits: limitsOf('0', 30) }, unknown), { scope: 'account' })
})

test('quotes an error with a byte order mark as JSON', async (t) => {
  const outcome = classify({ status: 403, headers: {} }, Buffer.from('\ufeff{"message":"no"}'))
  t.match(outcome, { error: { upstream: { body: { message: 'no' } } } })
})

test('quotes 2,000 characters of an error that is no JSON', async (t) => {
  t.match(classify({ status: 403, headers: {} }, Buffer.alloc(3_000, 'x')), { error: { upstream: { body: /^x{2000}$/ } } })
})

test('never includes Nango\'s text in an error', async (t) => {
  for (const [, status, body, , headers = { 'content-type': 'application/json' }] of TABLE) {
    if (headers === HTML || typeof body !== 'object' || body === null || !('error' in body)) continue
    const error = { code: 'no_such_code', ...Object(body.error), message: 'Failed to get connection credentials: canary' }
    const outcome = classify({ status, headers }, Buffer.from(JSON.stringify({ error })))
    if ('error' in outcome) t.notMatch(JSON.stringify(outcome.error), /canary/)
  }
})

test('streams only a success that is not an HTML page', async (t) => {
  for (const status of [200, 201, 204, 304, 399]) t.equal(passesUnread({ status, headers: {} }), true)
  for (const status of [400, 401, 500]) t.equal(passesUnread({ status, headers: {} }), false)
  for (const headers of [HTML, { 'content-type': 'Text/HTML' }]) t.equal(passesUnread({ status: 200, headers }), false)
})
