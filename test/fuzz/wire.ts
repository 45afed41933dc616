/** One connection of a hostile client: sends exactly these bytes, and parses the responses strictly. */
import { connect, type Socket } from 'node:net'

export interface WireResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface Exchange {
  readonly responses: readonly WireResponse[]
  /** As received. */
  readonly text: string
  /** Why the data is not a sequence of HTTP responses; null if it is one. */
  readonly garbled: string | null
  /** Neither a response nor a close in time. */
  readonly hung: boolean
}

export interface SendOptions {
  readonly port: number
  readonly bytes: Buffer
  /** Number of responses to wait for before the client closes; none: it closes at once. */
  readonly expected: number
  /** Every request is complete, so each will get a response. */
  readonly whole: boolean
  /** Counts connections: every few hundred use another address, since the limit for invalid keys is by address. */
  readonly nth: number
}

/** Milliseconds without data after which no more is expected: the sent data may be an incomplete request. */
const QUIET_MS = 150
const HUNG_MS = 15_000
const ADDRESSES = 200

export async function send ({ port, bytes, expected, whole, nth }: SendOptions): Promise<Exchange> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + nth % ADDRESSES}` })
  const chunks: Buffer[] = []
  let hung = false
  socket.on('error', () => {}) // a server that resets after its response has responded before
  socket.write(bytes)
  const late = setTimeout(() => { hung = true; socket.destroy() }, HUNG_MS)
  let quiet: NodeJS.Timeout | undefined
  const listen = (): void => {
    clearTimeout(quiet)
    if (!whole) quiet = setTimeout(() => socket.end(), chunks.length === 0 ? QUIET_MS * 4 : QUIET_MS)
  }
  listen()
  if (expected === 0) socket.end()
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    listen()
    if (expected > 0 && readResponses(Buffer.concat(chunks).toString('latin1')).responses.length >= expected) finish(socket)
  })
  await new Promise<void>((resolve) => { socket.once('close', () => { resolve() }) })
  clearTimeout(late)
  clearTimeout(quiet)
  const text = Buffer.concat(chunks).toString('latin1')
  const { responses, garbled } = readResponses(text)
  const decoded = responses.map(({ body, ...rest }) => ({ ...rest, body: Buffer.from(body, 'latin1').toString() }))
  return { responses: decoded, text, garbled, hung }
}

/** Half closed, so that an excess response would still arrive. */
function finish (socket: Socket): void { socket.end() }

/** A truncated response at the end is not a violation: the connection was closed. */
export function readResponses (text: string): { responses: WireResponse[], garbled: string | null } {
  const responses: WireResponse[] = []
  let at = 0
  while (at < text.length) {
    const end = text.indexOf('\r\n\r\n', at)
    if (end === -1) return { responses, garbled: 'HTTP/1.1 '.startsWith(text.slice(at, at + 9)) ? null : `at ${at} stands no status line` }
    const [line = '', ...fields] = text.slice(at, end).split('\r\n')
    const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) [\x20-\x7e]*$/.exec(line)?.[1])
    if (Number.isNaN(status)) return { responses, garbled: `at ${at} stands no status line` }
    const headers = new Map<string, string>()
    for (const field of fields) {
      const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(field) ?? []
      if (name === undefined) return { responses, garbled: `a header is none: ${JSON.stringify(field)}` }
      if (headers.has(name.toLowerCase()) && /^(content-length|transfer-encoding|content-type)$/i.test(name)) return { responses, garbled: `${name} stands twice` }
      headers.set(name.toLowerCase(), value ?? '')
    }
    at = end + 4
    if (status < 200) continue
    const read = readBody(text, at, status, headers)
    if (read === null) return { responses, garbled: null }
    if (typeof read === 'string') return { responses, garbled: read }
    responses.push({ status, headers, body: read.body })
    at = read.end
  }
  return { responses, garbled: null }
}

function readBody (
  text: string, at: number, status: number, headers: ReadonlyMap<string, string>
): { body: string, end: number } | string | null {
  const length = headers.get('content-length')
  const chunked = headers.get('transfer-encoding')
  if (length !== undefined && chunked !== undefined) return 'both Content-Length and Transfer-Encoding'
  // The response to a HEAD has a length and no body: following data is the next response.
  if (status === 204 || status === 304 || at === text.length || text.startsWith('HTTP/1.1 ', at)) return { body: '', end: at }
  if (chunked !== undefined) return readChunks(text, at)
  if (length === undefined) return { body: text.slice(at), end: text.length }
  if (!/^\d+$/.test(length)) return `Content-Length ${length}`
  const end = at + Number(length)
  return end > text.length ? null : { body: text.slice(at, end), end }
}

function readChunks (text: string, from: number): { body: string, end: number } | string | null {
  let body = ''
  for (let at = from; ;) {
    const end = text.indexOf('\r\n', at)
    if (end === -1) return null
    const size = text.slice(at, end)
    if (!/^[0-9a-f]+$/i.test(size)) return `a chunk of size ${JSON.stringify(size.slice(0, 40))}`
    const length = parseInt(size, 16)
    at = end + 2
    if (length === 0) {
      const last = text.indexOf('\r\n', at)
      return last === -1 ? null : { body, end: last + 2 }
    }
    if (at + length + 2 > text.length) return null
    body += text.slice(at, at + length)
    at += length + 2
  }
}
