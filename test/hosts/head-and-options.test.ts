/** HEAD asks ROLLER once and reads no body; OPTIONS says which methods there are. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, CONNECTION_ID, listen, VENUE } from '../support/build.ts'
import { stubNango, until } from '../upstream/fixture.ts'

test('HEAD of a typed operation and of another path is the head of its GET, by one GET', async (t) => {
  for (const url of ['/roller/venues/me', '/roller/venues/me?x=1', '/roller/nothing']) {
    const built = await build(t)
    const head = await built.app.inject({ method: 'HEAD', url, headers: VENUE })
    const calls = callsAtRoller(built)
    const get = await built.app.inject({ url, headers: VENUE })
    t.equal(calls.length, 1)
    t.equal(calls[0]?.method, 'GET')
    t.equal(head.statusCode, get.statusCode, url)
    t.equal(head.payload, '')
    for (const name of ['content-type', 'content-length', 'roller-answered-by']) t.equal(head.headers[name], get.headers[name], name)
  }
  const { app } = await build(t)
  t.equal((await app.inject({ method: 'HEAD', url: '/roller/venues/me' })).statusCode, 400, 'without a connection')
})

test('HEAD of a long body cancels it', async (t) => {
  let closed = 0
  const stub = await stubNango(t, (request, response) => {
    request.socket.once('close', () => { closed++ })
    response.writeHead(200, { 'content-type': 'text/csv', 'content-length': '100000000' }).write(Buffer.alloc(200_000))
  })
  const { url } = await listen(t, { options: { nango: { host: stub.url } } })
  const result = await fetch(`${url}/roller/x`, { method: 'HEAD', headers: { 'connection-id': CONNECTION_ID } })
  t.equal(result.status, 200)
  t.equal(result.headers.get('content-type'), 'text/csv')
  await until(() => closed === 1)
  t.equal(stub.requests.length, 1)
})

test('OPTIONS answers without a call', async (t) => {
  const built = await build(t)
  const response = await built.app.inject({ method: 'OPTIONS', url: '/roller/venues/me' })
  t.equal(response.statusCode, 204)
  t.equal(response.headers.allow, 'HEAD, GET, POST, PUT, PATCH, DELETE, OPTIONS')
  t.same(callsAtRoller(built), [])
})

test('a host whose parameters are too short for ids is warned', async (t) => {
  for (const [server, warned] of [
    [{}, true], [{ routerOptions: { maxParamLength: 254 } }, true], [{ routerOptions: { maxParamLength: 255 } }, false]
  ] as const) {
    const { log } = await build(t, { server })
    t.equal(log().includes('routerOptions.maxParamLength to 255'), warned)
  }
})
