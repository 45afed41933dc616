/**
 * Nango's own errors on `/proxy`. No header marks them. They are JSON of exactly one shape, `{error: {code, message?, errors?, payload?}}`,
 * and each release may add codes. ROLLER's responses without a Content-Type arrive as `text/html`, so they are never mistaken for one.
 */
import { RollerError, type ErrorCode, type RollerErrorOptions, type Upstream } from '../errors.ts'
import { keyNotChecked, tooLargeForNango } from '../nango/own-errors.ts'
import { unreachable, type Classification, type ResponseHead } from './classification.ts'
import { mediaType } from './html-page.ts'
import { accountWaitSeconds } from '../util/retry-after.ts'
import { isObject } from '../util/is-record.ts'

/** Nango rejects refreshes for 30 s after a failed one. */
const REFRESH_BACKOFF_SECONDS = 30

interface NangoError { readonly code: string, readonly message: string }

// Nothing reached ROLLER after these: no address, no route, no listener.
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])

/** Codes of the system, of undici, of the HTTP parser, of TLS and its certificates. */
const NETWORK_ERROR = /^(E[A-Z_]+|UND_ERR_[A-Z_]+|HPE_[A-Z_]+|[A-Z_]*CERT[A-Z_]*|UNABLE_TO_[A-Z_]+)$/

/** The format of all Nango codes. ROLLER's platform writes codes in capitals, with dots or as words. */
const CODE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/
const MEMBERS: ReadonlySet<string> = new Set(['code', 'message', 'errors', 'payload', 'additional_properties', 'method', 'path'])
const MAX_CODE_LENGTH = 64

/**
 * Classifies a response that Nango created itself.
 * @param body parsed, or undefined
 * @returns null if the response is ROLLER's
 */
export function classifyNangoError (head: ResponseHead, body: unknown): Classification | null {
  if (mediaType(head.headers) !== 'application/json') return null
  const { status } = head
  const transportCode = asTransportError(status, body)
  if (transportCode !== null) {
    return unreachable(`Nango could not reach ROLLER (${transportCode}).`, { status }, !NEVER_SENT.has(transportCode))
  }
  const error = asNangoError(body)
  if (error === null || (status === 429 && !isAccountLimit(head, error))) return null
  return classify(head, error)
}

/** Exactly Nango's error object, without other fields. */
function asNangoError (body: unknown): NangoError | null {
  if (!isObject(body) || Object.keys(body).length !== 1 || !isObject(body.error)) return null
  const { code, message, errors } = body.error
  if (typeof code !== 'string' || code.length > MAX_CODE_LENGTH || !CODE.test(code)) return null
  if (message !== undefined && typeof message !== 'string') return null
  if (errors !== undefined && !Array.isArray(errors)) return null
  return Object.keys(body.error).every((name) => MEMBERS.has(name)) ? { code, message: message ?? '' } : null
}

/** Nango returns 500 `{message, code: 'ECONNREFUSED', method}`, without its usual wrapper, if ROLLER is unreachable. */
function asTransportError (status: number, body: unknown): string | null {
  if (status !== 500 || !isObject(body) || typeof body.method !== 'string') return null
  return typeof body.code === 'string' && NETWORK_ERROR.test(body.code) ? body.code : null
}

/** Nango counts before it calls: if its headers report remaining calls, a 429 that looks like Nango's has a body of ROLLER's. */
function isAccountLimit ({ limits }: ResponseHead, { code }: NangoError): boolean {
  const remaining = limits?.get('x-ratelimit-remaining')
  return remaining === undefined ? code === 'too_many_request' : remaining.trim() === '0'
}

function classify ({ status, headers, limits }: ResponseHead, { code, message }: NangoError): Classification {
  // Never Nango's own text: its messages contain the connection object and providers' responses.
  const upstream: Upstream = { status, body: { error: { code } } }
  const rejected = (detail: string): Classification => fail('ROLLER_ERR_NANGO_REJECTED', { detail, upstream })
  if (status === 429) {
    const seconds = accountWaitSeconds(headers['retry-after'], limits?.get('x-ratelimit-reset'))
    const error = new RollerError('ROLLER_ERR_NANGO_LIMIT', { upstream, retryAfter: seconds })
    return { kind: 'limited', scope: 'account', seconds, error }
  }
  if (status === 402) return fail('ROLLER_ERR_NANGO_LIMIT', { detail: 'The quota of the Nango plan is used up.', upstream, retryAfter: 60 })
  if (status === 413 || code === 'request_too_large') return { kind: 'fail', error: tooLargeForNango(upstream) }
  switch (code) {
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
    case 'base_url_override_not_allowed':
      // The gateway overrides no address. Nango returns this for a failed DNS lookup, which is temporary, for an address that its policy
      // forbids, and for a redirect to such an address, after ROLLER received the call.
      return unreachable(
        `Nango could not resolve ROLLER's host, or its policy for outgoing requests forbids the address (${code}).`, upstream, true
      )
    case 'malformed_auth_header':
      return { kind: 'repeat', maySent: false, error: keyNotChecked(upstream) }
    case 'forbidden':
      return rejected('Nango answered 403: the key lacks the scope environment:proxy.')
    case 'unknown_provider_config':
      return rejected('The integration of this gateway does not exist in Nango.')
    case 'missing_auth_header': case 'invalid_secret_key_format': case 'unknown_account':
      return rejected('Nango rejects the secret key of this gateway.')
  }
  // 408: Nango timed out on a call that it had started.
  if (status >= 500 || status === 408) return unreachable(`Nango failed (${status} ${code}).`, upstream, true)
  return { kind: 'fail', error: rejectedByNango(upstream, code) }
}

function rejectedByNango (upstream: Upstream, code: string): RollerError {
  return new RollerError('ROLLER_ERR_NANGO_REJECTED', {
    detail: `Nango rejected the call (${upstream.status} ${code}).`,
    hint: 'Correct the request according to the code in upstream, and send the call again. If it is correct, check Nango\'s logs.',
    upstream
  })
}

function unknownConnection (upstream: Upstream): Classification {
  return fail('ROLLER_ERR_CONNECTION_UNKNOWN', { detail: 'Nango has no connection with this id in the integration.', upstream })
}

function refreshFailed (upstream: Upstream, retryAfter: number | undefined): Classification {
  const detail = retryAfter === undefined
    ? 'Nango received no token from ROLLER for this connection.'
    : 'Nango received no token from ROLLER for this connection a moment ago, and waits before the next attempt.'
  return fail('ROLLER_ERR_CREDENTIALS_REJECTED', { detail, upstream, retryAfter })
}

function fail (code: ErrorCode, options: RollerErrorOptions): Classification {
  return { kind: 'fail', error: new RollerError(code, options) }
}
