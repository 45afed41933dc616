import type { OutgoingHttpHeaders } from 'node:http'
import { pipeline, type Duplex, type Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { FastifyReply } from 'fastify'
import type { Dispatcher } from 'undici'
import type { Context } from './context.ts'
import { hijackResponse } from '../hijack.ts'

type Upstream = Dispatcher.ResponseData

const BUFFERED_SUCCESS = ['content-type', 'mcp-session-id', 'x-request-id', 'x-correlation-id']
const DECODERS: Record<string, () => Duplex> = {
  gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress
}
const HOP_BY_HOP = [
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade'
]

/** Three kinds of response: streamed, buffered success, buffered failure. */
export async function relay (ctx: Context, reply: FastifyReply, upstream: Upstream): Promise<FastifyReply> {
  const { settings: { forwardAllHeaders, preserveStatus } } = ctx
  const { statusCode: status, headers: { 'content-encoding': encoding, ...all } } = upstream
  const decode = DECODERS[String(encoding).toLowerCase()]
  // The reader of the decoder gets its error; the callback keeps it from being thrown twice.
  const body = decode === undefined ? upstream.body : pipeline(upstream.body, decode(), () => {})
  const plain = decode === undefined ? all : without(all, ['content-length'])
  const headers = forwardAllHeaders ? forwardable(plain) : plain
  const success = status >= 200 && status < 300
  if (success && isStreamed(upstream)) return stream(ctx, reply.code(status), body, headers)
  const bytes = await collect(body, status)
  reply.code(success && !preserveStatus && status !== 204 ? 200 : status)
  // A body that ends early inside Nango becomes an empty 500.
  if (bytes === null) return reply.code(500).send()
  // Express sends a failure as text: without a Content-Type that is an HTML page. ROLLER's ETag and its other headers are kept.
  if (!success) {
    const type = inUtf8(String(headers['content-type'] ?? 'text/html'))
    return reply.headers({ ...without(headers, ['transfer-encoding']), 'content-type': type }).send(Buffer.from(bytes.toString('utf8')))
  }
  const kept = forwardAllHeaders ? without(headers, ['content-length']) : only(headers, BUFFERED_SUCCESS)
  if (status === 204) return reply.headers(forwardAllHeaders ? kept : {}).send()
  return reply.headers({ 'content-type': 'application/octet-stream', ...kept }).send(bytes)
}

/** Nango streams chunked bodies and files, and buffers everything else. */
function isStreamed ({ headers }: Upstream): boolean {
  return headers['transfer-encoding'] === 'chunked' || /^(attachment|inline)(;|\s|$)/i.test(String(headers['content-disposition'] ?? ''))
}

/** A failure on either side ends the other: only here does a client disconnect cancel the call to ROLLER. */
function stream (ctx: Context, reply: FastifyReply, body: Readable, headers: OutgoingHttpHeaders): FastifyReply {
  const raw = hijackResponse(reply)
  raw.writeHead(reply.statusCode, headers).flushHeaders()
  pipeline(body, raw, (error) => { if (error) ctx.log(`nango simulator: stream ended early: ${error.message}`) })
  return reply
}

/** Every charset is replaced by UTF-8; other parameters stay, in alphabetical order. */
function inUtf8 (contentType: string): string {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim())
  const others = parameters.filter((one) => one !== '' && !/^charset=/i.test(one))
  return [type, ...['charset=utf-8', ...others].sort()].join('; ')
}

const filter = (headers: OutgoingHttpHeaders, keep: (name: string) => boolean): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name)))
const only = (headers: OutgoingHttpHeaders, names: string[]): OutgoingHttpHeaders => filter(headers, (name) => names.includes(name))
const without = (headers: OutgoingHttpHeaders, names: string[]): OutgoingHttpHeaders => filter(headers, (name) => !names.includes(name))
const forwardable = (headers: OutgoingHttpHeaders): OutgoingHttpHeaders =>
  filter(headers, (name) => !HOP_BY_HOP.includes(name) && !name.startsWith('access-control-'))

/**
 * Null if the body ends early. A 204 or 304 with a Content-Length has no body; Node's client does not wait for one, undici reports an
 * error.
 */
async function collect (body: Readable, status: number): Promise<Buffer | null> {
  try {
    return await buffer(body)
  } catch {
    return status === 204 || status === 304 ? Buffer.alloc(0) : null
  }
}
