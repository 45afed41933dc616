/** The sandbox starts by default only where it cannot be mistaken for the real service, and labels each response. */
import { readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import tap, { test, type Test } from '../support/tap.ts'
import { buildApp } from '#service/app.js'
import { readConfig } from '#service/config/config.js'
import { startOnSandbox } from '#service/sandbox/service.js'
import { faultsOf } from './config-faults.ts'
import { service, startProcess } from './fixture.ts'

tap.setTimeout(300_000) // starting a process is slow on a busy machine

const KEY = 'a-long-enough-key-1234'

test('starts without a Nango key on loopback, in development and tests', async (t) => {
  for (const HOST of ['127.0.0.1', '::1', 'localhost']) {
    for (const NODE_ENV of ['', 'development', 'test']) t.equal(readConfig({ HOST, NODE_ENV }).nango, null, `${HOST} ${NODE_ENV}`)
  }
})

test('starts elsewhere only with SANDBOX=true', async (t) => {
  const places: Record<string, string>[] = [
    ...['0.0.0.0', '::', '10.1.2.3', 'gateway.example.com'].flatMap((HOST) => [{ HOST, API_KEYS: KEY }, { HOST, AUTH: 'none' }]),
    ...['production', 'staging', 'Production', 'prod', 'qa', 'development2'].map((NODE_ENV) => ({ NODE_ENV })),
    { HOST: '0.0.0.0', API_KEYS: KEY, NODE_ENV: 'development' }
  ]
  for (const place of places) {
    const label = JSON.stringify(place)
    t.match(faultsOf(place), [/^NANGO_SECRET_KEY is missing.*SANDBOX=true.*Example: /], label)
    t.match(faultsOf({ ...place, SANDBOX: 'false' }), [/^NANGO_SECRET_KEY is missing/], label)
    t.same(faultsOf({ ...place, SANDBOX: 'true' }), [], label)
    t.same(faultsOf({ ...place, NANGO_SECRET_KEY: 'k' }), [], label)
  }
})

test('does not start with SANDBOX=false, on loopback too, and rejects other values', async (t) => {
  t.match(faultsOf({ SANDBOX: 'false' }), [/^NANGO_SECRET_KEY is missing/])
  for (const SANDBOX of ['yes', 'on', '1', 'TRUE']) {
    t.match(faultsOf({ SANDBOX }), [/^SANDBOX must be true or false. Example: SANDBOX=true/], SANDBOX)
  }
})

test('rejects SANDBOX=true together with a Nango key', async (t) => {
  t.match(faultsOf({ SANDBOX: 'true', NANGO_SECRET_KEY: 'k' }), [/^SANDBOX=true starts the sandbox.*Remove one of them/])
  t.same(faultsOf({ SANDBOX: 'false', NANGO_SECRET_KEY: 'k' }), [])
})

async function sandbox (t: Test, env: Record<string, string> = {}) {
  const started = await startOnSandbox(readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...env }))
  t.teardown(() => started.close())
  const app = await buildApp(started.options)
  t.teardown(() => app.close())
  return app
}

const VENUE = { 'connection-id': 'demo-venue' }

test('sends Roller-Sandbox: true with every response', async (t) => {
  const app = await sandbox(t, { API_KEYS: KEY, CORS_ORIGINS: 'https://app.example.com', RATE_LIMIT: '100' })
  const authorization = `Bearer ${KEY}`
  const calls: [expected: number, method: string, url: string, headers?: Record<string, string>, payload?: string][] = [
    [200, 'GET', '/'], [200, 'GET', '/health'], [200, 'GET', '/ready'], [200, 'GET', '/docs/'], [200, 'GET', '/docs/json'],
    [200, 'GET', '/openapi.json'],
    [200, 'GET', '/docs/static/swagger-ui.css'], [404, 'GET', '/docs/static/nothing'], [404, 'GET', '/nothing'], [404, 'DELETE', '/health'],
    [200, 'GET', '/problems/ROLLER_ERR_PATH'], [404, 'GET', '/problems/nothing'], [200, 'GET', '/connect'],
    [400, 'GET', '/%ff'], [400, 'GET', '/roller/%ff'], [500, 'POST', '/webhooks/roller/%ff'], [401, 'GET', '/metrics'],
    [401, 'GET', '/roller/venues/me', VENUE],
    [200, 'GET', '/metrics', { authorization }], [200, 'GET', '/roller/venues/me', { ...VENUE, authorization }],
    [200, 'HEAD', '/health'], [404, 'GET', '/roller/nothing', { ...VENUE, authorization }],
    [400, 'POST', '/roller/giftcards', { ...VENUE, authorization, 'content-type': 'application/json' }, '{}'],
    [400, 'POST', '/connections', { authorization, 'content-type': 'application/json' }, '{'],
    [401, 'POST', '/webhooks/nango', { 'content-type': 'application/json' }, '{}'], [500, 'POST', '/webhooks/roller/demo-venue'],
    [204, 'OPTIONS', '/roller/venues/me', { origin: 'https://app.example.com', 'access-control-request-method': 'GET' }],
    [417, 'GET', '/health', { expect: 'a miracle' }]
  ]
  for (const [expected, method, url, headers = {}, payload] of calls) {
    const response = await app.inject({ method: method as 'GET', url, headers, ...(payload !== undefined && { payload }) }) // one of HTTP's
    t.equal(response.statusCode, expected, `${method} ${url}`)
    t.equal(response.headers['roller-sandbox'], 'true', `${method} ${url} ${response.statusCode}`)
  }
})

test('sends it in response to invalid bytes too', async (t) => {
  const app = await sandbox(t)
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const received = await new Promise<string>((resolve) => {
    let text = ''
    const socket = createConnection(Number(port), '127.0.0.1', () => { socket.write('this is no HTTP\r\n\r\n') })
    socket.on('data', (chunk) => { text += chunk.toString() }).on('close', () => { resolve(text) })
  })
  t.match(received, /^HTTP\/1\.1 400 .*\r\nroller-sandbox: true\r\n/s)
})

test('reports it in /ready and in the document', async (t) => {
  const app = await sandbox(t)
  t.same((await app.inject({ url: '/ready' })).json(), { status: 'ready', sandbox: true })
  for (const url of ['/openapi.json', '/docs/json']) {
    const info = { title: 'fastify-roller (sandbox)', description: /^\*\*This is a sandbox\*\*.*Roller-Sandbox: true/ }
    t.match((await app.inject({ url })).json(), { info }, url)
  }
  t.match((await app.inject({ url: '/docs/' })).body, '<title>fastify-roller (sandbox)</title>')
  app.drain()
  t.same((await app.inject({ url: '/ready' })).json(), { status: 'draining', sandbox: true })
})

test('is not mentioned by a real service', async (t) => {
  const { app } = await service(t)
  for (const url of ['/health', '/ready', '/openapi.json', '/nothing']) {
    const response = await app.inject({ url })
    t.equal(response.headers['roller-sandbox'], undefined, url)
    t.notMatch(response.body, /roller-sandbox|\(sandbox\)|"sandbox":true/i, url)
  }
})

test('logs a line instead of a banner in production', async (t) => {
  const process = startProcess(t, { PORT: '0', NODE_ENV: 'production', SANDBOX: 'true' })
  await new Promise<void>((resolve) => {
    const look = (): void => { if (/SANDBOX.*\n/.test(process.stdout())) resolve() }
    process.child.stdout?.on('data', look)
    process.child.once('close', () => { resolve() })
  })
  t.match(process.stdout(), 'this is a SANDBOX')
  for (const line of process.stdout().trim().split('\n')) t.type(JSON.parse(line), 'object')
  const rejected = startProcess(t, { PORT: '0', NODE_ENV: 'staging' })
  t.equal(await rejected.exited, 1)
  t.match(rejected.stderr(), /NANGO_SECRET_KEY is missing/)
})

test('is mentioned in the example for Docker Compose', async (t) => {
  const compose = readFileSync(new URL(import.meta.resolve('#root/docker/compose.sandbox.yaml')), 'utf8')
  const lines = [...compose.matchAll(/^ {6}([A-Z_]+): ?'?([^'#\n]*?)'?(?: *#.*)?$/gm)]
  const variables = Object.fromEntries(lines.map(([, name = '', value = '']): [string, string] => [name, value]))
  // The defaults of the image, overridden by those of the example. A variable without a value is not set.
  const given = Object.entries({ HOST: '0.0.0.0', PORT: '3000', ...variables }).filter(([, value]) => value !== '')
  t.equal(variables['API_KEYS_FILE'], '', 'it is removed')
  t.equal(readConfig(Object.fromEntries(given)).nango, null)
})
