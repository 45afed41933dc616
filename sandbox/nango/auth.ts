import { timingSafeEqual } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { Context } from './context.ts'
import { NangoError, withPayload } from './errors.ts'
import type { NangoRequest } from './server.ts'
import type { Session } from './store.ts'

export const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
export const SESSION_PREFIX = 'nango_connect_session_'
const SESSION_TOKEN = /^nango_connect_session_[0-9a-f]{64}$/
const WINDOW_MS = 60_000

/** The authentication of a route: the API key, a session token, either, a session token in the query, or none. */
export type Auth = 'none' | 'key' | 'session' | 'either' | 'query'

/** The session of the caller; null with the API key or without authentication. */
export function authenticate (ctx: Context, { headers: { authorization = '' }, query }: NangoRequest, auth: Auth): Session | null {
  if (auth === 'none') return null
  if (auth === 'query') {
    const token = query['connect_session_token']
    if (token === undefined) throw withPayload(401, 'missing_public_key', 'No connect session token')
    return findSession(ctx, token)
  }
  if (authorization === '') throw withPayload(401, 'missing_auth_header', 'No Authorization header')
  // Without the scheme the whole header counts as the key.
  const given = authorization.split('Bearer ').pop() ?? ''
  if (auth === 'session' || (auth === 'either' && given.startsWith(SESSION_PREFIX))) {
    if (!SESSION_TOKEN.test(given)) throw withPayload(401, 'invalid_connect_session_token_format', 'Not a connect session token')
    return findSession(ctx, given)
  }
  // The format is checked before the key is looked up: a key that is not a UUID v4 has its own error.
  if (!UUID_V4.test(given)) throw withPayload(401, 'invalid_secret_key_format', 'The API key is not a UUID v4')
  if (ctx.settings.postgresDown) throw withPayload(401, 'malformed_auth_header', 'The API key could not be looked up')
  // Both are UUIDs, so the lengths are equal.
  if (!timingSafeEqual(Buffer.from(ctx.settings.secretKey), Buffer.from(given))) {
    throw withPayload(401, 'unknown_account', 'No account has this API key')
  }
  return null
}

/** Expired and unknown sessions return the same error. */
function findSession (ctx: Context, token: string): Session {
  if (ctx.settings.postgresDown) throw withPayload(401, 'unknown_account', 'The session could not be looked up')
  const session = ctx.store.sessions.get(token)
  if (session === undefined || session.expiresAt <= ctx.now()) {
    throw withPayload(401, 'unknown_connect_session_token', 'No connect session has this token')
  }
  return session
}

export const hasScope = ({ settings: { scopes } }: Context, scope: string): boolean =>
  scopes == null || scopes.includes(`environment:${scope}`)

/** One of them is sufficient. */
export function requireScope (ctx: Context, anyOf: readonly string[]): void {
  if (anyOf.length > 0 && !anyOf.some((scope) => hasScope(ctx, scope))) {
    throw new NangoError(403, 'forbidden', { message: `The API key lacks the scope environment:${anyOf.join(' or environment:')}` })
  }
}

/**
 * Two fixed windows of a minute for the whole account, shared by every environment and endpoint: one for API keys, one for sessions. So
 * browsers use up nothing of the API's limit.
 */
export function countCall (
  { settings: { rateLimit: limit = 0 }, windows, now }: Context, request: NangoRequest, reply: FastifyReply, counted: 'key' | 'session'
): void {
  if (limit <= 0) return
  const at = now()
  const window = windows[counted]
  if (at - window.startedAt >= WINDOW_MS) Object.assign(window, { startedAt: at, count: 0 })
  window.count++
  const end = window.startedAt + WINDOW_MS
  reply.headers({
    'x-ratelimit-limit': limit,
    'x-ratelimit-remaining': Math.max(0, limit - window.count),
    'x-ratelimit-reset': Math.floor(end / 1000)
  })
  if (window.count <= limit) return
  // Rounded down, so the last second of a window is 0.
  reply.header('retry-after', Math.floor((end - at) / 1000))
  throw new NangoError(429, 'too_many_request', { method: request.method, path: request.originalUrl.split('?')[0] })
}
