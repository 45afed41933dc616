/** The names of a request in log, metrics and traces: from closed sets, never a raw path. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problemOf, type Layer } from 'fastify-roller/internal'

/** Probes, scrapes, and pages of documents: they have a log level of their own, and are neither counted nor traced. */
export function isRoutine ({ routeOptions }: FastifyRequest): boolean { return routeOptions.logLevel === 'warn' }

/** The catalog's name of a call to ROLLER, otherwise method and route. */
export function operationOf (request: FastifyRequest): string {
  if (request.rollerCall !== null) return request.rollerCall.operation
  const { config, url } = request.routeOptions // a getter that creates a new object at each access
  // Undefined if the URL could not be decoded.
  const operation = (config as typeof config | undefined)?.roller?.operation
  if (operation !== undefined) return operation
  return url === undefined ? 'unknown' : `${request.method} ${url}`
}

/** The source of the response. */
export function layerOf (request: FastifyRequest, reply: FastifyReply): Layer {
  return problemOf(request)?.layer ?? (reply.getHeader('roller-answered-by') === 'roller' ? 'roller' : 'gateway')
}
