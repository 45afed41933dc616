/** The data sent over one connection, and the calls that may result from it. */
import { KEYS } from './canaries.ts'
import { CONNECTIONS, LIMITED_TO, type HostileRequest } from './hostile.ts'

/** Sent with a request to ROLLER, in a header that the gateway forwards. */
export const MARK_HEADER = 'accept-language'

export interface Conversation {
  readonly bytes: Buffer
  /** Marks of its requests: each may lead to one call at most. */
  readonly sent: readonly string[]
  /** Marks of data that only looks like a request: in a body, or after the end of the connection. It must not lead to a call. */
  readonly smuggled: readonly string[]
  /** Number of responses to wait for; none: the client closes at once. */
  readonly expected: number
  /** Every request is complete, so each gets a response. */
  readonly whole: boolean
  /** The responses have the marks as request ids, in the order of the requests. */
  readonly inOrder: boolean
  /** For readers of a counterexample. */
  readonly shape: string
}

let marks = 0
const venues = new Map<string, string | null>()

/** Unique in this run. @param venue the only one that a call with it may reach; null: none; undefined: unknown */
export function newMark (venue?: string | null): string {
  const mark = `fz-${++marks}`
  if (venue !== undefined) venues.set(mark, venue)
  return mark
}

export function venueOfMark (mark: string): string | null | undefined { return venues.get(mark) }
export function forgetVenue (mark: string): void { venues.delete(mark) }

/** The venues that a caller with this key may reach over this connection. */
export function venueOf (connection: string, key: string | undefined): string | null {
  if (!Object.values<string | undefined>(KEYS).includes(key)) return null
  return key === KEYS.limited && !LIMITED_TO.includes(connection) ? null : connection
}

function plainVenue ({ headers }: HostileRequest): string | null | undefined {
  const values = (wanted: string): string[] => headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
  const [connections, venue, authorizations] = [values('connection-id'), values('roller-venue'), values('authorization')]
  const [connection = '', ...others] = connections
  if (others.length > 0 || venue.length > 0 || authorizations.length > 1 || !CONNECTIONS.includes(connection)) return undefined
  return venueOf(connection, /^Bearer +(\S+)$/i.exec(authorizations[0] ?? '')?.[1])
}

export interface Framed { readonly mark: string, readonly bytes: Buffer }

/** Framed correctly, whatever the content: by length, or in chunks. */
export function frame (
  request: HostileRequest, { chunked = false, more = [], keep = true }: { chunked?: boolean, more?: readonly string[], keep?: boolean } = {}
): Framed {
  const mark = newMark(plainVenue(request))
  const body = Buffer.from(request.body, 'latin1')
  const framing = body.length === 0 && !chunked ? [] : [chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`]
  const lines = [
    `${request.method} ${request.target} HTTP/1.1`, 'Host: localhost', `${MARK_HEADER}: ${mark}`,
    ...request.headers.map(([name, value]) => `${name}: ${value}`), ...framing, ...more, ...(keep ? [] : ['Connection: close']), '', ''
  ]
  return { mark, bytes: Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), chunked ? inChunks(body) : body]) }
}

function inChunks (body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0, size = 1; at < body.length; at += size, size = size * 7 % 1009) {
    const part = body.subarray(at, at + size)
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

export function single (request: HostileRequest, chunked: boolean): Conversation {
  const { mark, bytes } = frame(request, { chunked: chunked && request.body !== '' })
  return { bytes, sent: [mark], smuggled: [], expected: 1, whole: true, inOrder: false, shape: `${request.method} ${request.target}` }
}
