/** The end of each request: its response was sent, or its client left. For the latter Fastify runs no hook. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export function onRequestEnd (app: FastifyInstance, ended: (request: FastifyRequest, reply: FastifyReply) => void): void {
  app.addHook('onRequest', (request, reply, done) => {
    let isOpen = true
    const end = (): void => {
      if (isOpen) ended(request, reply)
      isOpen = false
    }
    reply.raw.once('finish', end).once('close', end)
    done()
  })
}

/** The client left before the response had ended. */
export function isAborted ({ raw }: FastifyReply): boolean { return raw.destroyed && !raw.writableFinished }
