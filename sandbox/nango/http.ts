import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { NangoError } from './errors.ts'
import { isDict } from './check.ts'
import type { Session } from './store.ts'

/** One request as the handlers see it. */
export interface Call {
  method: string
  /** As it came, dot segments and all. */
  url: string
  pathname: string
  /** With its question mark, or empty. */
  search: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  /** Without parameters, lower case; empty when there is none. */
  contentType: string
  body: Buffer
  /** The parsed JSON body; undefined when the body is not JSON. */
  json: unknown
  params: string[]
  session: Session | null
  res: ServerResponse
}

export interface Answer { status: number, json?: unknown, headers?: OutgoingHttpHeaders, raw?: Buffer }

export async function readCall (req: IncomingMessage, res: ServerResponse): Promise<Call> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  const url = req.url ?? '/'
  const mark = url.indexOf('?')
  const search = mark === -1 ? '' : url.slice(mark)
  return {
    method: req.method ?? 'GET',
    url,
    pathname: mark === -1 ? url : url.slice(0, mark),
    search,
    query: new URLSearchParams(search),
    headers: req.headers,
    contentType: (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
    body: Buffer.concat(chunks),
    json: undefined,
    params: [],
    session: null,
    res
  }
}

/** Nango's body parser is strict: an empty JSON body becomes {}, a bare number or string is refused. */
export function parseJson (call: Call): unknown {
  if (call.contentType !== 'application/json') return undefined
  const text = call.body.toString('utf8').trim()
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isDict(value) || Array.isArray(value)) return value
  } catch {}
  throw new NangoError(400, 'invalid_json', { message: 'The body is not a JSON object or array' })
}

const COMMON: Record<string, string> = {
  'content-security-policy': "default-src 'self'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
  'access-control-allow-origin': '*'
}

/** The headers every answer of Nango wears, set before routing as its middleware does. */
export function dress (res: ServerResponse): void {
  for (const [name, value] of Object.entries(COMMON)) res.setHeader(name, value)
}

export function answerPreflight (call: Call): void {
  call.res.writeHead(204, {
    'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
    'access-control-allow-headers': call.headers['access-control-request-headers'] ?? '*',
    'content-length': 0
  }).end()
}

const weakTag = (body: Buffer): string =>
  `W/"${body.length.toString(16)}-${createHash('sha1').update(body).digest('base64').slice(0, 27)}"`

const isFresh = (call: Call, tag: string): boolean => {
  const wanted = call.headers['if-none-match']
  return wanted !== undefined && wanted.split(',').some((one) => one.trim().replace(/^W\//, '') === tag.replace(/^W\//, ''))
}

/**
 * Sends a whole body. Express adds an ETag to it, to an empty one too but not to none, so that an If-None-Match can yield Nango's own
 * 304. A 204 and a 304 carry neither type nor length.
 */
export function send (call: Call, answer: Answer): void {
  const { res } = call
  if (res.headersSent || res.destroyed) return
  const body = answer.raw ?? (answer.json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(answer.json)))
  if (answer.json !== undefined) res.setHeader('content-type', 'application/json; charset=utf-8')
  for (const [name, value] of Object.entries(answer.headers ?? {})) if (value !== undefined) res.setHeader(name, value)
  const hasBody = answer.raw !== undefined || answer.json !== undefined
  if (hasBody && !res.hasHeader('etag')) res.setHeader('etag', weakTag(body))
  const fresh = call.method === 'GET' && answer.status === 200 && isFresh(call, String(res.getHeader('etag') ?? ''))
  const status = fresh ? 304 : answer.status
  if (status === 204 || status === 304) {
    res.removeHeader('content-type')
    res.removeHeader('content-length')
    res.writeHead(status).end()
    return
  }
  res.setHeader('content-length', body.length)
  res.writeHead(status)
  res.end(call.method === 'HEAD' ? undefined : body)
}
