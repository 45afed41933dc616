import { test } from '../support/tap.ts'
import { isRollerError } from '#plugin/errors.js'
import { sanitizeResponseHeaders, sanitizeHeaders, sanitizeTarget, type LimitSink } from '#plugin/gateway/sanitize-request.js'
import { checkConnectionId } from '#plugin/nango/connection-id.js'

/** Target as received and as sent; null: rejected as a path; false: denied. */
const TARGETS: readonly (readonly [string, string | null | false])[] = [
  ['/', '/'], ['/venues/me', '/venues/me'], ['/venues/me/', '/venues/me/'], ['/venues/me?', '/venues/me?'],
  ['/x?a=/../b//c\\', '/x?a=/../b//c\\'],
  ['/x/...', '/x/...'], ['/x/..a/a..', '/x/..a/a..'], ['/x/%25', '/x/%25'], ['/x/%2525', '/x/%2525'], ['/x?%', '/x?%'],
  ['/x;a=b/y', '/x;a=b/y'],
  ['/x/%E2%82%AC', '/x/%E2%82%AC'], ['/x/\u00e2\u0082\u00ac', '/x/%E2%82%AC'], ['/x/%c3%80', '/x/%c3%80'],
  // eslint-disable-next-line no-template-curly-in-string
  ['/${a}|b', '/%24%7Ba%7D%7Cb'], ['/x?${a}||b', '/x?%24%7Ba%7D%7C%7Cb'], ['/x?$', '/x?%24'],
  ['', null], ['venues', null], ['?x', null], ['//', null], ['//x', null], ['/x//y', null], ['/x/%2f', null], ['/x%2F/y', null],
  ['/%252f', null],
  ['/.', null], ['/..', null], ['/x/.', null], ['/x/../y', null], ['/%2e', null], ['/%2E%2e/x', null], ['/%252e%252e', null],
  ['/%252e%252e/%25', null],
  ['/x/%3f', null], ['/x/%2523', null], ['/x/%EF%BC%9F', null], ['/x%EF%BC%8F..', null], ['/%EF%BD%94oken', false],
  ['/..;x', null], ['/x/..;/y', null], ['/x/.%3b', null], ['/;/x', null], ['/x/;y', null],
  ['/x\\y', null], ['/%5c', null], ['/%255c', null], ['/%00', null], ['/x%0a', null], ['/x y', null], ['/x?a b', null], ['/x#y', null],
  ['/x?#', null],
  ['/x\u0000', null], ['/x?\u0007', null], ['/x\u007f', null], ['/%', null], ['/%2', null], ['/%zz', null],
  ['/%c0%ae', null], ['/%c1%9c', null], ['/%e0%80%ae', null], ['/%e0%9f%bf', null], ['/%f0%80%80%ae', null], ['/%25c0%25ae', null],
  ['/token', false], ['/TOKEN', false], ['/token/', false], ['/token/x', false], ['/token;x', false], ['/token?x', false],
  ['/%74oken', false],
  ['/%2574oken', false], ['/token%20', false], ['/%20token', false], ['/token.', false], ['/token%3f', false], ['/token%23x', false],
  ['/tokens', '/tokens'], ['/x/token', '/x/token'], ['/token-x', '/token-x'],
  [`/${'a'.repeat(16_383)}`, `/${'a'.repeat(16_383)}`], [`/${'a'.repeat(16_384)}`, null], [`/x?${'a'.repeat(16_384)}`, null]
]

for (const [written, expected] of TARGETS) {
  test(`sanitizes the target ${JSON.stringify(written.slice(0, 60))}`, async (t) => {
    if (typeof expected === 'string') {
      const { path, query } = sanitizeTarget(written)
      t.equal(path + query, expected)
      t.notMatch(path, /\?/)
    } else t.throws(() => sanitizeTarget(written), { code: expected === null ? 'ROLLER_ERR_PATH' : 'ROLLER_ERR_OPERATION_FORBIDDEN' })
  })
}

test('decodes a path eight times at most', async (t) => {
  const encoded = (depth: number): string => `/%${'25'.repeat(depth - 1)}41`
  for (const depth of [1, 7]) t.equal(sanitizeTarget(encoded(depth)).path, encoded(depth))
  for (const depth of [8, 9, 1_000]) t.throws(() => sanitizeTarget(encoded(depth)), { code: 'ROLLER_ERR_PATH' })
})

test('rejects or fully decodes any path', async (t) => {
  const pieces = ['%3f', '%23', '%ef%bc%8f', '%ef%bc%8e', '.', '%2e', '%252e', '/', '%2f', ';', '%3b', '%25', '%', 'a', '\\', '%c0%ae',
    '?', '//', '..', 'token', '%74']
  let seed = 1
  const random = (): number => { seed = (seed * 48_271) % 2_147_483_647; return seed }
  for (let count = 0; count < 20_000; count++) {
    const written = '/' + Array.from({ length: 1 + random() % 7 }, () => pieces[random() % pieces.length]).join('')
    try {
      let { path } = sanitizeTarget(written)
      for (let round = 0; round < 10; round++) {
        path = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      }
      if (/\\|\/\/|(^|\/)\.{1,2}(;[^/]*)?(\/|$)|^\/token([;/?#]|$)/i.test(path)) t.fail(written)
    } catch (error) {
      if (!isRollerError(error)) t.fail(`${written} ${String(error)}`)
    }
  }
})

test('forwards only the listed headers', async (t) => {
  t.same(sanitizeHeaders({
    accept: 'a',
    'content-type': 'b',
    authorization: 'x',
    cookie: 'x',
    host: 'x',
    'nango-proxy-authorization': 'x',
    'timezone-designators': 'true',
    'accept-language': ['de', 'en']
  }), [['accept', 'a'], ['accept-language', 'de, en'], ['content-type', 'b'], ['timezone-designators', 'true']])
})

test('accepts exactly the connection ids that Nango can store', async (t) => {
  for (const id of ['a', 'a'.repeat(255), '...', 'a.b', 'a/../b', 'uuid-1:2@x', '~'] as const) t.equal(checkConnectionId(id), id)
  for (const id of ['', '.', '..', 'a'.repeat(256), 'a\n', 'a\r\nb', 'a\0', '\u00e9', 'a?b', 'a#b', 'a%2e', '<a>']) {
    t.throws(() => checkConnectionId(id), { code: 'ROLLER_ERR_CONNECTION_UNKNOWN' }, JSON.stringify(id))
  }
})

test('passes repeated response headers, no hop-by-hop ones, and no prototype names', async (t) => {
  const hops = [['Connection', 'x-b, X-C'], ['Connection', 'x-d'], ['x-b', '1'], ['X-C', '1'], ['x-d', '1']]
  const raw = [['X-A', '1'], ['x-a', '2'], ['X-A', '3'], ...hops, ['__proto__', 'x']]
  const headers = sanitizeResponseHeaders(raw.flat().map((text) => Buffer.from(text)))
  t.same(headers['x-a'], ['1', '2', '3'])
  t.same(Object.keys(headers).sort(), ['__proto__', 'x-a'])
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) t.notOk(name in headers, `no ${name} that was not sent`)
})

test('ignores unusable values of Nango\'s rate limit headers', async (t) => {
  const reported = (value: string): string | undefined => {
    const sink: LimitSink = { limits: null }
    sanitizeResponseHeaders(['x-ratelimit-remaining', value].map((text) => Buffer.from(text)), sink)
    return sink.limits?.get('x-ratelimit-remaining')
  }
  for (const value of ['0', '200', '1790000000', '1.5']) t.equal(reported(value), value)
  for (const value of ['Infinity', '1e308', '-1', '', 'NaN', '0x10', '9'.repeat(400), ' ']) t.equal(reported(value), undefined, value)
})
