/** An invalid `cache` option fails the registration with the operation's name. */
import { test } from '../support/tap.ts'
import { OptionsError, parseOptions } from '#plugin/options.js'

const good = { nango: { secretKey: 'a-key' }, authorize: 'open' }

test('names every kind of invalid rule', async (t) => {
  const cases: [cache: unknown, expected: RegExp][] = [
    [{ 'GET /product': 1_000 }, /option cache: "GET \/product" is not an operation of the catalog/],
    [{ 'GET /elsewhere/*': 1_000 }, /not an operation/],
    [{ constructor: 1_000 }, /option cache: "constructor" is not an operation/],
    [{ 'POST /bookings': 1_000 }, /option cache: "POST \/bookings" is not a GET/],
    [{ 'GET /products': 0 }, /option cache: "GET \/products" is wrong: expected whole milliseconds, from 1 to 86400000/],
    [{ 'GET /products': 86_400_001 }, /is wrong/],
    [{ 'GET /products': 1.5 }, /is wrong/],
    [{ 'GET /products': '60000' }, /is wrong/],
    [true, /option cache is wrong/],
    [['GET /products'], /option cache is wrong/],
    [new Map([['GET /products', 1_000]]), /option cache is wrong/],
    [() => ({}), /option cache is wrong/]
  ]
  for (const [cache, expected] of cases) {
    t.throws(() => parseOptions({ ...good, cache }), OptionsError)
    t.throws(() => parseOptions({ ...good, cache }), { message: expected })
  }
  t.throws(() => parseOptions({ ...good, cache: { 'POST /staff': 1, 'GET /x': 1 } }), { message: /POST \/staff.*GET \/x/ }, 'all at once')
  t.throws(() => parseOptions({ ...good, cacheSize: 0 }), { message: /option cacheSize is wrong/ })
})

test('accepts valid rules, and caches nothing without them', async (t) => {
  const cache = { 'GET /products': 86_400_000, 'GET /data/products': 1 }
  t.strictSame(parseOptions({ ...good, cache }).cache, cache)
  t.equal(parseOptions(good).cache, undefined)
  t.equal(parseOptions(good).cacheSize, 64 * 1024 * 1024)
})
