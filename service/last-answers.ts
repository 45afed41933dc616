/**
 * How connections end when the service closes. Node ends those that are idle at that moment; one that was busy would be kept for further requests,
 * and hold the process up until its idle time is over. So the last answer on each says that it is the last: nobody sends into a line that is closing.
 */
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** For connections whose answer had begun before anybody knew. Milliseconds. */
const LOOK_EVERY = 200

export function endConnectionsAtClose (app: FastifyInstance): void {
  let closing = false
  /** Requests on a connection: a pipelining client sends the next before it has the answer to the last. */
  const open = new WeakMap<Socket, number>()
  const change = (socket: Socket, by: 1 | -1): void => { open.set(socket, (open.get(socket) ?? 0) + by) }

  app.addHook('onRequest', (request, _reply, done) => {
    change(request.raw.socket, 1)
    done()
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (closing && (open.get(request.raw.socket) ?? 0) <= 1) reply.header('connection', 'close')
    done()
  })
  app.addHook('onResponse', (request, _reply, done) => {
    change(request.raw.socket, -1)
    done()
  })
  app.addHook('preClose', async () => {
    closing = true
    const timer = setInterval(() => { app.server.closeIdleConnections() }, LOOK_EVERY).unref()
    app.server.once('close', () => { clearInterval(timer) })
  })
}
