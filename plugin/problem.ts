/** RFC 9457 problem documents: the format of every error of the gateway over HTTP. */
import { Type, type Static } from '@sinclair/typebox'
import { endedEarly } from './gateway/classify-failure.ts'
import { ExchangeFailure } from './gateway/transport/exchange.ts'
import { Nullable, StringEnum } from './operations/schema.ts'
import { errorDefinitions, isRollerError, RollerError, type ErrorCode } from './errors.ts'

export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** `keyof` loses the tuple that an enum needs; Object.keys of a literal returns exactly these names. */
const codes = Object.keys(errorDefinitions) as [ErrorCode, ...ErrorCode[]]

export const Problem = Type.Object({
  type: Type.String(
    {
      description: 'Identifies the problem; on this server, the path of a page about it.',
      examples: ['/problems/ROLLER_ERR_RATE_LIMITED']
    }
  ),
  title: Type.String({ description: 'A short summary of the problem type.' }),
  status: Type.Integer({ description: 'The HTTP status of this response.' }),
  detail: Type.String({ description: 'The facts of this case.' }),
  instance: Type.String({ description: 'The request id in the gateway\'s log.' }),
  code: StringEnum(codes, { description: 'Stable code for programs.' }),
  layer: StringEnum(['caller', 'gateway', 'nango', 'roller', 'network'], { description: 'The responsible component.' }),
  hint: Type.String({ description: 'An instruction: what to do next.' }),
  retryAfter: Type.Optional(Type.Integer({ minimum: 1, description: 'Seconds, as in the header Retry-After.' })),
  upstream: Type.Optional(Type.Object({
    status: Type.Integer(),
    body: Type.Optional(Type.Unknown())
  }, { description: 'The response of ROLLER or Nango.' })),
  pendingVenue: Type.Optional(Type.Object({
    id: Type.String(), name: Nullable(Type.String())
  }, { description: 'With ROLLER_ERR_VENUE_CHANGED: the venue of the new credentials, for confirm-venue.' })),
  errors: Type.Optional(Type.Array(Type.Object({
    pointer: Type.String({ description: 'JSON pointer; its first segment is params, query, headers or body.' }),
    detail: Type.String()
  })))
}, { $id: 'Problem', description: 'Problem details (RFC 9457).' })

export type Problem = Static<typeof Problem>

/** Path of the pages about problems, under the plugin's prefix. */
export const PROBLEMS_PATH = '/problems'

/** @param base prefix of the plugin's routes */
export function toProblem (error: RollerError, instance: string, base = ''): Problem {
  return {
    type: `${base}${PROBLEMS_PATH}/${error.code}`,
    title: error.title,
    status: error.statusCode,
    detail: error.detail,
    instance,
    code: error.code,
    layer: error.layer,
    hint: error.hint,
    ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
    ...(error.upstream !== undefined && { upstream: error.upstream }),
    ...(error.pendingVenue !== undefined && { pendingVenue: error.pendingVenue }),
    ...(error.errors !== undefined && { errors: [...error.errors] })
  }
}

/** The value of Roller-Answered-By. */
export function answeredBy ({ layer }: RollerError): 'roller' | 'nango' | 'gateway' {
  return layer === 'roller' || layer === 'nango' ? layer : 'gateway'
}

interface FastifyLikeError {
  readonly code?: unknown
  readonly statusCode?: unknown
}

/** Errors that a server around the gateway may throw itself (a URL that cannot be decoded, a body that is too large). */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'ROLLER_ERR_PATH',
  401: 'ROLLER_ERR_UNAUTHORIZED',
  403: 'ROLLER_ERR_SCOPE',
  404: 'ROLLER_ERR_NOT_FOUND',
  413: 'ROLLER_ERR_BODY_TOO_LARGE',
  415: 'ROLLER_ERR_MEDIA_TYPE'
}

/**
 * Converts any thrown value to an error of the table. The text of an unknown error is never sent to the caller: it may contain anything.
 */
export function toRollerError (thrown: unknown): RollerError {
  if (isRollerError(thrown)) return thrown
  if (thrown instanceof ExchangeFailure) return endedEarly(thrown)
  const error: FastifyLikeError = typeof thrown === 'object' && thrown !== null ? thrown : {}
  switch (error.code) {
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return invalidBody(thrown)
  }
  if (thrown instanceof SyntaxError && error.statusCode === 400) return invalidBody(thrown)
  const code = CODE_OF_STATUS[Number(error.statusCode)]
  if (code !== undefined) return new RollerError(code, { cause: thrown })
  return new RollerError('ROLLER_ERR_INTERNAL', { cause: thrown })
}

function invalidBody (cause: unknown): RollerError {
  return new RollerError(
    'ROLLER_ERR_VALIDATION', { detail: 'The body is not JSON.', errors: [{ pointer: '/body', detail: 'is not JSON' }], cause }
  )
}
