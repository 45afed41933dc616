import { test } from '../support/tap.ts'
import { build, listen, VENUE } from '../support/build.ts'
import { call, isProblem, stubNango } from './fixture.ts'

const SMALL_TIMES = { headers: 150, idle: 150 }

test('returns 502 if Nango refuses the connection, and recovers', async (t) => {
  const built = await build(t, { options: { nango: { host: 'http://127.0.0.1:9' } } })
  for (const method of ['GET', 'POST'] as const) {
    const response = await call(built, method === 'GET' ? {} : { method, url: '/roller/sandbox/x', payload: '{}' })
    const detail = /^The connection to Nango failed \(ECONNREFUSED\)\.$/
    isProblem(t, built, response, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail })
  }
})

for (const kind of ['reset', 'garbage', 'reset-after-headers', 'cut'] as const) {
  test(`handles a connection error of Nango on every attempt: ${kind}`, async (t) => {
    const built = await build(t)
    built.nango.faults.always({ path: /^\/proxy/, kind })
    const response = await call(built)
    isProblem(t, built, response, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network' })
    t.notMatch(response.payload, 'may have been executed', 'a GET can be sent again')
    t.equal(built.nango.requests.length, 3, 'a GET is repeated twice')
    built.nango.faults.always(null)
    t.equal((await call(built)).statusCode, 200)
  })
}

test('returns 504 for a head that does not arrive in time, without a retry', async (t) => {
  const built = await build(t, { options: { timeouts: SMALL_TIMES } })
  await call(built, { url: '/roller/sandbox/echo' }) // the first call of a process is slow
  built.nango.faults.always({ path: /me$/, kind: 'hang' })
  isProblem(t, built, await call(built), { status: 504, code: 'ROLLER_ERR_TIMEOUT', layer: 'network' })
  t.equal(built.nango.requests.filter(({ url }) => url.endsWith('/me')).length, 1)
})

test('returns 504 for a small body that stalls, and passes one that trickles', async (t) => {
  const built = await build(t, { options: { timeouts: { idle: 150 } } })
  built.nango.faults.next({ path: /^\/proxy/, kind: 'trickle', every: 400 })
  isProblem(t, built, await call(built), { status: 504, code: 'ROLLER_ERR_TIMEOUT', layer: 'network' })
  built.nango.faults.next({ path: /^\/proxy/, kind: 'trickle', every: 5, body: '{"slow":1}' })
  t.equal((await call(built)).payload, '{"slow":1}')
})

test('ends an endless trickling response at the total timeout', async (t) => {
  const built = await build(t, { options: { timeouts: { total: 300 } } })
  built.nango.faults.next({ path: /^\/proxy/, kind: 'trickle', every: 5, body: 'x'.repeat(1_000) })
  isProblem(t, built, await call(built), { status: 504, code: 'ROLLER_ERR_TIMEOUT', layer: 'network' })
})

test('returns an error for a chunked response that breaks before its first byte', async (t) => {
  let count = 0
  const stub = await stubNango(t, (_request, response) => {
    count++
    response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'canary' }).flushHeaders()
    setTimeout(() => response.destroy(), 20)
  })
  const built = await build(t, { options: { nango: { host: stub.url } } })
  const result = await call(built)
  isProblem(t, built, result, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network' })
  t.equal(result.headers['x-request-id'], undefined)
  t.equal(count, 3)
})

test('survives a response that breaks while a hook of the host delays it', async (t) => {
  const stub = await stubNango(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{')
    setTimeout(() => response.destroy(), 20)
  })
  const built = await build(t, {
    options: { nango: { host: stub.url } },
    host: (app) => { app.addHook('onSend', async () => { await new Promise((resolve) => { setTimeout(resolve, 80) }) }) }
  })
  isProblem(t, built, await call(built, { url: '/roller/x' }), { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network' })
})

for (const chunked of [false, true]) {
  test(`never completes a truncated large ${chunked ? 'chunked ' : ''}response`, async (t) => {
    const stub = await stubNango(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...(!chunked && { 'content-length': 1_000_000 }) })
      response.write(Buffer.alloc(300_000, 'x'))
      setTimeout(() => response.destroy(), 50)
    })
    const { url } = await listen(t, { options: { nango: { host: stub.url } } })
    const result = await fetch(`${url}/roller/data/bookingitems/x`, { headers: VENUE })
    t.equal(result.status, 200)
    await t.rejects(result.arrayBuffer(), 'the caller\'s line is cut as well')
    t.equal(stub.requests.length, 1, 'a response that the caller has begun to read is not requested again')
  })
}
