/** Violations of HTTP/1.1 are rejected with a problem, even where Node would accept them, or respond without one. */
import { createConnection } from 'node:net'
import { checkerOf } from '#plugin/operations/checker.js'
import { test } from '../support/tap.ts'
import { Problem } from '#plugin/problem.js'
import { callsAtRoller } from '../support/build.ts'
import { service } from './fixture.ts'

const GOOD = 'Connection-Id: demo-venue\r\nConnection: close'
const cases: Record<string, readonly [request: string, status: number]> = {
  'no Host': [`GET /roller/venues/me HTTP/1.1\r\n${GOOD}\r\n\r\n`, 400],
  'two Hosts': [`GET /roller/venues/me HTTP/1.1\r\nHost: localhost\r\nHOST: localhost\r\n${GOOD}\r\n\r\n`, 400],
  'an unknown expectation': [
    `POST /roller/bookings HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\nContent-Length: 2\r\n${GOOD}\r\n\r\n{}`, 417
  ],
  'HTTP/0.9': ['GET /health\r\n\r\n', 400],
  'more than 200 headers': [`GET /roller/venues/me HTTP/1.1\r\nHost: localhost\r\n${'a:\r\n'.repeat(200)}${GOOD}\r\n\r\n`, 431],
  'more headers than Node counts': [`GET /roller/venues/me HTTP/1.1\r\nHost: localhost\r\n${'a:\r\n'.repeat(2_500)}${GOOD}\r\n\r\n`, 431],
  '150 headers': [`GET /roller/venues/me HTTP/1.1\r\nHost: localhost\r\n${'a:\r\n'.repeat(147)}${GOOD}\r\n\r\n`, 200],
  'one Host': [`GET /roller/venues/me HTTP/1.1\r\nHost: localhost\r\n${GOOD}\r\n\r\n`, 200],
  'HTTP/1.0, which has none': ['GET /roller/venues/me HTTP/1.0\r\nConnection-Id: demo-venue\r\n\r\n', 200]
}

for (const [name, [request, status]] of Object.entries(cases)) {
  test(name, async (t) => {
    const built = await service(t)
    const { port } = new URL(await built.app.listen({ host: '127.0.0.1', port: 0 }))
    const socket = createConnection(Number(port), '127.0.0.1').setEncoding('utf8')
    socket.write(request)
    let received = ''
    for await (const chunk of socket) received += String(chunk)
    t.match(received, new RegExp(`^HTTP/1\\.1 ${status} `))
    if (status === 200) return
    t.match(received, /\r\ncontent-type: application\/problem\+json/i)
    t.match(received, /\r\nconnection: close\r\n/i)
    const problem = JSON.parse(received.split('\r\n\r\n')[1] ?? '')
    t.ok(checkerOf(Problem).check(problem))
    t.match(problem, { status, code: name === 'HTTP/0.9' ? 'ROLLER_ERR_HTTP' : 'ROLLER_ERR_HEADERS' })
    t.same(callsAtRoller(built), [])
  })
}

test('sends Swagger UI\'s files completely, whatever range or condition is requested', async (t) => {
  const { app } = await service(t)
  for (
    const headers of [{ range: 'bytes=999999999-' }, { 'if-match': '"x"' }, { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }]
  ) {
    t.equal((await app.inject({ url: '/docs/static/index.css', headers })).statusCode, 200)
  }
})

test('sends no second response after a truncated body', async (t) => {
  const { app } = await service(t)
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = createConnection(Number(port), '127.0.0.1').setEncoding('utf8')
  let received = ''
  socket.on('data', (chunk) => {
    received += String(chunk)
    if (received.includes('"status":"ok"')) socket.end()
  })
  socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\na part')
  await new Promise<void>((resolve) => { socket.once('close', () => { resolve() }) })
  t.equal(received.match(/HTTP\/1\.1 \d+/g)?.join(), 'HTTP/1.1 200')
})
