/** Requests without a matching route get a problem too. */
import { checkerOf } from '#plugin/operations/checker.js'
import { createConnection } from 'node:net'
import { test } from '../support/tap.ts'
import { Problem } from '#plugin/problem.js'
import { service } from './fixture.ts'

test('returns problems for an unknown route, a wrong method, and an undecodable URL', async (t) => {
  const { app } = await service(t)
  const cases: [method: 'GET' | 'PUT' | 'POST', url: string, status: number, code: string][] = [
    ['GET', '/', 404, 'ROLLER_ERR_NOT_FOUND'], ['GET', '/nothing', 404, 'ROLLER_ERR_NOT_FOUND'],
    ['PUT', '/health', 404, 'ROLLER_ERR_NOT_FOUND'],
    ['GET', '/bookings', 404, 'ROLLER_ERR_NOT_FOUND'], ['GET', '/connections/%', 400, 'ROLLER_ERR_PATH'],
    ['GET', '/%ff', 400, 'ROLLER_ERR_PATH'],
    ['POST', '/nothing', 404, 'ROLLER_ERR_NOT_FOUND'], ['GET', `/connections/${'x'.repeat(1100)}`, 400, 'ROLLER_ERR_PATH'],
    ['GET', `/connections/${'x'.repeat(255)}`, 404, 'ROLLER_ERR_CONNECTION_UNKNOWN']
  ]
  for (const [method, url, status, code] of cases) {
    const response = await app.inject({ method, url })
    t.equal(response.statusCode, status, `${method} ${url.slice(0, 40)}`)
    t.match(response.headers['content-type'], /^application\/problem\+json/, url.slice(0, 40))
    t.equal(response.json().code, code, `${method} ${url.slice(0, 40)}`)
    t.ok(checkerOf(Problem).check(response.json()), response.body)
  }
  t.match((await app.inject({ url: '/bookings' })).json().hint, '/roller')
})

test('survives input that is not HTTP', async (t) => {
  const { app } = await service(t)
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  for (
    const bytes of [
      '\x16\x03\x01\x02\x00', 'GET / HTTP/1.1\r\n\r\n', 'GET /\0 HTTP/1.1\r\nhost: localhost\r\n\r\n',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`
    ]
  ) {
    const socket = createConnection(Number(url.port), url.hostname)
    let received = ''
    socket.on('data', (chunk) => { received += chunk.toString() }).on('error', () => {})
    socket.end(bytes)
    await new Promise<void>((resolve) => { socket.once('close', () => resolve()) })
    t.match(received, /^(HTTP\/1\.1 4\d\d|$)/)
  }
  t.equal((await fetch(new URL('/health', url))).status, 200)
})
