/** Closing the app closes everything that the plugin opened. */
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { test } from '../support/tap.ts'
import Fastify from 'fastify'
import { isRollerError } from 'fastify-roller'
import { roller } from 'fastify-roller/internal'
import { listen, SECRET_KEY, VENUE } from '../support/build.ts'

test('closes all connections to Nango, and rejects further calls', async (t) => {
  const sockets = new Set<Socket>()
  const nango: Server = createServer(
    (_request, response) => response.setHeader('content-type', 'application/json').end('{"connections":[]}')
  )
  nango.keepAliveTimeout = 60_000
  nango.on('connection', (socket) => { sockets.add(socket.once('close', () => sockets.delete(socket))) })
  await new Promise<void>((resolve) => { nango.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { nango.closeAllConnections(); nango.close() })
  const app = Fastify()
  const host = `http://127.0.0.1:${(nango.address() as AddressInfo).port}`
  await app.register(roller, { nango: { secretKey: SECRET_KEY, host }, authorize: 'open', verifyVenues: false, retryPolicy: { baseMs: 0 } })
  t.equal((await app.inject({ url: '/roller/venues/me', headers: VENUE })).statusCode, 200)
  await app.inject({ url: '/connections' })
  t.ok(sockets.size > 0, 'one is kept for the next call')

  await app.close()
  for (let turn = 0; turn < 100 && sockets.size > 0; turn++) await new Promise((resolve) => { setTimeout(resolve, 5) })
  t.equal(sockets.size, 0)
  const failure = await app.roller.request('GET /venues/me', { connectionId: 'demo-venue' }).then(() => null, (error: unknown) => error)
  t.ok(isRollerError(failure))
})

test('waits for a response in progress on close', async (t) => {
  const { app, url, nango } = await listen(t, { nango: { proxyDelay: 100 } })
  const call = new Promise<IncomingMessage>(
    (resolve, reject) => { get(`${url}/roller/venues/me`, { headers: VENUE, agent: false }, resolve).on('error', reject) }
  )
  while (!nango.requests.some(({ url }) => url.startsWith('/proxy'))) await new Promise((resolve) => { setTimeout(resolve, 2) })
  const closed = app.close()
  const response = await call
  t.equal(response.statusCode, 200)
  t.match(JSON.parse((await response.toArray()).join('')), { name: String })
  await closed
})
