import { timingSafeEqual } from 'node:crypto'
import { NangoError, withPayload } from './errors.ts'
import type { Context } from './context.ts'
import type { Call } from './http.ts'
import type { Session } from './store.ts'

export const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
export const SESSION_PREFIX = 'nango_connect_session_'
const SESSION_TOKEN = /^nango_connect_session_[0-9a-f]{64}$/
const WINDOW_MS = 60_000

export type Auth = 'none' | 'key' | 'session' | 'either'

export function bearer (call: Call): string {
  const header = call.headers.authorization
  if (header === undefined || header === '') throw withPayload(401, 'missing_auth_header', 'No Authorization header')
  // Without the scheme the whole header counts as the key.
  return header.split('Bearer ').pop() ?? ''
}

/** The shape is judged before the key is looked up: what is not a UUID v4 has an error of its own. */
function requireKey (ctx: Context, call: Call): void {
  const given = bearer(call)
  if (!UUID_V4.test(given)) throw withPayload(401, 'invalid_secret_key_format', 'The API key is not a UUID v4')
  if (ctx.settings.postgresDown) throw withPayload(401, 'malformed_auth_header', 'The API key could not be looked up')
  const known = Buffer.from(ctx.settings.secretKey)
  const key = Buffer.from(given)
  if (known.length !== key.length || !timingSafeEqual(known, key)) {
    throw withPayload(401, 'unknown_account', 'No account has this API key')
  }
}

/** An expired session and one that never existed cannot be told apart. */
export function findSession (ctx: Context, token: string): Session {
  if (ctx.settings.postgresDown) throw withPayload(401, 'unknown_account', 'The session could not be looked up')
  const session = ctx.store.sessions.get(token)
  if (session === undefined || session.expiresAt <= ctx.now()) {
    throw withPayload(401, 'unknown_connect_session_token', 'No connect session has this token')
  }
  return session
}

function requireSession (ctx: Context, call: Call): void {
  const token = bearer(call)
  if (!SESSION_TOKEN.test(token)) {
    throw withPayload(401, 'invalid_connect_session_token_format', 'Not a connect session token')
  }
  call.session = findSession(ctx, token)
}

export const hasScope = (ctx: Context, scope: string): boolean =>
  ctx.settings.scopes === null ||
  ctx.settings.scopes.some((one) => one === scope || (one.endsWith('*') && scope.startsWith(one.slice(0, -1))))

export function requireScope (ctx: Context, anyOf: string[]): void {
  if (anyOf.length > 0 && !anyOf.some((scope) => hasScope(ctx, scope))) {
    throw new NangoError(403, 'forbidden', { message: `The API key lacks the scope ${anyOf.join(' or ')}` })
  }
}

export function authenticate (ctx: Context, call: Call, auth: Auth, scopes: string[]): void {
  if (auth === 'none') return
  const wantsSession = auth === 'session' || (auth === 'either' && bearer(call).startsWith(SESSION_PREFIX))
  if (wantsSession) return requireSession(ctx, call)
  requireKey(ctx, call)
  requireScope(ctx, scopes)
}

/** One fixed window of a minute for the whole account: every environment, key and endpoint shares it. */
export function countCall (ctx: Context, call: Call): void {
  const { settings: { rateLimit: limit }, window } = ctx
  if (limit <= 0) return
  const now = ctx.now()
  if (now - window.startedAt >= WINDOW_MS) Object.assign(window, { startedAt: now, count: 0 })
  window.count++
  const end = window.startedAt + WINDOW_MS
  call.res.setHeader('x-ratelimit-limit', limit)
  call.res.setHeader('x-ratelimit-remaining', Math.max(0, limit - window.count))
  call.res.setHeader('x-ratelimit-reset', Math.ceil(end / 1000))
  if (window.count <= limit) return
  // Rounded down, so the last second of a window says 0.
  call.res.setHeader('retry-after', Math.floor((end - now) / 1000))
  const error = new NangoError(429, 'too_many_request')
  Object.assign(error.body.error, { method: call.method, path: call.pathname })
  throw error
}
