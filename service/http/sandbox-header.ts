/** The header by which every answer of a sandbox says that nothing behind it is real. */
import type { FastifyInstance } from 'fastify'

export const SANDBOX_HEADER = ['roller-sandbox', 'true'] as const

/** Before any other hook is added: what another refuses has the header too. */
export function markAnswers (app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header(...SANDBOX_HEADER)
    done()
  })
}
