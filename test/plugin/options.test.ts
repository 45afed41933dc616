/** An invalid option fails the registration with a message that names it and repeats no value. */
import { test } from '../support/tap.ts'
import { ROLLER_BASE_URLS } from '#plugin/operations/base-url.js'
import { parseOptions } from '#plugin/options.js'

const good = { nango: { secretKey: 'a-key' }, authorize: 'open' }
const nango = good.nango
const internalPage = { connectPage: true, nango: { ...nango, host: 'http://nango-server:3003' } }

function messageFor (options: unknown): string {
  try {
    parseOptions(options)
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  return ''
}

test('names every kind of invalid field', async (t) => {
  const cases: [label: string, options: unknown, expected: RegExp][] = [
    ['no options', undefined, /options must be an object/],
    ['no nango', { authorize: 'open' }, /option nango is missing/],
    ['no key', { ...good, nango: {} }, /option nango\.secretKey is missing/],
    ['an empty key', { ...good, nango: { secretKey: '' } }, /option nango\.secretKey is wrong/],
    ['a key of another type', { ...good, nango: { secretKey: 12 } }, /option nango\.secretKey is wrong: expected a non-empty string/],
    ['a host that is no address', { ...good, nango: { ...nango, host: 'nango.example.com' } }, /option nango\.host is wrong/],
    ['a host of another protocol', { ...good, nango: { ...nango, host: 'ftp://nango.example.com' } }, /option nango\.host is wrong/],
    ['an integration id with a slash', { ...good, nango: { ...nango, integrationId: 'a/b' } }, /option nango\.integrationId is wrong/],
    ['an unknown option', { ...good, autorize: 'open' }, /option autorize is not known/],
    ['an unknown option inside', { ...good, nango: { ...nango, apiKey: 'x' } }, /option nango\.apiKey is not known/],
    ['a wrong type inside', { ...good, timeouts: { connect: '5s' } }, /option timeouts\.connect is wrong: expected integer/],
    ['a wait of no time', { ...good, timeouts: { total: 0 } }, /option timeouts\.total is wrong/],
    ['a group of another type', { ...good, timeouts: 5 }, /option timeouts is wrong: expected object/],
    ['no authorize', { nango }, /option authorize is missing: give a function .* or 'open'/],
    ['another word for authorize', { nango, authorize: 'closed' }, /option authorize is wrong: expected a function .* or 'open'/],
    ['identify that is no function', { ...good, identify: { tags: {} } }, /option identify is wrong/],
    ['connection that is neither', { ...good, connection: 7 }, /option connection is wrong: expected a connection id or a function/],
    ['a prefix without its slash', { ...good, prefix: 'api' }, /option prefix is wrong: expected a path that begins with \//],
    ['a log level that is none', { ...good, logLevel: 'loud' }, /option logLevel is wrong: expected one of fatal, error, warn, /],
    ['a transport that is none', { ...good, transport: 'both' }, /option transport is wrong: expected one of nango, direct$/],
    ['a limit that is no whole number', { ...good, bodyLimit: 1.5 }, /option bodyLimit is wrong/],
    ['polls too often', { ...good, pollInterval: 999 }, /option pollInterval is wrong: expected 0 or at least 1000/],
    ['an address of ROLLER with a path', { ...good, rollerBaseUrl: 'https://api.roller.app/v1' }, /option rollerBaseUrl is wrong: [^;]*path/],
    ['ROLLER\'s other host', { ...good, rollerBaseUrl: ROLLER_BASE_URLS.playground }, /set option environment to playground/],
    ['another Redis client', { ...good, redis: { get () {} } }, /^fastify-roller: option redis is wrong: [^;]*; one of the package redis has/],
    ['a page for an internal address', { ...good, ...internalPage }, /option nango\.publicHost is missing: the connect page/],
    ['a cache that is no object', { ...good, cache: 5 }, /option cache is wrong: expected an object of milliseconds by operation/],
    ['a short secret', { ...good, rollerWebhookSecrets: ['x'.repeat(15)] }, /option rollerWebhookSecrets\.0 is wrong/],
    ['too many names', { ...good, vary: Array.from({ length: 33 }, (_, index) => `x-${index}`) }, /option vary is wrong: [^.]*32/],
    ['a public host without https', { ...good, nango: { ...nango, publicHost: 'http://nango' } }, /option nango\.publicHost is wrong/],
    ['a Connect UI without https', { ...good, nango: { ...nango, connectUrl: 'http://connect' } }, /option nango\.connectUrl is wrong/],
    ['a list with more than hooks', { ...good, onRequest: [() => {}, 'guard'] }, /option onRequest is wrong: expected a function or a list/],
    ['a proxy without a protocol', { ...good, proxy: { http: 'proxy:3128' } }, /option proxy\.http is wrong/]
  ]
  for (const [label, options, expected] of cases) t.match(messageFor(options), expected, label)
  const valid = {
    pollInterval: 1000,
    rollerBaseUrl: ROLLER_BASE_URLS.live,
    rollerWebhookSecrets: ['x'.repeat(16)],
    proxy: { http: '', https: '' }, // as an unset variable of the environment
    connectPage: true,
    nango: { ...internalPage.nango, publicHost: 'https://nango.example.com' }
  }
  for (const options of [valid, { connectPage: true }]) t.equal(messageFor({ ...good, ...options }), '')
})

test('names all errors at once', async (t) => {
  const message = messageFor({ nango: { host: 'x' }, retries: -1, nonsense: true })
  for (const name of ['nango.secretKey', 'nango.host', 'authorize', 'retries', 'nonsense']) t.match(message, `option ${name} `)
})

test('repeats no value in a message', async (t) => {
  const canary = 'canary-3f9a'
  const wrong = {
    nango: { secretKey: [canary], host: canary, integrationId: `${canary}/`, [`x${1}`]: canary },
    authorize: canary,
    prefix: canary,
    logLevel: canary,
    more: canary
  }
  const message = messageFor(wrong)
  t.match(message, 'nango.secretKey')
  t.notMatch(message, canary)
})

test('fills in defaults, and does not modify the caller\'s object', async (t) => {
  const options = { ...good, nango: { ...nango }, timeouts: { connect: 100 }, retries: undefined }
  const before = structuredClone(options)
  const parsed = parseOptions(options)
  t.same(options, before)
  t.match(
    parsed,
    {
      nango: { secretKey: 'a-key', host: 'https://api.nango.dev', integrationId: 'roller' },
      timeouts: { connect: 100, headers: 60_000 },
      retries: 2
    }
  )
  const frozen = Object.freeze({ ...good, nango: Object.freeze({ ...nango }) })
  t.equal(parseOptions(frozen).nango.integrationId, 'roller')
})

test('takes frozen lists', (t) => {
  const vary = Object.freeze(['x-api-key'])
  const operations = Object.freeze({ deny: Object.freeze(['money-moving']) })
  t.match(parseOptions({ ...good, vary, operations }), { vary: ['x-api-key'], operations: { deny: ['money-moving'] } })
  t.end()
})

test('options may be an instance of a class, with getters, methods and groups', async (t) => {
  class Nango {
    readonly #key = 'a-key'
    get secretKey (): string { return this.#key }
  }
  class Base {
    readonly nango = new Nango()
    get retries (): number { return 1 }
  }
  class Config extends Base {
    readonly #allowed = true
    authorize (): boolean { return this.#allowed }
    notAnOption (): void {}
  }
  const { authorize, ...parsed } = parseOptions(new Config())
  t.match(parsed, { nango: { secretKey: 'a-key', integrationId: 'roller' }, retries: 1 })
  t.equal(typeof authorize === 'function' && authorize({} as never, {} as never), true, 'a method keeps its instance')
  t.notOk('notAnOption' in parsed)
  t.match(messageFor(Object.assign(new Config(), { autorize: 'open' })), /option autorize is not known/)
  t.match(messageFor([]), /options must be an object/)
  t.match(messageFor(new Map()), /option nango is missing/)
})
