/** The option `proxy`: calls, Nango's own API and files of bulk exports go through it, and the environment is not read. */
import { test } from '../support/tap.ts'
import { build, CONNECTION_ID, SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'
import { startForwardProxy } from '../support/forward-proxy.ts'
import { gather, month, ORDER } from '../bulk-export/fixture.ts'
import { until } from '../upstream/fixture.ts'
import { reachable } from '../webhooks/fixture.ts'

const HOST = 'http://nango.test'

test('calls and Nango\'s own API go through it', async (t) => {
  const { nango } = await startSimulators(t)
  const proxy = await startForwardProxy(t, { names: { 'nango.test': nango.url }, credentials: 'us@er:p@ss' })
  const { app } = await build(
    t, { options: { nango: { host: HOST }, proxy: { http: proxy.url.replace('//', '//us%40er:p%40ss@'), https: undefined } } }
  )
  t.equal((await app.inject({ url: '/roller/venues/me', headers: VENUE })).statusCode, 200)
  t.equal((await app.inject({ url: `/connections/${CONNECTION_ID}` })).statusCode, 200)
  t.ok(proxy.passed().includes(`GET ${HOST}/proxy/venues/me`))
  t.match(proxy.passed().find((line) => line.includes('/connections')), `GET ${HOST}/connection`)
  t.match(app.roller.pool(), { open: 1, idle: 1, running: 0, waiting: 0 }, 'and the metrics count the connections to it')
})

test('the environment is not read', async (t) => {
  const before = { ...process.env }
  t.teardown(() => { for (const name of ['HTTP_PROXY', 'http_proxy']) if (before[name] === undefined) delete process.env[name] })
  process.env['HTTP_PROXY'] = process.env['http_proxy'] = 'http://127.0.0.1:1'
  const { app } = await build(t, { options: { nango: { host: HOST } } })
  for (const url of ['/roller/venues/me', '/connections']) {
    t.match((await app.inject({ url, headers: VENUE })).json().detail, /\((ENOTFOUND|EAI_AGAIN)\)/)
  }
})

test('a call that the proxy rejects is not sent, and the problem names the proxy', async (t) => {
  const { nango } = await startSimulators(t)
  const proxy = await startForwardProxy(t, { names: { 'nango.test': nango.url }, credentials: 'user:password' })
  for (const host of [HOST, 'https://nango.test']) {
    const { app, log } = await build(t, {
      options: { nango: { host }, proxy: { http: proxy.url, https: proxy.url.replace('//', '//user:canary@') } }
    })
    const response = await app.inject({ method: 'POST', url: '/roller/x', headers: VENUE, payload: {} })
    t.match(response.json(), { code: 'ROLLER_ERR_UNREACHABLE', detail: 'The proxy in front of Nango answered 407.', hint: /proxy/ })
    t.notMatch(response.payload + log(), 'canary')
    await until(() => app.roller.pool().running === 0)
  }
})

test('files of bulk exports go through it', async (t) => {
  const proxy = await startForwardProxy(t, { names: {} })
  const { app, roller } = await reachable(t, { options: { proxy: { https: proxy.url } } })
  await app.roller.webhooks.subscribe(CONNECTION_ID)
  const { ended } = gather(app.roller.bulkExport(ORDER))
  await until(() => roller.requests.some(({ url }) => url === '/reporting/bulk'))
  await month(app, 1, ['https://files.roller.app/1.json'])
  await until(() => proxy.passed().length > 0)
  t.same(proxy.passed(), ['CONNECT files.roller.app:443'])
  await app.close()
  t.match(await ended, { code: 'ROLLER_ERR_CLOSING' })
})

test('wrong options are named, and no value is repeated', async (t) => {
  for (const proxy of [{ http: 'canary:3128' }, { https: 'socks5://canary' }, { https: 1 }, { all: 'http://canary' }, 'http://canary']) {
    const error = await build(t, { options: { proxy: proxy as object, nango: { secretKey: SECRET_KEY } } }).then(() => null, String)
    t.match(error, /option proxy/)
    t.notMatch(error, 'canary')
  }
})
