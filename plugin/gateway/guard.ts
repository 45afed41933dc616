/**
 * What may leave. Everything a caller writes is hostile until it has passed here: no path reaches anything but ROLLER's API, no header but those
 * on the list goes out, and nothing that Nango would interpolate stays literal.
 */
import { RollerError } from '../errors.ts'

/** A path and query that are safe to put behind ROLLER's origin or Nango's `/proxy`. */
export interface Target {
  /** Starts with `/`, percent-encoded. */
  readonly path: string
  /** Empty, or starts with `?`; as the caller wrote it but for characters that must be percent-encoded. */
  readonly query: string
}

/** Deeper encoding than this has no honest use. */
const MAX_DECODE_ROUNDS = 8
const MAX_TARGET_LENGTH = 16 * 1024
const ESCAPE = /%([0-9a-f]{2})/gi
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i
// Control characters, space, DEL, and `#`, which a URL parser would cut the rest off at.
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0020#\u007f]/
// Overlong UTF-8: lenient decoders read %c0%ae and %e0%80%ae as a dot, %c0%af as a slash.
// eslint-disable-next-line no-control-regex
const FORBIDDEN_DECODED = /[\u0000-\u001f\\\u007f\u00c0\u00c1]|\u00e0[\u0080-\u009f]|\u00f0[\u0080-\u008f]/
// Nango interpolates `${client_secret}` in the final URL and splits it at `||`, so none of these four may stay literal.
// The target has been through latin1, so a character is a byte; those beyond ASCII are encoded too.
const ENCODED = /[${}|\u0080-\u00ff]/g
const NEEDS_ENCODING = /[${}|\u0080-\u00ff]/
/** Nearly every path of ROLLER's: nothing in it could be decoded to anything else. What is not of this kind is looked at in full. */
const PLAIN_PATH = /^(?:\/[\w-]+)+$/
// ROLLER suspends credentials whose owner asks for a token per call; tokens are Nango's business alone.
const TOKEN = /^\/\s*token[\s.]*(?:[/;?#]|$)/i

/**
 * Checks a raw request target under ROLLER's API.
 * @param raw path and query as received, beginning with `/`
 * @throws RollerError ROLLER_ERR_PATH, or ROLLER_ERR_OPERATION_FORBIDDEN for `/token`
 */
export function guardTarget (raw: string): Target {
  if (raw.length > MAX_TARGET_LENGTH) throw badPath(`The path and query are longer than ${MAX_TARGET_LENGTH} characters.`)
  const mark = raw.indexOf('?')
  const path = mark === -1 ? raw : raw.slice(0, mark)
  const query = mark === -1 ? '' : raw.slice(mark)
  if (PLAIN_PATH.test(path)) {
    if (FORBIDDEN.test(query)) throw badPath(FORBIDDEN_DETAIL)
    if (TOKEN.test(path)) throw closedToken()
    return { path, query: encode(query) }
  }
  if (!path.startsWith('/')) throw badPath('The path does not begin with a slash.')
  if (FORBIDDEN.test(path) || FORBIDDEN.test(query)) throw badPath(FORBIDDEN_DETAIL)
  if (BROKEN_ESCAPE.test(path)) throw badPath('There is a % in the path that is not followed by two hexadecimal digits.')

  const decoded = decodeFully(path)
  if (FORBIDDEN_DECODED.test(decoded)) throw badPath('There is a backslash or a control character in the path.')
  if (decoded.includes('//')) throw badPath('There is a double slash in the path.')
  for (const segment of decoded.split('/')) {
    // Some servers cut `;parameters` off a segment before they look at its dots.
    const name = segment.split(';', 1)[0]
    if (name === '' && segment !== '') throw badPath('There is a segment of parameters only in the path.')
    if (name === '.' || name === '..') throw badPath('There is a dot segment in the path.')
  }
  if (TOKEN.test(decoded)) throw closedToken()
  return { path: encode(path), query: encode(query) }
}

/** Decodes byte by byte until nothing changes. It never throws, so that a broken escape cannot shield what stands beside it. */
function decodeFully (path: string): string {
  let current = path
  for (let round = 0; round < MAX_DECODE_ROUNDS; round++) {
    const next = current.replace(ESCAPE, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    if (next === current) return next
    current = next
  }
  throw badPath('The path is percent-encoded too many times over.')
}

function encode (text: string): string {
  return NEEDS_ENCODING.test(text) ? text.replace(ENCODED, escapeCharacter) : text
}

function escapeCharacter (character: string): string {
  return '%' + character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
}

const FORBIDDEN_DETAIL = 'There is a control character, a space or a # in it.'

function closedToken (): RollerError {
  return new RollerError('ROLLER_ERR_OPERATION_FORBIDDEN', { detail: 'Tokens are not handed out: Nango keeps and renews them.' })
}

function badPath (detail: string): RollerError {
  return new RollerError('ROLLER_ERR_PATH', { detail })
}

/**
 * The request headers that ROLLER may see, from its documents and the formats it speaks. Authorization is not one of them: it was meant for this
 * gateway, and through Nango it would replace the venue's token.
 */
export const FORWARDED: readonly string[] = ['accept', 'accept-language', 'content-type', 'timezone-designators']

/** Incoming headers, cut down to what ROLLER may see; names in lower case. */
export function guardHeaders (incoming: Readonly<Record<string, string | string[] | undefined>>): [name: string, value: string][] {
  const headers: [string, string][] = []
  for (const name of FORWARDED) {
    const value = incoming[name]
    if (value !== undefined) headers.push([name, Array.isArray(value) ? value.join(', ') : value])
  }
  return headers
}

// What Nango takes as a connection id. `.` and `..` would be dot segments in Nango's own API.
const CONNECTION_ID = /^(?!\.{1,2}$)[A-Za-z0-9,.;:=+~[\]|@${}"'\\/_ -]{1,255}$/

/** @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN: an id that Nango cannot hold is the id of no connection */
export function guardConnectionId (id: string): string {
  if (!CONNECTION_ID.test(id)) {
    throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN', { detail: 'The connection id has characters or a length that no connection id has.' })
  }
  return id
}

// Hop-by-hop (RFC 9110 7.6.1), and what speaks for a server rather than for the answer: the host's own security headers, cookies, CORS and
// limits stand on the answer instead of those of Nango or ROLLER.
const DROPPED: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
  'server', 'date', 'set-cookie', 'set-cookie2', 'strict-transport-security', 'content-security-policy', 'content-security-policy-report-only',
  'cross-origin-embedder-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy', 'origin-agent-cluster', 'referrer-policy',
  'permissions-policy', 'x-content-type-options', 'x-dns-prefetch-control', 'x-download-options', 'x-frame-options',
  'x-permitted-cross-domain-policies', 'x-xss-protection', 'x-powered-by',
  'www-authenticate', 'authorization', 'alt-svc', 'clear-site-data', 'roller-answered-by'
])

/** Nango's word on its own limit, which is not the caller's. */
const LIMITS: ReadonlySet<string> = new Set(['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'])

/** What becomes of an answer's header. */
interface Field {
  readonly name: string
  readonly kind: 'kept' | 'dropped' | 'connection' | 'limit'
}

/** Servers send the same few names, written alike, with every answer. Whoever sends others without end fills this once. */
const fields = new Map<string, Field>()
const MAX_FIELDS = 500

function fieldOf (written: string): Field {
  const known = fields.get(written)
  if (known !== undefined) return known
  const name = written.toLowerCase()
  const field: Field = { name, kind: kindOf(name) }
  if (fields.size < MAX_FIELDS) fields.set(written, field)
  return field
}

function kindOf (name: string): Field['kind'] {
  if (name === 'connection') return name
  if (LIMITS.has(name)) return 'limit'
  return DROPPED.has(name) || name.startsWith('access-control-') ? 'dropped' : 'kept'
}

/** Has nothing of its own and nothing above: a header may be called __proto__ or constructor. Unlike `Object.create(null)` it is no dictionary to the engine. */
class Headers {}
Object.setPrototypeOf(Headers.prototype, null)
delete (Headers.prototype as { constructor?: unknown }).constructor

export interface LimitSink {
  /** Null where nothing is said. */
  limits: Map<string, string> | null
}

/**
 * Raw answer headers as undici hands them over, cut down to those that belong to the answer itself.
 * @param sink takes what Nango says of its own limit (X-RateLimit-*)
 */
export function guardAnswerHeaders (raw: readonly Buffer[], sink?: LimitSink): Record<string, string | string[]> {
  const headers = new Headers() as Record<string, string | string[]>
  let named: Set<string> | null = null
  for (let index = 0; index < raw.length; index += 2) {
    const { name, kind } = fieldOf((raw[index] as Buffer).toString('latin1'))
    if (kind === 'dropped') continue
    const value = (raw[index + 1] as Buffer).toString('latin1')
    if (kind === 'connection') {
      // What it names nearly always is dropped for its own name.
      if (!/^(?:keep-alive|close)$/i.test(value)) named = new Set([...named ?? [], ...value.toLowerCase().split(',').map((token) => token.trim())])
      continue
    }
    if (kind === 'limit') {
      if (sink !== undefined) (sink.limits ??= new Map()).set(name, value)
      continue
    }
    const before = headers[name]
    if (before === undefined) headers[name] = value
    else headers[name] = Array.isArray(before) ? [...before, value] : [before, value]
  }
  // Headers named in Connection are hop-by-hop too, whatever they are.
  if (named !== null) for (const name of named) delete headers[name]
  return headers
}
