/** What log, metrics and traces call a request: names from closed sets, never a path as it was written. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Layer } from 'fastify-roller/internal'
import { problemOf } from 'fastify-roller/internal'

/** The catalog's name of a call to ROLLER, otherwise method and route. */
export function operationOf (request: FastifyRequest): string {
  if (request.rollerCall !== null) return request.rollerCall.operation
  const { config, url } = request.routeOptions // made anew each time it is asked for
  // There is none where the URL could not be decoded.
  const operation = (config as typeof config | undefined)?.roller?.operation
  if (operation !== undefined) return operation
  return url === undefined ? 'unknown' : `${request.method} ${url}`
}

/** Whose answer it is. */
export function layerOf (request: FastifyRequest, reply: FastifyReply): Layer {
  return problemOf(request)?.layer ?? (reply.getHeader('roller-answered-by') === 'roller' ? 'roller' : 'gateway')
}
