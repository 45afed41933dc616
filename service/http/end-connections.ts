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
      // Opened in advance, and nothing has come: to Node they are busy until the time for the headers is over.
      for (const socket of unusedConnections()) socket.destroySoon()
    }, LOOK_EVERY).unref()
    server.once('close', () => { clearInterval(timer) })
    // The server's close takes a connection for idle as soon as its answer has been given whole, and would cut off a reader who has not had
    // the end.
    while (isFlushing()) await sleep(LOOK_EVERY / 4)
  })
}
