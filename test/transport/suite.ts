/** The contract of calls, whatever the transport. */
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { test } from '../support/tap.ts'
import { blocks } from '#sandbox/roller/lab.js'
import { callsAtRoller, CLIENT_SECRET, CONNECTION_ID, holdsNoSecret, VENUE } from '../support/build.ts'
import { call, isProblem, until } from '../upstream/fixture.ts'
import { reads, start, startAtPeer, type TransportName } from './fixture.ts'

const MIB = 1024 * 1024
const JSON_BODY = { ...VENUE, 'content-type': 'application/json' }

export function transportSuite (transport: TransportName): void {
  test('sends calls and returns responses', async (t) => {
    const built = await start(t, transport)
    const response = await call(built)
    t.match(response, { statusCode: 200, headers: { 'roller-answered-by': 'roller', 'content-type': /json/ } })
    t.match(JSON.parse(response.payload), { name: String })
    t.equal((await call(built, { url: '/roller/venues/nowhere/at/all' })).statusCode, 404)
    const venue = await built.app.roller.request('GET /venues/me', { connectionId: CONNECTION_ID })
    t.match(venue, { name: String })
    t.match(await built.app.roller.check(CONNECTION_ID), { ok: true })
    t.ok((await built.app.roller.checkGateway()).every(({ result }) => result === 'ok'))
  })

  test('forwards body and query byte for byte', async (t) => {
    const built = await start(t, transport)
    const payload = '{ "n": 9007199254740993, "x":1.0 , "s":"\\u00f6ö" }'
    const response = await built.app.inject(
      { method: 'POST', url: '/roller/sandbox/echo?b=2&a=%7Bx%7D&c=1%2C2&plus=a+b', headers: JSON_BODY, payload }
    )
    const { url, headers, bodyBase64 } = response.json()
    t.equal(Buffer.from(bodyBase64, 'base64').toString(), payload)
    t.equal(url, '/sandbox/echo?b=2&a=%7Bx%7D&c=1%2C2&plus=a+b')
    t.match(headers['content-type'], /^application\/json/)
  })

  test('forwards only ROLLER\'s headers, with the gateway\'s name', async (t) => {
    const built = await start(t, transport)
    const steering = { 'nango-proxy-x': '1', 'base-url-override': 'http://127.0.0.1:9', retries: '9' }
    const sent = { authorization: 'Bearer callers-own', cookie: 'a=1', 'x-forwarded-for': '10.0.0.1', 'x-api-key': 'k', ...steering }
    const { headers } = (await built.app.inject({
      url: '/roller/sandbox/echo', headers: { ...VENUE, ...sent, 'timezone-designators': 'true', 'accept-language': 'de' }
    })).json()
    t.match(headers, { 'timezone-designators': 'true', 'accept-language': 'de', 'user-agent': /^fastify-roller\// })
    t.not(headers.authorization, sent.authorization)
    t.same(Object.keys(sent).filter((name) => name !== 'authorization' && name in headers), [])
    t.notOk('connection-id' in headers)
  })

  test('sanitizes every call', async (t) => {
    const built = await start(t, transport)
    for (const url of ['/roller/%252e%252e/x', '/roller/a//b', '/roller/a%5cb', '/roller/a%00']) {
      isProblem(t, built, await call(built, { url }), { status: 400, code: 'ROLLER_ERR_PATH', layer: 'caller' })
    }
    const token = await call(built, { method: 'POST', url: '/roller/token', payload: '{}' })
    isProblem(t, built, token, { status: 403, code: 'ROLLER_ERR_OPERATION_FORBIDDEN', layer: 'gateway' })
    t.same(callsAtRoller(built), [])
    t.same(reads(built), { plain: 0, forced: 0 })
  })

  for (const method of ['GET', 'POST'] as const) {
    test(`sends a ${method} with a revoked token again after one forced refresh`, async (t) => {
      const built = await start(t, transport)
      const request = method === 'GET' ? { url: '/roller/sandbox/echo' } : { method, url: '/roller/sandbox/echo', payload: '{"n":1.0}' }
      await call(built, request)
      const before = reads(built).plain
      built.roller.revokeTokens()
      t.equal((await call(built, request)).statusCode, 200)
      // One to find the cause of a failed refresh, and one for the previous token through Nango; the direct transport has it.
      t.same(reads(built), { plain: before + (transport === 'nango' ? 2 : 1), forced: 1 })
      t.equal(callsAtRoller(built).length, 3)
    })
  }

  test('makes one refresh for many calls on a revoked token', async (t) => {
    const built = await start(t, transport, { roller: { limits: 'off' } })
    await call(built)
    built.roller.revokeTokens()
    const responses = await Promise.all(Array.from({ length: 200 }, (_, index) => call(built, { url: `/roller/sandbox/echo?n=${index}` })))
    t.same(new Set(responses.map(({ statusCode }) => statusCode)), new Set([200]))
    t.equal(reads(built).forced, 1)
  })

  test('attributes a 401 with a fresh token to the credentials', async (t) => {
    const built = await start(t, transport)
    built.roller.faults.always({ path: /^\/venues/, kind: 'status', status: 401, body: { message: 'no' } })
    const response = await call(built)
    isProblem(
      t, built, response, { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller', detail: /also with a fresh token/ }
    )
    t.match(JSON.parse(response.payload).upstream, { status: 401, body: { message: 'no' } })
    t.equal(reads(built).forced, 1)
  })

  test('reports rejected credentials, at the first call and later', async (t) => {
    const built = await start(t, transport)
    built.roller.rejectCredentials('demo')
    isProblem(t, built, await call(built), { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller' })
    isProblem(t, built, await call(built), { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller', retryAfter: 30 })
    t.same(callsAtRoller(built), [])
  })

  test('reports an unknown connection', async (t) => {
    const built = await start(t, transport)
    for (const id of ['unknown', '../x', 'a?force_refresh=true']) {
      const response = await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': id } })
      isProblem(t, built, response, { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN', layer: 'caller' })
    }
    t.same(callsAtRoller(built), [])
  })

  test('rejects calls of a deleted connection', async (t) => {
    const built = await start(t, transport)
    await call(built)
    t.equal((await built.app.inject({ method: 'DELETE', url: `/connections/${CONNECTION_ID}` })).statusCode, 204)
    t.equal((await call(built)).statusCode, 404)
  })

  test('returns problems for 403 and 429, with ROLLER\'s response', async (t) => {
    const built = await start(t, transport)
    built.roller.faults.next({ path: /^\/venues/, kind: 'status', status: 403, body: { message: 'add-on' } })
    const denied = await call(built)
    isProblem(t, built, denied, { status: 403, code: 'ROLLER_ERR_ACCESS_DENIED', layer: 'roller' })
    t.match(JSON.parse(denied.payload).upstream, { status: 403, body: { message: 'add-on' } })
    built.roller.faults.next({ path: /^\/venues/, kind: 'status', status: 429, body: {}, headers: { 'retry-after': '30' } })
    isProblem(t, built, await call(built), { status: 429, code: 'ROLLER_ERR_COOLING_OFF', layer: 'roller', retryAfter: 30 })
    isProblem(t, built, await built.app.inject({ url: '/roller/venues/me', headers: { ...VENUE, 'roller-max-wait': '0' } }),
      { status: 429, code: 'ROLLER_ERR_COOLING_OFF', layer: 'roller', retryAfter: 'some' })
    t.equal(callsAtRoller(built).length, 2, 'the cooling-off period continues')
  })

  test('retries a GET, but not a POST that may have been executed', async (t) => {
    const built = await start(t, transport)
    built.roller.faults.next({ path: /^\/venues/, kind: 'status', status: 503, body: {} })
    t.equal((await call(built)).statusCode, 200)
    t.equal(callsAtRoller(built).length, 2)
    built.roller.faults.always({ path: /^\/venues/, kind: 'reset' })
    isProblem(t, built, await call(built), { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network' })
    t.equal(callsAtRoller(built).length, 5)
    built.roller.faults.next({ method: 'POST', kind: 'reset-after-work' })
    const response = await call(built, { method: 'POST', url: '/roller/sandbox/echo', payload: '{}' })
    isProblem(t, built, response, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /may have been executed/ })
    t.equal(callsAtRoller(built).length, 6)
  })

  test('times out without a head, and on a stalled body', async (t) => {
    const built = await start(t, transport, { options: { timeouts: { headers: 200, idle: 200 } } })
    await call(built)
    built.roller.faults.next({ path: /^\/venues/, kind: 'hang' })
    isProblem(t, built, await call(built), { status: 504, code: 'ROLLER_ERR_TIMEOUT', layer: 'network' })
    const stalled = await startAtPeer(
      t, transport, (_request, response) => { response.writeHead(200, { 'content-length': 10 }).write('x') }, { timeouts: { idle: 200 } }
    )
    isProblem(t, stalled, await call(stalled), { status: 504, code: 'ROLLER_ERR_TIMEOUT', layer: 'network' })
  })

  test('cancels the upstream request when the caller disconnects', async (t) => {
    let closed = 0
    const { url, peer, path, log } = await startAtPeer(t, transport, (request) => { request.socket.once('close', () => { closed++ }) })
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
    socket.write(`GET /roller/x HTTP/1.1\r\nHost: x\r\nConnection-Id: ${CONNECTION_ID}\r\n\r\n`)
    await until(() => peer.requests.length === 1)
    t.equal(peer.requests[0]?.url, path)
    socket.destroy()
    await until(() => closed === 1)
    t.notMatch(log(), /"level":(40|50|60)/, 'no error is logged')
  })

  test('transfers 20 MiB down and 5 MiB up completely', async (t) => {
    const built = await start(t, transport)
    const download = await fetch(`${built.url}/roller/sandbox/bytes/${20 * MIB}?chunked=1`, { headers: VENUE })
    t.equal(download.status, 200)
    t.equal(sha256(Buffer.from(await download.arrayBuffer())), sha256(...blocks(20 * MIB)))
    for (const declared of [true, false]) {
      const body = Buffer.concat([...blocks(5 * MIB)])
      const upload = await fetch(`${built.url}/roller/sandbox/count`, {
        method: 'POST', headers: JSON_BODY, ...(declared ? { body } : { body: Readable.from(blocks(5 * MIB)), duplex: 'half' as const })
      })
      t.same(await upload.json(), { bytes: 5 * MIB, sha256: sha256(body) })
    }
  })

  test('reveals no secret', async (t) => {
    const built = await start(t, transport)
    const seen: unknown[] = [await call(built), await built.app.roller.check(CONNECTION_ID)]
    for (const status of [401, 403, 429, 500, 302]) {
      built.roller.faults.next(
        { path: /^\/sandbox\/x/, kind: 'status', status, body: {}, headers: { 'retry-after': '1', location: '/elsewhere' } }
      )
      seen.push(await call(built, { url: '/roller/sandbox/x' }))
      seen.push(await built.app.roller.request('GET /venues/me', { connectionId: CONNECTION_ID }).catch((error: unknown) => error))
    }
    built.roller.rejectCredentials('demo')
    built.roller.revokeTokens()
    seen.push(
      await call(built), await built.app.roller.request('GET /venues/me', { connectionId: CONNECTION_ID }).catch((error: unknown) => error)
    )
    t.ok(built.nango.connections[0]?.token, 'there is a token to be found')
    const depth = { depth: 10, showHidden: true, maxStringLength: null, maxArrayLength: null }
    const text = seen.map((one) => inspect(one, depth)).join('\n') + built.log() + inspect(built.app.roller, depth)
    holdsNoSecret(t, text, built)
    t.notMatch(JSON.stringify(built.roller.requests.filter(({ url }) => url !== '/token').map(({ headers }) => headers)), CLIENT_SECRET)
  })
}

const sha256 = (...parts: Buffer[]): string => parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest('hex')
