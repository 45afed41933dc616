/** No connection delays a shutdown: neither one without any data, as browsers and load balancers open them, nor one that was in use. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { test } from '../support/tap.ts'
import Fastify, { type FastifyInstance } from 'fastify'
import { unusedConnections, watchConnectionUse } from '#service/http/connection-use.js'
import { endConnectionsAtClose } from '#service/http/end-connections.js'

async function start (addRoutes?: (app: FastifyInstance) => void) {
  // Node would wait this long before it closes the connection.
  const app = Fastify({ return503OnClosing: false, http: { headersTimeout: 600_000, requestTimeout: 600_000 } })
  watchConnectionUse(app)
  endConnectionsAtClose(app)
  app.get('/', async () => 'hello')
  addRoutes?.(app)
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const opened = once(app.server, 'connection')
  const socket = connect(Number(url.port), url.hostname)
  await Promise.all([opened, once(socket, 'connect')])
  return { app, socket }
}

test('closes an unused connection at shutdown', async (t) => {
  const { app, socket } = await start()
  const ended = once(socket.resume(), 'end')
  await app.close()
  await ended
  t.pass('and the service closes')
})

test('forgets a connection that its client closes', async (t) => {
  const { app, socket } = await start()
  const opened = unusedConnections()
  t.equal(opened.length, 1)
  const closed = Promise.all(opened.map(async (one) => await once(one, 'close')))
  socket.destroy()
  await closed
  t.equal(unusedConnections().length, 0)
  await app.close()
})

test('closes the connection of a call in flight with its response, however many it has sent before', async (t) => {
  let finish = (): void => {}
  const { app, socket } = await start((app) => {
    app.get('/slow', async () => await new Promise<string>((resolve) => { finish = () => { resolve('late') } }))
  })
  let text = ''
  socket.on('data', (chunk) => { text += String(chunk) })
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  while (!text.endsWith('hello')) await once(socket, 'data')
  t.match(text, /connection: keep-alive/i)
  const started = once(app.server, 'request')
  socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await started
  const closed = app.close()
  await new Promise(setImmediate)
  finish()
  await once(socket, 'end')
  t.match(text.slice(text.indexOf('hello')), /^hello.*\r\nconnection: close\r\n.*late$/is)
  await closed
})

test('closes a connection whose response had begun before', async (t) => {
  const body = new PassThrough()
  const { app, socket } = await start((app) => { app.get('/stream', async () => body) })
  socket.write('GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
  body.write('first')
  await once(socket, 'data')
  const ended = once(socket.resume(), 'end')
  const closed = app.close()
  while (app.server.listening) await new Promise(setImmediate)
  body.end('last')
  await ended
  await closed
  t.pass('and the service closes')
})

test('serves a request that was in flight', async (t) => {
  const { app, socket } = await start()
  const closed = app.close()
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  t.match(text, /^HTTP\/1\.1 200 OK\r\n.*connection: close\r\n.*hello$/is)
  await closed
})
