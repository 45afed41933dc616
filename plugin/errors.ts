/**
 * Every error of the gateway, defined once: code, HTTP status, responsible layer, title and hint. `title` names the condition, `detail` has
 * the facts of a case, `hint` is an instruction. Documents, types and responses are derived from this table.
 */
import type { RateLimitState } from './util/rate-limit-state.ts'

/** The responsible component: the caller, the gateway (its configuration or limits), Nango, ROLLER, or the network. */
export type Layer = 'caller' | 'gateway' | 'nango' | 'roller' | 'network'

export interface ErrorEntry {
  readonly status: number
  readonly layer: Layer
  readonly title: string
  readonly hint: string
}

// Nango's guide for ROLLER: check both and the connection id; one connection for each venue.
const CHECK_CREDENTIALS = 'Check the Client ID, the Client Secret and the connection id. ' +
  'Each venue has its own pair and needs its own connection.'

export const errorDefinitions = {
  ROLLER_ERR_VALIDATION: {
    status: 400,
    layer: 'caller',
    title: 'The request does not match the API\'s schema',
    hint: 'Correct the fields in errors[] and send the request again. Nothing was sent to ROLLER.'
  },
  ROLLER_ERR_PATH: {
    status: 400,
    layer: 'caller',
    title: 'The path or query is not valid for ROLLER\'s API',
    hint: 'Send a plain ROLLER path such as /bookings or /venues/me, without dot segments, backslashes, double slashes or control ' +
      'characters.'
  },
  ROLLER_ERR_BODY_TOO_LARGE: {
    status: 413,
    layer: 'caller',
    title: 'The request body is too large',
    hint: 'Send a smaller body, or raise the limit in detail.'
  },
  ROLLER_ERR_MEDIA_TYPE: {
    status: 415,
    layer: 'caller',
    title: 'The media type of the body is not supported',
    hint: 'Send JSON with the header Content-Type: application/json.'
  },
  ROLLER_ERR_NOT_FOUND: {
    status: 404,
    layer: 'caller',
    title: 'The route does not exist',
    hint: 'Put /roller in front of ROLLER\'s paths, for example GET /roller/venues/me. The OpenAPI document lists every route.'
  },
  ROLLER_ERR_CONNECTION_REQUIRED: {
    status: 400,
    layer: 'caller',
    title: 'The request names no connection',
    hint: 'Send the header Connection-Id with the id of a connection, or Roller-Venue with ROLLER\'s venue id. GET /connections ' +
      'lists both.'
  },
  ROLLER_ERR_CONNECTION_AMBIGUOUS: {
    status: 400,
    layer: 'caller',
    title: 'The request names its connection twice',
    hint: 'Send only one of the headers Connection-Id and Roller-Venue.'
  },
  ROLLER_ERR_CONNECTION_UNKNOWN: {
    status: 404,
    layer: 'caller',
    title: 'The connection does not exist',
    hint: 'Check the connection id (GET /connections lists them), or connect the venue with POST /connect-session.'
  },
  ROLLER_ERR_CONNECTION_FORBIDDEN: {
    status: 403,
    layer: 'caller',
    title: 'The caller may not use this connection',
    hint: 'Use a connection of this caller, or ask the operator of this gateway to extend the caller\'s rights.'
  },
  ROLLER_ERR_VENUE_CHANGED: {
    status: 409,
    layer: 'caller',
    title: 'The connection has credentials of another venue',
    hint: 'Confirm the venue in pendingVenue with POST /connections/{id}/confirm-venue {"venueId"}, or have the right venue enter ' +
      'its credentials with POST /connect-session/reconnect.'
  },
  ROLLER_ERR_VENUE_UNVERIFIED: {
    status: 503,
    layer: 'gateway',
    title: 'The venue of this connection is not verified yet',
    hint: 'Send the call again after Retry-After seconds. Nothing was sent. GET /connections/{id}/check shows which step is ' +
      'pending.'
  },
  ROLLER_ERR_ENVIRONMENT: {
    status: 409,
    layer: 'caller',
    title: 'The connection belongs to ROLLER\'s other environment',
    hint: 'Use this connection through a gateway that is set to its environment. Live and Playground are never mixed.'
  },
  ROLLER_ERR_OPERATION_FORBIDDEN: {
    status: 403,
    layer: 'gateway',
    title: 'The operation is closed on this gateway',
    hint: 'Ask the operator of this gateway to open the operation. POST /token is always closed, because Nango manages tokens.'
  },
  ROLLER_ERR_UNAUTHORIZED: {
    status: 401,
    layer: 'gateway',
    title: 'The caller is not authenticated',
    hint: 'Sign in to this app, or send the credentials that it expects of its callers.'
  },
  ROLLER_ERR_SCOPE: {
    status: 403,
    layer: 'gateway',
    title: 'The caller lacks a scope',
    hint: 'Sign in as a caller who has the rights in detail, or ask the operator of this app for them.'
  },
  ROLLER_ERR_NOT_CONFIRMED: {
    status: 403,
    layer: 'caller',
    title: 'No person confirmed the operation',
    hint: 'Ask the person who is responsible, then call the tool again and have the person confirm it. Nothing was sent to ROLLER.'
  },
  ROLLER_ERR_AUTH_UNAVAILABLE: {
    status: 503,
    layer: 'network',
    title: 'The caller\'s token cannot be verified now',
    hint: 'Send the call again after Retry-After seconds. If the error persists, the operator must check that JWT_JWKS_URL is ' +
      'reachable.'
  },
  ROLLER_ERR_CALLER_RATE_LIMITED: {
    status: 429,
    layer: 'caller',
    title: 'The caller exceeds its rate limit at this gateway',
    hint: 'Wait for Retry-After seconds, then send at a lower rate. ROLLER\'s rate limit was not used.'
  },
  ROLLER_ERR_OVERLOADED: {
    status: 503,
    layer: 'gateway',
    title: 'The gateway is overloaded',
    hint: 'Send the call again after Retry-After seconds. Nothing was sent to ROLLER. If the error persists, the operator must add ' +
      'replicas or CPU.'
  },
  ROLLER_ERR_CLOSING: {
    status: 503,
    layer: 'gateway',
    title: 'The gateway is shutting down',
    hint: 'Send the call again, to another replica or to this one after its restart. Nothing was sent to ROLLER.'
  },
  ROLLER_ERR_HTTP: {
    status: 400,
    layer: 'caller',
    title: 'The request is not a complete HTTP/1.1 request',
    hint: 'Send a complete HTTP/1.1 request in time.'
  },
  ROLLER_ERR_HEADERS: {
    status: 400,
    layer: 'caller',
    title: 'The request headers are not valid',
    hint: 'Send HTTP/1.1 with one Host header, at most 16 KB of headers, and no Expect other than 100-continue.'
  },
  ROLLER_ERR_LINK_ENDED: {
    status: 401,
    layer: 'caller',
    title: 'The link is expired or not valid',
    hint: 'Create a new link with POST /connect-session.'
  },
  ROLLER_ERR_NOT_SUBSCRIBED: {
    status: 409,
    layer: 'caller',
    title: 'The connection is not subscribed to the required webhooks',
    hint: 'Subscribe with POST /connections/{id}/webhooks or app.roller.webhooks.subscribe(connectionId), then send the call again.'
  },
  ROLLER_ERR_CREDENTIALS_REJECTED: {
    status: 424,
    layer: 'roller',
    title: 'ROLLER rejects the credentials of this connection',
    hint: `${CHECK_CREDENTIALS} Then reconnect with POST /connect-session/reconnect, which keeps the connection id.`
  },
  ROLLER_ERR_TOKEN_UNAVAILABLE: {
    status: 503,
    layer: 'roller',
    title: 'No token is available from ROLLER',
    hint: 'Send the call again after Retry-After seconds. Do not change the Client ID or the Client Secret: nothing indicates that ' +
      'they are wrong.'
  },
  ROLLER_ERR_CREDENTIALS_INVALID: {
    status: 400,
    layer: 'roller',
    title: 'ROLLER rejects this Client ID and Client Secret',
    hint: 'Check the Client ID and the Client Secret in Venue Manager, then send both again. Each venue has its own pair.'
  },
  ROLLER_ERR_ACCESS_DENIED: {
    status: 403,
    layer: 'roller',
    title: 'ROLLER denies this call to the connection',
    hint: `${CHECK_CREDENTIALS} If they are right, add the missing permission or the API add-on in Venue Manager.`
  },
  ROLLER_ERR_REFUSED: {
    status: 502,
    layer: 'roller',
    title: 'ROLLER answered with an error',
    hint: 'Read upstream.status and upstream.body: they are ROLLER\'s own. Calls over HTTP receive ROLLER\'s response instead of ' +
      'this error.'
  },
  ROLLER_ERR_INVALID_RESPONSE: {
    status: 502,
    layer: 'roller',
    title: 'ROLLER\'s response is not valid',
    hint: 'Request the failed page alone to see ROLLER\'s response, and resume later from the cursor. The call itself is correct.'
  },
  ROLLER_ERR_TOKEN_RENEWED: {
    status: 503,
    layer: 'roller',
    title: 'ROLLER had revoked the token, which is now renewed',
    hint: 'Send the call again. ROLLER did not execute it, and its streamed body could not be kept for a retry.'
  },
  ROLLER_ERR_RATE_LIMITED: {
    status: 429,
    layer: 'gateway',
    title: 'The rate limit of this connection is used up',
    hint: 'Wait for Retry-After seconds, or send Roller-Max-Wait: <seconds> to let the gateway wait. Nothing was sent to ROLLER.'
  },
  ROLLER_ERR_COOLING_OFF: {
    status: 429,
    layer: 'roller',
    title: 'The connection is in ROLLER\'s cooling-off period',
    hint: 'Wait for Retry-After seconds; no call is sent until then. Check whether another program uses the same API key.'
  },
  ROLLER_ERR_NANGO_LIMIT: {
    status: 503,
    layer: 'nango',
    title: 'The rate limit of the Nango account is reached',
    hint: 'Wait for Retry-After seconds. If the error persists, raise the plan on Nango Cloud, or DEFAULT_RATE_LIMIT_PER_MIN on a ' +
      'self-hosted Nango.'
  },
  ROLLER_ERR_NANGO_REJECTED: {
    status: 502,
    layer: 'nango',
    title: 'Nango rejects the gateway\'s request',
    hint: 'The operator must check NANGO_SECRET_KEY, its scopes, NANGO_HOST and NANGO_INTEGRATION_ID. GET /connections/{id}/check ' +
      'shows which is wrong.'
  },
  ROLLER_ERR_UNREACHABLE: {
    status: 502,
    layer: 'network',
    title: 'ROLLER is not reachable',
    hint: 'Send the call again later. GET /connections/{id}/check shows which hop fails.'
  },
  ROLLER_ERR_TIMEOUT: {
    status: 504,
    layer: 'network',
    title: 'The upstream request timed out',
    hint: 'Send the call again later, or request less data in one call. GET /connections/{id}/check shows which hop is slow.'
  },
  ROLLER_ERR_REDIS_UNAVAILABLE: {
    status: 503,
    layer: 'network',
    title: 'Redis is not available',
    hint: 'Send the call again after Retry-After seconds. If the error persists, the operator must check Redis and REDIS_URL.'
  },
  ROLLER_ERR_NOT_CONFIGURED: {
    status: 501,
    layer: 'gateway',
    title: 'Webhooks are not configured on this gateway',
    hint: 'The operator must set the options publicUrl and rollerWebhookSecrets (PUBLIC_URL and ROLLER_WEBHOOK_SECRET).'
  },
  ROLLER_ERR_EVENT_NOT_HANDLED: {
    status: 503,
    layer: 'gateway',
    title: 'The event was not handled',
    hint: 'Send the event again. A handler of this application failed or timed out: the log has the cause.'
  },
  ROLLER_ERR_INTERNAL: {
    status: 500,
    layer: 'gateway',
    title: 'The gateway failed',
    hint: 'Report this error with the request id in instance: the gateway\'s log has the cause under it.'
  }
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorDefinitions

/** One error of an input. `pointer` is a JSON pointer whose first segment is the part of the request. */
export interface InputFault {
  readonly pointer: string
  readonly detail: string
}

/** The upstream response, without anything that must not be shown. */
export interface Upstream {
  readonly status: number
  readonly body?: unknown
}

export interface RollerErrorOptions {
  /** The facts of this case, in a sentence. Never contains a secret. */
  readonly detail?: string | undefined
  /** Replaces the hint of the table with a more specific one. */
  readonly hint?: string | undefined
  /** Replaces the status of the table, for ROLLER's own status. */
  readonly status?: number | undefined
  /** Replaces the layer of the table, for a code with several. */
  readonly layer?: Layer | undefined
  readonly upstream?: Upstream | undefined
  /** Seconds until a retry makes sense. An integer, at least 1. */
  readonly retryAfter?: number | undefined
  readonly errors?: readonly InputFault[] | undefined
  /** The venue that awaits confirmation, for ROLLER_ERR_VENUE_CHANGED. */
  readonly pendingVenue?: { readonly id: string, readonly name: string | null } | undefined
  /** What is left of the rate limit that the call counts against. */
  readonly rateLimit?: RateLimitState | undefined
  readonly cause?: unknown
}

const BRAND = Symbol.for('fastify-roller.error')

/** The error class of the gateway: thrown in process, sent as `application/problem+json` over HTTP. */
export class RollerError extends Error {
  readonly code: ErrorCode
  /** HTTP status; Fastify's own error handling reads it too. */
  readonly statusCode: number
  readonly layer: Layer
  readonly title: string
  readonly hint: string
  readonly detail: string
  readonly upstream: Upstream | undefined
  readonly retryAfter: number | undefined
  readonly errors: readonly InputFault[] | undefined
  readonly pendingVenue: { readonly id: string, readonly name: string | null } | undefined
  readonly rateLimit: RateLimitState | undefined
  readonly [BRAND] = true

  constructor (code: ErrorCode, options: RollerErrorOptions = {}) {
    const entry: ErrorEntry = errorDefinitions[code]
    const detail = options.detail ?? `${entry.title}.`
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RollerError'
    this.code = code
    this.statusCode = options.status ?? entry.status
    this.layer = options.layer ?? entry.layer
    this.title = entry.title
    this.hint = options.hint ?? entry.hint
    this.detail = detail
    this.upstream = options.upstream
    this.retryAfter = options.retryAfter === undefined ? undefined : Math.max(1, Math.ceil(options.retryAfter))
    this.errors = options.errors
    this.pendingVenue = options.pendingVenue
    this.rateLimit = options.rateLimit
  }
}

/** The error for invalid input, with each fault in its detail. */
export function invalidInput (faults: readonly InputFault[]): RollerError {
  const detail = faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')
  return new RollerError('ROLLER_ERR_VALIDATION', { detail, errors: faults })
}

/** True for a RollerError of any copy of this package. */
export function isRollerError (error: unknown): error is RollerError {
  return typeof error === 'object' && error !== null && BRAND in error
}

/** A copy for one call, because one error, such as a failed token refresh, may end several calls. */
export function withRateLimit (error: RollerError, rateLimit: RateLimitState | undefined): RollerError {
  return new RollerError(error.code, { ...error, status: error.statusCode, cause: error.cause, rateLimit })
}
