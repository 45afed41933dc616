/** An invalid address is an error with variable and rule. It may contain a password, so its value is never repeated. */
import tap, { test } from '../support/tap.ts'
import { check } from '#service/cli/check.js'
import { faultsOf } from './config-faults.ts'
import { service, startProcess, until } from './fixture.ts'

tap.setTimeout(300_000) // starting a process is slow on a busy machine

const CANARY = 'canary-pa55-9e1b'
const REAL = { NANGO_SECRET_KEY: 'k' }
const JWT = { JWT_JWKS_URL: 'https://login.example.com/keys', JWT_ISSUER: 'https://login.example.com/', JWT_AUDIENCE: 'gateway' }
const TARGET = { WEBHOOK_TARGET_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}` }

/** Invalid for any HTTP address. */
const BROKEN = [
  `https://user:${CANARY}@host.example.com`, `https://${CANARY}@host.example.com`, `https://[${CANARY}`,
  `https://host.example.com:${CANARY}`,
  `ftp://user:${CANARY}@host`,
  `//user:${CANARY}@host`, `user:${CANARY}@host`, CANARY, `https://user:${CANARY}@`, `https://ho st/${CANARY}`,
  `https://host.example.com/#${CANARY}`,
  `https:\\\\user:${CANARY}@host`, `https://user:${CANARY}%40@host.example.com`, `https://%/${CANARY}`
]
const REDIS = [
  `redis://user:${CANARY}@host:99999`, `redis://:${CANARY}@`, `redis://:${CANARY}`, `redis://:${CANARY}#@host`,
  `redis://:${CANARY}/@host`, `redis://:${CANARY}%zz@host`, `redis://${CANARY}%zz@host`,
  `redis://:${CANARY} @host`, `http://:${CANARY}@host`, CANARY, `redis://:${CANARY}@host/first`, `redis://host?password=${CANARY}`,
  `redis:///${CANARY}`, 'redis:///0', `redis://host/0#${CANARY}`,
  `redis://[${CANARY}`, `redis:${CANARY}@host`
]

test('rejects an invalid address in every variable, without its value', async (t) => {
  const cases: [name: string, more: Record<string, string>, values: readonly string[]][] = [
    ['NANGO_HOST', {}, BROKEN], ['NANGO_PUBLIC_HOST', {}, BROKEN], ['NANGO_CONNECT_URL', {}, BROKEN],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', {}, BROKEN], ['PUBLIC_URL', {}, BROKEN],
    ['ROLLER_BASE_URL', {}, BROKEN], ['JWT_JWKS_URL', JWT, BROKEN], ['CORS_ORIGINS', {}, BROKEN],
    ['WEBHOOK_TARGET_URL', TARGET, BROKEN], ['REDIS_URL', {}, REDIS], ['HOST', { AUTH: 'none' }, BROKEN.filter((value) => value !== CANARY)]
  ]
  for (const [name, more, values] of cases) {
    for (const value of values) {
      const faults = faultsOf({ ...REAL, ...more, [name]: value })
      t.equal(faults.length > 0, true, `${name}=${value} is taken`)
      t.match(faults[0], new RegExp(`^${name} must be .*Example: ${name}=\\S`), value)
      t.notMatch(faults.join(), CANARY, value)
    }
  }
})

test('rejects an address to which keys or links would be sent unencrypted, or with a path that would be left out', async (t) => {
  for (const name of ['NANGO_PUBLIC_HOST', 'NANGO_CONNECT_URL', 'PUBLIC_URL', 'ROLLER_BASE_URL']) {
    t.match(faultsOf({ ...REAL, [name]: 'http://host.example.com' }), [new RegExp(`^${name} must be an https address`)], name)
  }
  t.match(faultsOf({ ...REAL, ROLLER_BASE_URL: 'https://host.example.com/v1' }), [/^ROLLER_BASE_URL must be .* without path/])
})

test('accepts valid addresses', async (t) => {
  const good: [name: string, ...values: string[]][] = [
    ['NANGO_HOST', 'http://nango-server:3003', 'https://nango.example.com/api/', 'http://[::1]:3003'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://otel-collector:4318', 'https://otlp.example.com/v1'],
    ['JWT_JWKS_URL', 'https://login.example.com/keys?policy=a', 'http://localhost:9000/keys', 'http://127.0.0.1/keys'],
    ['REDIS_URL', 'redis://redis:6379', 'rediss://user:pa%40ss@redis.example.com:6380/2', 'redis://:secret@10.0.0.1',
      'redis://[::1]:6379/0', 'redis://redis?family=6', 'redis://redis?family=0', 'redis://redis/'],
    ['HOST', '0.0.0.0', '::', 'my-host.internal', 'fe80::1%eth0']
  ]
  for (const [name, ...values] of good) {
    for (const value of values) t.same(faultsOf({ ...REAL, ...JWT, [name]: value }), [], `${name}=${value}`)
  }
})

test('shows no password on stderr, in the check or in /ready', async (t) => {
  const source = {
    ...REAL,
    PORT: '0',
    NANGO_HOST: `https://user:${CANARY}@nango.example.com`,
    REDIS_URL: `redis://:${CANARY}@host:99999`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://[${CANARY}`
  }
  const process = startProcess(t, source)
  t.equal(await process.exited, 1)
  for (const name of ['NANGO_HOST', 'REDIS_URL', 'OTEL_EXPORTER_OTLP_ENDPOINT']) t.match(process.stderr(), `\n  - ${name} must be `)
  t.notMatch(process.stderr() + process.stdout(), CANARY)
  t.notMatch(process.stderr(), /^ +at /m, 'no stack')
  const lines: string[] = []
  t.equal(await check(source, (line) => lines.push(line)), false)
  t.notMatch(lines.join('\n'), CANARY)
})

test('logs an unreachable Redis without its address', async (t) => {
  const REDIS_URL = `redis://${CANARY}:${CANARY}@127.0.0.1:1/0`
  const process = startProcess(t, { PORT: '0', REDIS_URL, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:1/${CANARY}` })
  const url = await process.url()
  await fetch(`${url}/roller/venues/me`, { headers: { 'connection-id': 'demo-venue' } })
  await until(() => /Redis cannot be used/.test(process.stdout())) // the log is written asynchronously
  t.match(process.stdout(), /Redis cannot be used/)
  process.child.kill('SIGTERM')
  await process.exited
  t.notMatch(process.stdout() + process.stderr(), CANARY)
})

test('shows neither Nango\'s address nor the integration in /ready', async (t) => {
  const { app, nango } = await service(t, { NANGO_INTEGRATION_ID: 'canary-integration' })
  const response = await app.inject({ url: '/ready' })
  t.equal(response.statusCode, 503)
  t.match(
    response.json(),
    {
      steps: [
        { result: 'ok' }, { result: 'ok' }, { step: 'integration-is-roller', result: 'failed', hint: /NANGO_INTEGRATION_ID/ },
        { result: 'skipped' }
      ]
    }
  )
  t.notMatch(response.body, 'canary-integration')
  t.notMatch(response.body, new URL(nango.url).host)
})
