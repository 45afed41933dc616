/** What is under way on each connection of the server: looked up once a request, for all who want to know. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

interface Use {
  /**
   * Of requests that are not answered yet: a pipelining client sends the next before it has the answer to the last. An array: a Set
   * that is emptied and filled with every request keeps the requests before it alive, see InFlightRequests.
   */
  readonly open: ServerResponse[]
  /** The answer to the latest request; undefined before the first. */
  latest: ServerResponse | undefined
}

/** By connection, as long as it is open. */
const uses = new Map<Socket, Use>()

function useOf (socket: Socket): Use {
  let use = uses.get(socket)
  if (use === undefined) {
    use = { open: [], latest: undefined }
    uses.set(socket, use)
    socket.once('close', () => { uses.delete(socket) })
  }
  return use
}

export function watchConnectionUse (app: FastifyInstance): void {
  app.server.on('connection', useOf)
  app.addHook('onRequest', (request, reply, done) => {
    const use = useOf(request.raw.socket) // one that is injected has no connection before it
    use.open.push(reply.raw)
    use.latest = reply.raw
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const open = uses.get(request.raw.socket)?.open
    const index = open?.indexOf(reply.raw) ?? -1
    if (index !== -1) open?.splice(index, 1)
    done()
  })
}

/** How many requests of a connection are not answered yet. */
export function openRequests (socket: Socket): number { return uses.get(socket)?.open.length ?? 0 }

/** Whether the head of an answer is out, and its end is not. */
export function isInAnswer (socket: Socket): boolean {
  return (uses.get(socket)?.open ?? []).some(({ headersSent, writableFinished }) => headersSent && !writableFinished)
}

/** Whether the latest request was answered before all of it had come. */
export function isAnsweredEarly (socket: Socket): boolean {
  const latest = uses.get(socket)?.latest
  return latest !== undefined && latest.writableEnded && !latest.req.complete
}

/** Whether an answer has been given whole of which its reader has not had all yet. */
export function isFlushing (): boolean {
  for (const { open } of uses.values()) {
    for (const { writableEnded, writableFinished } of open) if (writableEnded && !writableFinished) return true
  }
  return false
}

/** Connections on which nothing has come yet. */
export function unusedConnections (): Socket[] {
  return [...uses].filter(([socket, { latest }]) => latest === undefined && socket.bytesRead === 0).map(([socket]) => socket)
}
