/** An invalid option fails the registration with a message that names it and repeats no value. */
import { test } from '../support/tap.ts'
import { parseOptions } from '#plugin/options.js'

const good = { nango: { secretKey: 'a-key' }, authorize: 'open' }
const nango = good.nango

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
    ['a limit that is no whole number', { ...good, bodyLimit: 1.5 }, /option bodyLimit is wrong/]
  ]
  for (const [label, options, expected] of cases) t.match(messageFor(options), expected, label)
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
