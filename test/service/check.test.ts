/** `roller-sidecar check` prints one line for each check, and exits with 0 or 1. */
import tap, { test } from '../support/tap.ts'
import { keyScopes } from '#plugin/nango/key-rights.js'
import { check } from '#service/cli/check.js'
import { readCommand } from '#service/cli/command-line.js'
import { CLIENT_SECRET, SECRET_KEY, startSimulators } from '../support/build.ts'
import { startIssuer } from '../callers/issuer.ts'
import { freePort } from '../support/free-port.ts'
import { startProcess } from './fixture.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

const SCOPES = keyScopes.map(({ scope }) => scope)

async function run (env: Record<string, string>): Promise<{ good: boolean, lines: string[] }> {
  const lines: string[] = []
  const good = await check(env, (line) => lines.push(line))
  for (const secret of [SECRET_KEY, CLIENT_SECRET, 'canary']) {
    if (lines.join().includes(secret)) throw new Error(`the check prints ${secret}: ${lines.join('\n')}`)
  }
  return { good, lines }
}

const results = (lines: readonly string[]): string[] => lines.map((line) => line.split(/ {2,}/).slice(0, 2).join(' '))

test('passes', async (t) => {
  const { nango } = await startSimulators(t)
  const before = { connections: nango.connections.length }
  const { good, lines } = await run({ NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url })
  t.equal(good, true, lines.join('\n'))
  t.same(
    results(lines),
    ['ok configuration', 'ok nango-reachable', 'ok key-valid', 'ok integration-is-roller', ...SCOPES.map(() => 'ok key-scope')]
  )
  for (const scope of SCOPES) t.ok(lines.some((line) => line.includes(`${scope}: `)), scope)
  t.same({ connections: nango.connections.length }, before)
  t.notOk(nango.requests.some(({ url }) => url.startsWith('/connect/sessions/')))
})

test('names a missing scope, and fails if no call succeeds without it', async (t) => {
  for (const [transport, missing, fails] of [
    ['nango', 'environment:proxy', true], ['direct', 'environment:proxy', false],
    ['nango', 'environment:connections:read_credentials', false],
    ['nango', 'environment:connections:list', true], ['nango', 'environment:connect_sessions:write', false],
    ['nango', 'environment:connections:delete', false],
    ['nango', 'environment:connections:update', true]
  ] as const) {
    const scopes = SCOPES.filter((scope) => scope !== missing)
    const { nango } = await startSimulators(t, { nango: { scopes } })
    const { good, lines } = await run({ NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, ROLLER_TRANSPORT: transport })
    t.equal(good, !fails, `${transport} without ${missing}`)
    const wrong = lines.filter((line) => !line.startsWith('ok'))
    t.equal(wrong.length, 1, wrong.join('\n'))
    t.match(wrong[0], new RegExp(`^${fails ? 'failed' : 'absent'} +key-scope +${missing} is not granted.*Add it`))
  }
})

test('names a missing scope for integrations and checks the other scopes', async (t) => {
  const { nango } = await startSimulators(
    t, { nango: { scopes: SCOPES.filter((scope) => !/integrations:read|connections:delete/.test(scope)) } }
  )
  const { good, lines } = await run({ NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url })
  t.equal(good, true)
  t.ok(lines.some((line) => /^ok +integration-is-roller +Not checked: .*environment:integrations:read/.test(line)), lines.join('\n'))
  t.ok(lines.some((line) => /^absent +key-scope +environment:integrations:read is not granted/.test(line)))
  t.ok(lines.some((line) => /^absent +key-scope +environment:connections:delete is not granted/.test(line)))
})

test('fails on the direct transport without the scope for credentials', async (t) => {
  const { nango } = await startSimulators(t, { nango: { scopes: SCOPES.filter((scope) => !scope.includes('credentials')) } })
  const { good, lines } = await run({ NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, ROLLER_TRANSPORT: 'direct' })
  t.equal(good, false)
  t.ok(lines.some((line) => /^failed .*read/.test(line)), lines.join('\n'))
})

test('reports every error of the configuration, and stops', async (t) => {
  const { good, lines } = await run({ PORT: 'canary', LOG_LEVEL: 'canary', API_KEYS: 'canary' })
  t.equal(good, false)
  t.same(results(lines), ['failed configuration', 'failed configuration', 'failed configuration'])
  t.match(lines.join('\n'), /PORT .*Example: PORT=3000/)
})

test('reports a rejected key, an unreachable Nango, and a missing key', async (t) => {
  const { nango } = await startSimulators(t)
  const unknown = await run({ NANGO_SECRET_KEY: '11111111-1111-4111-8111-111111111111', NANGO_HOST: nango.url })
  t.same(
    [unknown.good, ...results(unknown.lines)],
    [false, 'ok configuration', 'ok nango-reachable', 'failed key-valid', 'skipped integration-is-roller']
  )
  await nango.close()
  const isDown = await run({ NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url })
  t.equal(isDown.good, false)
  t.match(isDown.lines[1], /^failed +nango-reachable .*ECONNREFUSED.*NANGO_HOST/)
  const none = await run({})
  t.equal(none.good, false)
  t.match(none.lines[1], /^failed +nango +NANGO_SECRET_KEY is not set/)
})

test('checks Redis and the token issuer if they are configured', async (t) => {
  const port = await freePort()
  const { nango } = await startSimulators(t)
  const { good, lines } = await run({
    NANGO_SECRET_KEY: SECRET_KEY,
    NANGO_HOST: nango.url,
    REDIS_URL: `redis://:canary@127.0.0.1:${port}`,
    JWT_JWKS_URL: `http://127.0.0.1:${port}/canary`,
    JWT_ISSUER: 'i',
    JWT_AUDIENCE: 'a'
  })
  t.equal(good, false)
  t.match(lines.at(-2), /^failed +redis +Redis cannot be used \(ECONNREFUSED\)/)
  t.match(lines.at(-1), /^failed +token-keys .*\(ECONNREFUSED\)/)
})

test('requires a set of keys of the token issuer, and checks the scopes whatever the integration is', async (t) => {
  const issuer = await startIssuer(t)
  const { nango } = await startSimulators(t)
  const env = { NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, JWT_JWKS_URL: issuer.url, JWT_ISSUER: 'i', JWT_AUDIENCE: 'a' }
  t.equal((await run(env)).lines.at(-1), `ok       ${'token-keys'.padEnd(22)} The token issuer publishes its keys.`)
  issuer.respond((response) => { response.writeHead(302, { location: issuer.url }).end() })
  t.match((await run(env)).lines.at(-1), /^failed +token-keys +The token issuer answered 302 instead of 200\. Check JWT_JWKS_URL\.$/)
  issuer.respond((response) => { response.end('{"keys":1}') })
  const { good, lines } = await run({ ...env, NANGO_INTEGRATION_ID: 'none' })
  t.equal(good, false)
  t.match(lines.at(-1), /^failed +token-keys +The keys of the token issuer cannot be read \(ERR_JWKS_INVALID\)/)
  t.same(results(lines).slice(3, 5), ['failed integration-is-roller', 'ok key-scope'])
})

test('takes no argument beside a command', async (t) => {
  for (const args of [['check', 'more'], ['check', 'export'], ['check', 'check'], ['more'], ['--port']]) {
    t.match(readCommand(args), { kind: 'say', exitCode: 1, text: `Unknown argument: ${args.at(-1)}\n\nUsage: ` }, args.join(' '))
  }
  for (const flag of ['--help', '-h']) {
    t.match(readCommand([flag]), { kind: 'say', exitCode: 0, text: /^Usage: roller-sidecar \[check/ })
    t.match(readCommand(['export', flag]), { kind: 'say', exitCode: 0, text: /^Usage: roller-sidecar export/ })
  }
})

test('exits with 0 or 1, and prints its usage', async (t) => {
  const { nango } = await startSimulators(t)
  const good = startProcess(t, { NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url }, ['check'])
  const bad = startProcess(t, { PORT: 'x' }, ['check'])
  const usage = startProcess(t, {}, ['--help'])
  const wrong = startProcess(t, {}, ['chek'])
  t.same(await Promise.all([good, bad, usage, wrong].map(({ exited }) => exited)), [0, 1, 0, 1])
  t.match(good.stdout(), /^ok +configuration /)
  t.equal(good.stderr(), '')
  t.match(bad.stdout(), /^failed +configuration +PORT /)
  t.match(usage.stdout(), /Usage: roller-sidecar \[check \| export OPTIONS\]/)
  t.match(wrong.stderr(), /Usage: /)
})
