/**
 * Every error the gateway answers with, once: code, HTTP status, the layer that has to act, and a hint that says what to do next.
 * Documents, types and answers are derived from this catalog.
 */
import type { RateLimitState } from './util/rate-limit-state.ts'

/** Whose turn it is: the caller's, the gateway's (its configuration or budget), Nango's, ROLLER's, or the network's. */
export type Layer = 'caller' | 'gateway' | 'nango' | 'roller' | 'network'

export interface ErrorEntry {
  readonly status: number
  readonly layer: Layer
  readonly title: string
  readonly hint: string
}

// The two hints of Nango's own guide for ROLLER: check the pair and the connection id; one connection for each venue.
const CHECK_CREDENTIALS = 'Double-check the Client ID, the Client Secret and the connection id. ' +
  'Each venue has its own pair: with several venues, make one connection for each.'

export const errorDefinitions = {
  ROLLER_ERR_VALIDATION: {
    status: 400,
    layer: 'caller',
    title: 'The request does not fit the contract',
    hint: 'Correct what errors[] names and send the request again. Nothing was sent to ROLLER.'
  },
  ROLLER_ERR_PATH: {
    status: 400,
    layer: 'caller',
    title: 'The path or query is not one of ROLLER\'s API',
    hint: 'Send a plain ROLLER path such as /bookings or /venues/me, without dot segments, backslashes, double slashes or control ' +
      'characters.'
  },
  ROLLER_ERR_BODY_TOO_LARGE: {
    status: 413,
    layer: 'caller',
    title: 'The request body is too large',
    hint: 'Send a smaller body, or raise the limit that the detail names.'
  },
  ROLLER_ERR_MEDIA_TYPE: {
    status: 415,
    layer: 'caller',
    title: 'The body is not of a media type that this route takes',
    hint: 'Send JSON with the header Content-Type: application/json.'
  },
  ROLLER_ERR_NOT_FOUND: {
    status: 404,
    layer: 'caller',
    title: 'There is no such route',
    hint: 'ROLLER\'s own paths live under /roller, for example GET /roller/venues/me. The OpenAPI document lists every route.'
  },
  ROLLER_ERR_CONNECTION_REQUIRED: {
    status: 400,
    layer: 'caller',
    title: 'The request names no connection',
    hint: 'Send the header Connection-Id with the id of a venue\'s connection, or Roller-Venue with ROLLER\'s id of the venue. GET ' +
      '/connections lists both.'
  },
  ROLLER_ERR_CONNECTION_AMBIGUOUS: {
    status: 400,
    layer: 'caller',
    title: 'The request names its connection in two ways',
    hint: 'Send one of the headers Connection-Id and Roller-Venue.'
  },
  ROLLER_ERR_CONNECTION_UNKNOWN: {
    status: 404,
    layer: 'caller',
    title: 'There is no such connection',
    hint: 'Check the connection id (GET /connections lists them), or let the venue connect again with POST /connect-session.'
  },
  ROLLER_ERR_CONNECTION_FORBIDDEN: {
    status: 403,
    layer: 'caller',
    title: 'This caller may not use this connection',
    hint: 'Use a connection that belongs to the caller, or let the operator of this gateway widen the caller\'s rights.'
  },
  ROLLER_ERR_VENUE_CHANGED: {
    status: 409,
    layer: 'caller',
    title: 'Credentials of another venue were entered for this connection',
    hint: 'Confirm the venue in pendingVenue with POST /connections/{id}/confirm-venue {"venueId"}, or let the right venue enter its ' +
      'credentials with POST /connect-session/reconnect.'
  },
  ROLLER_ERR_VENUE_UNVERIFIED: {
    status: 503,
    layer: 'gateway',
    title: 'The venue of this connection is not verified yet',
    hint: 'Send the call again after Retry-After seconds: nothing was sent. GET /connections/{id}/check shows what is waited for.'
  },
  ROLLER_ERR_ENVIRONMENT: {
    status: 409,
    layer: 'caller',
    title: 'The connection is of ROLLER\'s other environment',
    hint: 'Live and Playground are never mixed: use this connection through a gateway that is set to its environment.'
  },
  ROLLER_ERR_OPERATION_FORBIDDEN: {
    status: 403,
    layer: 'gateway',
    title: 'This operation is closed on this gateway',
    hint: 'Tokens are Nango\'s business: POST /token is never forwarded. Other operations are opened by the operator of this gateway.'
  },
  ROLLER_ERR_UNAUTHORIZED: {
    status: 401,
    layer: 'gateway',
    title: 'The caller is not known to this gateway',
    hint: 'Send the header Authorization: Bearer <key> with one of this gateway\'s API keys. It is not a ROLLER or Nango key.'
  },
  ROLLER_ERR_SCOPE: {
    status: 403,
    layer: 'gateway',
    title: 'The caller\'s key does not cover this route',
    hint: 'Use a key with the right that the detail names.'
  },
  ROLLER_ERR_AUTH_UNAVAILABLE: {
    status: 503,
    layer: 'network',
    title: 'The caller\'s token cannot be checked now',
    hint: 'Wait for Retry-After seconds. If it comes back, the operator must act: the keys of the token\'s issuer (JWT_JWKS_URL) cannot ' +
      'be fetched.'
  },
  ROLLER_ERR_CALLER_RATE_LIMITED: {
    status: 429,
    layer: 'caller',
    title: 'This caller sends too many requests to this gateway',
    hint: 'Wait for Retry-After seconds and send at a steadier pace. It is this gateway\'s own limit for each caller: no budget of ' +
      'ROLLER\'s was touched.'
  },
  ROLLER_ERR_OVERLOADED: {
    status: 503,
    layer: 'gateway',
    title: 'The gateway has more to do than it can',
    hint: 'Wait for Retry-After seconds. Nothing was sent to ROLLER. If it comes back, the operator must act: more replicas, or more CPU.'
  },
  ROLLER_ERR_CLOSING: {
    status: 503,
    layer: 'gateway',
    title: 'The gateway is being shut down',
    hint: 'Send the call again: another replica, or this one when it is back, takes it. Nothing was sent to ROLLER.'
  },
  ROLLER_ERR_HTTP: {
    status: 400,
    layer: 'caller',
    title: 'What was received is not a whole HTTP request',
    hint: 'Send a complete HTTP/1.1 request in time, with headers of reasonable size.'
  },
  ROLLER_ERR_HEADERS: {
    status: 400,
    layer: 'caller',
    title: 'The headers of the request are not accepted',
    hint: 'Send HTTP/1.1 with one Host header, headers of reasonable size, and no Expect but 100-continue.'
  },
  ROLLER_ERR_LINK_ENDED: {
    status: 401,
    layer: 'caller',
    title: 'The link does not open this page, or no longer',
    hint: 'Ask for a new link: POST /connect-session makes one.'
  },
  ROLLER_ERR_NOT_SUBSCRIBED: {
    status: 409,
    layer: 'caller',
    title: 'The connection is not subscribed to the webhooks that this takes',
    hint: 'Subscribe first: POST /connections/{id}/webhooks, or app.roller.webhooks.subscribe(connectionId).'
  },
  ROLLER_ERR_CREDENTIALS_REJECTED: {
    status: 424,
    layer: 'roller',
    title: 'ROLLER does not accept this connection\'s credentials',
    hint: `${CHECK_CREDENTIALS} Then let the venue enter them again with POST /connect-session/reconnect, which keeps the connection id.`
  },
  ROLLER_ERR_TOKEN_UNAVAILABLE: {
    status: 503,
    layer: 'roller',
    title: 'ROLLER could not be asked for a token',
    hint: 'Wait for Retry-After seconds and send the request again. Nothing says that the Client ID or the Client Secret is wrong: leave ' +
      'them as they are.'
  },
  ROLLER_ERR_CREDENTIALS_INVALID: {
    status: 400,
    layer: 'roller',
    title: 'ROLLER does not accept this Client ID and Client Secret',
    hint: 'Check the Client ID and the Client Secret in Venue Manager, and send both again. Each venue has its own pair.'
  },
  ROLLER_ERR_ACCESS_DENIED: {
    status: 403,
    layer: 'roller',
    title: 'ROLLER knows this connection but does not allow this call',
    hint: `${CHECK_CREDENTIALS} If they are right, the venue's API key lacks the permission or the add-on for this call: change it in ` +
      'Venue Manager.'
  },
  ROLLER_ERR_REFUSED: {
    status: 502,
    layer: 'roller',
    title: 'ROLLER refused the call',
    hint: 'Read upstream: status and body are ROLLER\'s own. Only calls made in process throw this; over HTTP ROLLER\'s answer passes ' +
      'through as it is.'
  },
  ROLLER_ERR_INVALID_RESPONSE: {
    status: 502,
    layer: 'roller',
    title: 'ROLLER\'s answer cannot be read',
    hint: 'Nothing is wrong with the call. Ask for the page by itself to see what ROLLER sends, and go on later from the cursor.'
  },
  ROLLER_ERR_TOKEN_RENEWED: {
    status: 503,
    layer: 'roller',
    title: 'ROLLER had revoked the token; it has been renewed',
    hint: 'Send the call again: ROLLER did not take it, and its streamed body could not be kept for a second try.'
  },
  ROLLER_ERR_RATE_LIMITED: {
    status: 429,
    layer: 'gateway',
    title: 'The rate budget of this connection is spent',
    hint: 'Wait for Retry-After seconds, or let the gateway wait for you with the header Roller-Max-Wait: <seconds>. Nothing was sent to ' +
      'ROLLER.'
  },
  ROLLER_ERR_COOLING_OFF: {
    status: 429,
    layer: 'roller',
    title: 'ROLLER has put this connection into its cooling-off period',
    hint: 'Wait for Retry-After seconds. Until then nothing is sent for this connection. Look for other programs that use the same API key.'
  },
  ROLLER_ERR_NANGO_LIMIT: {
    status: 503,
    layer: 'nango',
    title: 'Nango\'s limit for this account is reached',
    hint: 'Wait for Retry-After seconds. If it comes back, raise the plan on Nango Cloud or DEFAULT_RATE_LIMIT_PER_MIN on a self-hosted ' +
      'Nango.'
  },
  ROLLER_ERR_NANGO_REJECTED: {
    status: 502,
    layer: 'nango',
    title: 'Nango does not accept this gateway',
    hint: 'The operator must act: check NANGO_SECRET_KEY, its scopes, NANGO_HOST and NANGO_INTEGRATION_ID. GET /connections/{id}/check ' +
      'says which is wrong.'
  },
  ROLLER_ERR_UNREACHABLE: {
    status: 502,
    layer: 'network',
    title: 'ROLLER could not be reached',
    hint: 'Try again later. GET /connections/{id}/check says which hop fails.'
  },
  ROLLER_ERR_TIMEOUT: {
    status: 504,
    layer: 'network',
    title: 'No answer came in time',
    hint: 'Try again later, or ask for less in one call. GET /connections/{id}/check says which hop is slow.'
  },
  ROLLER_ERR_NOT_CONFIGURED: {
    status: 501,
    layer: 'gateway',
    title: 'This gateway is not set up for webhooks',
    hint: 'The operator must act: set the options publicUrl and rollerWebhookSecrets (PUBLIC_URL and ROLLER_WEBHOOK_SECRET).'
  },
  ROLLER_ERR_EVENT_NOT_HANDLED: {
    status: 503,
    layer: 'gateway',
    title: 'The event could not be handled now',
    hint: 'Send the event again. A handler of this application failed or was too slow: the log holds the cause.'
  },
  ROLLER_ERR_INTERNAL: {
    status: 500,
    layer: 'gateway',
    title: 'The gateway failed',
    hint: 'Report it with the request id of this answer: the gateway\'s log holds the cause.'
  }
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorDefinitions

/** One fault of an input: where (JSON pointer, its first segment names the part of the request) and what. */
export interface InputFault {
  readonly pointer: string
  readonly detail: string
}

/** What the other side said, as far as it may be shown. */
export interface Upstream {
  readonly status: number
  readonly body?: unknown
}

export interface RollerErrorOptions {
  /** What happened in this case, in a sentence. Never holds a secret. */
  readonly detail?: string | undefined
  /** Replaces the catalog's hint where more is known. */
  readonly hint?: string | undefined
  /** Replaces the catalog's status where ROLLER's own is meant. */
  readonly status?: number | undefined
  /** Replaces the catalog's layer where the same code can come from two. */
  readonly layer?: Layer | undefined
  readonly upstream?: Upstream | undefined
  /** Seconds until a new try makes sense. Whole, at least 1. */
  readonly retryAfter?: number | undefined
  readonly errors?: readonly InputFault[] | undefined
  /** The venue that waits to be confirmed, for ROLLER_ERR_VENUE_CHANGED. */
  readonly pendingVenue?: { readonly id: string, readonly name: string | null } | undefined
  /** What is left of the rate limit that the call counts against. */
  readonly rateLimit?: RateLimitState | undefined
  readonly cause?: unknown
}

const BRAND = Symbol.for('fastify-roller.error')

/** The one error class of the gateway: thrown in process, answered as `application/problem+json` over HTTP. */
export class RollerError extends Error {
  readonly code: ErrorCode
  /** HTTP status; also what Fastify's own error handling reads. */
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

/** True for a RollerError of any copy of this package. */
export function isRollerError (error: unknown): error is RollerError {
  return typeof error === 'object' && error !== null && BRAND in error
}

/** A copy for one call: an error may end several at once, such as a token refresh that failed for all of them. */
export function withRateLimit (error: RollerError, rateLimit: RateLimitState): RollerError {
  return new RollerError(error.code, { ...error, status: error.statusCode, cause: error.cause, rateLimit })
}
