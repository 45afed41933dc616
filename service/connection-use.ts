/** What is under way on each connection of the server: looked up once a request, for all who want to know. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

interface Use {
  /** Requests that are not answered yet: a pipelining client sends the next before it has the answer to the last. */
  open: number
  latest: ServerResponse
}

const uses = new WeakMap<Socket, Use>()
/** Those on which a request has come, as long as they are open. */
const sockets = new Set<Socket>()

export function watchConnectionUse (app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw
    const use = uses.get(socket)
    if (use === undefined) {
      uses.set(socket, { open: 1, latest: reply.raw })
      sockets.add(socket)
      socket.once('close', () => { sockets.delete(socket) })
    } else {
      use.open++
      use.latest = reply.raw
    }
    done()
  })
  app.addHook('onResponse', (request, _reply, done) => {
    const use = uses.get(request.raw.socket)
    if (use !== undefined) use.open--
    done()
  })
}

/** How many requests of a connection are not answered yet. */
export function openRequests (socket: Socket): number { return uses.get(socket)?.open ?? 0 }

/** Whether an answer has been given whole of which its reader has not had all yet. */
export function isFlushing (): boolean {
  for (const socket of sockets) {
    const latest = latestAnswer(socket)
    if (latest !== undefined && latest.writableEnded && !latest.writableFinished) return true
  }
  return false
}

/** The answer to the latest request of a connection. */
export function latestAnswer (socket: Socket): ServerResponse | undefined { return uses.get(socket)?.latest }
