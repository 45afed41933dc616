/** A connection without any data, as browsers and load balancers open them in advance, does not delay a shutdown. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from '../support/tap.ts'
import Fastify from 'fastify'
import { unusedConnections, watchConnectionUse } from '#service/http/connection-use.js'
import { endConnectionsAtClose } from '#service/http/end-connections.js'

async function start () {
  // Node would wait this long before it closes the connection.
  const app = Fastify({ return503OnClosing: false, http: { headersTimeout: 600_000, requestTimeout: 600_000 } })
  watchConnectionUse(app)
  endConnectionsAtClose(app)
  app.get('/', async () => 'hello')
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

test('serves a request that was in flight', async (t) => {
  const { app, socket } = await start()
  const closed = app.close()
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  t.match(text, /^HTTP\/1\.1 200 OK\r\n.*connection: close\r\n.*hello$/is)
  await closed
})
