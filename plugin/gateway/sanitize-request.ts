/**
 * Restricts what is sent. All input of a caller is hostile: no path reaches anything but ROLLER's API, only listed headers are forwarded,
 * and no character that Nango would interpolate stays literal.
 */
import { RollerError } from '../errors.ts'
import { canonicalPath, PLAIN_PATH } from '../operations/canonical-path.ts'
import { matchesTemplate } from '../operations/templates.ts'

/** A path and query that are safe to append to ROLLER's origin or Nango's `/proxy`. */
export interface Target {
  /** Starts with `/`, percent-encoded. */
  readonly path: string
  /** Empty, or starts with `?`; as received, except for characters that must be percent-encoded. */
  readonly query: string
}

const MAX_TARGET_LENGTH = 16 * 1024
/** ROLLER's lists have some hundred entries at most. */
const MAX_PARAMETERS = 1_000
// Control characters, space, DEL, and `#`, at which a URL parser would cut the rest off.
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0020#\u007f]/
// Nango interpolates `${client_secret}` in the final URL and splits it at `||`, so none of these four may stay literal.
// The target was decoded as latin1, so a character is a byte; those beyond ASCII are encoded too.
const ENCODED = /[${}|\u0080-\u00ff]/g
const NEEDS_ENCODING = /[${}|\u0080-\u00ff]/
// ROLLER suspends credentials after too many token requests; tokens are requested by Nango only.
const TOKEN = 'token'
const PLAIN_TOKEN = /^\/token(?:\/|$)/i

/**
 * Checks a raw request target under ROLLER's API.
 * @param raw path and query as received, beginning with `/`
 * @param template the path of the operation that the router has matched, if it is in the catalog
 * @throws RollerError ROLLER_ERR_PATH, or ROLLER_ERR_OPERATION_FORBIDDEN for `/token`
 */
export function sanitizeTarget (raw: string, template?: string): Target {
  if (raw.length > MAX_TARGET_LENGTH) throw badPath(`The path and query are longer than ${MAX_TARGET_LENGTH} characters.`)
  const mark = raw.indexOf('?')
  const path = mark === -1 ? raw : raw.slice(0, mark)
  const query = mark === -1 ? '' : raw.slice(mark)
  if (FORBIDDEN.test(query)) throw badPath(FORBIDDEN_DETAIL)
  // A query of fewer characters cannot have as many.
  if (query.length > MAX_PARAMETERS && query.split('&', MAX_PARAMETERS + 1).length > MAX_PARAMETERS) {
    throw badPath(`There are more than ${MAX_PARAMETERS} parameters in the query.`)
  }
  if (PLAIN_PATH.test(path)) {
    if (PLAIN_TOKEN.test(path)) throw closedToken()
    return { path, query: encode(query) }
  }
  if (FORBIDDEN.test(path)) throw badPath(FORBIDDEN_DETAIL)
  const { segments, ambiguous, encodedSlash } = canonicalPath(path)
  if (segments[0] === TOKEN) throw closedToken()
  if (ambiguous) throw badPath('There is an encoded ? or # in the path.')
  if (encodedSlash) throw badPath('There is an encoded slash in the path: no id of ROLLER has one, and a segment could be read as two.')
  if (template !== undefined && !matchesTemplate(template, segments)) {
    throw badPath('The path has a segment of spaces or dots, and could be read as the path of another operation.')
  }
  return { path: encode(path), query: encode(query) }
}

function encode (text: string): string {
  return NEEDS_ENCODING.test(text) ? text.replace(ENCODED, escapeCharacter) : text
}

function escapeCharacter (character: string): string {
  return '%' + character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
}

const FORBIDDEN_DETAIL = 'There is a control character, a space or a # in it.'

function closedToken (): RollerError {
  return new RollerError('ROLLER_ERR_OPERATION_FORBIDDEN', { detail: 'POST /token is not available: Nango stores and renews the tokens.' })
}

function badPath (detail: string): RollerError {
  return new RollerError('ROLLER_ERR_PATH', { detail })
}

/**
 * The request headers that are forwarded to ROLLER, from its documents and formats. Not Authorization, which authenticates at this gateway
 * and would replace the venue's token in Nango.
 */
export const FORWARDED: readonly string[] = ['accept', 'accept-language', 'content-type', 'timezone-designators']

/** Incoming headers, reduced to those for ROLLER; names in lower case. */
export function sanitizeHeaders (incoming: Readonly<Record<string, string | string[] | undefined>>): [name: string, value: string][] {
  const headers: [string, string][] = []
  for (const name of FORWARDED) {
    const value = incoming[name]
    if (value !== undefined) headers.push([name, Array.isArray(value) ? value.join(', ') : value])
  }
  return headers
}

// Hop-by-hop (RFC 9110 7.6.1), and headers of a server rather than of the response: security headers, cookies, CORS and limits come from
// the host, not from Nango or ROLLER.
const DROPPED: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding',
  'upgrade', 'server', 'date', 'set-cookie', 'set-cookie2', 'strict-transport-security', 'content-security-policy',
  'content-security-policy-report-only',
  'cross-origin-embedder-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy', 'origin-agent-cluster', 'referrer-policy',
  'permissions-policy', 'x-content-type-options', 'x-dns-prefetch-control', 'x-download-options', 'x-frame-options',
  'x-permitted-cross-domain-policies', 'x-xss-protection', 'x-powered-by',
  'www-authenticate', 'authorization', 'alt-svc', 'clear-site-data',
  // Set by the host: its logs have the request under the caller's id. ROLLER's x-correlation-id passes.
  'request-id', 'x-request-id',
  // Browser policies and reports for pages of this origin.
  'refresh', 'report-to', 'reporting-endpoints', 'nel', 'service-worker-allowed', 'speculation-rules', 'timing-allow-origin', 'accept-ch',
  // Instructions to a proxy in front of this gateway: to send one of its files, or to run commands in the body (Edge Side Includes).
  'x-sendfile', 'x-lighttpd-send-file', 'x-reproxy-url', 'surrogate-control'
])
/**
 * Header names of the server that responds here: the venue's rate limit in the IETF's headers, this gateway's own (Roller-Answered-By,
 * Roller-Venue), the host's CORS, Nango's, and instructions to nginx. Passed on purpose: Retry-After, which is part of ROLLER's response
 * and otherwise set only in problems; Cache-Status and Age, to which each cache adds (RFC 9211, RFC 9111).
 */
const DROPPED_PREFIX = /^(?:access-control-|ratelimit|roller-|nango-|x-accel-)/

/** Nango's own limit, which is not the caller's. */
const LIMITS: ReadonlySet<string> = new Set(['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'])

/** A count, or a moment in seconds since 1970. */
const COUNT = /^\d{1,12}(?:\.\d{1,6})?$/

export interface LimitSink {
  /** Null if the header is missing. */
  limits: Map<string, string> | null
}

/**
 * Raw response headers from undici, reduced to those of the response itself.
 * @param sink receives Nango's own limit (X-RateLimit-*)
 */
export function sanitizeResponseHeaders (raw: readonly Buffer[], sink?: LimitSink): Record<string, string | string[]> {
  // A header may be called __proto__ or constructor.
  const headers = Object.create(null) as Record<string, string | string[]>
  let named: Set<string> | null = null
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as Buffer).toString('latin1').toLowerCase()
    const value = (raw[index + 1] as Buffer).toString('latin1')
    if (name === 'connection') {
      // The headers that it names are nearly always dropped by name anyway.
      if (!/^(?:keep-alive|close)$/i.test(value)) {
        named = new Set([...named ?? [], ...value.toLowerCase().split(',').map((token) => token.trim())])
      }
      continue
    }
    if (LIMITS.has(name)) {
      // Used in calculations: values that are no number of a sensible size are ignored.
      if (sink !== undefined && COUNT.test(value)) (sink.limits ??= new Map()).set(name, value)
      continue
    }
    if (DROPPED.has(name) || DROPPED_PREFIX.test(name)) continue
    const before = headers[name]
    if (before === undefined) headers[name] = value
    else headers[name] = Array.isArray(before) ? [...before, value] : [before, value]
  }
  // Headers named in Connection are hop-by-hop too, whatever they are.
  if (named !== null) for (const name of named) delete headers[name]
  return headers
}
