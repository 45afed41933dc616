import { test } from '../support/tap.ts'
import { build, listen, VENUE } from '../support/build.ts'
import { call, isProblem, stubNango } from './fixture.ts'

const SMALL_TIMES = { headers: 150, idle: 150 }

test('Nango that refuses the connection is a 502, and the next call may work', async (t) => {
  const built = await build(t, { options: { nango: { host: 'http://127.0.0.1:9' } } })
  for (const method of ['GET', 'POST'] as const) {
    const answer = await call(built, method === 'GET' ? {} : { method, url: '/roller/sandbox/x', payload: '{}' })
    const detail = /^The connection to Nango failed \(ECONNREFUSED\)\.$/
    isProblem(t, built, answer, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail })
  }
})

for (const kind of ['reset', 'garbage', 'reset-after-headers', 'cut'] as const) {
  test(`Nango's line: ${kind}, at every try`, async (t) => {
    const built = await build(t)
    built.nango.faults.always({ path: /^\/proxy/, kind })
    isProblem(t, built, await call(built), { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network' })
    t.equal(built.nango.requests.length, 3, 'a GET is repeated twice')
    built.nango.faults.always(null)
    t.equal((await call(built)).statusCode, 200)
  })
}

test('a head that does not come in time is a 504, and is not waited for twice', async (t) => {
  const built = await build(t, { options: { timeouts: SMALL_TIMES } })
  await call(built, { url: '/roller/sandbox/echo' }) // the first call of a process is slow
  built.nango.faults.always({ path: /me$/, kind: 'hang' })
  isProblem(t, built, await call(built), { status: 504, code: 'ROLLER_ERR_TIMEOUT', layer: 'network' })
  t.equal(built.nango.requests.filter(({ url }) => url.endsWith('/me')).length, 1)
})

test('a small body that stalls is a 504; one that trickles on arrives', async (t) => {
  const built = await build(t, { options: { timeouts: { idle: 150 } } })
  built.nango.faults.next({ path: /^\/proxy/, kind: 'trickle', every: 400 })
  isProblem(t, built, await call(built), { status: 504, code: 'ROLLER_ERR_TIMEOUT', layer: 'network' })
  built.nango.faults.next({ path: /^\/proxy/, kind: 'trickle', every: 5, body: '{"slow":1}' })
  t.equal((await call(built)).payload, '{"slow":1}')
})

test('an answer that trickles without end is ended by the total time', async (t) => {
  const built = await build(t, { options: { timeouts: { total: 300 } } })
  built.nango.faults.next({ path: /^\/proxy/, kind: 'trickle', every: 5, body: 'x'.repeat(1_000) })
  isProblem(t, built, await call(built), { status: 504, code: 'ROLLER_ERR_TIMEOUT', layer: 'network' })
})

test('a chunked answer that breaks before its first byte is still an error answer', async (t) => {
  let count = 0
  const stub = await stubNango(t, (_request, response) => {
    count++
    response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'canary' }).flushHeaders()
    setTimeout(() => response.destroy(), 20)
  })
  const built = await build(t, { options: { nango: { host: stub.url } } })
  const answer = await call(built)
  isProblem(t, built, answer, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network' })
  t.equal(answer.headers['x-request-id'], undefined)
  t.equal(count, 3)
})

test('an answer that breaks while a hook of the host holds it back is no failure of the gateway\'s', async (t) => {
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
  test(`a large ${chunked ? 'chunked ' : ''}answer that is cut never looks complete`, async (t) => {
    const stub = await stubNango(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...(!chunked && { 'content-length': 1_000_000 }) })
      response.write(Buffer.alloc(300_000, 'x'))
      setTimeout(() => response.destroy(), 50)
    })
    const { url } = await listen(t, { options: { nango: { host: stub.url } } })
    const answer = await fetch(`${url}/roller/data/bookingitems/x`, { headers: VENUE })
    t.equal(answer.status, 200)
    await t.rejects(answer.arrayBuffer(), 'the caller\'s line is cut as well')
    t.equal(stub.requests.length, 1, 'what the caller has begun to read is not asked for again')
  })
}
