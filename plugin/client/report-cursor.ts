/** The position in a report, as opaque text. Its content may change with any version, together with `v`. */
import { isDate } from '../time/date.ts'

/** The next record: the n-th day of the range from 0, its page from 1, and the number of finished records of that page. */
export interface Position {
  readonly day: number
  readonly page: number
  readonly index: number
}

export interface CursorContent {
  readonly v: 1
  /** Operation. */
  readonly o: string
  /** Start and end of the range; null for a report without dates. */
  readonly s: string | null
  readonly e: string | null
  /** Page size: page numbers depend on it. */
  readonly z: number
  /** Digest of the query and the scope. */
  readonly k: string
  readonly d: number
  readonly p: number
  readonly i: number
}

const MAX_LENGTH = 1000
const BASE64URL = /^[A-Za-z0-9_-]+$/

export function encodeCursor (content: CursorContent): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url')
}

/** @returns the content, or an error message: a cursor is input from outside */
export function readCursor (text: unknown): CursorContent | string {
  const broken = 'is not a cursor of this report'
  if (typeof text !== 'string' || text.length > MAX_LENGTH || !BASE64URL.test(text)) return broken
  let content: unknown
  try { content = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) } catch { return broken }
  if (typeof content === 'object' && content !== null && 'v' in content && content.v !== 1) return 'is of another version of this package'
  // Serialized again it must be identical: no additional, missing or reordered fields.
  return isContent(content) && encodeCursor(content) === text ? content : broken
}

function isContent (value: unknown): value is CursorContent {
  if (typeof value !== 'object' || value === null) return false
  const { o, s, e, z, k, d, p, i, ...rest } = value as Record<string, unknown>
  return typeof o === 'string' && typeof k === 'string' && whole(z, 1) && whole(d, 0) && whole(p, 1) && whole(i, 0) &&
    ((s === null && e === null) || (isDate(s) && isDate(e))) && Object.keys(rest).join() === 'v'
}

function whole (value: unknown, least: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least
}
