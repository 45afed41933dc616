/** The environment is read once; every error has its variable and an example, and no value is repeated. */
import { test } from '../support/tap.ts'
import { findCaller } from '#service/auth/keys.js'
import { ConfigError, readConfig } from '#service/config/config.js'
import { Environment } from '#service/config/environment.js'
import { faultsOf } from './config-faults.ts'

const CANARY = 'canary-4b7e'
const JWT = { JWT_JWKS_URL: 'https://login.example.com/keys', JWT_ISSUER: 'https://login.example.com/', JWT_AUDIENCE: 'gateway' }

test('has defaults', async (t) => {
  t.match(readConfig({}), {
    nango: null,
    transport: 'nango',
    rollerBaseUrl: null,
    otherBaseUrl: null,
    environment: 'live',
    pollInterval: 60_000,
    maxWait: 10_000,
    connectionId: null,
    readOnly: false,
    jwt: null,
    rateLimit: 0,
    keepAliveTimeout: 72_000,
    streamLimit: null,
    logConnectionIds: false,
    tracesTo: null,
    shutdownDelay: 0,
    production: false,
    host: '127.0.0.1',
    port: 3000,
    logLevel: 'info',
    trustProxy: false,
    shutdownGrace: 30_000,
    loopbackOnly: true
  })
  const { operations, cache, keys, corsOrigins } = readConfig({})
  t.same({ operations, cache, keys, corsOrigins }, { operations: {}, cache: {}, keys: [], corsOrigins: [] })
  t.same(
    readConfig({ NANGO_SECRET_KEY: 'k' }).nango,
    { secretKey: 'k', host: 'https://api.nango.dev', integrationId: 'roller', webhookSigningKeys: [] }
  )
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
  t.equal(readConfig({ ...traced, OTEL_SDK_DISABLED: 'false' }).tracesTo, 'http://collector:4318')
  t.equal(readConfig({ ...traced, OTEL_SDK_DISABLED: 'True' }).tracesTo, null)
  t.equal(readConfig({ NANGO_WEBHOOK_SIGNING_KEY: 'one, two' }).pollInterval, 600_000, 'Nango reports changes by webhook')
})

test('gives browsers the addresses that are for them, and has no connect page without one', async (t) => {
  const internal = { NANGO_SECRET_KEY: 'k', NANGO_HOST: 'http://nango:3003' }
  t.equal(readConfig(internal).connectPage, false)
  const addresses = { publicHost: 'https://nango.example.com', connectUrl: 'https://connect.example.com' }
  const config = readConfig({ ...internal, NANGO_PUBLIC_HOST: addresses.publicHost, NANGO_CONNECT_URL: addresses.connectUrl })
  t.match(config, { nango: { host: internal.NANGO_HOST, ...addresses }, connectPage: true })
})

test('takes a base URL that is not ROLLER\'s for both environments', async (t) => {
  for (const url of ['https://api.roller.app', 'https://api.play.roller.app/']) {
    t.match(readConfig({ ROLLER_BASE_URL: url }), { rollerBaseUrl: url, otherBaseUrl: null })
  }
  const url = 'https://roller.example.com'
  t.match(readConfig({ ROLLER_BASE_URL: url }), { rollerBaseUrl: url, otherBaseUrl: url })
})

test('parses values to their types', async (t) => {
  const config = readConfig(
    {
      NANGO_SECRET_KEY: 'k\n',
      PORT: '0',
      ROLLER_READ_ONLY: 'true',
      TRUST_PROXY: 'false',
      SHUTDOWN_GRACE: '5',
      API_KEYS: 'first-key-of-the-list, second-key-of-the-list,'
    }
  )
  t.match(config, { nango: { secretKey: 'k' }, port: 0, readOnly: true, trustProxy: false, shutdownGrace: 5000, loopbackOnly: false })
  t.same(config.keys.map(({ name, limits }) => [name, limits]), [['key-1', null], ['key-2', null]])
  t.equal(findCaller(config.keys, 'second-key-of-the-list'), config.keys[1])
  t.equal(findCaller(config.keys, 'third-key-of-no-list'), null)
  t.match(
    readConfig({ PORT: '', NANGO_HOST: '', REDIS_URL: '', AUTH: '', SANDBOX: '' }), { port: 3000, nango: null, redisUrl: null },
    'empty is not given'
  )
  t.match(readConfig({
    ROLLER_OPERATIONS_ALLOW: 'GET /bookings, Products',
    ROLLER_OPERATIONS_DENY: 'money-moving',
    CORS_ORIGINS: 'https://a.example, http://localhost:8080',
    KEEP_ALIVE_TIMEOUT: '2',
    CACHE: 'GET /products=60, GET /venues/me = 300',
    STREAM_LIMIT: '20',
    SHUTDOWN_DELAY: '5',
    NODE_ENV: 'production',
    NANGO_SECRET_KEY: 'k'
  }), {
    operations: { allow: ['GET /bookings', 'Products'], deny: ['money-moving'] },
    cache: { 'GET /products': 60_000, 'GET /venues/me': 300_000 },
    corsOrigins: ['https://a.example', 'http://localhost:8080'],
    keepAliveTimeout: 2000,
    streamLimit: 20,
    shutdownDelay: 5000,
    production: true
  })
})

test('names each invalid value, with an example', async (t) => {
  const cases: [name: string, value: string][] = [
    ['PORT', CANARY], ['PORT', '65536'], ['PORT', '-1'], ['PORT', '1.5'], ['NANGO_HOST', CANARY], ['NANGO_HOST', `ftp://${CANARY}`],
    ['NANGO_HOST', `http://[${CANARY}`],
    ['NANGO_INTEGRATION_ID', `${CANARY}/`], ['ROLLER_READ_ONLY', CANARY], ['TRUST_PROXY', CANARY], ['LOG_LEVEL', CANARY], ['AUTH', CANARY],
    ['SHUTDOWN_GRACE', '0'],
    ['ROLLER_CONNECTION_ID', CANARY.repeat(30)], ['TRUST_PROXY', '10.0.0.0/33'], ['TRUST_PROXY', '0'],
    ['TRUST_PROXY', '10.0.0.0/0'], ['TRUST_PROXY', '::/0'], ['ROLLER_CONNECTION_ID', '..'],
    ['ROLLER_CONNECTION_ID', `${CANARY}\n`.repeat(2)],
    ['TRUST_PROXY', `10.0.0.1,${CANARY}`], ['CORS_ORIGINS', '*'], ['CORS_ORIGINS', `https://${CANARY}.example/`],
    ['CORS_ORIGINS', CANARY], ['CORS_ORIGINS', `ftp://${CANARY}`], ['TRUST_PROXY', '10.0.0.0/8/8'], ['REPLICAS', '0'],
    ['ROLLER_OPERATIONS_ALLOW', `GET /bookings,${CANARY}`], ['ROLLER_OPERATIONS_DENY', CANARY],
    ['ROLLER_OPERATIONS_DENY', ','], ['ON_REDIS_DOWN', CANARY], ['POLL_INTERVAL', '86401'],
    ['RATE_LIMIT', '-1'], ['KEEP_ALIVE_TIMEOUT', '0'], ['KEEP_ALIVE_TIMEOUT', CANARY], ['STREAM_LIMIT', '0'], ['STREAM_LIMIT', CANARY],
    ['LOG_CONNECTION_IDS', CANARY], ['OTEL_EXPORTER_OTLP_ENDPOINT', CANARY], ['SHUTDOWN_DELAY', '-1'], ['SANDBOX', 'on'], ['CACHE', CANARY],
    ['CACHE', 'GET /products'], ['CACHE', 'GET /products=0'], ['CACHE', 'GET /products=86401'],
    ['CACHE', 'GET /products=1.5'], ['CACHE', `GET /${CANARY}=60`], ['CACHE', 'POST /bookings=60'],
    ['CACHE', 'GET /products=1,GET /products=2']
  ]
  for (const [name, value] of cases) {
    const faults = faultsOf({ [name]: value })
    t.equal(faults.length, 1, `${name}: ${faults.join(' | ')}`)
    t.match(faults[0], new RegExp(`^${name} .*Example: ${name}=\\S`), name)
    t.notMatch(faults.join(), CANARY)
  }
  t.match(faultsOf({ API_KEYS: `${CANARY},a-long-enough-key-1234` }), [/^API_KEYS .*16 characters.*openssl/])
})

test('reports every error at once', async (t) => {
  const faults = faultsOf(
    {
      PORT: 'x',
      NANGO_HOST: 'x',
      LOG_LEVEL: 'x',
      ROLLER_READ_ONLY: 'x',
      API_KEYS: 'short',
      HOST: '0.0.0.0',
      NODE_ENV: 'production',
      AUTH: 'open'
    }
  )
  for (const name of ['PORT', 'NANGO_HOST', 'LOG_LEVEL', 'ROLLER_READ_ONLY', 'AUTH', 'API_KEYS', 'NANGO_SECRET_KEY']) {
    t.equal(faults.filter((fault) => fault.startsWith(`${name} `)).length, 1, `${name} in ${faults.join(' | ')}`)
  }
  t.match(new ConfigError(faults).message, /7 faults:\n {2}- /)
})

test('requires keys or AUTH=none for a public address', async (t) => {
  for (const HOST of ['0.0.0.0', '::', '192.168.1.5', 'example.com', '::ffff:127.0.0.1', '128.0.0.1', '127.evil.example']) {
    const real = { HOST, NANGO_SECRET_KEY: 'k' }
    t.match(faultsOf(real), [/^HOST is reachable.*API_KEYS.*AUTH=none/], HOST)
    t.same(faultsOf({ ...real, AUTH: 'none' }), [], `${HOST} with AUTH=none`)
    t.same(faultsOf({ ...real, API_KEYS: 'a-long-enough-key-1234' }), [], `${HOST} with keys`)
    t.same(faultsOf({ ...real, ...JWT }), [], `${HOST} with tokens`)
  }
  for (const HOST of ['127.0.0.1', '127.0.0.2', '::1', 'localhost']) t.equal(readConfig({ HOST }).loopbackOnly, true, HOST)
})

test('supports AUTH=none behind a proxy on the same machine', async (t) => {
  t.equal(readConfig({ AUTH: 'none' }).loopbackOnly, false)
})

test('starts no sandbox in production', async (t) => {
  t.match(faultsOf({ NODE_ENV: 'production' }), [/^NANGO_SECRET_KEY is missing/])
  t.same(faultsOf({ NODE_ENV: 'production', NANGO_SECRET_KEY: 'k' }), [])
})

test('reads X from the file of X_FILE', async (t) => {
  const dir = t.testdir({ key: `${CANARY}\n`, keys: 'a-key-from-a-file-1234', empty: '\n' })
  t.match(
    readConfig({ NANGO_SECRET_KEY_FILE: `${dir}/key`, API_KEYS_FILE: `${dir}/keys` }),
    { nango: { secretKey: CANARY }, keys: [{ name: 'key-1' }] }
  )
  t.match(
    faultsOf({ NANGO_SECRET_KEY: CANARY, NANGO_SECRET_KEY_FILE: `${dir}/key` }),
    [/^NANGO_SECRET_KEY and NANGO_SECRET_KEY_FILE are both set. Remove one./]
  )
  t.match(
    faultsOf({ NANGO_SECRET_KEY_FILE: `${dir}/missing-${CANARY}` }), [/^NANGO_SECRET_KEY_FILE is the path of an unreadable file \(ENOENT\)/]
  )
  t.match(faultsOf({ API_KEYS_FILE: dir }), [/EISDIR/])
  t.match(
    faultsOf({ NANGO_SECRET_KEY_FILE: `${dir}/empty` }), [/^NANGO_SECRET_KEY_FILE is the path of an empty file/],
    'the sandbox does not start in its place'
  )
  t.notMatch(faultsOf({ NANGO_SECRET_KEY_FILE: `${dir}/missing-${CANARY}`, PORT_FILE: `${dir}/key` }).join(), CANARY)
})

test('parses TRUST_PROXY', async (t) => {
  for (
    const [value, expected] of [
      ['true', true], ['false', false], ['2', 2], ['10.0.0.0/8, 192.168.1.7', ['10.0.0.0/8', '192.168.1.7']], ['::1/128', ['::1/128']]
    ] as const
  ) {
    t.same(readConfig({ TRUST_PROXY: value }).trustProxy, expected, value)
  }
})

test('requires every setting of token checks, and a key set over https', async (t) => {
  t.match(
    readConfig(JWT),
    { jwt: { jwksUrl: JWT.JWT_JWKS_URL, issuer: JWT.JWT_ISSUER, audience: 'gateway', scopeClaim: 'scope' }, loopbackOnly: false }
  )
  for (const missing of Object.keys(JWT)) {
    t.match(faultsOf({ ...JWT, [missing]: undefined }), [new RegExp(`^${missing} is missing.*Example: ${missing}=`)], missing)
    for (const [name, value, fault] of [[missing, '', 'is set but empty'], [`${missing}_FILE`, '/missing', 'is the path of']] as const) {
      const faults = faultsOf({ ...JWT, [missing]: undefined, [name]: value })
      t.match(faults, [new RegExp(`^${name} ${fault}`)], name)
      t.equal(faults.length, 1, 'its own error alone')
    }
  }
  for (const url of ['http://login.example.com/keys', CANARY, `ftp://${CANARY}/`]) {
    const faults = faultsOf({ ...JWT, JWT_JWKS_URL: url })
    t.match(faults, [/^JWT_JWKS_URL must be an https address.*Example: JWT_JWKS_URL=https/], url)
    t.notMatch(faults.join(), CANARY)
  }
  t.same(faultsOf({ ...JWT, JWT_JWKS_URL: 'http://127.0.0.1:9000/keys' }), [], 'http of this machine')
})

test('rejects AUTH=none together with keys or tokens', async (t) => {
  for (const other of [{ API_KEYS: 'a-long-enough-key-1234' }, JWT]) {
    t.match(faultsOf({ AUTH: 'none', ...other }), [/^AUTH=none disables.*Remove AUTH/])
  }
})

test('has an example in every error', async (t) => {
  const dir = t.testdir({ empty: '' })
  const wrong = [
    { HOST: '0.0.0.0' }, { NODE_ENV: 'production' }, { API_KEYS: 'short' }, { API_KEYS: 'a key with spaces in it' }, { API_KEYS: '{' },
    { API_KEYS: '[]' }, { ROLLER_BASE_URL: 'x' },
    { PORT_FILE: `${dir}/empty` }, { PORT_FILE: `${dir}/none` }, { PORT: '1', PORT_FILE: `${dir}/empty` }, { AUTH: 'none', ...JWT },
    { JWT_ISSUER: 'x' }
  ]
  for (const env of wrong) {
    const faults = faultsOf(env)
    t.ok(faults.length > 0, JSON.stringify(env))
    for (const fault of faults) t.match(fault, /Example: [A-Z_]+=|openssl rand|Example: \[/, fault)
  }
})

test('describes every variable', async (t) => {
  for (const [name, { description }] of Object.entries(Environment.properties)) t.match(description, /\S.*\.$/s, name)
})

test('rejects several replicas without Redis: each would use the whole rate limit', async (t) => {
  t.match(faultsOf({ REPLICAS: '2' }), [/^REPLICAS is above 1, and without REDIS_URL .*Example: REDIS_URL=/])
  t.same(faultsOf({ REPLICAS: '2', REDIS_URL: 'redis://redis:6379' }), [])
  t.same(faultsOf({ REPLICAS: '1' }), [])
  const faults = faultsOf({ REPLICAS: '2', REDIS_URL_FILE: '/missing' })
  t.match(faults, [/^REDIS_URL_FILE is the path of an unreadable file/])
  t.equal(faults.length, 1, 'its own error alone')
})
