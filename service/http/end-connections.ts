/**
 * Closes connections at shutdown. Node closes idle ones; a busy one would stay open for further requests until its keep-alive timeout.
 * So the last response on each has `Connection: close`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { isFlushing, openRequests, unusedConnections } from './connection-use.ts'

/** Poll interval for connections whose response had begun before shutdown. Milliseconds. */
const LOOK_EVERY = 200

export function endConnectionsAtClose (app: FastifyInstance): void {
  const { server } = app
  let closing = false
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (closing && openRequests(request.raw.socket) <= 1) reply.header('connection', 'close')
    done()
  })
  app.addHook('preClose', async () => {
    closing = true
    const timer = setInterval(() => {
      if (!isFlushing()) server.closeIdleConnections()
      // Opened in advance without any data: Node treats them as busy until the headers timeout.
      for (const socket of unusedConnections()) socket.destroySoon()
    }, LOOK_EVERY).unref()
    server.once('close', () => { clearInterval(timer) })
    // server.close() of Node.js 26 resets these at once, although a request may be on its way.
    if (unusedConnections().length > 0) await sleep(LOOK_EVERY)
    // server.close() treats a connection as idle once its response is written, and would cut off a client that has not read
    // it completely.
    while (isFlushing()) await sleep(LOOK_EVERY / 4)
  })
}
