/** The canonical form of a path decides its rate limit and the headers of its response. */
import { test } from '../support/tap.ts'
import { isRollerError } from '#plugin/errors.js'
import { rateLimitOf } from '#plugin/gateway/limits/rate-limit-of.js'
import { sanitizeTarget } from '#plugin/gateway/sanitize-request.js'
import { canonicalPath } from '#plugin/operations/canonical-path.js'

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['/venues/me', ['venues', 'me']], ['/Venues/ME', ['venues', 'me']], ['/venues/me/', ['venues', 'me']], ['/%76enues/me', ['venues', 'me']],
  ['/%2576enues/me', ['venues', 'me']], ['/venues;a=b;c/me;d', ['venues', 'me']], ['/venues%3Ba/me', ['venues', 'me']],
  ['/venues%2Fme', ['venues', 'me']], ['/venues%252fme', ['venues', 'me']], ['/%20venues%20/me.', ['venues', 'me']],
  ['/venues/me%3Fa=b', ['venues', 'me']], ['/bookings/%20', ['bookings']], ['/', []],
  ['/%EF%BD%96enues/me', ['venues', 'me']], ['/%E2%84%AA', ['k']], ['/%C5%BFtaff', ['staff']], ['/x%E2%82%AC', ['x€']]
]

for (const [path, segments] of CASES) {
  test(`canonicalizes ${path} to ${segments.join('/')}`, async (t) => { t.same(canonicalPath(path).segments, segments) })
}

test('rejects an ambiguous path', async (t) => {
  for (const path of ['/x/%EF%BC%8E%EF%BC%8E/y', '/x%EF%BC%8F%EF%BC%8Fy', '/x/%E2%80%A5', '/x/%C0%AE', '/x/%5c', '/%zz', '/%2', 'x',
    '/x/..;a']) {
    t.throws(() => canonicalPath(path), { code: 'ROLLER_ERR_PATH' }, path)
  }
  for (const path of ['/x/%3f', '/x/%23y', '/x/%253Fy']) t.throws(() => sanitizeTarget(path), { code: 'ROLLER_ERR_PATH' }, path)
})

const rateLimit = (path: string, method = 'GET'): string => rateLimitOf({ method, target: { path }, operation: null, body: null }).rateLimit

test('counts every spelling of a Reporting path as such', async (t) => {
  for (const path of [
    '/data/x', '/data', '/data/', '/DATA/x', '/data;a/x', '/data;a=b;c=d/x', '/data%3Ba/x', '/%64ata/x', '/%2564ata/x', '/%252564ata/x',
    '/data%2Fx',
    '/data%252Fx', '/%20data/x', '/data%20/x', '/data./x', '/reporting;x/revenue', '/%2572eporting/x', '/%EF%BD%84ata/x'
  ]) t.equal(rateLimit(path), 'reporting', path)
  for (const path of ['/datax/x', '/x/data', '/database', '/x;data']) t.equal(rateLimit(path), 'rest', path)
  for (const path of ['/reporting/bulk/', '/reporting;a/bulk', '/Reporting/%62ulk', '/reporting%2Fbulk', '/reporting/%2562ulk;x']) {
    t.equal(rateLimit(path, 'POST'), 'bulk', path)
  }
})

test('canonicalizes any path to one spelling, or rejects it', async (t) => {
  const pieces = ['data', 'DATA', '%64', '%2564', 'ata', '/', '%2f', '%252F', ';', ';a', '%3b', '.', '%2e', '%20', 'x', '%', '%ef%bc%8f',
    '%c5%bf', '?', '%3f', '\\']
  let seed = 7
  const random = (): number => { seed = (seed * 48_271) % 2_147_483_647; return seed }
  for (let count = 0; count < 20_000; count++) {
    const path = '/' + Array.from({ length: 1 + random() % 7 }, () => pieces[random() % pieces.length]).join('').split('?', 1)[0]
    try {
      const { segments } = canonicalPath(path)
      const again = canonicalPath('/' + segments.map(encodeURIComponent).join('/')).segments
      if (JSON.stringify(again) !== JSON.stringify(segments)) t.fail(`${path} is ${segments.join('/')} and ${again.join('/')}`)
      if (segments.some((segment) => segment === '' || segment === '..' || /[;/]|[A-Z]|%[0-9a-f]{2}/.test(segment))) t.fail(path)
    } catch (error) {
      if (!isRollerError(error)) t.fail(`${path} ${String(error)}`)
    }
  }
})

test('rejects more than 1000 query parameters', async (t) => {
  const query = (count: number): string => '/x?' + Array.from({ length: count }, (_, index) => `a=${index}`).join('&')
  t.doesNotThrow(() => sanitizeTarget(query(1_000)))
  t.throws(() => sanitizeTarget(query(1_001)), { code: 'ROLLER_ERR_PATH', detail: /more than 1000 parameters/ })
})
