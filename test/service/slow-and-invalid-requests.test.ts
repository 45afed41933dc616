/** Connections that are too slow, too large or not HTTP are closed in time with a problem, and delay no others. */
import { createConnection, type Socket } from 'node:net'
import { test, type Test } from '../support/tap.ts'
import { checkerOf } from '#plugin/operations/checker.js'
import { Problem } from '#plugin/problem.js'
import { callsAtRoller } from '../support/build.ts'
import type { Overrides } from '#service/app.js'
import { service, until, type Service } from './fixture.ts'

interface Line { readonly socket: Socket, readonly received: () => string, readonly ended: Promise<number> }

async function listen (t: Test, overrides: Overrides = {}): Promise<Service & { connect: () => Line, port: number }> {
  const built = await service(t, {}, {}, overrides)
  const port = Number(new URL(await built.app.listen({ host: '127.0.0.1', port: 0 })).port)
  const connect = (): Line => {
    const socket = createConnection(port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    let received = ''
    socket.on('data', (chunk) => { received += chunk.toString() }).on('error', () => {})
    return { socket, received: () => received, ended: new Promise((resolve) => { socket.once('close', () => resolve(Date.now())) }) }
  }
  return { ...built, connect, port }
}

function isProblem (t: Test, text: string, status: number): void {
  t.match(text, new RegExp(`^HTTP/1\\.1 ${status} `))
  t.match(text, /\r\ncontent-type: application\/problem\+json\r\n/)
  t.match(text, /\r\nx-content-type-options: nosniff\r\n/)
  t.match(text, /\r\nconnection: close\r\n/)
  const [head = '', body = ''] = text.split('\r\n\r\n')
  t.equal(Number(/content-length: (\d+)/.exec(head)?.[1]), Buffer.byteLength(body))
  const problem = JSON.parse(body)
  t.ok(checkerOf(Problem).check(problem))
  t.match(problem, { status, code: status === 431 ? 'ROLLER_ERR_HEADERS' : 'ROLLER_ERR_HTTP', layer: 'caller' })
  t.match(head, `x-request-id: ${problem.instance}`)
}

test('closes connections with slow headers after the timeout, however many, and serves others meanwhile', async (t) => {
  const { connect, app } = await listen(t, { headersTimeout: 1_000 })
  const startedAt = Date.now()
  const slow = Array.from({ length: 50 }, () => connect())
  for (const { socket } of slow) socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\n')
  const drip = setInterval(() => { for (const { socket } of slow) if (socket.writable) socket.write('x: y\r\n') }, 100)
  t.teardown(() => clearInterval(drip))
  t.equal((await app.inject({ url: '/health' })).statusCode, 200)
  const quick = connect()
  quick.socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  await quick.ended
  t.match(quick.received(), /^HTTP\/1\.1 200/)
  const ends = await Promise.all(slow.map(({ ended }) => ended))
  t.ok(Math.max(...ends) - startedAt < 10_000, `after ${Math.max(...ends) - startedAt} ms`)
  t.ok(Math.min(...ends) - startedAt >= 1_000)
  for (const { received } of slow.slice(0, 3)) isProblem(t, received(), 408)
})

test('closes a connection with a slow body after the timeout, without a call to ROLLER', async (t) => {
  const built = await listen(t, { requestTimeout: 1_000, headersTimeout: 1_000 })
  const { socket, received, ended } = built.connect()
  socket.write(
    'POST /roller/bookings HTTP/1.1\r\nhost: localhost\r\nconnection-id: demo-venue\r\ncontent-type: application/json\r\ncontent-length: ' +
    '1000\r\n\r\n{'
  )
  const drip = setInterval(() => { if (socket.writable) socket.write(' ') }, 100)
  t.teardown(() => clearInterval(drip))
  await ended
  t.match(received(), /^HTTP\/1\.1 408 /)
  t.same(callsAtRoller(built), [])
})

test('rejects headers that are too large, and bytes that are not HTTP', async (t) => {
  const { app, connect } = await listen(t)
  const logged: object[] = []
  app.log.info = (fields: object) => { logged.push(fields) }
  for (const [bytes, status] of [
    [`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    [`GET /${'y'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431],
    ['\x16\x03\x01\x02\x00\x01\x00', 400], ['GET / HTTP/9.9\r\n\r\n', 400],
    ['POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n', 400], ['GET / HTTP/1.1\r\nhost: localhost\r\nx y: z\r\n\r\n', 400]
  ] as const) {
    const { socket, received, ended } = connect()
    socket.write(bytes)
    await ended
    isProblem(t, received(), status)
    t.match(logged.splice(0), [{ reqId: /^[\w-]{36}$/, status, code: /^ROLLER_ERR_H/, layer: 'caller', reason: /^HPE_/ }], 'and one log line')
  }
})

test('does not write an error into the response before it for invalid bytes after a request', async (t) => {
  const { connect } = await listen(t)
  const { socket, received, ended } = connect()
  socket.write('GET /roller/sandbox/bytes/50000000?chunked=1 HTTP/1.1\r\nhost: localhost\r\nconnection-id: demo-venue\r\n\r\n')
  await until(() => received().length > 1000)
  socket.pause() // the response is paused in the middle
  socket.write('\0garbage\r\n\r\n')
  await new Promise((resolve) => { setTimeout(resolve, 200) })
  socket.resume()
  await ended
  t.ok(received().length < 50_000_000)
  t.equal(received().match(/HTTP\/1\.1 \d+/g)?.length, 1)
  t.notMatch(received(), 'ROLLER_ERR_HTTP')
})

test('uses the configured body sizes', async (t) => {
  const built = await service(t, { STREAM_LIMIT: '200' }, {}, { roller: { bodyLimit: 100 } })
  const send = async (url: string, size: number): Promise<[number, string | undefined]> => {
    const payload = JSON.stringify({ x: 'y'.repeat(size - 8) })
    const response = await built.app.inject(
      { method: 'POST', url, headers: { 'connection-id': 'demo-venue', 'content-type': 'application/json' }, payload }
    )
    return [response.statusCode, response.json().code]
  }
  t.same(await send('/roller/bookings', 101), [413, 'ROLLER_ERR_BODY_TOO_LARGE'])
  t.same(await send('/roller/sandbox/count', 201), [413, 'ROLLER_ERR_BODY_TOO_LARGE'])
  t.same(callsAtRoller(built), [])
  t.equal((await send('/roller/sandbox/count', 200))[0], 200)
})
