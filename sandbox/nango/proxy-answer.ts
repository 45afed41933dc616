import type { OutgoingHttpHeaders } from 'node:http'
import { pipeline } from 'node:stream'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Dispatcher } from 'undici'
import type { Context } from './context.ts'
import { send } from './http.ts'
import type { Call } from './http.ts'

type Upstream = Dispatcher.ResponseData

const BUFFERED_SUCCESS = ['content-type', 'mcp-session-id', 'x-request-id', 'x-correlation-id']
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding',
  'upgrade']

/** Three ways back: streamed, buffered success, buffered failure. */
export async function relay (ctx: Context, call: Call, upstream: Upstream): Promise<void> {
  const status = upstream.statusCode
  const success = status >= 200 && status < 300
  const source = decompressed(upstream)
  if (success && isStreamed(upstream)) return stream(ctx, call, upstream, source)
  // A 204 or 304 that announces a body has none; Node's client does not wait for it, undici calls it broken.
  const body = await collect(source) ?? (status === 204 || status === 304 ? Buffer.alloc(0) : null)
  // A body that breaks off inside Nango becomes a 500 with nothing in it.
  if (body === null) return send(call, { status: 500 })
  if (!success) return sendFailure(ctx, call, upstream, body)
  const headers = successHeaders(ctx, upstream)
  if (status === 204) return send(call, { status, headers: ctx.settings.forwardAllHeaders ? headers : {} })
  send(call, {
    status: ctx.settings.preserveStatus ? status : 200, raw: body, headers: { 'content-type': 'application/octet-stream', ...headers }
  })
}

/** Nango pipes what came chunked or as a file, and buffers everything else. */
function isStreamed ({ headers }: Upstream): boolean {
  return headers['transfer-encoding'] === 'chunked' || /^(attachment|inline)(;|\s|$)/i.test(String(headers['content-disposition'] ?? ''))
}

function stream (ctx: Context, call: Call, upstream: Upstream, source: Readable): void {
  const headers = ctx.settings.forwardAllHeaders ? forwardable(upstream, true) : all(upstream)
  if (isCompressed(upstream)) delete headers['content-length']
  call.res.writeHead(upstream.statusCode, headers)
  call.res.flushHeaders()
  // A failure on either side ends the other: here, and only here, a caller that leaves cancels the call to ROLLER.
  pipeline(source, call.res, (error) => { if (error) ctx.log(`nango simulator: stream ended early: ${error.message}`) })
}

function successHeaders (ctx: Context, upstream: Upstream): OutgoingHttpHeaders {
  if (ctx.settings.forwardAllHeaders) return forwardable(upstream, false)
  const named = BUFFERED_SUCCESS.flatMap((name) => upstream.headers[name] === undefined ? [] : [[name, upstream.headers[name]] as const])
  return Object.fromEntries(named)
}

/**
 * Express sends the body as text: without a Content-Type that is an HTML page, and every type gets `charset=utf-8`. Status and all
 * other headers of ROLLER's are kept, its ETag too.
 */
function sendFailure (ctx: Context, call: Call, upstream: Upstream, body: Buffer): void {
  const headers = ctx.settings.forwardAllHeaders ? forwardable(upstream, false) : all(upstream)
  delete headers['transfer-encoding']
  send(call, {
    status: upstream.statusCode,
    raw: Buffer.from(body.toString('utf8')),
    headers: { ...headers, 'content-type': inUtf8(String(headers['content-type'] ?? 'text/html')) }
  })
}

/** Any charset gives way to UTF-8; other parameters stay, all of them in alphabetical order. */
function inUtf8 (contentType: string): string {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim())
  const others = parameters.filter((one) => one !== '' && !/^charset=/i.test(one))
  return [type, ...['charset=utf-8', ...others].sort()].join('; ')
}

/** Everything but the encoding, which the HTTP client undid. */
function all ({ headers }: Upstream): OutgoingHttpHeaders {
  const { 'content-encoding': _, ...rest } = headers
  return rest
}

const forwardable = (upstream: Upstream, keepLength: boolean): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(all(upstream)).filter(([name]) =>
    !HOP_BY_HOP.includes(name) && !name.startsWith('access-control-') && (keepLength || name !== 'content-length')))

const encodingOf = ({ headers }: Upstream): string => String(headers['content-encoding'] ?? '').toLowerCase()
const isCompressed = (upstream: Upstream): boolean => ['gzip', 'x-gzip', 'deflate', 'br'].includes(encodingOf(upstream))

function decompressed (upstream: Upstream): Readable {
  if (!isCompressed(upstream)) return upstream.body
  const encoding = encodingOf(upstream)
  const unzip = encoding === 'br' ? createBrotliDecompress() : encoding === 'deflate' ? createInflate() : createGunzip()
  // The reader of `unzip` sees the error; this callback only keeps it from being thrown twice.
  return pipeline(upstream.body, unzip, () => {})
}

async function collect (source: Readable): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of source) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  } catch {
    return null
  }
}
