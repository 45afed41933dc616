/** Headers of ROLLER's operations that are the gateway's own: what a call may carry, and what an answer says. */
import { Type } from '@sinclair/typebox'
import type { RateLimitName, Method } from '../operations/operation.ts'

const callHeaders = {
  'Connection-Id': Type.Optional(Type.String({ description: 'The venue\'s connection, as GET /connections lists it.' })),
  'Roller-Venue': Type.Optional(Type.String({
    description: 'In its place: ROLLER\'s id of the venue. Of several connections the newest that works is used.'
  })),
  'Roller-Max-Wait': Type.Optional(Type.Number({
    minimum: 0,
    description: 'Seconds that the call may wait for its place in the rate limit, and between repeats. Default and longest: as the ' +
      'gateway is set.'
  })),
  'X-Request-Id': Type.Optional(
    Type.String({ maxLength: 200, description: 'Names the request in the log and in the answer; made up where it is missing.' })
  )
}

const validationHeader = {
  'Roller-Validation': Type.Optional(
    Type.String({ pattern: '^(true|false)$', description: 'false sends what does not fit the catalog, for when ROLLER is ahead of it.' })
  )
}

const cacheHeader = {
  'Cache-Control': Type.Optional(Type.String({
    description: 'no-cache: an answer that is made for this call. no-store: an answer that is not kept either.'
  }))
}

/** ROLLER's own; its documents have it for bulk exports alone, its text on formats for all reports. */
const zoneHeader = {
  'TimeZone-Designators': Type.Optional(
    Type.String({ description: 'offset: times in the venue\'s zone in place of UTC. ROLLER\'s own header.' })
  )
}

/** @param rateLimit null for a path outside the catalog */
export function requestHeaders (method: Method, rateLimit: RateLimitName | null) {
  return Type.Object({
    ...callHeaders,
    ...(rateLimit !== null && validationHeader),
    ...(method === 'GET' && rateLimit !== null && cacheHeader),
    ...(rateLimit === 'reporting' && zoneHeader)
  })
}

/** Of `GET /exports/{report}`. */
export const exportHeaders = Type.Object({ ...callHeaders, ...zoneHeader })

type HeaderSchema = Readonly<Record<string, unknown>>
type HeaderSchemas = Readonly<Record<string, HeaderSchema>>

export const everyResponse: HeaderSchemas = {
  'Roller-Answered-By': {
    type: 'string', enum: ['roller', 'nango', 'gateway'], description: 'Who answered: roller for ROLLER\'s own answers, errors included.'
  },
  'X-Request-Id': {
    type: 'string', description: 'As in the log, and in instance of a problem. The service sends it always, a host of the plugin may.'
  },
  'RateLimit-Policy': {
    type: 'string',
    examples: [
      '"rest";q=600;w=60'
    ],
    description: 'The rate limit that the call counts against: q calls in w seconds. Missing where none was asked.'
  },
  RateLimit: { type: 'string', examples: ['"rest";r=599;t=1'], description: 'r calls are left of it, and in t seconds there is one more.' }
}

const success: HeaderSchemas = {
  'Roller-Time-Zone': {
    type: 'string', examples: ['Australia/Brisbane'], description: 'The venue\'s IANA time zone, once the gateway knows it.'
  }
}

const shared: HeaderSchemas = {
  'Cache-Status': {
    type: 'string',
    examples: [
      'fastify-roller; hit'
    ],
    description: 'RFC 9211; where the answer is shared with other callers, or the operation is cached.'
  },
  Age: { type: 'integer', minimum: 0, description: 'Seconds since ROLLER made the answer; where it comes from the cache.' }
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
  'Retry-After': { type: 'integer', minimum: 1, description: 'Seconds until a new try makes sense; where that is known.' }
}
