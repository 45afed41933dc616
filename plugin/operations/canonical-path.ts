/**
 * The canonical form of a path, used to match operations and to choose the rate limit. Fully decoded, without `;parameters`, case, and the
 * spaces and dots that a lenient server ignores. It is never sent: the request keeps the caller's bytes.
 */
import { RollerError } from '../errors.ts'

/** A path, parsed as leniently as any server between here and ROLLER might parse it. */
export interface CanonicalPath {
  /** Lower case, without empty ones. */
  readonly segments: readonly string[]
  /** Whether a server that decodes one more time would find a query or a fragment in the path. */
  readonly ambiguous: boolean
  /** Whether a slash is written in any other way than as itself: a server that decodes first reads one segment as two. */
  readonly encodedSlash: boolean
}

/** Matches nearly every path of ROLLER: no part of it could be decoded to anything else. Other paths are parsed in full. */
export const PLAIN_PATH = /^(?:\/[\w-]+)+$/

/** Legitimate callers never encode deeper than this. */
const MAX_DECODE_ROUNDS = 8
const ESCAPE = /%([0-9a-f]{2})/gi
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u001f\\\u007f]/
/** Overlong UTF-8, byte by byte: lenient decoders read %c0%ae and %e0%80%ae as a dot, %c0%af as a slash. */
const OVERLONG = /[\u00c0\u00c1]|\u00e0[\u0080-\u009f]|\u00f0[\u0080-\u008f]/
const BEYOND_ASCII = /[\u0080-\uffff]/

/** Cache of the last path that was not plain: several steps of one call parse the same path. */
let last: { readonly path: string, readonly canonical: CanonicalPath } | null = null

/**
 * @param path percent-encoded, without a query
 * @throws RollerError ROLLER_ERR_PATH for an ambiguous path
 */
export function canonicalPath (path: string): CanonicalPath {
  if (PLAIN_PATH.test(path)) return { segments: path.slice(1).toLowerCase().split('/'), ambiguous: false, encodedSlash: false }
  if (last?.path !== path) last = { path, canonical: read(path) }
  return last.canonical
}

function read (path: string): CanonicalPath {
  if (!path.startsWith('/')) throw badPath('The path does not begin with a slash.')
  if (BROKEN_ESCAPE.test(path)) throw badPath('There is a % in the path that is not followed by two hexadecimal digits.')
  const decoded = decodeFully(path)
  if (OVERLONG.test(decoded)) throw badPath('There is overlong UTF-8 in the path.')
  check(decoded)
  const folded = fold(decoded)
  if (folded !== decoded) check(folded)
  const segments = folded.split('/')
  return {
    segments: segments.map(canonicalSegment).filter((segment) => segment !== ''),
    ambiguous: /[?#]/.test(folded),
    encodedSlash: segments.length > path.split('/').length
  }
}

/** Decodes byte by byte until nothing changes. It never throws, so an invalid escape cannot hide other escapes. */
function decodeFully (path: string): string {
  let current = path
  for (let round = 0; round < MAX_DECODE_ROUNDS; round++) {
    const next = current.replace(ESCAPE, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    if (next === current) return next
    current = next
  }
  throw badPath('The path is percent-encoded too many times over.')
}

function check (decoded: string): void {
  if (FORBIDDEN.test(decoded)) throw badPath('There is a backslash or a control character in the path.')
  if (decoded.includes('//')) throw badPath('There is a double slash in the path.')
  for (const segment of decoded.split('/')) {
    // Some servers cut `;parameters` off a segment before they resolve its dots.
    const name = segment.split(';', 1)[0]
    if (name === '' && segment !== '') throw badPath('There is a segment of parameters only in the path.')
    if (name === '.' || name === '..') throw badPath('There is a dot segment in the path.')
  }
}

/** Characters that some servers map to similar ASCII ones (a full-width slash, a long s). The text is bytes up to this point. */
function fold (decoded: string): string {
  if (!BEYOND_ASCII.test(decoded)) return decoded
  return Buffer.from(decoded, 'latin1').toString('utf8').normalize('NFKC')
}

function canonicalSegment (segment: string): string {
  const name = segment.split(/[;?#]/, 1)[0] ?? ''
  return name.trimStart().replace(/[\s.]+$/, '').toLowerCase()
}

function badPath (detail: string): RollerError {
  return new RollerError('ROLLER_ERR_PATH', { detail })
}
