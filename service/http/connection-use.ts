/** Requests in progress on each connection of the server, tracked once for all users. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

interface Use {
  /**
   * Requests without a complete response; a pipelining client sends the next one early. An array: a Set that is emptied and filled with
   * every request keeps earlier requests alive, see InFlightRequests.
   */
  readonly open: ServerResponse[]
  /** The response to the latest request; undefined before the first. */
  latest: ServerResponse | undefined
}

/** By connection, while it is open. */
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
    const use = useOf(request.raw.socket) // an injected request has no connection
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

/** Number of requests of a connection without a complete response. */
export function openRequests (socket: Socket): number { return uses.get(socket)?.open.length ?? 0 }

/** Whether the head of a response was sent, but not its end. */
export function isInResponse (socket: Socket): boolean {
  return (uses.get(socket)?.open ?? []).some(({ headersSent, writableFinished }) => headersSent && !writableFinished)
}

/** Whether the latest request was answered before it had arrived completely. */
export function respondsEarly (socket: Socket): boolean {
  const latest = uses.get(socket)?.latest
  return latest !== undefined && latest.writableEnded && !latest.req.complete
}

/** Whether a response was written completely, but not yet read by the client. */
export function isFlushing (): boolean {
  for (const { open } of uses.values()) {
    for (const { writableEnded, writableFinished } of open) if (writableEnded && !writableFinished) return true
  }
  return false
}

/** Connections without any received data. */
export function unusedConnections (): Socket[] {
  return [...uses.keys()].filter((socket) => socket.bytesRead === 0)
}
