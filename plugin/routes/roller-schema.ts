/** Route schemas of ROLLER's operations, for the OpenAPI document. */
import { Type, type TSchema } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import { Problem } from '../problem.ts'
import type { Method, Operation } from '../operations/operation.ts'
import { responseHeaders, requestHeaders, errorHeaders } from './roller-headers.ts'

const PROBLEM = { 'application/problem+json': { schema: Problem } }

/** For the gateway's own routes: every error is the gateway's. */
export const problemResponses = {
  '4xx': { description: 'An error of the gateway.', content: PROBLEM },
  '5xx': { description: 'An error of the gateway.', content: PROBLEM }
}

/** No type: it is passed through unchanged. Most are an object with errors[] or message; some are a string. */
const RollerOwnError = Type.Unknown({ $id: 'RollerOwnError', description: 'ROLLER\'s own error, unchanged: any JSON' })

/** Clients distinguish the two by media type, or by Roller-Answered-By. */
const passedErrors = {
  '4xx': errorResponse('An error of the gateway (application/problem+json), or ROLLER\'s own, unchanged (application/json).'),
  '5xx': errorResponse('An error of the gateway (application/problem+json), or ROLLER\'s own, unchanged (application/json).')
}

/** The OpenAPI fields of a route schema; Fastify's own type has them only if @fastify/swagger is installed. */
interface RouteSchema extends FastifySchema {
  readonly summary: string
  readonly description?: string
  readonly operationId: string
  readonly tags: readonly string[]
}

export function rollerSchema (method: Method, operation: Operation): RouteSchema {
  return {
    summary: operation.summary,
    ...(operation.description !== undefined && { description: operation.description }),
    operationId: operation.id,
    tags: [operation.tag],
    headers: requestHeaders(method, operation.rateLimit),
    ...(operation.params !== undefined && { params: operation.params }),
    ...(operation.query !== undefined && { querystring: operation.query }),
    ...(operation.body !== undefined && { body: operation.body }),
    response: { ...documented(method, operation), ...passedErrors }
  }
}

export function wildcardSchema (method: Method): RouteSchema {
  const success = {
    description: 'ROLLER\'s response, unchanged.',
    headers: responseHeaders(method, null),
    content: { 'application/json': { schema: Type.Unknown() } }
  }
  return {
    summary: `${method} any other path of ROLLER's API`,
    description: 'For operations that the catalog lacks. Bodies are streamed and not validated.',
    operationId: `${method.toLowerCase()}Roller`,
    tags: ['Other paths'],
    headers: requestHeaders(method, null),
    params: Type.Object({
      '*': Type.String({
        description: 'ROLLER\'s path without the leading slash. Its slashes are literal: a client that encodes them gets ROLLER_ERR_PATH.'
      })
    }),
    response: { '2xx': success, ...passedErrors }
  }
}

function documented (method: Method, { responses, rateLimit }: Operation): Record<string, object> {
  return Object.fromEntries(Object.entries(responses).map(([status, { description, schema }]) => {
    if (Number(status) >= 400) return [status, errorResponse(description, schema)]
    const headers = responseHeaders(method, rateLimit)
    // `null` declares that there is no body.
    return [
      status,
      schema === undefined ? { type: 'null', description, headers } : { description, headers, content: { 'application/json': { schema } } }
    ]
  }))
}

function errorResponse (description: string, schema: TSchema = RollerOwnError): object {
  return { description, headers: errorHeaders, content: { 'application/json': { schema }, ...PROBLEM } }
}
