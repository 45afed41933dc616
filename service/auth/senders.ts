import type { FastifyRequest } from 'fastify'

/**
 * ROLLER and Nango have no key of this gateway's, nor has a venue manager with a link. Their webhooks carry a proof of their own, and so
 * does the one question of the connect page; the plugin checks both. A page about a problem says what the documents say.
 */
export function provesItself ({ routeOptions: { config } }: FastifyRequest): boolean {
  // There is none where no route was found.
  const auth = (config as typeof config | undefined)?.roller?.auth
  return auth === 'self' || auth === 'public'
}
