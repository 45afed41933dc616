import type { FastifyRequest } from 'fastify'

/**
 * ROLLER, Nango and venue managers with a link have no API key. Their webhooks, and the one request of the connect page, carry a signature,
 * key or ticket that the plugin checks. The pages about problem types are public like the documents.
 */
export function provesItself ({ routeOptions: { config } }: FastifyRequest): boolean {
  // Undefined if no route matched.
  const auth = (config as typeof config | undefined)?.roller?.auth
  return auth === 'self' || auth === 'public'
}
