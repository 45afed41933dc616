/** The environment is read once; every fault is named with what to write instead, and no value is repeated. */
import { test } from 'tap'
import { ConfigError, environmentSchema, readConfig } from '../../service/config.ts'

const CANARY = 'canary-4b7e'

function faultsOf (source: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(source)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

test('defaults', async (t) => {
  t.match(readConfig({}), {
    nango: null,
    transport: 'nango',
    rollerBaseUrl: 'https://api.roller.app',
    connectionId: null,
    readOnly: false,
    apiKeys: [],
    host: '127.0.0.1',
    port: 3000,
    logLevel: 'info',
    trustProxy: false,
    shutdownGrace: 30_000,
    loopbackOnly: true
  })
  t.same(readConfig({ NANGO_SECRET_KEY: 'k' }).nango, { secretKey: 'k', host: 'https://api.nango.dev', integrationId: 'roller' })
})

test('values are taken as what they are', async (t) => {
  const config = readConfig({ NANGO_SECRET_KEY: 'k\n', PORT: '0', ROLLER_READ_ONLY: 'true', TRUST_PROXY: 'false', SHUTDOWN_GRACE: '5', API_KEYS: 'first-key-of-the-list, second-key-of-the-list,' })
  t.match(config, { nango: { secretKey: 'k' }, port: 0, readOnly: true, trustProxy: false, shutdownGrace: 5000, loopbackOnly: false })
  t.same(config.apiKeys, ['first-key-of-the-list', 'second-key-of-the-list'])
  t.match(readConfig({ PORT: '', NANGO_SECRET_KEY: '', API_KEYS: '' }), { port: 3000, nango: null, apiKeys: [] }, 'empty is not given')
})

test('each wrong value is named, with an example', async (t) => {
  const cases: [name: string, value: string][] = [
    ['PORT', CANARY], ['PORT', '65536'], ['PORT', '-1'], ['PORT', '1.5'], ['NANGO_HOST', CANARY], ['NANGO_HOST', `ftp://${CANARY}`], ['NANGO_HOST', `http://[${CANARY}`],
    ['NANGO_INTEGRATION_ID', `${CANARY}/`], ['ROLLER_READ_ONLY', CANARY], ['TRUST_PROXY', CANARY], ['LOG_LEVEL', CANARY], ['AUTH', CANARY], ['SHUTDOWN_GRACE', '0'],
    ['ROLLER_CONNECTION_ID', CANARY.repeat(30)]
  ]
  for (const [name, value] of cases) {
    const faults = faultsOf({ [name]: value })
    t.equal(faults.length, 1, `${name}: ${faults.join(' | ')}`)
    t.match(faults[0], new RegExp(`^${name} .*Example: ${name}=\\S`), name)
    t.notMatch(faults.join(), CANARY)
  }
  t.match(faultsOf({ API_KEYS: `${CANARY},a-long-enough-key-1234` }), [/^API_KEYS .*16 characters.*openssl/])
})

test('every fault at once', async (t) => {
  const faults = faultsOf({ PORT: 'x', NANGO_HOST: 'x', LOG_LEVEL: 'x', ROLLER_READ_ONLY: 'x', API_KEYS: 'short', HOST: '0.0.0.0', NODE_ENV: 'production', AUTH: 'open' })
  for (const name of ['PORT', 'NANGO_HOST', 'LOG_LEVEL', 'ROLLER_READ_ONLY', 'AUTH', 'API_KEYS', 'NANGO_SECRET_KEY']) {
    t.equal(faults.filter((fault) => fault.startsWith(`${name} `)).length, 1, `${name} in ${faults.join(' | ')}`)
  }
  t.match(new ConfigError(faults).message, /7 faults:\n {2}- /)
})

test('reachable from elsewhere only with keys, or with a word on it', async (t) => {
  for (const HOST of ['0.0.0.0', '::', '192.168.1.5', 'example.com', '::ffff:127.0.0.1', '128.0.0.1', '127.evil.example']) {
    t.match(faultsOf({ HOST }), [/^HOST is reachable.*API_KEYS.*AUTH=none/], HOST)
    t.same(faultsOf({ HOST, AUTH: 'none' }), [], `${HOST} with AUTH=none`)
    t.same(faultsOf({ HOST, API_KEYS: 'a-long-enough-key-1234' }), [], `${HOST} with keys`)
  }
  for (const HOST of ['127.0.0.1', '127.0.0.2', '::1', 'localhost']) t.equal(readConfig({ HOST }).loopbackOnly, true, HOST)
})

test('AUTH=none lets in who comes through something in front on the same machine', async (t) => {
  t.equal(readConfig({ AUTH: 'none' }).loopbackOnly, false)
})

test('no sandbox in production', async (t) => {
  t.match(faultsOf({ NODE_ENV: 'production' }), [/^NANGO_SECRET_KEY is missing/])
  t.same(faultsOf({ NODE_ENV: 'production', NANGO_SECRET_KEY: 'k' }), [])
})

test('X_FILE names a file that holds X', async (t) => {
  const dir = t.testdir({ key: `${CANARY}\n`, keys: 'a-key-from-a-file-1234', empty: '\n' })
  t.match(readConfig({ NANGO_SECRET_KEY_FILE: `${dir}/key`, API_KEYS_FILE: `${dir}/keys` }), { nango: { secretKey: CANARY }, apiKeys: ['a-key-from-a-file-1234'] })
  t.match(faultsOf({ NANGO_SECRET_KEY: CANARY, NANGO_SECRET_KEY_FILE: `${dir}/key` }), ['NANGO_SECRET_KEY and NANGO_SECRET_KEY_FILE are both set. Keep one.'])
  t.match(faultsOf({ NANGO_SECRET_KEY_FILE: `${dir}/missing-${CANARY}` }), [/^NANGO_SECRET_KEY_FILE names a file that cannot be read \(ENOENT\)/])
  t.match(faultsOf({ API_KEYS_FILE: dir }), [/EISDIR/])
  t.match(faultsOf({ NANGO_SECRET_KEY_FILE: `${dir}/empty` }), [/^NANGO_SECRET_KEY_FILE names a file that is empty/], 'the sandbox does not start in its place')
  t.notMatch(faultsOf({ NANGO_SECRET_KEY_FILE: `${dir}/missing-${CANARY}`, PORT_FILE: `${dir}/key` }).join(), CANARY)
})

test('every variable says what it is for', async (t) => {
  for (const [name, { description }] of Object.entries(environmentSchema.properties)) t.match(description, /\S.*\.$/s, name)
})
