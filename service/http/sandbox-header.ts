/** The header that marks every response of a sandbox as simulated. */
import type { FastifyInstance } from 'fastify'

export const SANDBOX_HEADER = ['roller-sandbox', 'true'] as const

/** Added before any other hook, so that rejected requests have the header too. */
export function markResponses (app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header(...SANDBOX_HEADER)
    done()
  })
}
