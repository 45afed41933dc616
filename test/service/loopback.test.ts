/** Without keys only programs on this machine may call: no foreign page in its browser, and no rebound host name. */
import { test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { service } from './fixture.ts'

const URL = '/roller/venues/me'

test('accepts programs on this machine, and pages of this service', async (t) => {
  const { app } = await service(t)
  for (const headers of [
    { host: '127.0.0.1:3000' }, { host: 'localhost:3000' }, { host: 'LOCALHOST' }, { host: '[::1]:3000' }, { host: 'app.localhost' },
    { host: '127.1.2.3' },
    { host: 'localhost:3000', origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' },
    { host: 'localhost:3000', 'sec-fetch-site': 'none' }
  ]) t.equal((await app.inject({ url: URL, headers: { ...VENUE, ...headers } })).statusCode, 200, JSON.stringify(headers))
})

test('rejects foreign host names, origins and sites', async (t) => {
  const built = await service(t)
  for (const headers of [
    { host: 'evil.example' }, { host: 'localhost.evil.example' }, { host: '127.0.0.1.evil.example' }, { host: 'evil.example:3000' },
    { host: 'not-localhost' }, { host: '192.168.1.5' }, { host: '1270.0.0.1' },
    { host: 'localhost', origin: 'https://evil.example' }, { host: 'localhost', origin: 'null' },
    { host: 'localhost:3000', origin: 'http://localhost:4000' },
    { host: 'localhost', 'sec-fetch-site': 'cross-site' }, { host: 'localhost', origin: 'http://localhost', 'sec-fetch-site': 'cross-site' }
  ]) {
    for (const [method, url] of [['GET', URL], ['POST', '/roller/any'], ['GET', '/connections'], ['POST', '/connect-session']] as const) {
      const response = await built.app.inject({ method, url, headers: { ...VENUE, ...headers } })
      t.match(
        response.json(), { status: 401, code: 'ROLLER_ERR_UNAUTHORIZED', hint: /API_KEYS/ }, `${method} ${url} ${JSON.stringify(headers)}`
      )
    }
  }
  t.same(callsAtRoller(built), [])
  const page = await built.app.inject({ url: '/problems/ROLLER_ERR_PATH', headers: { host: 'gateway.example.com' } })
  t.equal(page.statusCode, 200, 'but for what needs no key, and webhooks and links that bring their own')
})

test('skips these checks with keys or AUTH=none', async (t) => {
  const keyed = await service(t, { API_KEYS: 'a-long-enough-key-1234' })
  const headers = { ...VENUE, host: 'gateway.example.com', origin: 'https://app.example.com' }
  t.equal((await keyed.app.inject({ url: URL, headers: { ...headers, authorization: 'Bearer a-long-enough-key-1234' } })).statusCode, 200)
  const open = await service(t, { AUTH: 'none' })
  t.equal((await open.app.inject({ url: URL, headers })).statusCode, 200)
})
