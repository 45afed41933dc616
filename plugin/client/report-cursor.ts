/** Where a walk through a report stands, as text. Opaque to callers: what is in it may change with any version, and then `v` does. */
import { isDate } from '../time/date.ts'

/** The next record to hand out: the n-th day of the range from 0, its page from 1, and how many records of that page are done. */
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
  /** Page size: a page number means nothing without it. */
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

/** @returns the content, or what is wrong with it in words: a cursor may have passed through a caller's hands */
export function readCursor (text: unknown): CursorContent | string {
  const broken = 'is not a cursor of this report'
  if (typeof text !== 'string' || text.length > MAX_LENGTH || !BASE64URL.test(text)) return broken
  let content: unknown
  try { content = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) } catch { return broken }
  if (typeof content === 'object' && content !== null && 'v' in content && content.v !== 1) return 'is of another version of this package'
  // Written back it must give the same text: no field more, none less, none in another place.
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
