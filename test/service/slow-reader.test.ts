/** A client that reads slowly gets its whole response during a shutdown. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '../support/tap.ts'
import Fastify from 'fastify'
import { watchConnectionUse } from '#service/http/connection-use.js'
import { endConnectionsAtClose } from '#service/http/end-connections.js'

const SIZE = 16 * 1024 * 1024 // larger than the socket buffers

test('finishes a response that was written but not read before shutdown', async (t) => {
  const app = Fastify()
  watchConnectionUse(app)
  endConnectionsAtClose(app)
  app.get('/', async () => Buffer.alloc(SIZE, 'x'))
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(url.port), url.hostname)
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'readable')
  const closed = app.close()
  await sleep(250) // after Node's own check of its connections, and the service's
  let received = 0
  socket.on('data', (chunk: Buffer) => { received += chunk.length })
  await once(socket, 'close')
  t.ok(received > SIZE, `${received} bytes`)
  await closed
  t.pass('and then the service closes')
})
