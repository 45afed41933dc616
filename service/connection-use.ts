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

export function watchConnectionUse (app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw
    const use = uses.get(socket)
    if (use === undefined) uses.set(socket, { open: 1, latest: reply.raw })
    else {
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

/** The answer to the latest request of a connection. */
export function latestAnswer (socket: Socket): ServerResponse | undefined { return uses.get(socket)?.latest }
