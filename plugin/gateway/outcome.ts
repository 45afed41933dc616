/**
 * Who answered, and what it means. On the direct way every answer is ROLLER's, whatever it looks like; through Nango it is either's. Nango marks
 * its own answers with no header, so status and body shape decide: an object `error` whose `code` is one of Nango's, or the shape of its
 * transport errors. Everything else is ROLLER's.
 */
import { RollerError, type Upstream } from '../errors.ts'
import { readable } from './readable.ts'
import { withoutMark } from '../json.ts'
import type { TransportName } from './transport/transport.ts'

export type AnsweredBy = 'roller' | 'nango'

/** What the gateway does with an answer. */
export type Outcome =
  /** ROLLER's own word: pass it through. */
  | { readonly kind: 'pass' }
  /** ROLLER does not take the token: renew it once and send the call again. */
  | { readonly kind: 'renew', readonly error: RollerError }
  /** A passing fault. `maySent` false: nothing reached ROLLER, so any method may be repeated. `error` null: pass ROLLER's own answer when repeats end. */
  | { readonly kind: 'repeat', readonly maySent: boolean, readonly error: RollerError | null }
  /** A limit is spent: nothing of the call was done, and nothing more may be sent for `seconds`. */
  | { readonly kind: 'limited', readonly whose: 'connection' | 'account', readonly seconds: number, readonly error: RollerError }
  /** `maySent` true: the call may have been done although no answer to it came. */
  | { readonly kind: 'fail', readonly error: RollerError, readonly maySent?: boolean }

/** Larger error bodies are not Nango's. */
export const JUDGE_LIMIT = 64 * 1024

/** ROLLER's published cooling-off, used when the 429 does not say how long (through Nango its Retry-After may be lost). */
const COOLING_OFF_SECONDS = 60
/** Nango refuses for 30 s after a refresh failed. */
const REFRESH_BACKOFF_SECONDS = 30

// Nothing reached ROLLER with these: no address, no route, no listener.
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])

/** Of the system, of undici, of the HTTP parser, of TLS and its certificates. */
const NETWORK_ERROR = /^(E[A-Z_]+|UND_ERR_[A-Z_]+|HPE_[A-Z_]+|[A-Z_]*CERT[A-Z_]*|UNABLE_TO_[A-Z_]+)$/

/** No honest error goes deeper; what goes much deeper cannot be written again as a part of the problem document. */
const MAX_DEPTH = 64

interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
}

/** True when the head alone shows that ROLLER answered and the body may flow through unread. */
export function passesUnread ({ status, headers }: Head): boolean {
  return status < 400 && !isHtml(headers)
}

/**
 * Judges an answer whose head alone does not tell.
 * @param body the whole body, or null when it is larger than JUDGE_LIMIT
 * @param by the transport that brought it
 */
export function judge (head: Head, body: Buffer | null, by: TransportName = 'nango'): Outcome {
  const { status, headers } = head
  const plain = body === null ? null : readable(body, headers['content-encoding'], JUDGE_LIMIT)
  const parsed = plain === null ? undefined : parse(plain)
  if (by === 'nango') {
    const nangoError = asNangoError(parsed)
    if (nangoError !== null) return judgeNango(head, nangoError)
    const transportCode = asTransportError(status, parsed)
    if (transportCode !== null) return unreachable(`Nango could not reach ROLLER (${transportCode}).`, { status }, !NEVER_SENT.has(transportCode))
    if (status === 500 && body?.length === 0) return unreachable('Nango broke off without an answer from ROLLER.', { status }, true)
  }
  // ROLLER speaks JSON only. An HTML page is a load balancer, a firewall or a wrong NANGO_HOST; but a missing path may well be answered by a web server.
  if (isHtml(headers) && status !== 404 && status !== 405) {
    return unreachable(`Something on the way answered ${status} with an HTML page.`, { status }, true)
  }
  return judgeRoller(head, { status, ...(parsed !== undefined && { body: parsed }) })
}

function judgeRoller ({ status, headers }: Head, upstream: Upstream): Outcome {
  switch (status) {
    case 401:
      return { kind: 'renew', error: new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: 'ROLLER answered 401, also with a fresh token.', upstream }) }
    case 403:
      return { kind: 'fail', error: new RollerError('ROLLER_ERR_ACCESS_DENIED', { detail: 'ROLLER answered 403.', upstream }) }
    case 429:
      return coolingOff(secondsOf(headers['retry-after']) ?? COOLING_OFF_SECONDS, upstream)
    case 502: case 503: case 504:
      return { kind: 'repeat', maySent: true, error: null }
    default:
      return { kind: 'pass' }
  }
}

interface NangoError { readonly code: string, readonly message: string }

// The codes Nango's server answers with on /proxy; an `error.code` outside this list is ROLLER's own.
const NANGO_CODES = new Set([
  'invalid_headers', 'invalid_json', 'invalid_query_params', 'missing_auth_header', 'malformed_auth_header', 'invalid_secret_key_format',
  'unknown_account', 'plan_limit', 'forbidden', 'unknown_provider_config', 'server_error', 'connection_refresh_backoff',
  'connection_refresh_exhausted', 'base_url_override_disabled', 'base_url_override_not_allowed', 'unsupported_auth', 'failed_to_get_connection',
  'missing_api_url', 'unknown_provider', 'unsupported_provider', 'too_many_request', 'generic_error_support', 'resource_capped',
  'invalid_content_type'
])

function judgeNango ({ status, headers }: Head, { code, message }: NangoError): Outcome {
  // Never Nango's own text: its messages carry a dump of the connection, and providers' answers.
  const upstream: Upstream = { status, body: { error: { code } } }
  const rejected = (detail: string): Outcome => ({ kind: 'fail', error: new RollerError('ROLLER_ERR_NANGO_REJECTED', { detail, upstream }) })
  switch (code) {
    case 'too_many_request': {
      const seconds = secondsOf(headers['retry-after']) ?? 1 // Nango rounds it down, to 0 even
      return { kind: 'limited', whose: 'account', seconds, error: new RollerError('ROLLER_ERR_NANGO_LIMIT', { upstream, retryAfter: seconds }) }
    }
    case 'plan_limit':
      return { kind: 'fail', error: new RollerError('ROLLER_ERR_NANGO_LIMIT', { detail: 'The quota of the Nango plan is used up.', upstream, retryAfter: 60 }) }
    case 'failed_to_get_connection':
      return unknownConnection(upstream)
    case 'server_error':
      if (message.startsWith('Failed to get connection credentials')) return refreshFailed(upstream, undefined)
      if (message.startsWith('Failed to get connection')) return unknownConnection(upstream)
      break
    case 'connection_refresh_backoff':
      return refreshFailed(upstream, REFRESH_BACKOFF_SECONDS)
    case 'connection_refresh_exhausted':
      return refreshFailed(upstream, undefined)
    case 'generic_error_support':
      return unreachable('Nango failed.', upstream, true)
    case 'forbidden':
      return rejected('Nango answered 403: the key lacks the scope environment:proxy.')
    case 'unknown_provider_config':
      return rejected('Nango does not know the integration that this gateway is set to use.')
    case 'missing_auth_header': case 'malformed_auth_header': case 'invalid_secret_key_format': case 'unknown_account':
      return rejected('Nango does not know this gateway\'s secret key.')
  }
  return status >= 500 ? unreachable('Nango failed.', upstream, true) : rejected(`Nango refused the call (${status} ${code}).`)
}

function coolingOff (seconds: number, upstream: Upstream): Outcome {
  const error = new RollerError('ROLLER_ERR_COOLING_OFF', { detail: 'ROLLER answered 429.', upstream, retryAfter: seconds })
  return { kind: 'limited', whose: 'connection', seconds, error }
}

function unknownConnection (upstream: Upstream): Outcome {
  return { kind: 'fail', error: new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN', { detail: 'Nango has no such connection for this integration.', upstream }) }
}

function refreshFailed (upstream: Upstream, retryAfter: number | undefined): Outcome {
  const detail = retryAfter === undefined
    ? 'Nango could not get a token from ROLLER for this connection.'
    : 'Nango could not get a token from ROLLER for this connection a moment ago, and waits before it tries again.'
  return {
    kind: 'fail',
    error: new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail, upstream, ...(retryAfter !== undefined && { retryAfter }) })
  }
}

function unreachable (detail: string, upstream: Upstream, maySent: boolean): Outcome {
  return { kind: 'repeat', maySent, error: new RollerError('ROLLER_ERR_UNREACHABLE', { detail, upstream }) }
}

function asNangoError (parsed: unknown): NangoError | null {
  if (!isRecord(parsed) || !isRecord(parsed.error)) return null
  const { code, message } = parsed.error
  return typeof code === 'string' && NANGO_CODES.has(code) ? { code, message: typeof message === 'string' ? message : '' } : null
}

/** Nango answers 500 `{message, code: 'ECONNREFUSED', method}`, without its usual wrapper, when it cannot reach ROLLER. */
function asTransportError (status: number, parsed: unknown): string | null {
  if (status !== 500 || !isRecord(parsed) || typeof parsed.method !== 'string') return null
  return typeof parsed.code === 'string' && NETWORK_ERROR.test(parsed.code) ? parsed.code : null
}

function parse (body: Buffer): unknown {
  if (body.length === 0) return undefined
  const text = withoutMark(body.toString('utf8'))
  try {
    const value: unknown = JSON.parse(text)
    if (!nestsDeeper(value, MAX_DEPTH)) return value
  } catch {}
  return text.slice(0, 2_000)
}

function nestsDeeper (value: unknown, levels: number): boolean {
  return isRecord(value) && (levels === 0 || Object.values(value).some((inner) => nestsDeeper(inner, levels - 1)))
}

function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isHtml (headers: Head['headers']): boolean {
  const type = headers['content-type']
  return typeof type === 'string' && type.toLowerCase().startsWith('text/html')
}

/** Retry-After in seconds; also its date form. */
function secondsOf (value: string | string[] | undefined): number | undefined {
  if (typeof value !== 'string') return undefined
  if (/^\d{1,9}$/.test(value)) return Math.max(1, Number(value))
  // Date.parse takes much for a date: -5, 60.0.
  const date = /^[a-z]{3,9}, /i.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(date) ? undefined : Math.max(1, (date - Date.now()) / 1000)
}
