/** Route schemas of ROLLER's operations, for the OpenAPI document. */
import { Type, type TSchema } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import { Problem } from '../problem.ts'
import type { Method, Operation } from '../roller/operation.ts'

/** How a call names its connection. */
export const ConnectionHeaders = Type.Object({
  'Connection-Id': Type.Optional(Type.String({ description: 'The venue\'s connection, as GET /connections lists it.' })),
  'Roller-Venue': Type.Optional(Type.String({ description: 'In its place: ROLLER\'s id of the venue. Of several connections the newest that works is used.' }))
})

export const problemAnswers = {
  '4xx': { description: 'The gateway\'s own answer, or ROLLER\'s.', content: { 'application/problem+json': { schema: Problem } } },
  '5xx': { description: 'The gateway\'s own answer, or ROLLER\'s.', content: { 'application/problem+json': { schema: Problem } } }
}

/** What the OpenAPI document takes from a route schema; Fastify's own type learns of it only where @fastify/swagger is installed. */
interface RouteSchema extends FastifySchema {
  readonly summary: string
  readonly description?: string
  readonly operationId: string
  readonly tags: readonly string[]
}

export function rollerSchema (operation: Operation): RouteSchema {
  return {
    summary: operation.summary,
    ...(operation.description !== undefined && { description: operation.description }),
    operationId: operation.id,
    tags: [operation.tag],
    headers: Type.Composite([ConnectionHeaders, operation.headers ?? Type.Object({})]),
    ...(operation.params !== undefined && { params: operation.params }),
    ...(operation.query !== undefined && { querystring: operation.query }),
    ...(operation.body !== undefined && { body: operation.body }),
    response: { ...documented(operation), ...problemAnswers }
  }
}

export function wildcardSchema (method: Method): RouteSchema {
  return {
    summary: `${method} any other path of ROLLER's API`,
    description: 'For what ROLLER has and the catalogue does not. Bodies are streamed and not validated.',
    operationId: `${method.toLowerCase()}Roller`,
    tags: ['Other paths'],
    headers: ConnectionHeaders,
    params: Type.Object({ '*': Type.String({ description: 'ROLLER\'s path without the leading slash.' }) }),
    response: { 200: { description: 'ROLLER\'s answer, as it came.' }, ...problemAnswers }
  }
}

function documented (operation: Operation): Record<string, object> {
  const answers: Record<string, object> = {}
  for (const [status, { description, schema }] of Object.entries(operation.answers)) {
    answers[status] = schema === undefined ? { description } : answer(description, schema)
    // Through Nango a buffered 201 arrives as 200.
    if (status === '201') answers[200] = answers[status]
  }
  return answers
}

function answer (description: string, schema: TSchema): object {
  return { description, content: { 'application/json': { schema } } }
}
