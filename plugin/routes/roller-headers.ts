/** The gateway's own headers of ROLLER's operations, in requests and responses. */
import { Type } from '@sinclair/typebox'
import type { RateLimitName, Method } from '../operations/operation.ts'

const callHeaders = {
  'Connection-Id': Type.Optional(Type.String({ description: 'Id of the venue\'s connection, from GET /connections.' })),
  'Roller-Venue': Type.Optional(Type.String({
    description: 'Alternative: ROLLER\'s id of the venue. Of several connections, the newest healthy one is used.'
  })),
  'Roller-Max-Wait': Type.Optional(Type.Number({
    minimum: 0,
    description: 'Maximum wait for a rate limit and between retries, in seconds. Default and upper bound are set by the ' +
      'gateway.'
  })),
  'X-Request-Id': Type.Optional(
    Type.String({ maxLength: 200, description: 'Request id for the log and the response; generated if missing.' })
  )
}

const validationHeader = {
  'Roller-Validation': Type.Optional(
    Type.String({ pattern: '^(true|false)$', description: 'false skips validation, for input that is newer than the catalog.' })
  )
}

const cacheHeader = {
  'Cache-Control': Type.Optional(Type.String({
    description: 'no-cache: requires a fresh response. no-store: also prevents storing it.'
  }))
}

/**
 * ROLLER's own; its documents list it for bulk exports only, its text on formats for all reports. It has no enum: some code generators
 * cannot make one of two spellings that differ in case only.
 */
const zoneHeader = {
  'TimeZone-Designators': Type.Optional(
    Type.String({ description: 'offset: times in the venue\'s zone instead of UTC. ROLLER\'s own header.' })
  )
}

/** @param rateLimit null for a path outside the catalog */
export function requestHeaders (method: Method, rateLimit: RateLimitName | null) {
  return Type.Object({
    ...callHeaders,
    ...(rateLimit !== null && validationHeader),
    ...(method === 'GET' && rateLimit !== null && cacheHeader),
    ...((rateLimit === 'reporting' || rateLimit === 'bulk') && zoneHeader)
  })
}

/** Of `GET /exports/{report}`. */
export const exportHeaders = Type.Object({ ...callHeaders, ...zoneHeader })

type HeaderSchema = Readonly<Record<string, unknown>>
type HeaderSchemas = Readonly<Record<string, HeaderSchema>>

export const everyResponse: HeaderSchemas = {
  'Roller-Answered-By': {
    type: 'string',
    enum: ['roller', 'nango', 'gateway'],
    description: 'Source of the response: roller for ROLLER\'s own responses, errors included.'
  },
  'X-Request-Id': {
    type: 'string',
    description: 'Also in the log, and in instance of a problem. Always sent by the service, optional in a host of the plugin.'
  },
  'RateLimit-Policy': {
    type: 'string',
    examples: [
      '"rest";q=600;w=60'
    ],
    description: 'The rate limit that the call counts against: q calls in w seconds. Missing if none applies.'
  },
  RateLimit: { type: 'string', examples: ['"rest";r=599;t=1'], description: 'r calls remain, and another is available in t seconds.' }
}

const success: HeaderSchemas = {
  'Roller-Time-Zone': {
    type: 'string', examples: ['Australia/Brisbane'], description: 'The venue\'s IANA time zone, if known.'
  }
}

const shared: HeaderSchemas = {
  'Cache-Status': {
    type: 'string',
    examples: [
      'fastify-roller; hit'
    ],
    description: 'RFC 9211; if the response is shared with other callers, or the operation is cached.'
  },
  Age: { type: 'integer', minimum: 0, description: 'Seconds since ROLLER\'s response, if it comes from the cache.' }
}

const warning: HeaderSchemas = {
  'Roller-Warning': {
    type: 'string',
    examples: ['page-size;max=500'],
    description: 'page-size: pageSize is larger than max, which ROLLER recommends. The call was sent.'
  }
}

/** On a success. */
export function responseHeaders (method: Method, rateLimit: RateLimitName | null): HeaderSchemas {
  return {
    ...everyResponse,
    ...success,
    ...(method === 'GET' && rateLimit !== null && shared),
    ...(method === 'GET' && rateLimit === 'reporting' && warning)
  }
}

/** On an error, ROLLER's or the gateway's. */
export const errorHeaders: HeaderSchemas = {
  ...everyResponse,
  'Retry-After': { type: 'integer', minimum: 1, description: 'Seconds until a retry makes sense, if known.' }
}
