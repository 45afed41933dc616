/** Differences between the direct transport and Nango's. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { test } from '../support/tap.ts'
import { blocks } from '#sandbox/roller/lab.js'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { call, isProblem, until } from '../upstream/fixture.ts'
import { reads, start, startAtPeer, type TransportName } from './fixture.ts'

const BOTH: readonly TransportName[] = ['nango', 'direct']
const JSON_BODY = { ...VENUE, 'content-type': 'application/json' }

for (const transport of BOTH) {
  test(`${transport}: passes on status and headers of a response`, async (t) => {
    const built = await start(t, transport)
    const headers = {
      location: '/bookings/1',
      etag: '"e"',
      'x-ratelimit-limit': '600',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '9999999999',
      'set-cookie': 'a=1'
    }
    built.roller.faults.next({ path: /^\/sandbox/, kind: 'status', status: 201, body: '{"id":1}', headers })
    const response = await call(built, { method: 'POST', url: '/roller/sandbox/x', payload: '{}' })
    t.equal(response.payload, '{"id":1}')
    t.equal(response.statusCode, transport === 'direct' ? 201 : 200)
    const { 'set-cookie': _, ...kept } = headers
    if (transport === 'direct') t.match(response.headers, kept)
    t.equal(response.headers.location, transport === 'direct' ? '/bookings/1' : undefined)
    t.notOk('set-cookie' in response.headers)
    t.equal((await call(built)).statusCode, 200, 'ROLLER\'s limit is not taken for the account\'s')
  })

  test(`${transport}: attributes a response in Nango's format`, async (t) => {
    const built = await start(t, transport)
    const lookalikes = [
      [400, { error: { code: 'forbidden', message: 'x' } }],
      [400, { error: { code: 'server_error', message: 'Failed to get connection' } }],
      [500, { message: 'x', code: 'ECONNREFUSED', method: 'get' }], [500, '']
    ] as const
    for (const [status, body] of lookalikes) {
      built.roller.faults.always({ path: /^\/sandbox/, kind: 'status', status, body })
      const response = await call(built, { url: '/roller/sandbox/x' })
      if (transport === 'nango' && body !== '') t.notMatch(response, { headers: { 'roller-answered-by': 'roller' } })
      else {
        t.match(
          response, { statusCode: status, payload: body === '' ? '' : JSON.stringify(body), headers: { 'roller-answered-by': 'roller' } }
        )
      }
    }
  })

  test(`${transport}: streams or buffers an upload`, async (t) => {
    const built = await start(t, transport)
    const body = Buffer.concat([...blocks(3_000_000)])
    const response = await fetch(`${built.url}/roller/sandbox/count`, { method: 'POST', headers: JSON_BODY, body })
    t.same(await response.json(), { bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') })
    const proxied = built.nango.requests.filter(({ url }) => url.startsWith('/proxy'))
    t.equal(proxied.length, transport === 'direct' ? 0 : 1)
    const received = built.roller.requests.find(({ url }) => url === '/sandbox/count')
    t.match(received?.headers, { 'content-length': String(body.length) })
  })

  test(`${transport}: names the peer that fails, and rejects an HTML page`, async (t) => {
    const closed = 'http://127.0.0.1:9'
    const isDown = await start(t, transport, { options: transport === 'nango' ? { nango: { host: closed } } : { rollerBaseUrl: closed } })
    isProblem(t, isDown, await call(isDown), {
      status: 502,
      code: 'ROLLER_ERR_UNREACHABLE',
      layer: 'network',
      detail: transport === 'nango'
        ? /^The connection to Nango failed \(ECONNREFUSED\)\.$/
        : /^The connection to ROLLER failed \(ECONNREFUSED\)\.$/
    })
    const page = await startAtPeer(
      t, transport, (_request, response) => { response.writeHead(503, { 'content-type': 'text/html' }).end('<html>') }
    )
    isProblem(t, page, await call(page), { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /503 with an HTML page/ })
  })
}

test('direct: streams an upload', async (t) => {
  let received = 0
  const { url, peer } = await startAtPeer(t, 'direct', (request, response) => {
    request.on('data', (chunk: Buffer) => { received += chunk.length })
    request.on('end', () => response.setHeader('content-type', 'application/json').end('{}'))
  })
  let finish = (): void => {}
  const half = Buffer.alloc(300_000, 'x')
  const body = new ReadableStream<Uint8Array>({
    start (controller) {
      controller.enqueue(half)
      finish = () => { controller.enqueue(half); controller.close() }
    }
  })
  const result = fetch(`${url}/roller/x`, { method: 'POST', headers: JSON_BODY, body, duplex: 'half' })
  await until(() => received >= half.length)
  t.equal(peer.requests[0]?.headers['transfer-encoding'], 'chunked')
  finish()
  t.equal((await result).status, 200)
  t.equal(received, 2 * half.length)
})

test('direct: passes ROLLER\'s compression on, and reads compressed errors', async (t) => {
  const zipped = gzipSync('{"message":"zipped"}')
  const requested: unknown[] = []
  const built = await startAtPeer(t, 'direct', (request, response) => {
    requested.push(request.headers['accept-encoding'])
    response.writeHead(
      request.url === '/denied' ? 403 : 200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    ).end(zipped)
  })
  const headers = { ...VENUE, 'accept-encoding': 'gzip, br' }
  const result = await built.app.inject({ url: '/roller/x', headers })
  t.equal(result.headers['content-encoding'], 'gzip')
  t.same(result.rawPayload, zipped)
  t.match((await built.app.inject({ url: '/roller/denied', headers })).json(), { status: 403, upstream: { body: { message: 'zipped' } } })
  await built.app.inject({ url: '/roller/x', headers: VENUE })
  t.same(requested, ['gzip, br', 'gzip, br', 'identity'])
})

test('direct: drops a response header that contains the token', async (t) => {
  const built = await startAtPeer(t, 'direct', (request, response) => {
    response.writeHead(
      200, { 'content-type': 'application/json', 'x-debug': String(request.headers.authorization), 'x-kept': '1' }
    ).end('{}')
  })
  const { headers } = await built.app.inject({ url: '/roller/x', headers: VENUE })
  t.equal(headers['x-kept'], '1')
  t.notOk('x-debug' in headers)
})

test('direct: does not count Nango\'s limit, and does not count calls as requests to Nango', async (t) => {
  const built = await start(t, 'direct', { nango: { rateLimit: 2 } })
  for (let count = 0; count < 10; count++) t.equal((await call(built)).statusCode, 200)
  t.same(reads(built), { plain: 1, forced: 0 })
  t.equal(callsAtRoller(built).length, 10)
})
