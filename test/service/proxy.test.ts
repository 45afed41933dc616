/** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` hold for everything that leaves the service, in a process with these variables. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import tap, { test, type Test } from '../support/tap.ts'
import { SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'
import { startForwardProxy } from '../support/forward-proxy.ts'
import { CERTIFICATE } from '../support/tls.ts'
import { startProcess, until } from './fixture.ts'
import { NOW, target } from './target-server.ts'

tap.setTimeout(120_000) // starting a process takes its time on a busy machine

/** Collector and key server in one: what it answers suits both. */
async function jsonServer (t: Test) {
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    request.resume().on('end', () => { response.setHeader('content-type', 'application/json').end('{"keys":[]}') })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close(); server.closeAllConnections() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths }
}

async function setup (t: Test, credentials?: string) {
  const { nango, roller } = await startSimulators(t)
  const json = await jsonServer(t)
  const app = await target(t)
  const proxy = await startForwardProxy(t, {
    names: {
      'nango.test': nango.url, 'roller.test': roller.url, 'login.test': json.url, app: app.url, collector: json.url
    },
    ...(credentials !== undefined && { credentials })
  })
  const env = {
    PORT: '0',
    LOG_LEVEL: 'warn',
    NODE_EXTRA_CA_CERTS: `${t.testdir({ 'ca.pem': CERTIFICATE })}/ca.pem`,
    NANGO_SECRET_KEY: SECRET_KEY,
    NANGO_HOST: 'https://nango.test',
    ROLLER_BASE_URL: 'https://roller.test'
  }
  return { proxy, env, app, json }
}

const keyed = { API_KEYS: 'a-key-of-sixteen-characters', JWT_ISSUER: 'x', JWT_AUDIENCE: 'x', JWT_JWKS_URL: 'https://login.test/keys' }
const authorization = `Bearer ${keyed.API_KEYS}`
const TOKEN = ['{"alg":"RS256","kid":"x"}', '{"exp":1}', 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.')

for (const transport of ['nango', 'direct'] as const) {
  test(`everything goes through the proxies, with the transport ${transport}`, async (t) => {
    const { proxy, env, app, json } = await setup(t, 'user:pass word')
    const withCredentials = proxy.url.replace('//', '//user:pass%20word@')
    const service = startProcess(t, {
      ...env,
      ...keyed,
      ROLLER_TRANSPORT: transport,
      WEBHOOK_TARGET_URL: 'http://app/hook',
      WEBHOOK_TARGET_SECRET: NOW,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      HTTPS_PROXY: withCredentials,
      HTTP_PROXY: withCredentials.replace('http://', '') // as curl takes it
    })
    const url = await service.url()
    const ready = await fetch(`${url}/ready`)
    t.equal(ready.status, 200, await ready.text())
    const call = await fetch(`${url}/roller/venues/me`, { headers: { ...VENUE, authorization } })
    t.equal(call.status, 200, await call.text())
    const rejected = await fetch(`${url}/roller/venues/me`, { headers: { ...VENUE, authorization: `Bearer ${TOKEN}` } })
    t.match(await rejected.text(), 'signed by a key that its issuer does not publish')
    const created = await fetch(`${url}/connections`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ clientId: 'new-park', clientSecret: 'anything' })
    })
    t.equal(created.status, 201, await created.text())
    await until(() => app.received.length === 1 && json.paths.includes('/v1/traces'))
    t.same(json.paths.sort().filter((path, index, all) => path !== all[index - 1]), ['/keys', '/v1/traces'])
    const tunnels = ['collector:80', 'login.test:443', 'nango.test:443', ...(transport === 'direct' ? ['roller.test:443'] : [])]
    t.same(proxy.passed().sort(), [...tunnels.map((name) => `CONNECT ${name}`), 'POST http://app/hook'])
    t.notMatch(service.stdout() + service.stderr(), /pass(%20| )word/)
  })
}

test('the check goes the same way', async (t) => {
  const { proxy, env } = await setup(t)
  const { stdout, exited } = startProcess(t, { ...env, ...keyed, https_proxy: proxy.url, HTTPS_PROXY: 'http://127.0.0.1:1' }, ['check'])
  t.equal(await exited, 0, stdout())
  t.same(proxy.passed().sort(), ['CONNECT login.test:443', 'CONNECT nango.test:443'])
})

test('hosts of NO_PROXY and this machine are called directly', async (t) => {
  const { nango } = await startSimulators(t)
  const { proxy, env, app } = await setup(t)
  const proxies = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url }
  const local = startProcess(t, { ...env, NANGO_HOST: nango.url, WEBHOOK_TARGET_URL: app.url, WEBHOOK_TARGET_SECRET: NOW, ...proxies })
  const url = await local.url()
  t.equal((await fetch(`${url}/ready`)).status, 200)
  t.equal((await fetch(`${url}/roller/venues/me`, { headers: VENUE })).status, 200)
  const { stdout, exited } = startProcess(t, { ...env, ...proxies, NO_PROXY: 'example.com,.test' }, ['check'])
  t.equal(await exited, 1)
  t.match(stdout(), /failed +nango-reachable +Nango could not be reached \((ENOTFOUND|EAI_AGAIN)\)/)
  const named = startProcess(t, { ...env, ...proxies, NO_PROXY: 'nango.test:443' })
  const response = await fetch(`${await named.url()}/roller/venues/me`, { headers: VENUE })
  t.match(await response.text(), /(ENOTFOUND|EAI_AGAIN)/)
  t.same(proxy.passed(), [])
})

test('a proxy that wants other credentials is named', async (t) => {
  const { proxy, env } = await setup(t, 'user:password')
  const service = startProcess(t, { ...env, HTTPS_PROXY: proxy.url.replace('//', '//user:canary@') })
  const url = await service.url()
  for (const path of ['/roller/venues/me', '/connections']) {
    const response = await fetch(url + path, { headers: VENUE })
    const text = await response.text()
    t.match(text, 'The proxy in front of Nango answered 407.')
    t.notMatch(text + service.stdout() + service.stderr(), /canary/)
  }
})

test('a wrong address of a proxy is a fault that repeats no value', async (t) => {
  for (
    const [name, value] of [
      ['HTTPS_PROXY', 'socks5://canary:1080'], ['HTTP_PROXY', 'http://canary/path'], ['http_proxy', 'ca nary'],
      ['HTTP_PROXY', 'http://user:canary%@host']
    ]
  ) {
    const { stderr, exited } = startProcess(t, { [name ?? '']: value ?? '' })
    t.equal(await exited, 1)
    t.match(stderr(), /- HTTPS?_PROXY must be the http or https address of a proxy.*Example: HTTPS?_PROXY=http/)
    t.notMatch(stderr(), 'canary')
  }
})
