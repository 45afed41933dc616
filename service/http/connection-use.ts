/** What is under way on each connection of the server: looked up once a request, for all who want to know. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

interface Use {
  /** Requests that are not answered yet: a pipelining client sends the next before it has the answer to the last. */
  open: number
  /** The answer to the latest request; undefined before the first. */
  latest: ServerResponse | undefined
}

/** By connection, as long as it is open. */
const uses = new Map<Socket, Use>()

function useOf (socket: Socket): Use {
  let use = uses.get(socket)
  if (use === undefined) {
    use = { open: 0, latest: undefined }
    uses.set(socket, use)
    socket.once('close', () => { uses.delete(socket) })
  }
  return use
}

export function watchConnectionUse (app: FastifyInstance): void {
  app.server.on('connection', useOf)
  app.addHook('onRequest', (request, reply, done) => {
    const use = useOf(request.raw.socket) // one that is injected has no connection before it
    use.open++
    use.latest = reply.raw
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

/** Whether an answer has been given whole of which its reader has not had all yet. */
export function isFlushing (): boolean {
  for (const { latest } of uses.values()) if (latest !== undefined && latest.writableEnded && !latest.writableFinished) return true
  return false
}

/** Connections on which nothing has come yet. */
export function unusedConnections (): Socket[] {
  return [...uses].filter(([socket, { latest }]) => latest === undefined && socket.bytesRead === 0).map(([socket]) => socket)
}
